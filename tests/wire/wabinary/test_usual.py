"""The quick reader of usual stanzas against the exact one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import DecodeError
from ringback.stanza import Jid, Node, Value
from ringback.wire.wabinary import decode, encode, token_table, usual
from ringback.wire.wabinary.nodes import MAX_PARTS, NodeReader
from ringback.wire.wabinary.usual import MOST_LEVELS, maybe_usual
from support.nodes import packed_text, trees, wire_jid, wire_text
from support.wire_driver import CALL, CALL_ACK, IQ, MESSAGE_ACK, RECEIPT
from synthetic.session import Session

TABLE = token_table(3)
SESSION = Session("00" + "A" * 30, Jid("11111111111111", "lid", 17))
NODES = trees(
    wire_text.filter(bool), wire_text | packed_text | wire_jid, wire_text | wire_jid | st.none() | st.binary()
)


def exactly(data: bytes) -> tuple[Node, int] | None:
    """What the exact reader gives, None where it refuses."""
    reader = NodeReader(data, TABLE)
    try:
        return reader.root(), reader.offset
    except DecodeError:
        return None


def agree(data: bytes) -> None:
    """What the quick reader gives is what the exact one gives."""
    usual = maybe_usual(data, TABLE, MAX_PARTS)
    assert usual is None or usual == exactly(data)


@given(NODES)
def test_any_stanza_is_read_alike(node: Node) -> None:
    """Whatever the encoder spells is read as the exact reader reads it, or left to it."""
    agree(encode(node, TABLE)[1:])


@given(NODES, st.data())
def test_damaged_stanzas_are_read_alike(node: Node, data: st.DataObject) -> None:
    """Cut off, or with another byte anywhere, or with bytes behind it."""
    whole = bytearray(encode(node, TABLE)[1:])
    agree(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    agree(bytes(whole))
    agree(bytes(whole) + b"\xf8\x01\x13")


@given(st.binary(max_size=64))
def test_any_bytes_are_read_alike(data: bytes) -> None:
    """Bytes that begin like a stanza, and any others."""
    agree(data)
    agree(b"\xf8\x03\x13" + data)


DIGITS = st.text("0123456789", min_size=1, max_size=9)
VALUES: st.SearchStrategy[st.SearchStrategy[str | Jid]] = st.sampled_from(
    (
        st.just("admin"),
        st.just("an unusual text"),
        DIGITS,
        st.text("0123456789-.", min_size=1, max_size=6),
        st.text("ABCDEF0123", min_size=1, max_size=6),
        DIGITS.map(lambda user: Jid(user, "lid")),
        DIGITS.map(lambda user: Jid(user, "an.unusual.server")),
        DIGITS.map(lambda user: Jid(user, "s.whatsapp.net", 3)),
    )
)


@st.composite
def crowds(draw: st.DrawFn) -> Node:
    """A stanza with many children of few shapes, whose digits differ more often than their number."""
    names = st.sampled_from(("jid", "id", "phone_number", "expiration", "t"))
    shapes = draw(st.lists(st.dictionaries(names, VALUES, max_size=3), min_size=1, max_size=2))
    length = draw(st.sampled_from((1, 4, 5, 6)))
    children = []
    for shape in draw(st.lists(st.sampled_from(shapes), min_size=4, max_size=40)):
        values: dict[str, Value] = {name: draw(value) for name, value in shape.items()}
        alike: dict[str, Value] = {
            name: value[:length].ljust(length, "7") if isinstance(value, str) and value.isdigit() else value
            for name, value in values.items()
        }
        children.append(Node("participant", alike, draw(st.sampled_from((None, None, None, b"x")))))
    return Node("group", {}, tuple(children))


@given(crowds(), st.data())
def test_children_that_are_alike_are_read_alike(crowd: Node, data: st.DataObject) -> None:
    """Many children at a time are what each is by itself, whatever differs, also where one is torn."""
    whole = bytearray(encode(crowd, TABLE)[1:])
    agree(bytes(whole))
    agree(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    agree(bytes(whole))


def test_a_group_is_read_many_members_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members of a group are made of their digits; one that differs is read by itself, and so is the next."""
    read: list[int] = []
    node = usual._node

    def counting(data: bytes, offset: int, *rest: Any) -> tuple[Node, int]:
        read.append(offset)
        return node(data, offset, *rest)

    monkeypatch.setattr(usual, "_node", counting)
    members = [Node("participant", {"jid": Jid(f"{number:015}", "lid")}) for number in range(60)]
    members[20] = Node("participant", {"jid": Jid("7" * 15, "lid"), "type": "admin"})
    group = Node("group", {}, tuple(members))
    data = encode(group, TABLE)[1:]
    assert maybe_usual(data, TABLE, MAX_PARTS) == (group, len(data))
    assert len(read) == 1 + 3


@pytest.mark.parametrize(
    "node",
    [
        CALL,
        CALL_ACK,
        IQ,
        MESSAGE_ACK,
        RECEIPT,
        SESSION.offer((Jid("22222222222222", "lid"), Jid("22222222222222", "lid", 3))),
        SESSION.preaccept(),
        SESSION.relaylatency(40),
        SESSION.transport(),
        SESSION.terminate("timeout"),
    ],
    ids=lambda node: node.tag,
)
def test_usual_stanzas_are_read_quickly(node: Node) -> None:
    """What real traffic is made of is not left to the exact reader."""
    plaintext = encode(node, TABLE)
    assert maybe_usual(plaintext[1:], TABLE, MAX_PARTS) == (node, len(plaintext) - 1)


def test_what_is_left_to_the_exact_reader() -> None:
    """Repeated attributes, deep stanzas, and bytes that could hold too many parts."""
    assert (
        maybe_usual(encode(Node("a", {"b": "1"}, None, (("b", "2"),)), TABLE)[1:], TABLE, MAX_PARTS) is None
    )
    deep = Node("a")
    for _ in range(MOST_LEVELS + 1):
        deep = Node("a", {}, (deep,))
    assert maybe_usual(encode(deep, TABLE)[1:], TABLE, MAX_PARTS) is None
    assert decode(encode(deep, TABLE), TABLE).node == deep
    data = encode(CALL, TABLE)[1:]
    assert maybe_usual(data, TABLE, len(data) // 2 - 1) is None
