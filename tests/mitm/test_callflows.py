"""A flow of its own for each call: what it shows, and that nobody takes it for traffic."""

# mitmproxy's flows and filters are not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from pathlib import Path

import pytest
from mitmproxy import flowfilter
from mitmproxy.addons.save import Save
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from ringback.mitm import callflows
from ringback.mitm.callflows import HOST, TAG
from ringback.stanza import Node, from_text
from support.desk import Desk, server_frames
from support.noise_peer import NoisePair
from support.recorded import capture, in_order, websocket_flows
from support.wire_driver import CALL

HOSTILE = "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\u202e\r\n"


def calls(desk: Desk) -> list[HTTPFlow]:
    """The flows of calls in the flow list, the first call first."""
    return [flow for flow in desk.flow_list if isinstance(flow, HTTPFlow) and TAG in flow.metadata]


def replay(desk: Desk, name: str) -> None:
    """Say everything of a shipped capture, live."""
    desk.write_keys(capture(name).with_suffix(".keys").read_text())
    flows = {flow.id: desk.open() for flow in websocket_flows(name)}
    for flow, message in in_order(websocket_flows(name)):
        desk.hand_out(flows[flow.id], message)


def of_call(action: str) -> Node:
    """A stanza of one call, as the callee gets it."""
    creator = 'call-id="00AAAA" call-creator="100001:1@lid"'
    return from_text(f'<call from="100001:1@lid" id="{action}"><{action} {creator}/></call>')


@pytest.fixture
def pair() -> NoisePair:
    return NoisePair()


def test_a_call_is_a_flow_with_its_ladder(tmp_path: Path) -> None:
    """Named, marked, in its place in time; its body is the ladder with the findings, in placeholders."""
    with Desk(tmp_path) as desk:
        replay(desk, "multi-device")
        desk.tick()
        [flow] = calls(desk)
    assert flow.request.pretty_url.startswith(f"http://{HOST}/CALLID-0001?stanzas=41&pre-accepts=2")
    assert (flow.request.method, flow.marked) == ("CALL", ":large_blue_circle:")
    assert flow.comment.startswith("ringback: ")
    assert "attribute-undocumented" in flow.comment
    assert flow.comment.endswith("; a call, not traffic")
    assert flow.response is not None
    body = flow.response.text
    assert body is not None
    assert flow.response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "preaccept" in body
    assert "◀" in body
    assert "+ note    child-undocumented  /call/preaccept/audio" in body
    assert max(map(len, body.splitlines())) <= 80
    assert "00AAAA" not in body, "placeholders"
    assert flow.timestamp_start == pytest.approx(1_700_003_601.0, abs=4_000)
    assert not flow.live


def test_a_call_is_drawn_again_as_it_goes_on(tmp_path: Path, pair: NoisePair) -> None:
    """In the same flow, not more often than every half second."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        socket = desk.connect(pair)
        desk.say(socket, server_frames(pair, [of_call("offer")]))
        desk.tick(1_000.0)
        [flow] = calls(desk)
        assert "stanzas=1&" in flow.request.path
        desk.say(socket, server_frames(pair, [of_call("terminate")]))
        desk.tick(1_000.3)
        assert "stanzas=1&" in flow.request.path
        desk.tick(1_000.6)
        assert "stanzas=2&" in flow.request.path
        assert flow.response is not None
        assert "terminate" in (flow.response.text or "")
        assert calls(desk) == [flow]


def test_a_call_flow_is_told_from_traffic(tmp_path: Path, pair: NoisePair) -> None:
    """A filter hides them, or shows nothing else; severity and rule are found as on other flows."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        socket = desk.connect(pair)
        desk.say(socket, server_frames(pair, [CALL]))
        desk.tick()
        [flow] = calls(desk)
        for expression in (f"~meta {TAG}", f"~d {HOST}", "~meta ringback-severity:.error", "~m CALL"):
            assert flowfilter.parse(expression)(flow), expression
        assert not flowfilter.parse(f"~meta {TAG}")(socket)
        desk.context.configure(desk.flow_list, view_filter=f"!~meta {TAG}")
        assert calls(desk) == []


def test_no_addon_sees_it_as_traffic(tmp_path: Path, pair: NoisePair) -> None:
    """No hook is fired for it, and what mitmproxy streams to a file has the WebSocket alone."""
    seen: list[str] = []

    class Watcher:
        def requestheaders(self, flow: HTTPFlow) -> None:
            seen.append("requestheaders")

        request = response = requestheaders

    saved = tmp_path / "mine.flows"
    save = Save()
    with Desk(tmp_path) as desk:
        desk.context.master.addons.add(Watcher(), save)
        desk.context.configure(save, save_stream_file=str(saved))
        desk.write_keys(pair.key_log)
        socket = desk.connect(pair)
        save.request(socket)
        desk.say(socket, server_frames(pair, [CALL]))
        desk.tick()
        assert len(calls(desk)) == 1
        desk.addon.websocket_end(socket)
        save.websocket_end(socket)
        save.done()
    assert seen == []
    with saved.open("rb") as stream:
        assert [flow.id for flow in FlowReader(stream).stream()] == [socket.id]


def test_a_flow_that_its_user_removed_stays_away(tmp_path: Path, pair: NoisePair) -> None:
    """The call goes on; its flow does not come back."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        socket = desk.connect(pair)
        desk.say(socket, server_frames(pair, [CALL]))
        desk.tick(1_000.0)
        desk.flow_list.remove(calls(desk))
        desk.say(socket, server_frames(pair, [CALL]))
        desk.tick(1_001.0)
        assert calls(desk) == []


def test_it_can_be_switched_off(tmp_path: Path, pair: NoisePair) -> None:
    """And on again, for what happens from then on."""
    with Desk(tmp_path, call_flows=False) as desk:
        desk.write_keys(pair.key_log)
        socket = desk.connect(pair)
        desk.say(socket, server_frames(pair, [CALL]))
        desk.tick(1_000.0)
        assert calls(desk) == []
        desk.context.configure(desk.addon, ringback_call_flows=True)
        desk.say(socket, server_frames(pair, [CALL]))
        desk.tick(1_001.0)
        assert len(calls(desk)) == 1


def test_a_few_at_a_time_and_not_too_many(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording of many calls is drawn turn by turn; the oldest flows make room."""
    monkeypatch.setattr(callflows, "MAX_FLOWS", 6)
    nodes = [
        from_text(f'<call from="100002:7@lid" id="3EB0AA{n:02}"><preaccept call-id="00AAAA{n:02}"/></call>')
        for n in range(10)
    ]
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        socket = desk.connect(pair)
        desk.say(socket, server_frames(pair, nodes))
        counts = []
        for turn in range(4):
            desk.tick(1_000.0 + turn / 10)
            counts.append(len(calls(desk)))
        names = [flow.request.path.split("?")[0] for flow in calls(desk)]
    assert counts == [4, 6, 6, 6]
    assert names == [f"/CALLID-{n:04}" for n in range(5, 11)]


def test_nothing_in_a_call_is_obeyed(tmp_path: Path, pair: NoisePair) -> None:
    """Neither in the URL nor in the body, the comment or the metadata."""
    nasty = Node(
        "call", {"from": HOSTILE, "id": HOSTILE}, (Node("preaccept", {"call-id": HOSTILE}, HOSTILE),)
    )
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        socket = desk.connect(pair)
        desk.say(socket, server_frames(pair, [nasty]))
        desk.tick()
        [flow] = calls(desk)
    assert flow.response is not None
    texts = [flow.request.url, flow.comment, flow.response.text or "", *map(str, flow.metadata.values())]
    for text in texts:
        assert all(each.isprintable() or each == "\n" for each in text)
        assert "owned" not in text
        assert "<script>" not in text


def test_a_fault_leaves_the_rest_as_it_is(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A ladder that cannot be drawn costs its flow, and is told once."""
    monkeypatch.setattr(callflows, "ladder_of", lambda *_: 1 / 0)
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        socket = desk.connect(pair)
        for turn in range(3):
            desk.say(socket, server_frames(pair, [CALL]))
            desk.tick(1_000.0 + turn)
        assert socket.comment.startswith("ringback: ")
    assert caplog.text.count("ZeroDivisionError") == 1
