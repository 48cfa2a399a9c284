"""An exception in each stage between a message and the last outlet, with everything switched on.

Whatever raises: no hook does, no message is changed, it is told with its place and without a word off the
wire, and what does not depend on the stage goes on.
"""

# mitmproxy's test helpers are not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.http import HTTPFlow

from ringback.ledger import StoredLedger
from support.desk import Desk
from support.recorded import in_order, key_log, websocket_flows
from test_addon import NAME, Watcher

SECRET = "15550100@s.whatsapp.net"
PIPELINE = (
    "ringback.sources.keylog_file.KeyLogFile.poll",
    "ringback.session.flows.is_allowed",
    "ringback.session.flows.to_message",
    "ringback.session.new_messages",
    "ringback.inspector.Inspector.receive",
    "ringback.wire.transport.TransportLane.receive_message",
    "ringback.wire.connection.maybe_opening",
    "ringback.wire.handshake.HandshakeState.receive",
    "ringback.wire.noise.TransportOpener.open",
    "ringback.wire.stanzas.decode",
    "ringback.calls.book.CallBook.add",
    "ringback.inspector.check_stanza",
    "ringback.inspector.check_call",
)
"""Each stage that has to run before a stanza is observed."""
OUTLETS = (
    "ringback.ledger.store.Ledger.record",
    "ringback.eventfile.EventFile.write",
    "ringback.outlets.LogOutlet.show",
    "ringback.casebook.Casebook.show",
    "ringback.mitm.messagelog.MessageLog.show",
    "ringback.mitm.flowmarks.FlowMarks.show",
    "ringback.mitm.callflows.CallFlows.show",
    "ringback.sanitize.Placeholders.node",
)
"""Each place that observations go to."""
LATER = (
    "ringback.mitm.flowmarks.FlowMarks.write",
    "ringback.mitm.callflows.CallFlows.draw",
    "ringback.inspector.Inspector.settle",
    "ringback.inspector.Inspector.finish",
    "ringback.inspector.Inspector.close_connection",
    "ringback.eventfile.EventFile.summary",
    "ringback.eventfile.EventFile.close",
    "ringback.ledger.outlet.LedgerOutlet.finish",
    "ringback.outlets.LogOutlet.close",
)
"""What time, the end of a connection, or the end of the run brings."""


def fail(*_positional: object, **_named: object) -> Any:
    raise KeyError(SECRET)


class Run:
    """One live call with every outlet there is."""

    def __init__(self, folder: Path) -> None:
        self.watcher = Watcher()
        self.events = folder / "events.jsonl"
        self.ledger = folder / "ledger.db"
        self._folder = folder

    def play(self) -> list[HTTPFlow]:
        """Say the call, let time pass and end it; the flows as they are afterwards."""
        flows = websocket_flows(NAME)
        spoken = in_order(flows)
        desk = Desk(self._folder, ledger=str(self.ledger), events=str(self.events))
        with desk:
            desk.context.master.addons.add(self.watcher)
            desk.write_keys(key_log(NAME))
            for flow in flows:
                assert flow.websocket is not None
                flow.live, flow.websocket.messages = True, []
            for flow, message in spoken:
                assert flow.websocket is not None
                flow.websocket.messages.append(message)
                desk.addon.websocket_message(flow)
            desk.addon.tick(time.time())
            desk.addon.tick(time.time() + 3600)
            for flow in flows:
                desk.addon.websocket_end(flow)
            desk.addon.tick(time.time() + 7200)
        return flows

    @property
    def told(self) -> Iterator[str]:
        """The stanzas in the event file."""
        for line in self.events.read_text().splitlines():
            record = json.loads(line)
            if record["type"] == "stanza":
                yield record["action"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def check_harmless(flows: list[HTTPFlow], caplog: pytest.LogCaptureFixture) -> None:
    """Every message is as it was said; the fault is told once for each place, without the wire's words."""
    said = {flow.id: flow for flow in websocket_flows(NAME)}
    for flow in flows:
        assert flow.websocket is not None
        was = said[flow.id].websocket
        assert was is not None
        assert [m.content for m in flow.websocket.messages] == [m.content for m in was.messages]
        assert not any(message.dropped for message in flow.websocket.messages)
    lines = [record.getMessage() for record in caplog.records if "KeyError" in record.getMessage()]
    assert lines
    assert len(lines) == len(set(lines))
    assert all("fault of ringback, please report it: KeyError at " in line for line in lines)
    assert SECRET not in caplog.text
    assert "Addon error" not in caplog.text


@pytest.mark.parametrize("stage", PIPELINE)
def test_in_the_pipeline(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, stage: str
) -> None:
    """What depends on the stage is not seen; the run ends in order, its event file has a summary."""
    monkeypatch.setattr(stage, fail)
    check_harmless(run.play(), caplog)
    records = [json.loads(line)["type"] for line in run.events.read_text().splitlines()]
    assert (records[0], records[-1]) == ("start", "summary")


@pytest.mark.parametrize("stage", OUTLETS)
def test_in_an_outlet(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, stage: str
) -> None:
    """The other outlets get everything, other add-ons included."""
    monkeypatch.setattr(stage, fail)
    check_harmless(run.play(), caplog)
    everything = len(run.watcher.stanzas)
    assert everything == 34
    if not stage.startswith(("ringback.eventfile.", "ringback.sanitize.")):
        assert len(list(run.told)) == everything
    if not stage.startswith("ringback.ledger."):
        assert StoredLedger(run.ledger).stats().stanzas == everything


@pytest.mark.parametrize("stage", LATER)
def test_in_what_time_and_the_end_bring(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, stage: str
) -> None:
    """Everything that was seen is where it belongs."""
    monkeypatch.setattr(stage, fail)
    check_harmless(run.play(), caplog)
    assert len(list(run.told)) == len(run.watcher.stanzas) == 34
    assert StoredLedger(run.ledger).stats().stanzas == 34


def test_without_a_fault_nothing_is_told(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """The yardstick: the same call with every stage as it is."""
    run.play()
    assert len(list(run.told)) == 34
    assert "fault of ringback" not in caplog.text
