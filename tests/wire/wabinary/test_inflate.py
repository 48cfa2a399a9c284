"""`wire.wabinary.inflate`: the flag byte and the zlib stream, whole and by prefix."""

from __future__ import annotations

import dataclasses
import gzip
import itertools
import random
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import DecodeError
from ringback.wire.wabinary import decode, peek_tag, token_table
from ringback.wire.wabinary.inflate import MAX_INFLATED_BYTES, MAX_PREFIX_BYTES, Inflated, Prefix, inflate

TABLE = token_table(3)
ZLIB = "Error -3 while decompressing data: incorrect"
STANZA = bytes.fromhex("f8036408fc0161")
STREAM = zlib.compress(STANZA)


def zeros(count: int) -> bytes:
    """A zlib stream of `count` zero bytes, made without holding them."""
    packer = zlib.compressobj(9)
    chunk = bytes(1 << 20)
    packed = [packer.compress(chunk) for _ in range(count >> 20)]
    return b"".join(packed) + packer.compress(bytes(count & 0xFFFFF)) + packer.flush()


@pytest.mark.parametrize("flag", [0, 1, 4, 0x80, 0xFD])
def test_without_the_flag_the_rest_is_wabinary(flag: int) -> None:
    """Only one bit of the flag byte has a meaning."""
    assert inflate(bytes([flag]) + STREAM) == Inflated(STREAM, compressed=False, unread=0)


@pytest.mark.parametrize("flag", [2, 3, 6, 0xFF])
def test_with_the_flag_the_rest_is_a_stream(flag: int) -> None:
    """The stream's content is the WABinary; what follows its end is counted."""
    assert inflate(bytes([flag]) + STREAM) == Inflated(STANZA, compressed=True, unread=0)
    assert inflate(bytes([flag]) + STREAM + b"abc") == Inflated(STANZA, compressed=True, unread=3)


def test_bytes_after_the_root_and_after_the_stream_add_up() -> None:
    """Both are trailing bytes of the frame."""
    assert decode(b"\x02" + zlib.compress(STANZA + b"xy") + b"z", TABLE).trailing == 3
    assert decode(b"\0" + STANZA + b"xy", TABLE).trailing == 2


WRONG = [
    (b"", 0, "a flag byte", "end of data"),
    (b"\x02", 0, "the rest of the zlib stream", "end of data"),
    (b"\x02" + STREAM[:-1], len(STANZA), "the rest of the zlib stream", "end of data"),
    (b"\x02" + STANZA, 0, "a zlib stream", f"{ZLIB} header check"),
    (
        b"\x02" + gzip.compress(STANZA, mtime=0),
        0,
        "a zlib stream",
        f"{ZLIB} header check",
    ),
    (
        b"\x02" + STREAM[:-1] + b"\0",
        0,
        "a zlib stream",
        f"{ZLIB} data check",
    ),
]


@pytest.mark.parametrize(("plaintext", "offset", "expected", "got"), WRONG)
def test_what_is_no_stream_is_located(plaintext: bytes, offset: int, expected: str, got: str) -> None:
    """The error stands behind what could be inflated before it, at the root."""
    with pytest.raises(DecodeError) as refused:
        inflate(plaintext)
    assert dataclasses.astuple(refused.value) == (offset, "", expected, got)


@pytest.mark.parametrize("size", [MAX_INFLATED_BYTES - 1, MAX_INFLATED_BYTES])
def test_the_most_that_is_inflated(size: int) -> None:
    """Up to the limit a frame is inflated."""
    data, compressed, unread = inflate(b"\x02" + zeros(size))
    assert (len(data), compressed, unread) == (size, True, 0)


@pytest.mark.parametrize("size", [MAX_INFLATED_BYTES + 1, 8 * MAX_INFLATED_BYTES])
def test_a_zip_bomb_is_refused(size: int) -> None:
    """One byte past the limit is too much, and a bomb takes no more memory than the limit."""
    bomb = b"\x02" + zeros(size)
    assert len(bomb) < size / 900
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError) as refused:
            inflate(bomb)
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_INFLATED_BYTES
    finally:
        tracemalloc.stop()
    expected = f"the end of the zlib stream within {MAX_INFLATED_BYTES} bytes"
    assert dataclasses.astuple(refused.value) == (MAX_INFLATED_BYTES, "", expected, "more")


def test_a_bomb_in_the_tag_is_refused_too() -> None:
    """A root whose tag never ends is read by prefix up to the limit, which is lower, not further."""
    endless = zlib.compressobj()
    bomb = endless.compress(bytes.fromhex("f801feffffffff"))
    bomb += b"".join(endless.compress(bytes(1 << 20)) for _ in range(32)) + endless.flush()
    with pytest.raises(DecodeError, match=f"within {MAX_PREFIX_BYTES} bytes, got more"):
        peek_tag(b"\x02" + bomb, TABLE)


def test_a_prefix_inflates_no_more_than_asked() -> None:
    """The first step of a large frame is small; each further one is larger."""
    prefix = Prefix(b"\x02" + zeros(MAX_PREFIX_BYTES))
    sizes = [len(prefix.data)]
    while prefix.grow():
        sizes.append(len(prefix.data))
    assert sizes[0] == 256
    assert all(after <= 6 * before for before, after in itertools.pairwise(sizes))
    assert sizes[-1] == MAX_PREFIX_BYTES


@pytest.mark.parametrize("short", [0, 1, 100])
def test_a_prefix_takes_few_steps_through_blocks_without_content(short: int) -> None:
    """At the limit and just before it, too, where hardly anything may come out of what goes in."""
    packer = zlib.compressobj(9)
    packed = packer.compress(bytes(MAX_PREFIX_BYTES - short)) + packer.flush(zlib.Z_FULL_FLUSH)
    prefix = Prefix(b"\x02" + packed + b"\0\0\0\xff\xff" * 400_000)
    with pytest.raises(DecodeError, match="expected the rest of the zlib stream"):
        assert not all(prefix.grow() for _ in range(20))


def test_a_prefix_of_what_is_not_compressed_is_all_of_it() -> None:
    """There is nothing to grow."""
    prefix = Prefix(b"\0" + STANZA)
    assert prefix.data == STANZA
    assert not prefix.grow()


def test_a_prefix_of_a_cut_stream_fails_at_its_end() -> None:
    """What is there can be read; the fault is reported when it is reached."""
    noise = random.Random(1).randbytes(2000)
    prefix = Prefix(b"\x02" + zlib.compress(noise)[:-1])
    while len(prefix.data) < len(noise):
        assert prefix.grow()
    assert prefix.data == noise
    with pytest.raises(DecodeError, match="byte 2000 in root: expected the rest of the zlib stream"):
        prefix.grow()


@given(st.binary(max_size=5000), st.integers(0, 9))
def test_prefix_and_whole_agree(data: bytes, level: int) -> None:
    """Grown to its end, the prefix is what `inflate` gives; on the way it is a beginning of it."""
    plaintext = b"\x02" + zlib.compress(data, level)
    prefix = Prefix(plaintext)
    assert data.startswith(prefix.data)
    while prefix.grow():
        assert data.startswith(prefix.data)
    assert prefix.data == data == inflate(plaintext).data


@given(st.binary(max_size=64))
def test_any_bytes_are_inflated_or_refused(data: bytes) -> None:
    """Nothing but a DecodeError is raised, whole or by prefix."""
    for plaintext in (data, b"\x02" + data, b"\x02" + STREAM[:2] + data):
        try:
            whole = inflate(plaintext)
        except DecodeError:
            continue
        prefix = Prefix(plaintext)
        while prefix.grow():
            pass
        assert prefix.data == whole.data
