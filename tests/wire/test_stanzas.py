"""The decode policy: what is read in full, what is passed over, and what cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ringback.recognise import recognise
from ringback.stanza import Node
from ringback.wire.events import Direction, FrameOpened, FramePlace, FrameUnread
from ringback.wire.stanzas import (
    HEAD_BYTES,
    MAX_HEADS,
    MAX_KEPT_BYTES,
    MAX_KEPT_PARTS,
    RECEIPTED_ACTIONS,
    StanzaReader,
)
from ringback.wire.wabinary import token_table
from support.nodes import trees, wire_jid, wire_text
from support.wire_driver import CALL, CALL_ACK, IQ, MESSAGE_ACK, RECEIPT, SUCCESS, plain

TABLE = token_table(3)
PLACE = FramePlace(Direction.SERVER, 4, 9, 1.5)
MESSAGE = Node("message", {"id": "M1"}, (Node("enc", {}, b"sealed"),))
CALL_SPELLED_OUT = b"\x00\xf8\x01\xfc\x04call"
IQ_SPELLED_OUT = b"\x00\xf8\x01\xfc\x02iq"


def reader(*, decode_all: bool = False) -> StanzaReader:
    """A reader with table 3."""
    return StanzaReader(TABLE, decode_all=decode_all)


def read(stanzas: StanzaReader, plaintext: bytes) -> FrameOpened | FrameUnread | str:
    """What the reader makes of `plaintext`."""
    return stanzas.read(PLACE, 7, plaintext, size=99, late=True)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("node", [CALL, CALL_ACK, RECEIPT, SUCCESS], ids=lambda node: node.tag)
def test_read_in_full(node: Node, compress: bool) -> None:
    """Calls, acks of calls, receipts and the login's success are decoded whole."""
    stanzas = reader()
    plaintext = plain(node, compress=compress)
    assert stanzas.passed_tag(plaintext) is None
    assert read(stanzas, plaintext) == FrameOpened(PLACE, 7, node.tag, node, 99, compress, 0, late=True)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("node", [IQ, MESSAGE], ids=lambda node: node.tag)
def test_passed_over_by_the_tag(node: Node, compress: bool) -> None:
    """What the root's tag shows to be no call is not read, neither on the fast path nor on the other."""
    stanzas = reader()
    plaintext = plain(node, compress=compress)
    assert stanzas.passed_tag(plaintext) == node.tag
    assert read(stanzas, plaintext) == node.tag


def test_an_ack_is_passed_over_by_its_class() -> None:
    """The tag of an ack does not decide, its class does, however its name and value are spelled."""
    stanzas = reader()
    for other in (MESSAGE_ACK, Node("ack", {"id": "1"})):
        assert stanzas.passed_tag(plain(other)) == "ack"
        for compress in (False, True):
            assert read(stanzas, plain(other, compress=compress)) == "ack"
    ack = plain(Node("ack", {"class": "call", "id": "1"}))
    name, value = TABLE.spellings["class"], TABLE.spellings["call"]
    for spelled in (ack, ack.replace(name, b"\xfc\x05class"), ack.replace(value, b"\xfd\0\0\x04call")):
        assert stanzas.passed_tag(spelled) is None
        assert isinstance(read(stanzas, spelled), FrameOpened)
    assert stanzas.passed_tag(plain(Node("ack", {"class": "call"}), compress=True)) is None


def test_what_the_first_bytes_tell_is_remembered_within_bounds() -> None:
    """Frames that begin alike are passed over for it; others than usual ones are not kept, nor too many."""
    stanzas = reader()
    assert stanzas.passed_tag(plain(IQ)) == "iq"
    assert stanzas.passed_tag(IQ_SPELLED_OUT) == "iq"
    assert stanzas.heads == {plain(IQ)[:HEAD_BYTES]: ("iq", None)}
    for size in range(2, 256):
        for token in range(1, 236):
            stanzas.passed_tag(bytes([0, 248, size, token]))
    assert len(stanzas.heads) == MAX_HEADS


def test_a_receipt_without_a_child_of_a_call_is_passed_over() -> None:
    """A receipt belongs to a call only by a child: where it holds none it is not read, on either path."""
    stanzas = reader()
    listed = Node("list", {}, (Node("item", {"id": "R2"}),))
    for content in (None, b"", (listed,)):
        passed = plain(Node("receipt", {"id": "R1", "t": "1"}, content))
        assert stanzas.passed_tag(passed) == "receipt"
        assert read(stanzas, passed) == "receipt"
    for child in (*map(Node, RECEIPTED_ACTIONS), Node("later", {"call-id": "1"})):
        kept = Node("receipt", {"id": "R1"}, (listed, child))
        for compress in (False, True):
            assert stanzas.passed_tag(plain(kept, compress=compress)) is None
            assert isinstance(read(stanzas, plain(kept, compress=compress)), FrameOpened)


@given(
    trees(wire_text.filter(bool), wire_text | wire_jid, st.none() | st.binary()),
    st.sampled_from(["ack", "receipt"]),
)
def test_nothing_of_a_call_is_passed_over(node: Node, tag: str) -> None:
    """Whatever an ack or a receipt holds: where reading it would show a call, it is read."""
    stanza = structs.replace(node, tag=tag)
    if recognise(stanza) is not None:
        assert reader().passed_tag(plain(stanza)) is None


def test_an_unusual_spelling_of_the_tag() -> None:
    """A tag is known by its text, not by the bytes that spell it."""
    stanzas = reader()
    assert stanzas.passed_tag(CALL_SPELLED_OUT) is None
    event = read(stanzas, CALL_SPELLED_OUT)
    assert isinstance(event, FrameOpened)
    assert event.node == Node("call")
    assert stanzas.passed_tag(IQ_SPELLED_OUT) is not None


def test_before_the_table_is_certain_large_stanzas_of_others_are_not_read() -> None:
    """While it is still to be learnt which table is in use, the tag decides all the same, for this frame."""
    stanzas = StanzaReader(None, decode_all=False)
    large = plain(Node("message", {}, bytes(MAX_KEPT_BYTES + 1)))
    assert stanzas.passed_tag(large) is None
    assert read(stanzas, large) == "message"
    assert not stanzas.heads


@pytest.mark.parametrize("node", [IQ, MESSAGE, MESSAGE_ACK, CALL], ids=lambda node: node.tag)
def test_decode_all(node: Node) -> None:
    """With `decode_all` nothing is passed over."""
    stanzas = reader(decode_all=True)
    assert stanzas.passed_tag(plain(node)) is None
    event = read(stanzas, plain(node))
    assert isinstance(event, FrameOpened)
    assert event.node == node


@pytest.mark.parametrize(
    ("plaintext", "tag"),
    [
        (b"", None),
        (b"\x00", None),
        (b"\x00\xff", None),
        (b"\x02not zlib", None),
        (plain(CALL)[:-1], "call"),
        (plain(RECEIPT)[:-1], "receipt"),
        (plain(CALL_ACK)[:-1], "ack"),
    ],
)
def test_unread(plaintext: bytes, tag: str | None) -> None:
    """A frame that is no WABinary comes with the error, its bytes, and the tag if that could be read."""
    stanzas = reader()
    assert stanzas.passed_tag(plaintext) is None
    event = read(stanzas, plaintext)
    assert isinstance(event, FrameUnread)
    assert (event.place, event.counter, event.plaintext, event.tag) == (PLACE, 7, plaintext, tag)


def wide(parts: int) -> Node:
    """A call of that many nodes and attributes."""
    return Node("call", {"id": "C1"}, (Node("te"),) * (parts - 2))


@pytest.mark.parametrize("compress", [False, True])
def test_a_stanza_that_is_kept_has_a_bounded_number_of_parts(compress: bool) -> None:
    """One part too many and the frame is reported as unread, whole; with `decode_all` it is read."""
    event = read(reader(), plain(wide(MAX_KEPT_PARTS), compress=compress))
    assert isinstance(event, FrameOpened)
    past = plain(wide(MAX_KEPT_PARTS + 1), compress=compress)
    event = read(reader(), past)
    assert isinstance(event, FrameUnread)
    assert (event.tag, event.plaintext) == ("call", past)
    assert event.error.expected == f"at most {MAX_KEPT_PARTS} nodes and attributes"
    assert isinstance(read(reader(decode_all=True), past), FrameOpened)


@pytest.mark.parametrize("compress", [False, True])
def test_a_stanza_that_is_kept_has_a_bounded_size(compress: bool) -> None:
    """A few bytes of zlib stream cannot make us keep megabytes of content."""
    head = len(plain(Node("call", {}, (Node("enc", {}, bytes(MAX_KEPT_BYTES)),)))) - MAX_KEPT_BYTES
    fits = Node("call", {}, (Node("enc", {}, bytes(MAX_KEPT_BYTES - head)),))
    assert isinstance(read(reader(), plain(fits, compress=compress)), FrameOpened)
    past = plain(Node("call", {}, (Node("enc", {}, bytes(MAX_KEPT_BYTES)),)), compress=compress)
    event = read(reader(), past)
    assert isinstance(event, FrameUnread)
    assert (event.tag, event.plaintext) == ("call", past)
    assert f"{MAX_KEPT_BYTES} bytes" in event.error.expected
    assert isinstance(read(reader(decode_all=True), past), FrameOpened)


def test_trailing_bytes_are_counted() -> None:
    """Bytes behind the root do no harm."""
    event = read(reader(), plain(CALL) + b"\x01\x02")
    assert isinstance(event, FrameOpened)
    assert (event.node, event.trailing) == (CALL, 2)


@pytest.mark.parametrize("dictionary", [2, 3])
def test_without_an_intro_the_frames_decide(dictionary: int) -> None:
    """Nothing is passed over while the table is open; once settled the fast path is taken."""
    stanzas = StanzaReader(None, decode_all=False)
    assert stanzas.table is token_table(3)
    for node in (IQ, CALL, SUCCESS, CALL_ACK, IQ, IQ):
        stanzas.learn(plain(node, dictionary))
        assert stanzas.table is token_table(dictionary)
        event = read(stanzas, plain(CALL, dictionary))
        assert isinstance(event, FrameOpened)
        assert event.node == CALL
    assert stanzas.passed_tag(plain(IQ, dictionary)) is not None


def test_a_known_table_is_not_voted_on() -> None:
    """Where the intro named the table, no stanza changes it."""
    stanzas = reader()
    for _ in range(20):
        stanzas.learn(plain(IQ, 2))
    assert stanzas.table is token_table(3)
