"""`wire.wabinary.peek`: the root alone, and that it is the root that `decode` gives."""

from __future__ import annotations

import zlib

import pytest

from ringback.errors import DecodeError
from ringback.stanza import Jid, Node
from ringback.wire.wabinary import decode_head, is_bare, peek_tag, token_table
from ringback.wire.wabinary.inflate import MAX_PREFIX_BYTES
from support.wabinary_cases import frame

TABLE = token_table(3)
HEAD_BYTES = 8
"""Of a root with one attribute, before the value."""

TAGS = [
    ("f80164", "call"),
    ("f90001" + "64", "call"),
    ("f801" + "ec12", "preaccept"),
    ("f801" + "fc0463616c6c", "call"),
    ("f801" + "fd00000463616c6c", "call"),
    ("f801" + "fe0000000463616c6c", "call"),
    ("f801" + "fb02abcd", "ABCD"),
    ("f801" + "ff0212ab", "12-."),
    ("f801" + "fafc01611c", "a@g.us"),
    ("f80264f0", "call"),
    ("f8ff64", "call"),
    ("f80364" + "f8", "call"),
    ("f80164" + b"trailing".hex(), "call"),
    ("f801" + "fcff" + "61" * 255, "a" * 255),
]
"""WABinary whose root has a tag, whatever stands behind it."""

WRONG = [
    ("", 0, "", "a node", "end of data"),
    ("f8", 1, "", "the length of a list", "end of data"),
    ("f801", 2, "", "a text", "end of data"),
    ("64", 0, "", "a node, which is a list", "64"),
    ("f900", 1, "", "the length of a list of 2 bytes", "end of data after 1"),
    ("f80064", 1, "", "a node, which is a list of at least a tag", "00"),
    ("f90000", 2, "", "a node, which is a list of at least a tag", "00"),
    ("f80100", 2, "", "a tag that is not empty", "00"),
    ("f801f0", 2, "", "the first byte of a value", "f0"),
    ("f801ec", 3, "", "the index of a token", "end of data"),
    ("f801fe00000005" + "61" * 4, 7, "", "a binary of 5 bytes", "end of data after 4"),
]


def both_ways(wabinary: str) -> list[bytes]:
    return [frame(wabinary), b"\x02" + zlib.compress(bytes.fromhex(wabinary))]


@pytest.mark.parametrize(("wabinary", "tag"), TAGS)
def test_the_tag_is_read_in_any_spelling(wabinary: str, tag: str) -> None:
    """A call in an unusual spelling, or with a fault behind its tag, is seen to be a call."""
    for plaintext in both_ways(wabinary):
        assert peek_tag(plaintext, TABLE) == tag


@pytest.mark.parametrize(("wabinary", "offset", "path", "expected", "got"), WRONG)
def test_no_tag_is_a_located_error(wabinary: str, offset: int, path: str, expected: str, got: str) -> None:
    """Without a tag, `peek_tag` and `decode_head` say where and why, compressed or not."""
    for plaintext in both_ways(wabinary):
        for read in (peek_tag, decode_head):
            with pytest.raises(DecodeError) as refused:
                read(plaintext, TABLE)
            error = refused.value
            assert (error.offset, error.path, error.expected, error.got) == (offset, path, expected, got)


@pytest.mark.parametrize("read", [peek_tag, decode_head])
@pytest.mark.parametrize("plaintext", [b"", b"\x02", b"\x02abc"])
def test_a_frame_that_cannot_be_inflated(read: type, plaintext: bytes) -> None:
    """No flag byte, no stream, no tag."""
    with pytest.raises(DecodeError):
        read(plaintext, TABLE)


HEADS = [
    ("f80164", Node("call")),
    ("f8026400", Node("call")),
    ("f80264f0", Node("call")),
    ("f8046411f70007ff020987f8", Node("call", {"to": Jid("0987", "s.whatsapp.net", 7)})),
    ("f8056408fc016108fc0162", Node("call", {"id": "a"}, None, (("id", "b"),))),
]


@pytest.mark.parametrize(("wabinary", "head"), HEADS)
def test_the_head_has_no_content(wabinary: str, head: Node) -> None:
    """Tag and attributes are read, what stands behind them is not."""
    for plaintext in both_ways(wabinary):
        assert decode_head(plaintext, TABLE) == head


@pytest.mark.parametrize(
    ("wabinary", "bare"),
    [
        ("f80164", True),
        ("f803640808", True),
        ("f8ff64", True),
        ("f8026400", False),
        ("f80064", False),
        ("f9000164", False),
        ("f8", False),
        ("", False),
    ],
)
def test_no_content_at_a_glance(wabinary: str, bare: bool) -> None:
    """A short list of odd length has no content; of other spellings and zlib streams it is not said."""
    plain, compressed = both_ways(wabinary)
    assert is_bare(plain) is bare
    assert not is_bare(compressed)
    assert not is_bare(b"")


def test_a_fault_in_an_attribute_is_the_heads() -> None:
    """The head is wrong where its attributes are; the tag is still read."""
    for plaintext in both_ways("f8036408f8"):
        with pytest.raises(DecodeError, match="byte 4 in call/@id"):
            decode_head(plaintext, TABLE)
        assert peek_tag(plaintext, TABLE) == "call"


@pytest.mark.parametrize("size", [255, 256, 257, 5000, 500_000, MAX_PREFIX_BYTES - HEAD_BYTES])
def test_a_head_longer_than_the_first_prefix(size: int) -> None:
    """As much is inflated as the attributes need."""
    value = f"fd{size:06x}" + "61" * size
    for plaintext in both_ways(f"f8036408{value}"):
        assert decode_head(plaintext, TABLE).attrs == {"id": "a" * size}


def test_a_head_beyond_the_limit() -> None:
    """One byte more is refused where it would have to be inflated; what is behind a head is not counted."""
    plain, compressed = both_ways(f"f8036408fd{MAX_PREFIX_BYTES - HEAD_BYTES + 1:06x}" + "61" * (1 << 20))
    assert len(str(decode_head(plain, TABLE).attrs["id"])) == MAX_PREFIX_BYTES - HEAD_BYTES + 1
    with pytest.raises(DecodeError, match=f"within {MAX_PREFIX_BYTES} bytes, got more"):
        decode_head(compressed, TABLE)
    _, long = both_ways(f"f8046408fd{500_000:06x}" + "61" * 500_000 + "fd0fffff" + "61" * 0xFFFFF)
    assert len(str(decode_head(long, TABLE).attrs["id"])) == 500_000


def test_a_long_frame_is_not_inflated_for_its_tag() -> None:
    """A stream that is broken behind its beginning does not matter to the root."""
    content = "f80264fd0fffff" + "61" * 0xFFFFF
    stream = zlib.compress(bytes.fromhex(content), 0)
    broken = b"\x02" + stream[:-8] + bytes(8)
    assert peek_tag(broken, TABLE) == "call"
    assert decode_head(broken, TABLE) == Node("call")
