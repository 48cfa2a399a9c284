"""Logs and documents as sources, and the same call out of any of them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.io import FlowReader

from ringback.calls import Sighting
from ringback.casebook import Casebook
from ringback.commands.decode import decode
from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.recorded import Recording
from ringback.errors import SourceError
from ringback.eventreading import Told
from ringback.nodejson import node_to_json
from ringback.observations import WireNotice
from ringback.sources import documents
from ringback.sources.flows import Reading
from ringback.sources.hosts import HostFilter
from ringback.sources.lines import MAX_PROBLEMS_TOLD
from ringback.sources.log_file import read_capture_file, read_document, read_log
from ringback.sources.notice import Notice
from ringback.stanza import Jid, Node, to_text
from ringback.status import ExitCode
from ringback.wire.events import ClientIdentified
from support.printed_nodes import BAILEYS, PREACCEPT, WHATSMEOW
from synthetic import generate

NAME = "single-callee"
FLOWS = generate.CAPTURES / "synthetic" / f"{NAME}.flows"


class Source:
    """What a source gives, and what it says about itself."""

    def __init__(self, read: Any, path: Path, **more: Any) -> None:
        self.notices: list[Notice] = []
        reading = Reading(self.notices.append, HostFilter())
        self.all: list[Told] = list(read(path, path.name, reading, **more))
        self.sightings = [each for each in self.all if isinstance(each, Sighting)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    lines = [
        "connected",
        json.dumps({"time": 12_000, "msg": "xml send", "xml": BAILEYS}),
        f"00:00:13.500 [Client/Recv DEBUG] {WHATSMEOW}",
        json.dumps(node_to_json(PREACCEPT)),
        json.dumps({"tag": "call", "attrs": {"from": "call"}}),
    ]
    path = tmp_path / "client.log"
    path.write_text("\n".join(lines))
    return path


def test_a_log_tells_its_stanzas(log: Path) -> None:
    """In order, each on the connection of its session; what has no time has that of the one before it."""
    told = Source(read_log, log)
    assert [(each.connection, each.sent) for each in told.sightings] == [
        (1, True),
        (2, False),
        (1, True),
        (1, False),
    ]
    assert [each.at for each in told.sightings] == [12_000.0, 13.5, 13.5, 13.5]
    assert [each.evidence.place.message for each in told.sightings] == [0, 0, 1, 2]
    assert {each.technique for each in told.sightings} == {"baileys-instrumentation"}
    assert not any(each.complete for each in told.sightings)
    assert told.sightings[3].node.attrs["from"] == Jid("", "call")
    assert told.notices == []


def test_the_technique_is_as_told(log: Path) -> None:
    told = Source(read_log, log, technique="frida-hooking")
    assert {each.technique for each in told.sightings} == {"frida-hooking"}


def test_a_log_is_known_again_wherever_it_is_read(log: Path, tmp_path: Path) -> None:
    """What stands for a flow's id says nothing of the stanzas, and is the same for the same log."""
    copy = tmp_path / "copy" / log.name
    copy.parent.mkdir()
    copy.write_bytes(log.read_bytes())
    flows = [[each.evidence.flow for each in Source(read_log, path).sightings] for path in (log, copy)]
    assert flows[0] == flows[1]
    assert len(set(flows[0])) == 2
    assert all(flow.startswith("log-") for flow in flows[0])


def test_a_client_that_is_told_is_known(tmp_path: Path) -> None:
    """The version that a capture in the browser tells comes before the first stanza of its tab."""
    path = tmp_path / "a.jsonl"
    record = {
        "schema": "wa-voip-diag/v2",
        "event": "signaling",
        "direction": "out",
        "tabId": 3,
        "webVersion": "2.3000.1000000001",
        "node": node_to_json(PREACCEPT),
    }
    path.write_text(f"{json.dumps(record)}\n{json.dumps(record)}\n")
    notice, *others = Source(read_log, path).all
    assert isinstance(notice, WireNotice)
    assert notice.event == ClientIdentified("WEB", "2.3000.1000000001", None, None)
    assert all(isinstance(each, Sighting) for each in others)


def test_bad_lines_are_told_and_skipped(tmp_path: Path) -> None:
    """The first few with their numbers, the others counted; the lines between them are read."""
    path = tmp_path / "a.log"
    bad = json.dumps({"msg": "recv xml", "xml": "<call"})
    good = json.dumps(node_to_json(PREACCEPT))
    path.write_text(f"{good}\n" + f"{bad}\n" * (MAX_PROBLEMS_TOLD + 2) + good)
    told = Source(read_log, path)
    assert len(told.sightings) == 2
    assert [notice.text.partition(": ")[0] for notice in told.notices] == [
        *(f"{path}:{line}" for line in range(2, 2 + MAX_PROBLEMS_TOLD)),
        str(path),
    ]
    assert "2 more lines" in told.notices[-1].text


def test_a_log_without_stanzas_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("[Client INFO] hello\n")
    with pytest.raises(SourceError, match="let the client log at level trace or debug"):
        Source(read_log, path)


def test_a_document_gives_what_stands_before_its_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(f"{to_text(PREACCEPT)}\n<call")
    told = Source(read_document, path)
    assert [each.node for each in told.sightings] == [PREACCEPT]
    assert "what stands before is used" in told.notices[0].text
    path.write_text("<call")
    told = Source(read_document, path)
    assert told.all == []
    assert told.notices[0].text.endswith("; nothing of it is used")


def test_a_document_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringback.sources.log_file.MAX_DOCUMENT_BYTES", 10)
    assert documents.MAX_DOCUMENT_BYTES > 10
    path = tmp_path / "a.xml"
    path.write_text("<call/>".ljust(11))
    with pytest.raises(SourceError, match="larger than"):
        Source(read_document, path)


def test_a_faulty_capture_file_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("id: a\n")
    told = Source(read_capture_file, path)
    assert told.all == []
    assert "which is required; it is left out" in told.notices[0].text


def gathered(*paths: Path, keylog: Path | None = None) -> Casebook:
    found = gather(Recording(paths, keylog), None, Environment(stderr=None))
    assert found.status is ExitCode.OK
    return found.casebook


def said(casebook: Casebook) -> set[tuple[object, ...]]:
    return {(each.code, each.path, str(each.got)) for case in casebook.cases for each in case.findings}


def test_the_same_call_gives_the_same_findings(tmp_path: Path) -> None:
    """As it was recorded, out of a HAR file, and out of a log of all its stanzas."""
    har, log = tmp_path / "a.har", tmp_path / "a.log"
    with FLOWS.open("rb") as stream:
        recorded: list[Any] = list(FlowReader(stream).stream())
    har.write_text(json.dumps(SaveHar().make_har(recorded)))
    lines = io.StringIO()
    decode(Recording((FLOWS,)), Environment(lines, None), raw=True)
    log.write_text(lines.getvalue())
    expected = said(gathered(FLOWS))
    assert said(gathered(har, keylog=FLOWS.with_suffix(".keys"))) == expected
    assert said(gathered(log)) == expected


def test_several_sources_make_one_casebook(tmp_path: Path, log: Path) -> None:
    """Of any kinds together; each is a capture of its own."""
    document = tmp_path / "a.xml"
    call = Node(
        "call",
        {"to": Jid("A", "lid")},
        (Node("preaccept", {"call-id": "X", "call-creator": Jid("A", "lid")}),),
    )
    document.write_text(to_text(call))
    casebook = gathered(FLOWS, log, document)
    assert {case.call.capture for case in casebook.cases} == {FLOWS.name, log.name, document.name}
    _, clients = casebook.evidence()
    assert {client.technique for client in clients.values()} == {
        "websocket-capture",
        "baileys-instrumentation",
    }
