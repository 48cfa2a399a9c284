"""The content view in mitmproxy's own machinery: when it is chosen, and what it shows of a message."""

# mitmproxy's flows are not annotated throughout.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from mitmproxy import contentviews
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from ringback.mitm import contentview
from ringback.mitm.messagetext import MessageText
from ringback.stanza import Node, from_text
from ringback.wire.framelog import FrameLog
from support.desk import Desk, server_frames, shown, text_of
from support.flows import message
from support.noise_peer import NoisePair
from support.recorded import capture, websocket_flows
from support.wire_driver import CALL, IQ, MESSAGE_ACK

ADVICE = "run the client with the key-log preload"
HOSTILE = "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\u202e\u2066\u200b\r\n" + "A" * 5_000


@pytest.fixture
def pair() -> NoisePair:
    return NoisePair()


def test_every_message_of_our_sockets_is_shown_by_it(tmp_path: Path) -> None:
    """Unasked: the pre-accept annotated, whatever belongs to no call by its tag and size."""
    with Desk(tmp_path) as desk:
        desk.write_keys(capture("single-callee").with_suffix(".keys").read_text())
        flows = websocket_flows("single-callee")
        for flow in flows:
            flow.live = True
            asyncio.run(desk.context.cycle(desk.addon, flow))
        texts = [text_of(each, flow) for flow in flows if flow.websocket for each in flow.websocket.messages]
    assert len(texts) == 67
    assert sum("handshake" in text for text in texts) == 6
    assert "server frame 2  34 bytes  <ib>  belongs to no call" in texts
    delivered = next(text for text in texts if text.startswith("↓ preaccept"))
    lines = delivered.splitlines()
    assert lines[0] == "↓ preaccept  CALLID-0001 +0.422  B:17@lid → A:1@lid  server frame 11  + note"
    assert '✓       call-id="CALLID-0001"                     probable, required' in lines
    assert "+ note    attribute-undocumented  /call/@t" in delivered
    assert "00AAAAAAAA" not in "".join(texts), "placeholders only"


def test_level_of_the_findings_is_the_options(tmp_path: Path, pair: NoisePair) -> None:
    """A change shows at once, also of what was looked at before."""
    with Desk(tmp_path, level="ok") as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        said = desk.say(flow, server_frames(pair, [CALL]))
        assert "✓ ok    " in text_of(said, flow)
        desk.context.configure(desk.addon, ringback_level="error")
        assert "✓ ok    " not in text_of(said, flow)
        assert '✓     id="ID-0001"' in text_of(said, flow), "the stanza's own marks stay"


def test_other_sockets_and_bodies_are_left_to_mitmproxy(tmp_path: Path, pair: NoisePair) -> None:
    """Another protocol, the upgrade request and response of ours, and a flow that was never seen."""
    with Desk(tmp_path) as desk:
        other = desk.open()
        greeting = desk.say(other, b"hello, this is another protocol", from_client=True)
        ours = desk.connect(pair)
        assert ours.websocket is not None
        assert ours.response is not None
        first = ours.websocket.messages[0]
        for looked_at, flow in ((greeting, other), (ours.request, ours), (ours.response, ours)):
            assert shown(looked_at, flow)[0] != "ringback"
        assert shown(first, ours.copy())[0] != "ringback"
        assert "nothing for ringback to show" in shown(greeting, other, "ringback")[1]


def test_a_late_key_changes_what_is_shown(tmp_path: Path, pair: NoisePair) -> None:
    """A frame is shown as held, with what to do, until its key comes."""
    with Desk(tmp_path) as desk:
        flow = desk.connect(pair)
        call = desk.say(flow, server_frames(pair, [CALL]))
        iq = desk.say(flow, server_frames(pair, [IQ]))
        for held in (call, iq):
            assert "held until its key comes" in text_of(held, flow)
            assert ADVICE in text_of(held, flow)
        desk.write_keys(pair.key_log)
        desk.tick()
        assert text_of(call, flow).startswith("↓ preaccept  CALLID-0001")
        assert text_of(iq, flow).endswith("<iq>  belongs to no call")


@pytest.mark.parametrize(("key", "reason"), [("", "no key"), ("11" * 32, "wrong key")])
def test_a_frame_that_stays_closed_says_why(tmp_path: Path, pair: NoisePair, key: str, reason: str) -> None:
    """The reason and what to do about it."""
    with Desk(tmp_path) as desk:
        if key:
            desk.write_keys(f"{pair.server_line.rsplit(maxsplit=1)[0]} {key}\n")
        flow = desk.connect(pair)
        said = desk.say(flow, server_frames(pair, [CALL]))
        desk.end(flow)
        assert f"closed: {reason}" in text_of(said, flow)


def test_frames_that_are_split_or_joined(tmp_path: Path, pair: NoisePair) -> None:
    """A part says that it is one; a message of several frames shows each, in order."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        frame = server_frames(pair, [CALL])
        first, last = desk.say(flow, frame[:2]), desk.say(flow, frame[2:])
        joined = desk.say(flow, server_frames(pair, [IQ, CALL, MESSAGE_ACK] + [IQ] * 70))
        assert text_of(first, flow).startswith("part of a frame")
        assert text_of(last, flow).startswith("↓ preaccept")
        lines = text_of(joined, flow).splitlines()
    assert lines[0] == "server frame 2  29 bytes  <iq>  belongs to no call"
    assert lines[1].startswith("↓ preaccept")
    assert any(line.startswith("server frame 4  ") and "<ack>" in line for line in lines)
    assert lines[-1] == "… and 9 more frames in this message"


def test_messages_that_hold_no_frame(tmp_path: Path, pair: NoisePair) -> None:
    """What was injected, and what is text, which the protocol never uses."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        injected = desk.hand_out(flow, message(False, b"injected", injected=True))
        text = desk.hand_out(flow, WebSocketMessage(Opcode.TEXT, False, b"text"))
        unread = desk.say(flow, pair.server_frame(b"\x00\xf8\x02\xff"))
        assert text_of(injected, flow).startswith("injected: sent by neither side")
        assert "closed: not this protocol" in text_of(text, flow)
        assert "opened, but holds no stanza that can be read: " in text_of(unread, flow)
        assert flow.websocket is not None
        unheard = message(False, b"on its way")
        flow.websocket.messages.append(unheard)
        assert text_of(unheard, flow) == "not looked at yet"


def test_an_addon_that_empties_the_list(tmp_path: Path, pair: NoisePair) -> None:
    """Where another add-on saves memory, what is left is still taken for what it is."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        assert flow.websocket is not None
        for node in (IQ, CALL, IQ):
            said = desk.say(flow, server_frames(pair, [node]))
            expected = "↓ preaccept" if node is CALL else "server frame"
            assert text_of(said, flow).startswith(expected)
            flow.websocket.messages.clear()


def test_a_finding_about_the_call_stands_with_its_stanza(tmp_path: Path) -> None:
    """What only the rest of a call shows, here a late pre-accept, is said of the messages that show it."""
    with Desk(tmp_path) as desk:
        desk.write_keys(capture("violations").with_suffix(".keys").read_text())
        flows = websocket_flows("violations")
        for flow in flows:
            flow.live = True
            asyncio.run(desk.context.cycle(desk.addon, flow))
        desk.tick(4_000_000_000.0)
        texts = [text_of(each, flow) for flow in flows if flow.websocket for each in flow.websocket.messages]
    late = [text for text in texts if "preaccept-after-terminate" in text]
    assert any(" preaccept  CALLID-" in text.splitlines()[0] for text in late)


def test_nothing_in_a_stanza_is_obeyed(tmp_path: Path, pair: NoisePair) -> None:
    """Escape sequences, HTML, bidirectional controls and huge values are text, and short."""
    nasty = Node(
        "call",
        {"from": HOSTILE, "id": HOSTILE, HOSTILE[:60]: "1"},
        (
            Node("preaccept", {"call-id": HOSTILE, "call-creator": HOSTILE}, HOSTILE),
            Node(HOSTILE, {}, b"\x1b[2J"),
        ),
    )
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        called = desk.say(flow, server_frames(pair, [nasty]))
        unknown = desk.say(flow, server_frames(pair, [Node(HOSTILE, {})]))
        texts = [text_of(called, flow), text_of(unknown, flow)]
    for text in texts:
        assert all(character.isprintable() or character == "\n" for character in text)
        assert "<script>" not in text
        assert "owned" not in text
        assert max(map(len, text.splitlines())) < 400
    assert "belongs to no call" in texts[1]


def test_nothing_is_decoded_to_show_it(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up only: what was opened in its turn is not opened again, and a text is written once."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        said = desk.say(flow, server_frames(pair, [CALL]))
        first = text_of(said, flow)

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError

        monkeypatch.setattr("ringback.wire.transport.TransportLane.receive", refuse)
        monkeypatch.setattr("ringback.wire.stanzas.decode", refuse)
        monkeypatch.setattr(MessageText, "lines", refuse)
        assert text_of(said, flow) == first


def test_memory_is_bounded_and_said(tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest messages are no longer remembered, and say so; the texts are few."""
    monkeypatch.setattr("ringback.wire.framelog.MAX_MESSAGES", 8)
    monkeypatch.setattr("ringback.mitm.messagelog.MAX_HOLDING", 2)
    monkeypatch.setattr(contentview, "MAX_CACHED", 2)
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        said = [desk.say(flow, server_frames(pair, [node])) for node in [CALL, IQ] * 6]
        texts = [text_of(each, flow) for each in said]
    forgotten = [text.startswith("what it held is no longer remembered") for text in texts]
    assert forgotten == [True] * 4 + [False] * 8
    # Of the calls before the last two the frame is remembered, the stanza is not.
    assert [text.startswith("↓ preaccept") for text in texts[4::2]] == [False, False, True, True]
    assert texts[4] == texts[6].replace("frame 7", "frame 5")
    assert "bytes  what it held is no longer remembered" in texts[4]
    assert texts[5].endswith("<iq>  belongs to no call")


def test_connections_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that began longest ago is left to mitmproxy's own views."""
    monkeypatch.setattr("ringback.mitm.messagelog.MAX_CONNECTIONS", 2)
    with Desk(tmp_path) as desk:
        flows = [desk.connect(NoisePair(seed=bytes([number]))) for number in range(3)]
        names = [shown(flow.websocket.messages[0], flow)[0] == "ringback" for flow in flows if flow.websocket]
        assert flows[0].websocket is not None
        _, told = shown(flows[0].websocket.messages[0], flows[0], "ringback")
    assert names == [False, True, True]
    assert told.endswith("that it looked at, or of one of 1 that newer ones have pushed out")


def test_what_is_not_shown_any_more_is_not_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that was pushed out goes on, and takes no memory for its frames."""
    monkeypatch.setattr("ringback.mitm.messagelog.MAX_CONNECTIONS", 1)
    pair = NoisePair(seed=b"on")
    logs: list[FrameLog] = []

    class Kept(FrameLog):
        def __init__(self, first: int) -> None:
            super().__init__(first)
            logs.append(self)

    monkeypatch.setattr("ringback.mitm.messagelog.FrameLog", Kept)
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        desk.connect(NoisePair(seed=b"newer"))
        for _ in range(5):
            desk.say(flow, server_frames(pair, [IQ]))
    assert [len(log) for log in logs] == [0, 3]


def test_a_connection_that_was_given_up_and_goes_on(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes on it is shown and marked; what came before is no longer remembered."""
    monkeypatch.setattr("ringback.sources.live.MAX_FOLLOWED", 1)
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        before = desk.say(flow, server_frames(pair, [CALL]))
        desk.connect(NoisePair(seed=b"newer"))
        since = desk.say(flow, server_frames(pair, [CALL]))
        desk.tick()
        assert text_of(before, flow).startswith("what it held is no longer remembered")
        assert text_of(since, flow).startswith("↓ preaccept")
    assert "CALLID-0001, 1 pre-accept" in flow.comment


def test_other_protocols_push_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser may open hundreds of WebSockets beside a client's."""
    monkeypatch.setattr("ringback.mitm.messagelog.MAX_CONNECTIONS", 2)
    with Desk(tmp_path) as desk:
        flow = desk.connect(NoisePair())
        for _ in range(5):
            desk.say(desk.open(), b"something else", from_client=True)
        assert flow.websocket is not None
        assert shown(flow.websocket.messages[0], flow)[0] == "ringback"


def test_all_connections_together_are_bounded(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection with the most messages forgets the older half of its own; the others lose nothing."""
    monkeypatch.setattr("ringback.mitm.messagelog.MAX_MESSAGES", 9)
    other = NoisePair(seed=b"other")
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log + other.key_log)
        flow = desk.connect(pair)
        said = [desk.say(flow, server_frames(pair, [IQ])) for _ in range(7)]
        desk.connect(other)
        texts = [text_of(each, flow) for each in said]
    forgotten = [text.startswith("what it held is no longer remembered") for text in texts]
    # With the three messages of the handshake it had ten when the other connection began.
    assert forgotten == [True] * 2 + [False] * 5


def test_a_fault_shows_as_one(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A view that fails breaks no window: the message says where to look, the log has the place."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        said = desk.say(flow, server_frames(pair, [CALL]))
        monkeypatch.setattr("ringback.mitm.messagetext.annotated_text", lambda *_, **__: 1 / 0)
        assert text_of(said, flow) == "a fault of ringback: the event log says where; please report it"
    assert "ZeroDivisionError" in caplog.text
    assert "while showing a message" in caplog.text


def test_a_script_that_is_loaded_anew_takes_over(tmp_path: Path, pair: NoisePair) -> None:
    """One view of the name, that of the newest instance; none stays where mitmproxy lets go of views."""
    for _ in range(2):
        with Desk(tmp_path) as desk:
            desk.write_keys(pair.key_log)
            flow = desk.connect(pair)
            assert flow.websocket is not None
            assert "handshake" in text_of(flow.websocket.messages[0], flow)
    if not hasattr(contentviews, "registry"):
        assert "ringback" not in [view.name for view in contentviews.views]


def test_pieces_are_styled_as_mitmproxy_eleven_can(tmp_path: Path, pair: NoisePair) -> None:
    """Colours by names that its console and mitmweb know; all of the text, in its order."""
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        said = desk.say(flow, server_frames(pair, [from_text('<call id="1"><preaccept/></call>')]))
        _, lines = desk.addon.screens.content_view(said.content, flow=flow, websocket_message=said)
        text = "\n".join("".join(piece for _, piece in line) for line in lines)
        assert text == text_of(said, flow)
    styles = {style for line in lines for style, _ in line}
    assert {"text", "error", "Token_Name_Tag", "Token_Keyword_Constant", "highlight"} <= styles
