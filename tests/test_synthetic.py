"""The generator of the shipped captures: the same bytes everywhere, and the truth that it tells is true."""

from __future__ import annotations

import subprocess
import sys
import zlib
from dataclasses import replace
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from ringback.recognise import recognise
from ringback.stanza import Node
from ringback.wire.events import Direction
from ringback.wire.wabinary import decode, encode, peek_tag, token_table
from synthetic import generate, server
from synthetic.capture import Capture
from synthetic.cast import CALLEE, CALLER, INTERVAL_S, call_id, packed
from synthetic.deflate import deflate
from synthetic.manifest import SCENARIOS, capture
from synthetic.many import many_calls
from synthetic.rendering import RenderedSocket, render
from synthetic.session import Session
from synthetic.spelling import respell
from synthetic.stage import callee_on_web, caller_on_web
from synthetic.world import Client, Device, Recording, World

SESSION = Session("CALL", CALLER.device(1))
FLOW = "flow"


class TestDeflate:
    @given(st.binary(max_size=600), st.integers(1, 4))
    def test_zlib_reads_it(self, data: bytes, times: int) -> None:
        """Whatever is written can be read by zlib, repetitions included."""
        assert zlib.decompress(deflate(data * times)) == data * times

    def test_lengths_and_distances_up_to_the_longest(self) -> None:
        """Matches of every length code and beyond the window give the data back."""
        runs = b"".join(bytes([65 + n % 7]) * n for n in range(300))
        far = bytes(range(256)) + b"\0" * 33_000 + bytes(range(256))
        for data in (runs, far):
            assert zlib.decompress(deflate(data)) == data

    def test_is_smaller(self) -> None:
        """Repetition is written as a match, not as literals."""
        assert len(deflate(b"Z" * 5000)) < 100


class TestRespelling:
    @pytest.mark.parametrize("dictionary", [2, 3])
    @pytest.mark.parametrize(("wide_list", "tag"), [(True, None), (False, "call"), (True, "call")])
    def test_says_the_same(self, dictionary: int, wide_list: bool, tag: str | None) -> None:
        """A respelled stanza has other bytes and the same meaning."""
        table = token_table(dictionary)
        plaintext = encode(Node("call", {"id": "1"}, (SESSION.preaccept(),)), table)
        respelled = respell(plaintext, wide_list=wide_list, tag=tag)
        assert respelled != plaintext
        assert decode(respelled, table) == decode(plaintext, table)
        assert peek_tag(respelled, table) == "call"

    def test_keeps_a_tag_of_two_bytes_whole(self) -> None:
        """A tag out of a second dictionary is replaced with both its bytes."""
        table = token_table(3)
        plaintext = encode(Node("preaccept", {"id": "1"}), table)
        assert decode(respell(plaintext, tag="preaccept"), table).node == Node("preaccept", {"id": "1"})

    def test_refuses_what_it_cannot_respell(self) -> None:
        """A root that is spelled unusually already is refused."""
        plaintext = respell(encode(Node("call"), token_table(3)), wide_list=True)
        with pytest.raises(ValueError, match="LIST_8"):
            respell(plaintext, tag="call")


class TestServer:
    def test_rewrites_the_addresses(self) -> None:
        """`to` becomes the sender's `from`, the time is added, the rest of a pre-accept stays."""
        te = Node("te", {"ip": "192.0.2.1", "port": "1"})
        action = SESSION.preaccept(Node("destination", {}, (te,)))
        sent = Node("call", {"to": CALLER.device(1), "id": "7"}, (action,))
        copy = server.delivered(sent, CALLEE.device(17), CALLER.device(1), 12.9)
        assert copy == Node("call", {"from": CALLEE.device(17), "id": "7", "t": "12"}, (action,))

    def test_an_offer_reaches_each_device_with_its_own_ciphertext(self) -> None:
        """The address list is taken out, one device's ciphertext and a relay are put in."""
        devices = [CALLEE.device(0), CALLEE.device(17)]
        sent = Node("call", {"to": CALLEE.bare, "id": "7"}, (SESSION.offer(devices),))
        assert server.receivers(sent) == tuple(devices)
        offer = server.delivered(sent, CALLER.device(1), devices[1], 1.0).children[0]
        assert offer.child("destination") is None
        assert len(offer.all("enc")) == 1
        assert offer.attrs["caller_pn"] == CALLER.by_phone(1)
        assert offer.children[-1].tag == "relay"

    def test_an_address_list_alone_leaves_no_children(self) -> None:
        """A dismissal arrives without the list of those dismissed."""
        sent = Node("call", {"to": CALLEE.bare, "id": "7"}, (SESSION.terminate("busy", [CALLEE.device(3)]),))
        action = server.delivered(sent, CALLER.device(1), CALLEE.device(3), 1.0).children[0]
        assert action.content is None

    def test_acks_name_the_original_receiver(self) -> None:
        """The server's ack comes from where the stanza went; the receiver's goes to where it came from."""
        sent = Node("call", {"to": CALLER.device(1), "id": "7"}, (SESSION.preaccept(),))
        ack = server.ack_to_sender(sent)
        assert dict(ack.attrs) == {"from": CALLER.device(1), "class": "call", "type": "preaccept", "id": "7"}
        copy = server.delivered(sent, CALLEE.device(17), CALLER.device(1), 1.0)
        answer = server.ack_to_server(copy, typed=True)
        expected = {"to": CALLEE.device(17), "id": "7", "class": "call", "type": "preaccept"}
        assert dict(answer.attrs) == expected
        assert "type" not in server.ack_to_server(copy, typed=False).attrs


class TestWorld:
    def test_one_call_stanza_crosses_both_wires(self) -> None:
        """The sender's wire shows the stanza and its ack, the receiver's the copy and the answer."""
        world = World("test")
        caller, callee = world.connect(caller_on_web()), world.connect(callee_on_web())
        world.call(callee, caller.jid, SESSION.preaccept())
        assert [(one.direction, one.node and one.node.tag) for one in callee.wire] == [
            (Direction.CLIENT, "call"),
            (Direction.SERVER, "ack"),
        ]
        assert [(one.direction, one.node and one.node.tag) for one in caller.wire] == [
            (Direction.SERVER, "call"),
            (Direction.CLIENT, "ack"),
        ]

    def test_an_offer_is_answered_by_a_receipt(self) -> None:
        """The receiver's receipt goes back to the sender, who acks it as a receipt."""
        world = World("test")
        caller, callee = world.connect(caller_on_web()), world.connect(callee_on_web())
        world.call(caller, CALLEE.bare, SESSION.offer([callee.jid]))
        assert [one.node.tag for one in callee.wire if one.node] == ["call", "receipt"]
        assert [one.node.tag for one in caller.wire if one.node] == ["call", "ack", "receipt", "ack"]
        assert caller.wire[-1].node is not None
        assert caller.wire[-1].node.attrs["class"] == "receipt"

    def test_a_device_without_a_wire_shows_on_others_only(self) -> None:
        """What an uncaptured device sends is seen where it arrives."""
        world = World("test")
        caller = world.connect(caller_on_web())
        world.call(Device(CALLEE.device(16), "7.7"), caller.jid, SESSION.reject("busy"))
        assert caller.wire[0].node is not None
        assert caller.wire[0].node.attrs["from"] == CALLEE.device(16)

    def test_the_server_compresses_what_is_large(self) -> None:
        """Only frames of the server above the limit carry the flag of compression."""
        world = World("test")
        client = caller_on_web()
        client.deflate_above = 30
        world.connect(client)
        for node in (Node("ib"), Node("ib", {"from": "Z" * 60})):
            world.deliver(client, node)
            world.send(client, node)
        flags = [(one.direction, one.plaintext[0]) for one in client.wire]
        client_flag, server_flags = (Direction.CLIENT, 0), [(Direction.SERVER, 0), (Direction.SERVER, 2)]
        assert flags == [server_flags[0], client_flag, server_flags[1], client_flag]
        assert decode(client.wire[2].plaintext, token_table(3)).node == client.wire[2].node


def opened(socket: RenderedSocket, direction: Direction) -> list[tuple[int, int, bytes]]:
    """Frame number, completing message and plaintext of each frame of a direction, read without ringback."""
    lane = socket.pair.client if direction is Direction.CLIENT else socket.pair.server
    stream, ends = bytearray(), []
    for index, message in enumerate(socket.messages):
        if message.from_client is (direction is Direction.CLIENT):
            stream += message.content
            ends.append((len(stream), index))
    intro = len(socket.pair.intro) if direction is Direction.CLIENT else 0
    offset, number, counter, found = intro, 0, 0, []
    while offset < len(stream):
        size = int.from_bytes(stream[offset : offset + 3], "big")
        sealed, offset = bytes(stream[offset + 3 : offset + 3 + size]), offset + 3 + size
        if number >= (2 if direction is Direction.CLIENT else 1):
            plaintext = AESGCM(lane.key).decrypt(counter.to_bytes(12, "big"), sealed, None)
            found.append((number, next(index for end, index in ends if end >= offset), plaintext))
            counter += 1
        number += 1
    return found


def chatty(recording: Recording) -> Client:
    """A client with a few frames of either direction on its wire, two at a time."""
    world, client = World("test"), replace(caller_on_web(), recording=recording, wire=[])
    world.connect(client)
    for number in range(5):
        world.wait(100)
        world.send(client, Node("iq", {"id": f"a{number}"}))
        world.send(client, Node("iq", {"id": f"b{number}", "from": "Z" * 50 * number}))
        world.deliver(client, Node("iq", {"id": f"c{number}"}))
    return client


class TestRendering:
    @pytest.mark.parametrize("routing_info", [None, b"\x08\x01"])
    @settings(max_examples=25, deadline=None)
    @given(cuts=st.lists(st.integers(1, 400), max_size=6))
    def test_every_frame_is_where_it_is_said_to_be(self, routing_info: bytes | None, cuts: list[int]) -> None:
        """However the messages are cut, number, message and content of every frame are as told."""
        socket = render(chatty(Recording(routing_info, tuple(cuts))), FLOW, b"seed")
        for direction in Direction:
            told = [
                (frame.place.frame, frame.place.message, frame.plaintext)
                for frame in socket.frames
                if frame.place.direction is direction
            ]
            assert told == opened(socket, direction)
        times = [message.at for message in socket.messages]
        assert all(one <= other for one, other in pairwise(times))

    def test_frames_of_one_moment_share_a_message(self) -> None:
        """With wide cuts the two frames that are sent at once stand in one message."""
        socket = render(chatty(Recording(cuts=(10_000,))), FLOW, b"seed")
        sent = [frame.place.message for frame in socket.frames if frame.place.direction is Direction.CLIENT]
        assert len(sent) == 10
        assert len(set(sent)) == 5

    def test_lost_frames_have_used_their_counter(self) -> None:
        """A frame that the capture misses leaves the others sealed as they were."""
        whole = render(chatty(Recording()), FLOW, b"seed")
        lossy = render(chatty(Recording(lost=frozenset({(Direction.CLIENT, 1)}))), FLOW, b"seed")
        assert len(lossy.messages) == len(whole.messages) - 1
        assert {one.content for one in lossy.messages} < {one.content for one in whole.messages}

    def test_a_capture_from_mid_connection_has_no_handshake(self) -> None:
        """The capture holds what was written from its beginning on, numbered from 0."""
        socket = render(chatty(Recording(since_ms=300)), FLOW, b"seed")
        assert len(socket.messages) == len(socket.frames) == 9
        assert socket.frames[0].place.frame == 0


class TestShippedFiles:
    def test_are_as_generated(self) -> None:
        """What lies in captures/ is what the generator makes, under this mitmproxy and this zlib."""
        assert generate.stale() == []

    def test_the_command_says_so(self) -> None:
        """The generator runs as a script from anywhere, without any path set."""
        command = [sys.executable, "-I", "-B", str(Path(generate.__file__)), "--check"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        assert (done.returncode, done.stdout) == (0, "")

    def test_a_difference_is_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A changed, a missing and a surplus file are each named, and the exit code is 1."""
        assert generate.main(["--into", str(tmp_path)]) == 0
        assert generate.main(["--check", "--into", str(tmp_path)]) == 0
        changed, missing = tmp_path / "synthetic" / "violations.flows", tmp_path / "README.md"
        surplus = tmp_path / "synthetic" / "own.flows"
        changed.write_bytes(changed.read_bytes()[:-1] + b"!")
        missing.unlink()
        surplus.write_bytes(b"")
        capsys.readouterr()
        assert generate.main(["--check", "--into", str(tmp_path)]) == 1
        told = capsys.readouterr().out.splitlines()
        assert told == [f"not as generated: {path}" for path in sorted([missing, changed, surplus])]

    @pytest.mark.parametrize("name", SCENARIOS)
    def test_mitmproxy_reads_them(self, name: str) -> None:
        """Every flow comes back with the messages that were written, whatever the version."""
        flows = [
            flow for flow in FlowReader(BytesIO(capture(name).flows)).stream() if isinstance(flow, HTTPFlow)
        ]
        sockets = [flow for flow in flows if flow.websocket is not None]
        scene = capture(name).scene
        assert len(sockets) == len(scene.world.clients) + len(scene.foreign)
        assert len(flows) - len(sockets) == len(scene.pages)
        sizes = {flow.id: len(flow.websocket.messages) for flow in sockets if flow.websocket}
        for frame in capture(name).frames:
            assert frame.place.message < sizes[frame.flow]

    @pytest.mark.parametrize("name", SCENARIOS)
    def test_are_small(self, name: str) -> None:
        """A capture is small enough to live in a repository."""
        assert len(capture(name).flows) < 150_000

    def test_no_key_opens_two_captures(self) -> None:
        """Each socket of each capture has keys of its own."""
        keys = [key for name in SCENARIOS for key in capture(name).secrets]
        assert len(keys) == len(set(keys))

    def test_no_call_is_in_two_captures(self) -> None:
        """Call-ids, stanza ids and times are those of one capture, so that one ledger can hold them all."""
        for one, other in combinations(map(capture, SCENARIOS), 2):
            assert not one.scene.expected.keys() & other.scene.expected.keys() - {None}
            assert not sent_ids(one) & sent_ids(other) - {None}
            assert one.scene.world.ms < INTERVAL_S * 1000
            assert abs(one.scene.world.start - other.scene.world.start) >= INTERVAL_S


def sent_ids(shown: Capture) -> set[str | None]:
    """The ids of all that has to do with calls."""
    stanzas = (frame.node for frame in shown.frames if frame.node is not None)
    return {stanza.text("id") for stanza in stanzas if recognise(stanza) is not None}


def test_many_calls_scale_and_repeat() -> None:
    """The generator for measurements makes as many calls as asked, the same bytes each time."""
    one, three = many_calls(1), many_calls(3)
    assert many_calls(3).flows == three.flows
    stanzas = [frame.node for frame in three.frames if frame.node is not None and frame.node.tag == "call"]
    assert {server.action_of(stanza).attrs["call-id"] for stanza in stanzas} == {
        call_id(n) for n in (1, 2, 3)
    }
    assert len(three.frames) > len(one.frames) * 2


def test_packed_addresses() -> None:
    """Four or sixteen bytes and the port, as `te` carries them."""
    assert packed("192.0.2.10", 3478).hex() == "c000020a0d96"
    assert packed("2001:db8::1", 3478).hex() == "20010db8" + "0" * 23 + "1" + "0d96"
