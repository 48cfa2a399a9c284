"""Frames that are made to hurt, through a whole session with every outlet: each is told, bounded, and costs
only itself."""

from __future__ import annotations

import json
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType

import pytest

from ringback.eventfile import EventFile
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.outlet import LedgerOutlet
from ringback.outlets import EventOutlet
from ringback.sanitize import Placeholders
from ringback.session import Session
from ringback.spec.load import load_specification
from ringback.stanza import Jid, Node
from ringback.wire.connection import Connection
from ringback.wire.events import Direction, FrameOpened, WireEvent
from ringback.wire.framelog import FrameLog
from ringback.wire.keylog import KeyLog
from ringback.wire.wabinary import encode, token_table
from support.flows import message, websocket_flow
from support.noise_peer import NoisePair

TABLE = token_table(3)
CREATOR = Jid.parse("11111111111111:1@lid")
MOST_FRAME = (1 << 24) - 1
"""Longest frame that its 3-byte length can tell."""
TAG = 16
"""Bytes of a frame's authentication tag."""


def preaccept(**attrs: str) -> Node:
    """A pre-accept as a client sends it."""
    session: dict[str, str | Jid] = {"call-id": "CALLID-0001", "call-creator": CREATOR}
    return Node("call", {"to": CREATOR, "id": "P-1"}, (Node("preaccept", {**session, **attrs}),))


def plain(node: Node) -> bytes:
    return encode(node, TABLE)


def squeezed(start: bytes, megabytes: int) -> bytes:
    """A compressed frame that begins with these bytes of WABinary and goes on with nothing."""
    stream = zlib.compressobj()
    parts = [stream.compress(start), *(stream.compress(bytes(1 << 20)) for _ in range(megabytes))]
    return b"\x02" + b"".join(parts) + stream.flush()


def zip_bomb() -> bytes:
    """A tag that never ends."""
    return squeezed(bytes.fromhex("f801feffffffff"), 64)


def zip_bomb_of_a_call() -> bytes:
    """A call with 64 MB of content."""
    call = plain(Node("call", {"id": "P-1"}, (Node("enc", {}, bytes(1 << 20)),)))
    return squeezed(call[1 : -(1 << 20)], 64)


def depth_bomb() -> bytes:
    """A call with a million levels."""
    leaf, one, two = (plain(node)[1:] for node in nested())
    level = two[: len(two) - len(one)]
    call = plain(Node("call", {}, (Node("x"),)))
    return call[: len(call) - len(leaf)] + level * 1_000_000 + leaf


def nested() -> tuple[Node, Node, Node]:
    """A leaf, the same in one more level, and in two."""
    leaf = Node("x")
    one = Node("x", {}, (leaf,))
    return leaf, one, Node("x", {}, (one,))


def long_attribute() -> bytes:
    """An attribute as long as a frame can be, in a pre-accept that else is a usual one."""
    return filled(lambda text: preaccept(note=text))


def long_receipt() -> bytes:
    """The same in a receipt, whose attributes are looked at although it is no call."""
    return filled(lambda text: Node("receipt", {"id": text}, (Node("x"),)))


def filled(node: Callable[[str], Node]) -> bytes:
    """The node with a text that makes its frame the longest there can be."""
    some = 1 << 20
    return plain(node("x" * (MOST_FRAME - TAG - len(plain(node("x" * some))) + some)))


BOMBS: dict[str, Callable[[], bytes]] = {
    "zip bomb": zip_bomb,
    "zip bomb of a call": zip_bomb_of_a_call,
    "depth bomb": depth_bomb,
    "16 MB attribute": long_attribute,
    "16 MB attribute of a receipt": long_receipt,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_it_costs_only_itself(tmp_path: Path, bomb: str) -> None:
    """The pre-accepts before and behind it are seen and kept; of it itself no more stays than a notice."""
    notices: list[str] = []
    session = Session(load_specification(None), lambda notice: notices.append(notice.text))
    events, ledger = tmp_path / "events.jsonl", tmp_path / "ledger.db"
    session.outlets = [LedgerOutlet(Ledger(ledger)), EventOutlet(EventFile(events), Placeholders())]
    pair = NoisePair()
    keys = tmp_path / "live.keys"
    keys.write_text(pair.key_log)
    session.follow_keys(keys)
    first = pair.client_frame(plain(preaccept()))
    content = pair.client_frame(BOMBS[bomb]())
    behind = pair.client_frame(plain(preaccept(note="behind")))
    flow = websocket_flow([], live=True)
    assert flow.websocket is not None
    spoken = [*pair.handshake, (True, first), (True, content), (True, behind)]
    for number, (from_client, said) in enumerate(spoken):
        if said is content:
            tracemalloc.start()
        flow.websocket.messages.append(message(from_client, said, 1_700_000_000.0 + number))
        session.take_message(flow)
        if said is content:
            kept, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < 8 * MOST_FRAME
            assert kept < 2 * MOST_FRAME
    session.close()
    assert notices == []
    records = [json.loads(line) for line in events.read_text().splitlines()]
    stanzas = [record for record in records if record["type"] == "stanza"]
    assert len(stanzas) == 2
    assert session.funnel.opened == 3
    assert StoredLedger(ledger).stats().stanzas == 2
    assert events.stat().st_size < 64 << 10
    if "receipt" not in bomb and bomb != "zip bomb":
        assert session.funnel.unread == 1
        assert [each["code"] for each in records if each.get("code") == "stanza-undecodable"]


def calls_made(step: Callable[[], object]) -> int:
    """How many functions a step enters, those in C included."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        step()
    finally:
        sys.setprofile(None)
    return count


def test_a_2_mb_frame_in_chunks_of_one_byte_is_linear() -> None:
    """Each chunk costs the same number of steps whether two bytes or two million came before it; the frame is
    opened once, when it is whole."""
    pair = NoisePair()
    keys = KeyLog()
    keys.feed(pair.key_log.encode())
    connection = Connection(keys, log=FrameLog())

    def receive(content: bytes, direction: Direction = Direction.CLIENT) -> Sequence[WireEvent]:
        return connection.receive(content, direction, message=0, at=0.0)

    for from_client, content in pair.handshake:
        receive(content, Direction.CLIENT if from_client else Direction.SERVER)
    frame = pair.client_frame(plain(Node("iq", {"id": "x"}, bytes(2_000_000))))
    steps = {}
    for at in range(len(frame) - 1):
        byte = frame[at : at + 1]
        if at in {10, 1000, 100_000, 1_000_000, len(frame) - 2}:
            steps[at] = calls_made(partial(receive, byte))
        else:
            receive(byte)
    assert len(set(steps.values())) == 1, steps
    assert connection.counts.opened == 0
    receive(frame[-1:])
    assert connection.counts.opened == 1
    (opened,) = receive(pair.client_frame(plain(preaccept())))
    assert isinstance(opened, FrameOpened)


def test_a_claimed_length_is_not_reserved() -> None:
    """A prefix that claims 16 MB holds what has come, not what it claims."""
    pair = NoisePair()
    connection = Connection(KeyLog())
    for number, (from_client, content) in enumerate(pair.handshake):
        direction = Direction.CLIENT if from_client else Direction.SERVER
        connection.receive(content, direction, message=number, at=0.0)
    tracemalloc.start()
    try:
        connection.receive(b"\xff\xff\xff" + bytes(100), Direction.CLIENT, message=3, at=0.0)
        assert tracemalloc.get_traced_memory()[1] < 1 << 16
    finally:
        tracemalloc.stop()
