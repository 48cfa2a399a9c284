"""`wire.wabinary.decode`, and what holds for the package as a whole: the properties."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringback.errors import DecodeError
from ringback.stanza import Node, from_text, to_text
from ringback.wire.wabinary import (
    KNOWN_DICTIONARIES,
    Decoded,
    TokenTable,
    decode,
    decode_head,
    encode,
    peek_tag,
    tags,
    token_table,
)
from support.nodes import packed_text, trees, wire_jid, wire_text
from support.wabinary_cases import READ, WRITTEN, frame, with_attribute, with_content

TABLES = [token_table(dictionary) for dictionary in KNOWN_DICTIONARIES]
TOKENS = sorted(TABLES[0].spellings.keys() & TABLES[1].spellings.keys())[::20]

tables = st.sampled_from(TABLES)
tokens = st.sampled_from(TOKENS)
wire_node = trees(
    wire_text.filter(bool) | tokens,
    wire_text | tokens | packed_text | wire_jid,
    st.none() | tokens | packed_text | wire_jid | st.binary(max_size=300),
)
"""Any node that `decode` can give, of few levels and short lists."""

frames = st.builds(encode, wire_node, tables, compress=st.booleans())
spellings = st.sampled_from([bytes.fromhex(spelled) for spelled, _ in WRITTEN + READ if len(spelled) < 600])
first_bytes = st.sampled_from([0, 1, 2, 3, 8, 100, *range(0xEC, 0x100)]).map(lambda byte: bytes([byte]))
nearly_wabinary = st.lists(first_bytes | spellings | st.binary(max_size=3), max_size=40).map(b"".join)
"""Bytes with many lists, tags and whole values in them: far more often a node than any bytes would be."""


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The frame of a node with one stretch of it cut out, doubled or replaced."""
    data = draw(frames)
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(start + 4, len(data))))
    middle = draw(st.sampled_from([b"", data[start:end] * 2]) | st.binary(max_size=4))
    return data[:start] + middle + data[end:]


any_plaintext = (
    st.binary(max_size=80)
    | nearly_wabinary.map(lambda data: b"\0" + data)
    | nearly_wabinary.map(lambda data: b"\x02" + zlib.compress(data))
    | nearly_wabinary.map(lambda data: b"\0\xf8\x06\x64\x08" + data)
    | nearly_wabinary.map(lambda data: b"\0\xf8\x02\x64\xf8\x02" + data)
    | damaged()
)


def attempt(plaintext: bytes, table: TokenTable) -> Decoded | None:
    """What `decode` gives, None where it refuses."""
    try:
        return decode(plaintext, table)
    except DecodeError:
        return None


@given(any_plaintext, tables)
@example(b"", TABLES[0])
@example(b"\x02", TABLES[0])
@settings(max_examples=400)
def test_any_bytes_are_a_node_or_a_located_error(plaintext: bytes, table: TokenTable) -> None:
    """Nothing but a DecodeError is ever raised, and an error lies within the bytes."""
    if attempt(plaintext, table) is not None:
        return
    with pytest.raises(DecodeError) as refused:
        decode(plaintext, table)
    error = refused.value
    assert error.expected
    assert error.got
    assert f"byte {error.offset} in {error.path or 'root'}: " in str(error)
    assert error.offset >= 0
    if not plaintext[:1] or not plaintext[0] & tags.COMPRESSED:
        assert error.offset <= max(len(plaintext) - 1, 0)


@given(any_plaintext, tables)
@settings(max_examples=400)
def test_the_root_agrees_with_the_whole(plaintext: bytes, table: TokenTable) -> None:
    """Whenever the whole can be decoded, tag and head are its tag and head; else they raise the same kind."""
    decoded = attempt(plaintext, table)
    try:
        tag: str | None = peek_tag(plaintext, table)
    except DecodeError:
        tag = None
    try:
        head = decode_head(plaintext, table)
    except DecodeError:
        head = None
    if decoded is not None:
        node = decoded.node
        assert tag == node.tag
        assert head == Node(node.tag, node.attrs, None, node.repeated)
        assert list(head.attrs) == list(node.attrs)
    elif head is not None:
        assert tag == head.tag


@given(any_plaintext, tables)
@settings(max_examples=400)
def test_whatever_is_decoded_can_be_encoded(plaintext: bytes, table: TokenTable) -> None:
    """A node off the wire is written and read again as the same node, and once more as the same bytes."""
    decoded = attempt(plaintext, table)
    if decoded is not None:
        written = encode(decoded.node, table)
        assert decode(written, table) == Decoded(decoded.node, trailing=0, compressed=False)
        assert encode(decode(written, table).node, table) == written


@given(wire_node, tables, st.booleans(), st.binary(max_size=3))
def test_any_node_comes_back(node: Node, table: TokenTable, compress: bool, trailing: bytes) -> None:
    """Node to bytes and back is the same node: kinds, order of attributes and repetitions included."""
    decoded = decode(encode(node, table, compress=compress) + trailing, table)
    assert decoded == Decoded(node, len(trailing), compress)
    for part, back in zip(node.walk(), decoded.node.walk(), strict=True):
        assert list(part.attrs) == list(back.attrs)


@given(any_plaintext, tables)
def test_whatever_is_decoded_can_be_shown_as_xml(plaintext: bytes, table: TokenTable) -> None:
    """The XML form carries every node off the wire."""
    decoded = attempt(plaintext, table)
    if decoded is not None:
        assert from_text(to_text(decoded.node)) == decoded.node


@given(frames, tables)
def test_every_cut_is_noticed(plaintext: bytes, table: TokenTable) -> None:
    """A frame that lacks its last byte is an error."""
    decoded = attempt(plaintext, table)
    if decoded is None:
        return
    cut = plaintext[: len(plaintext) - decoded.trailing - 1]
    assert attempt(cut, table) is None


def test_the_wrong_table_decodes_into_nonsense() -> None:
    """Why the version byte of the intro must select the table: nothing in the bytes shows the mistake."""
    preaccept = Node("call", {"id": "1"}, (Node("preaccept", {"call-id": "ABCDEF"}),))
    wrong = decode(encode(preaccept, TABLES[0]), TABLES[1]).node
    assert wrong.tag == "call"
    assert wrong.child("preaccept") is None


@pytest.mark.parametrize(("compress", "flag"), [(False, 0), (True, 2)])
def test_what_a_decoded_frame_tells(compress: bool, flag: int) -> None:
    """Node, bytes behind it, and how it came."""
    plaintext = encode(Node("call"), TABLES[1], compress=compress)
    assert plaintext[0] == flag
    assert decode(plaintext + b"12", TABLES[1]) == Decoded(Node("call"), 2, compress)


def test_a_value_may_be_long_beyond_any_prefix() -> None:
    """16 bits of list and 32 bits of length in one frame."""
    node = Node("call", {f"n{n}": str(n) for n in range(300)}, (Node("enc", content=bytes(1 << 20)),) * 2)
    for compress in (False, True):
        assert decode(encode(node, TABLES[1], compress=compress), TABLES[1]).node == node


@pytest.mark.parametrize("make", [frame, with_attribute, with_content])
def test_an_error_leaves_nothing_behind(make: type) -> None:
    """The next frame does not suffer from the one before it."""
    for _ in range(2):
        with pytest.raises(DecodeError):
            decode(make("f0"), TABLES[1])
        assert decode(frame("f80164"), TABLES[1]).node == Node("call")
