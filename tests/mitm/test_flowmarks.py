"""What stands in a flow's own fields: the verdict, never in the way of what its user wrote there."""

# mitmproxy's flows and filters are not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from mitmproxy import flowfilter
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from ringback.findings import Severity
from ringback.mitm import flowmarks
from ringback.mitm.flowmarks import FlowMarks
from ringback.mitm.marking import MARKERS, count_of
from ringback.sanitize import Placeholders
from ringback.stanza import Node, from_text
from support.desk import Desk, server_frames
from support.flows import flow_bytes, websocket_flow, write_flows
from support.noise_peer import NoisePair
from support.recorded import capture, websocket_flows
from support.wire_driver import CALL, IQ

FINE = (
    '<call from="100002:7@lid" id="3EB0AAAA" t="1700000000"><preaccept call-id="00AAAA"'
    ' call-creator="100001:1@lid"/></call>'
)


def pre_accept(call_id: str) -> Node:
    return from_text(FINE.replace("00AAAA", call_id))


@pytest.fixture
def pair() -> NoisePair:
    return NoisePair()


def matches(flow: HTTPFlow, expression: str) -> bool:
    """Whether mitmproxy's own filter language finds the flow."""
    return bool(flowfilter.parse(expression)(flow))


def test_a_flow_carries_its_verdict(tmp_path: Path, pair: NoisePair) -> None:
    """A sentence as comment, a marker for the worst severity, and metadata that `~meta` finds."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        desk.tick()
        assert (flow.comment, flow.marked) == ("", "")
        desk.say(flow, server_frames(pair, [CALL]))
        desk.tick()
    assert flow.comment == ("ringback: 1 error (attribute-missing), 1 note; CALLID-0001, 1 pre-accept")
    assert flow.marked == ":red_circle:"
    for found in (
        '~meta "ringback-severity: error"',
        "~meta ringback-codes:.*attribute-undocumented",
        "~meta CALLID-0001",
        "~marked",
        "~comment attribute-missing",
    ):
        assert matches(flow, found), found
    assert not matches(flow, "~meta CALLID-0002")
    assert not any("CALLID" in str(value) and "0001" not in str(value) for value in flow.metadata.values())


def test_every_marker_is_one_of_mitmproxys() -> None:
    """Both lines know the names; each is one column wide in the console."""
    from mitmproxy.utils.emoji import emoji

    assert set(MARKERS) == set(Severity)
    assert all(len(emoji[name]) == 1 for name in MARKERS.values())


def test_frames_that_stay_closed_are_told_without_a_marker(tmp_path: Path, pair: NoisePair) -> None:
    """Nothing was found, yet the flow says why nothing could be."""
    with Desk(tmp_path) as desk:
        flow = desk.connect(pair)
        desk.say(flow, server_frames(pair, [CALL, IQ]))
        desk.end(flow)
    assert (flow.comment, flow.marked) == ("ringback: 2 frames closed (no key)", "")


def test_other_flows_are_left_alone(tmp_path: Path) -> None:
    """Nothing of ringback stands in a WebSocket that speaks something else."""
    with Desk(tmp_path) as desk:
        flow = desk.open()
        before = dict(flow.metadata)
        desk.say(flow, b"hello, this is another protocol", from_client=True)
        desk.end(flow)
    assert (flow.comment, flow.marked, flow.metadata) == ("", "", before)


def test_what_the_user_wrote_stays(tmp_path: Path, pair: NoisePair) -> None:
    """A comment or marker that was there before, or was put there or taken away later."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        flow.comment, flow.marked = "mine", ":grapes:"
        desk.say(flow, server_frames(pair, [pre_accept("00AAAA01")]))
        desk.tick()
        assert (flow.comment, flow.marked) == ("mine", ":grapes:")
        assert matches(flow, "~meta CALLID-0001"), "nobody else writes there"

        other = desk.connect(NoisePair(seed=b"other"))
        desk.write_keys(NoisePair(seed=b"other").key_log)
        peer = NoisePair(seed=b"other")
        desk.say(other, server_frames(peer, [pre_accept("00AAAA02")]))
        desk.tick()
        assert other.comment.startswith("ringback: ")
        other.comment, other.marked = "", ""
        desk.say(other, server_frames(peer, [CALL]))
        desk.tick()
        assert (other.comment, other.marked) == ("", "")


def test_a_verdict_is_kept_up(tmp_path: Path, pair: NoisePair) -> None:
    """The fields follow what comes later; each change is told to mitmproxy once."""
    updates: list[list[str]] = []

    class Watcher:
        def update(self, flows: list[HTTPFlow]) -> None:
            updates.append([flow.comment for flow in flows])

    with Desk(tmp_path, call_flows=False) as desk:
        desk.context.master.addons.add(Watcher())
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        desk.say(flow, server_frames(pair, [pre_accept("00AAAA01")]))
        desk.tick()
        first = flow.comment
        desk.say(flow, server_frames(pair, [pre_accept("00AAAA02")]))
        for _ in range(3):
            desk.tick()
        assert first.endswith("; CALLID-0001, 1 pre-accept")
        assert flow.comment.endswith("; 2 calls, 2 pre-accepts")
        assert [told[0] for told in updates if told][-2:] == [first, flow.comment]


def test_marks_are_saved_with_the_flow_and_brought_up_to_date_when_it_is_read(tmp_path: Path) -> None:
    """Placeholders only; ringback knows its own comment and marker again."""
    with Desk(tmp_path) as desk:
        desk.write_keys(capture("violations").with_suffix(".keys").read_text())
        flows = websocket_flows("violations")
        for flow in flows:
            flow.live = True
            desk.addon.websocket_message(flow)
            desk.end(flow)
    saved = write_flows(tmp_path / "saved.flows", *flows)
    written = saved.read_bytes()
    assert b"ringback: " in written
    assert b"CALLID-0001" in written
    for flow, plain in zip(flows, websocket_flows("violations"), strict=True):
        flow.comment, flow.marked, flow.metadata = plain.comment, plain.marked, plain.metadata
        assert flow_bytes([flow]) == flow_bytes([plain]), "nothing else of the flow was touched"
    with saved.open("rb") as stream:
        again = [flow for flow in FlowReader(stream).stream() if isinstance(flow, HTTPFlow)]
    comments = [flow.comment for flow in again]
    with Desk(tmp_path, level="ok") as desk:
        for flow in again:
            flow.live = True
            desk.addon.websocket_message(flow)
        desk.tick()
        assert all(flow.comment.startswith("ringback: ") for flow in again)
        assert all(flow.marked in MARKERS.values() for flow in again if flow.marked)
    assert len(comments) == len(again)


def test_it_can_be_switched_off(tmp_path: Path, pair: NoisePair) -> None:
    """Then nothing of a flow changes by its being looked at."""
    with Desk(tmp_path, marks=False) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        before = flow_bytes([flow])
        desk.say(flow, server_frames(pair, [CALL]))
        desk.tick()
        assert flow.websocket is not None
        del flow.websocket.messages[-1]
        assert flow_bytes([flow]) == before


def test_calls_and_flows_are_bounded(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Further calls of a flow are counted; the flow first seen is no longer kept up."""
    monkeypatch.setattr(flowmarks, "MAX_NAMED", 2)
    monkeypatch.setattr(flowmarks, "MAX_FLOWS", 1)
    with Desk(tmp_path, call_flows=False) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        desk.say(flow, server_frames(pair, [pre_accept(f"00AAAA{n:02}") for n in range(5)]))
        desk.tick()
        assert flow.metadata["ringback-calls"] == "CALLID-0001 CALLID-0002 and 3 more"
        comment = flow.comment
        assert comment.endswith("; 5 calls, 5 pre-accepts")
        desk.connect(NoisePair(seed=b"other"))
        desk.say(flow, server_frames(pair, [pre_accept("00AAAA77")]))
        desk.tick()
        assert flow.comment == comment


def test_other_protocols_take_no_room(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many WebSockets of a browser begin, a client's verdict is kept up."""
    monkeypatch.setattr(flowmarks, "MAX_FLOWS", 2)
    with Desk(tmp_path, call_flows=False) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        others = [desk.open() for _ in range(3)]
        for other in others:
            desk.hand_out(other, WebSocketMessage(Opcode.TEXT, True, b"something else", 1.0))
        desk.say(flow, server_frames(pair, [pre_accept("00AAAA77")]))
        desk.tick()
    assert flow.comment.endswith("; CALLID-0001, 1 pre-accept")
    assert not any(other.comment for other in others)


def test_the_verdict_of_a_flow_goes_with_it() -> None:
    """mitmdump lets go of a flow when its connection has ended: nobody can see its marks any more."""
    marks = FlowMarks(Placeholders())
    flows = [websocket_flow([], live=True) for _ in range(3)]
    names = [flow.id for flow in flows]
    for flow in flows:
        marks.admit(flow)
        marks.begin(flow.id)
    del flows[1:], flow
    gc.collect()
    later = websocket_flow([], live=True)
    marks.admit(later)
    marks.begin(later.id)
    assert list(marks._verdicts) == [names[0], later.id]


@pytest.mark.parametrize(
    ("severities", "codes", "expected"),
    [
        ({}, [], "ok"),
        ({Severity.OK: 7}, [], "ok"),
        ({Severity.NOTE: 2, Severity.OK: 7}, ["b", "a"], "2 notes (a, b)"),
        ({Severity.ERROR: 1, Severity.WARNING: 2}, ["c", "a", "b"], "1 error (a, b and others), 2 warnings"),
    ],
)
def test_counts_in_words(severities: dict[Severity, int], codes: list[str], expected: str) -> None:
    """The worst stands first, with its codes."""
    assert count_of(severities, codes) == expected
