"""Sources of every kind come to one casebook."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path

import pytest

from ringback.casebook import Casebook
from ringback.commands.check import Gate, check
from ringback.commands.environment import Environment
from ringback.commands.gathering import Gathered, gather
from ringback.commands.recorded import Recording, SourceOptions
from ringback.commands.replay import Report, replay
from ringback.errors import SourceError
from ringback.filters import parse
from ringback.findings import Finding, Severity
from ringback.inspector import Inspector
from ringback.nodejson import node_to_json
from ringback.observations import Message, Observation, StanzaObserved
from ringback.report.provenance import provenance
from ringback.stanza import to_text
from ringback.status import ExitCode
from support.printed_nodes import PREACCEPT
from support.recorded import CAPTURES, capture

NAMES = sorted(path.stem for path in CAPTURES.glob("*.flows"))


def quiet() -> Environment:
    return Environment(io.StringIO(), io.StringIO())


def gathered(*sources: Path, spec: Path | None = None) -> Gathered:
    return gather(Recording(sources), spec, quiet())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """Event file and ledger of each shipped capture."""
    folder = tmp_path_factory.mktemp("kept")
    files = {name: (folder / f"{name}.jsonl", folder / f"{name}.db") for name in NAMES}
    for name, (events, ledger) in files.items():
        replay(SourceOptions(Recording((capture(name),))), Report(events=events, ledger=ledger), quiet())
    return files


def told_stanza(casebook: Casebook, observed: StanzaObserved) -> tuple[object, ...]:
    """A stanza as every view shows it, its capture apart."""
    sighting, placeholders = observed.sighting, casebook.placeholders
    place = sighting.evidence.place
    return (
        round(place.at, 6),
        sighting.evidence.connection,
        sighting.evidence.flow,
        (place.direction, place.frame, place.message),
        observed.action,
        None if sighting.owner is None else placeholders.jid(sighting.owner),
        sighting.trailing,
        sighting.complete,
        node_to_json(placeholders.node(sighting.node)),
    )


def told_finding(casebook: Casebook, raw: Finding) -> tuple[object, ...]:
    finding = casebook.placeholders.finding(raw)
    frames = [(each.flow, each.place.direction.value, each.place.frame) for each in finding.evidence]
    return (
        finding.code,
        [each.connection for each in finding.evidence],
        finding.severity,
        finding.stance,
        finding.path,
        finding.fact,
        finding.questions,
        finding.call_id,
        sorted(frames),
        finding.expected,
        finding.got.hex() if isinstance(finding.got, bytes) else finding.got,
    )


def calls(casebook: Casebook) -> list[tuple[str, int, object]]:
    return [
        (
            casebook.name_of(case),
            len(case.stanzas),
            [(each.action, len(each.sightings), len(each.acks)) for each in case.call.emissions],
        )
        for case in casebook.cases
    ]


def stanzas(casebook: Casebook) -> list[tuple[object, ...]]:
    observed = [*casebook.loose, *(each for case in casebook.cases for each in case.stanzas)]
    return [told_stanza(casebook, each) for each in observed]


def told_clients(casebook: Casebook) -> list[object]:
    return [(number, casebook.placeholders.client(each)) for (_, number), each in casebook.clients.items()]


def findings(casebook: Casebook) -> list[tuple[object, ...]]:
    found = [*casebook.findings, *(each for case in casebook.cases for each in case.findings)]
    return [told_finding(casebook, each) for each in found]


@pytest.mark.parametrize("name", NAMES)
def test_an_event_file_tells_what_its_capture_tells(name: str, kept: dict[str, tuple[Path, Path]]) -> None:
    """Calls, stanzas, findings and counts are those of the flow file, under the same placeholders."""
    casebook, again = gathered(capture(name)).casebook, gathered(kept[name][0]).casebook
    assert calls(casebook) == calls(again)
    assert stanzas(casebook) == stanzas(again)
    assert findings(casebook) == findings(again)
    assert casebook.funnel == again.funnel
    assert told_clients(casebook) == told_clients(again)
    records = map(json.loads, kept[name][0].read_text().splitlines())
    written = [record["node"] for record in records if record["type"] == "stanza"]
    # Sanitising what was sanitised changes nothing.
    assert sorted(map(json.dumps, written)) == sorted(json.dumps(each[-1]) for each in stanzas(again))


ADDRESS = re.compile(r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.[0-9]+|c00002..|c63364..|cb0071..")


def regardless(told: list[tuple[object, ...]]) -> list[str]:
    """Without what a ledger counts in its own way: its documentation addresses are keyed and stand as they
    are, and it numbers the connections that it holds by their first time and then by flow."""
    return sorted(ADDRESS.sub("ADDRESS", repr((each[0], *each[2:]))) for each in told)


@pytest.mark.parametrize("name", NAMES)
def test_a_ledger_tells_what_its_capture_tells(name: str, kept: dict[str, tuple[Path, Path]]) -> None:
    """Calls, stanzas and findings are those of the flow file but for numbers that are no observation."""
    casebook, again = gathered(capture(name)).casebook, gathered(kept[name][1]).casebook
    assert calls(casebook) == calls(again)
    assert regardless(stanzas(casebook)) == regardless(stanzas(again))
    assert regardless(findings(casebook)) == regardless(findings(again))


def names(casebook: Casebook) -> list[str]:
    return [casebook.name_of(case) for case in casebook.cases]


def test_sources_of_all_kinds_come_together(kept: dict[str, tuple[Path, Path]]) -> None:
    """No call of one source is taken for that of another, and nobody shares a placeholder with anybody."""
    sources = (capture("single-callee"), kept["multi-device"][0], kept["no-preaccept"][1])
    casebook = gathered(*sources).casebook
    assert names(casebook) == [f"CALLID-000{number}" for number in (1, 2, 3, 4)]
    captures = [case.call.capture for case in casebook.cases]
    assert captures == [
        "single-callee.flows",
        "multi-device.jsonl: multi-device.flows",
        "no-preaccept.db",
        "no-preaccept.db",
    ]
    users = [
        {casebook.placeholders.jid(jid).user for each in case.call.emissions for jid in each.sender.jids}
        for case in casebook.cases[:3]
    ]
    assert all(users)
    assert len(set().union(*users)) == sum(map(len, users))


def test_a_run_is_a_capture_of_its_own(tmp_path: Path) -> None:
    """A placeholder means the same within one run only: two runs in one file are two captures."""
    events = tmp_path / "twice.jsonl"
    for name in ("single-callee", "multi-device"):
        replay(SourceOptions(Recording((capture(name),))), Report(events=events), quiet())
    casebook = gathered(events).casebook
    assert names(casebook) == ["CALLID-0001", "CALLID-0002"]
    assert [case.call.capture for case in casebook.cases] == [
        "twice.jsonl: single-callee.flows",
        "twice.jsonl#2: multi-device.flows",
    ]
    alone = [gathered(capture(name)).casebook.funnel.frames for name in ("single-callee", "multi-device")]
    assert casebook.funnel.frames == sum(alone)


def test_a_source_is_known_by_its_content(tmp_path: Path, kept: dict[str, tuple[Path, Path]]) -> None:
    """Names say nothing: each of the three is recognised under a name of another."""
    expected = names(gathered(capture("violations")).casebook)
    events, ledger = kept["violations"]
    misnamed = tmp_path / "events.db", tmp_path / "ledger.flows"
    for source, name in zip((events, ledger), misnamed, strict=True):
        name.write_bytes(source.read_bytes())
        assert names(gathered(name).casebook) == expected


def test_standard_input_holds_an_event_file(
    monkeypatch: pytest.MonkeyPatch, kept: dict[str, tuple[Path, Path]]
) -> None:
    with kept["single-callee"][0].open("rb") as stream:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        casebook = gathered(Path("-")).casebook
    assert [case.call.capture for case in casebook.cases] == ["stdin: single-callee.flows"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("kind", ["flows", "events"])
def test_a_pipe_is_opened_once(tmp_path: Path, kind: str, kept: dict[str, tuple[Path, Path]]) -> None:
    """What a pipe gives is recognised and then read, though it cannot be read twice."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    source = capture("single-callee") if kind == "flows" else kept["single-callee"][0]
    writer = threading.Thread(target=lambda: pipe.write_bytes(source.read_bytes()))
    writer.start()
    recording = Recording((pipe,), keylog=capture("single-callee").with_suffix(".keys"))
    casebook = gather(recording, None, quiet()).casebook
    writer.join()
    assert names(casebook) == ["CALLID-0001"]


def test_a_ledger_cannot_come_through_a_pipe(
    monkeypatch: pytest.MonkeyPatch, kept: dict[str, tuple[Path, Path]]
) -> None:
    with kept["single-callee"][1].open("rb") as stream:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        with pytest.raises(SourceError, match="name its file"):
            gathered(Path("-"))


def test_bad_lines_are_told_and_skipped(tmp_path: Path, kept: dict[str, tuple[Path, Path]]) -> None:
    """Each of the first few with its number, the others summed up; the exit code tells, too."""
    lines = kept["single-callee"][0].read_bytes().splitlines(keepends=True)
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"".join([*lines[:3], b"nonsense\n", b"[]\n", *[b"{}\n"] * 4, *lines[3:]]))
    environment = quiet()
    gathering = gather(Recording((bad,)), None, environment)
    assert stanzas(gathering.casebook) == stanzas(gathered(kept["single-callee"][0]).casebook)
    assert gathering.status is ExitCode.INPUT
    assert environment.stderr is not None
    told = environment.stderr.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [line.partition("bad.jsonl")[2] for line in told] == [
        ":4: it is no JSON object; the line is skipped",
        ":5: it is no JSON object; the line is skipped",
        ":6: its schema is not ringback-events/1; the line is skipped",
        ": 3 more lines are no records and skipped",
    ]


def told_by(gathering: Gathered) -> list[str]:
    """What a report names as gaps."""
    return list(provenance(gathering.casebook, gathering.status, 0, "").gaps)


@pytest.mark.parametrize("how", ["torn", "skipped", "interrupted"])
def test_what_was_not_read_to_its_end_stays_so_in_its_event_file(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event file of half a source is no clean one: not read, and no absence is claimed of it."""
    source, events = tmp_path / "source", tmp_path / "events.jsonl"
    keys = capture("violations").with_suffix(".keys")
    whole = capture("violations").read_bytes()
    source.write_bytes(whole[:-300] if how == "torn" else whole)
    expected = ExitCode.INPUT
    if how == "skipped":
        source.write_text(
            '{"tag": "call", "attrs": {"id": "1"}, "content": []}\n{"tag": "call", "attrs": 1}\n'
        )
    elif how == "interrupted":
        expected = ExitCode.INTERRUPTED
        interrupted_after(monkeypatch, 40)
    written = replay(SourceOptions(Recording((source,), keys)), Report(events=events), quiet())
    monkeypatch.undo()
    assert written is expected
    environment = quiet()
    gathering = gather(Recording((events,)), None, environment)
    assert gathering.status is ExitCode.INPUT
    assert gathering.casebook.funnel.incomplete
    assert "was not read to its end" in environment.stderr.getvalue()  # type: ignore[union-attr]
    assert told_by(gathering)[0].startswith("A source was not read to its end")
    assert "ack-missing" not in {each[0] for each in findings(gathering.casebook)}
    gate = Gate(parse(""), fail_on=Severity.ERROR)
    assert check(SourceOptions(Recording((events,))), gate, quiet()) is ExitCode.INPUT
    # And so it goes on, however often it is written anew.
    again = tmp_path / "again.jsonl"
    replay(SourceOptions(Recording((events,))), Report(events=again), quiet())
    assert gathered(again).status is ExitCode.INPUT


def interrupted_after(monkeypatch: pytest.MonkeyPatch, messages: int) -> None:
    """Ctrl-C while the messages are gone through."""
    whole = Inspector.receive

    def receive(self: Inspector, message: Message) -> list[Observation]:
        nonlocal messages
        messages -= 1
        if not messages:
            os.kill(os.getpid(), signal.SIGINT)
        return whole(self, message)

    monkeypatch.setattr(Inspector, "receive", receive)


def test_an_event_file_of_a_log_claims_no_absence(tmp_path: Path) -> None:
    """Nothing tells that a log has every stanza, and its event file knows that."""
    document, events = tmp_path / "a.xml", tmp_path / "events.jsonl"
    document.write_text(to_text(PREACCEPT))
    assert replay(SourceOptions(Recording((document,))), Report(events=events), quiet()) is ExitCode.OK
    once, again = gathered(document).casebook, gathered(events).casebook
    assert "ack-missing" not in {each[0] for each in findings(again)}
    assert findings(once) == findings(again)
    assert [each.sighting.complete for case in again.cases for each in case.stanzas] == [False]
    # What an older ringback wrote has no such key, and was whole.
    lines = events.read_text().replace('"complete": false, ', "")
    events.write_text(lines)
    assert [each.sighting.complete for case in gathered(events).casebook.cases for each in case.stanzas] == [
        True
    ]


def test_a_run_that_goes_on_claims_no_absence(tmp_path: Path, kept: dict[str, tuple[Path, Path]]) -> None:
    """Of a call that was seen until the last line nobody can say what will not come."""
    whole = kept["violations"][0].read_bytes().splitlines(keepends=True)
    records = [json.loads(line) for line in whole]
    call = next(each["call"] for each in records if each.get("code") == "ack-missing")
    last = max(n for n, each in enumerate(records) if each["type"] == "stanza" and each["call"] == call)
    codes = []
    for name, lines in (("cut", whole[: last + 1]), ("ended", [*whole[: last + 1], whole[-1]])):
        events = tmp_path / f"{name}.jsonl"
        events.write_bytes(b"".join(lines))
        casebook = gathered(events).casebook
        case = next(each for each in casebook.cases if casebook.name_of(each) == call)
        codes.append({finding.code for finding in case.findings})
    assert "ack-missing" in codes[1] - codes[0]


def test_without_a_source_it_is_the_users_own_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, tuple[Path, Path]]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(SourceError, match=r"no source was named, and there is no ledger at .*; name flow"):
        gathered()
    folder = tmp_path / "ringback"
    folder.mkdir()
    (folder / "ledger.db").write_bytes(kept["single-callee"][1].read_bytes())
    assert names(gathered().casebook) == ["CALLID-0001"]


def test_an_event_file_of_another_version_is_refused(tmp_path: Path) -> None:
    newer = tmp_path / "newer.jsonl"
    newer.write_text('{"schema": "ringback-events/2", "type": "start"}\n')
    with pytest.raises(SourceError, match="another version than ringback-events/1"):
        gathered(newer)


def test_what_something_else_has_opened_goes_into_a_ledger(tmp_path: Path) -> None:
    """A document is replayed as a recording is; the ledger keeps by which technique it was observed."""
    document, ledger = tmp_path / "a.xml", tmp_path / "lab.db"
    document.write_text(to_text(PREACCEPT))
    status = replay(SourceOptions(Recording((document,))), Report(ledger=ledger), quiet())
    assert status is ExitCode.OK
    calls, clients = gathered(ledger).casebook.evidence()
    assert len(calls) == 1
    assert {client.technique for client in clients.values()} == {"baileys-instrumentation"}


@pytest.mark.parametrize(
    ("number", "advice"), [(0, "replay the capture itself"), (1, "ringback ledger merge")]
)
def test_what_ringback_has_written_goes_into_no_ledger(
    number: int, advice: str, kept: dict[str, tuple[Path, Path]], tmp_path: Path
) -> None:
    """Placeholders and pseudonyms would be taken for identities, those of two runs for one."""
    source = SourceOptions(Recording((kept["single-callee"][number],)))
    with pytest.raises(SourceError, match=advice):
        replay(source, Report(ledger=tmp_path / "lab.db"), quiet())
    assert not (tmp_path / "lab.db").exists()
