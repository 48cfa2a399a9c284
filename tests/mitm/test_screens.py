"""The parts together: nothing that goes wrong in one reaches the proxied socket or another part."""

# mitmproxy's master is not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ringback.mitm import screens
from ringback.mitm.callflows import CallFlows
from ringback.mitm.flowmarks import FlowMarks
from ringback.mitm.messagelog import MessageLog
from ringback.stanza import from_text
from support.desk import Desk, server_frames, text_of
from support.noise_peer import NoisePair
from support.wire_driver import CALL, IQ


@pytest.fixture
def pair() -> NoisePair:
    return NoisePair()


@pytest.mark.parametrize(
    ("part", "method"),
    [
        (FlowMarks, "admit"),
        (FlowMarks, "show"),
        (FlowMarks, "write"),
        (CallFlows, "show"),
        (CallFlows, "draw"),
        (MessageLog, "show"),
    ],
)
def test_a_part_that_fails_costs_nothing_else(
    tmp_path: Path,
    pair: NoisePair,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    part: type,
    method: str,
) -> None:
    """It is told once; stanzas are still opened, and commands still answer."""

    def fail(*_: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(part, method, fail)
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        for _ in range(3):
            said = desk.say(flow, server_frames(pair, [CALL]))
            desk.tick()
        assert "server frame 3" in text_of(said, flow)
        [row] = desk.context.master.commands.execute("ringback.calls")
        assert row.startswith("CALLID-0001 ")
    assert caplog.text.count("ZeroDivisionError") == 1


def test_a_fault_in_the_pipeline_leaves_messages_unread(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is set aside shows what was seen of it, and that the rest was not looked at."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        before = desk.say(flow, server_frames(pair, [IQ]))
        monkeypatch.setattr("ringback.inspector.check_stanza", fail)
        desk.say(flow, server_frames(pair, [CALL]))
        after = desk.say(flow, server_frames(pair, [IQ]))
        assert "<iq>" in text_of(before, flow)
        assert text_of(after, flow) == "not looked at yet"


def test_width_is_the_consoles(tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where mitmproxy's master has a window its columns count, less the arrow; and they may change."""

    class Window:
        columns = 140

        def get_cols_rows(self) -> tuple[int, int]:
            return self.columns, 40

    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        said = desk.say(flow, server_frames(pair, [CALL]))
        usual = text_of(said, flow)
        assert max(map(len, usual.splitlines())) <= screens.WIDTH
        monkeypatch.setattr(desk.context.master, "ui", Window(), raising=False)
        wide = text_of(said, flow)
        assert screens.WIDTH < max(map(len, wide.splitlines())) <= 138
        monkeypatch.setattr(Window, "columns", 20)
        assert max(map(len, text_of(said, flow).splitlines())) <= screens.LEAST_WIDTH


def test_marks_are_told_twice_a_second_at_the_most(tmp_path: Path, pair: NoisePair) -> None:
    """The console asks for all messages of an open flow each time; at its end a flow does not wait."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        comments = []
        for now in (1_000.0, 1_000.1, 1_000.4, 1_000.5):
            desk.say(flow, server_frames(pair, [CALL]))
            desk.tick(now)
            comments.append(flow.comment.rpartition(", ")[2])
        desk.say(flow, server_frames(pair, [CALL]))
        desk.addon.websocket_end(flow)
        comments.append(flow.comment.rpartition(", ")[2])
    assert comments == ["1 pre-accept", "1 pre-accept", "1 pre-accept", "4 pre-accepts", "5 pre-accepts"]


def test_calls_that_nobody_draws_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """mitmdump has no flow list: the calls that wait for one are bounded."""
    monkeypatch.setattr("ringback.mitm.callflows.MAX_DUE", 3)
    pair = NoisePair()
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        for number in range(6):
            ringing = f'<preaccept call-id="00AAAA{number}"/>'
            node = from_text(f'<call from="100002:7@lid" id="{number}">{ringing}</call>')
            desk.say(flow, server_frames(pair, [node]))
        desk.tick(1_000.0)
        drawn = [each.request.path.split("?")[0] for each in desk.flow_list if each is not flow]
    assert drawn == ["/CALLID-0004", "/CALLID-0005", "/CALLID-0006"]
