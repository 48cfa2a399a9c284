"""Frames: the intro, and the cutting of a stream, whole, byte by byte and with trailing bytes."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.wire.frames import MAX_ROUTING_INFO, FrameReader, Intro, NoIntroError, is_chain, maybe_intro
from support.noise_peer import chunks, framed

ROUTED = b"ED\x00\x01" + b"\x00\x00\x05" + b"route" + b"WA\x06\x02"

INTROS = [
    (b"WA\x06\x03", Intro(3, None, 4)),
    (b"WA\x06\x02", Intro(2, None, 4)),
    (b"WA\x06\xff", Intro(255, None, 4)),
    (ROUTED, Intro(2, b"route", 16)),
    (b"ED\x00\x01\x00\x00\x00WA\x06\x03", Intro(3, b"", 11)),
]


@pytest.mark.parametrize(("data", "intro"), INTROS)
def test_intro_whole(data: bytes, intro: Intro) -> None:
    """Both forms of the intro are read, with any dictionary version and with empty routing info."""
    assert maybe_intro(data) == intro


@pytest.mark.parametrize(("data", "intro"), INTROS)
def test_intro_byte_by_byte(data: bytes, intro: Intro) -> None:
    """No proper prefix of an intro is an intro or refused."""
    assert [maybe_intro(data[:size]) for size in range(len(data))] == [None] * len(data)


@pytest.mark.parametrize(("data", "intro"), INTROS)
def test_intro_with_trailing_bytes(data: bytes, intro: Intro) -> None:
    """What follows the intro is not looked at."""
    assert maybe_intro(bytearray(data + b"\xff\xff\xff")) == intro


def test_prologue_is_without_routing_info() -> None:
    """Only the four WA bytes enter the transcript."""
    intro = maybe_intro(ROUTED)
    assert intro is not None
    assert intro.prologue == b"WA\x06\x02"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GET / HTTP/1.1", "neither WA nor ED"),
        (b"WA\x05\x02", "neither WA nor ED"),
        (b"ED\x00\x02", "neither WA nor ED"),
        (b"X", "neither WA nor ED"),
        (b"ED\x00\x01\x00\x00\x01rXA", "no WA after the routing info"),
        (b"ED\x00\x01\x00\x00\x01rWA\x07\x03", "no WA after the routing info"),
    ],
)
def test_foreign_first_bytes_are_refused(data: bytes, why: str) -> None:
    """Bytes that cannot become an intro are refused as soon as that is certain."""
    with pytest.raises(NoIntroError, match=why):
        maybe_intro(data)


def test_routing_info_at_the_limit_and_past_it() -> None:
    """Routing info of the greatest length is read, one byte more is refused on the length alone."""
    at = b"ED\x00\x01" + framed(bytes(MAX_ROUTING_INFO)) + b"WA\x06\x03"
    assert maybe_intro(at) == Intro(3, bytes(MAX_ROUTING_INFO), len(at))
    for length in (MAX_ROUTING_INFO + 1, 0xFFFFFF):
        with pytest.raises(NoIntroError, match=f"{length} bytes of routing info"):
            maybe_intro(b"ED\x00\x01" + length.to_bytes(3, "big"))


BODIES = [b"one", b"", b"x" * 300, b"\x00\x00\x01", b"last"]


def test_frames_whole() -> None:
    """Several frames of one chunk come out in order, an empty one included."""
    reader = FrameReader()
    assert reader.feed(framed(*BODIES)) == BODIES
    assert reader.pending == 0


def test_frames_one_message_each() -> None:
    """A chunk that is exactly one frame gives it at once and leaves nothing."""
    reader = FrameReader()
    assert [reader.feed(framed(body)) for body in BODIES] == [[body] for body in BODIES]
    assert reader.pending == 0


def test_frames_byte_by_byte() -> None:
    """A frame is given with the chunk that completes it, also where the split falls into the length."""
    reader = FrameReader()
    stream = framed(*BODIES)
    given = [
        (end, frame) for end in range(1, len(stream) + 1) for frame in reader.feed(stream[end - 1 : end])
    ]
    ends = [sum(3 + len(body) for body in BODIES[: number + 1]) for number in range(len(BODIES))]
    assert given == list(zip(ends, BODIES, strict=True))


def test_frames_with_trailing_bytes() -> None:
    """Bytes of an incomplete frame are pending, and complete it later."""
    reader = FrameReader()
    assert reader.feed(framed(b"one") + b"\x00\x00\x04la") == [b"one"]
    assert reader.pending == 5
    assert reader.feed(b"st" + framed(b"two")) == [b"last", b"two"]
    assert reader.pending == 0


@pytest.mark.parametrize("tail", [b"\x00", b"\x00\x00", b"\x00\x00\x01"])
def test_split_inside_the_length(tail: bytes) -> None:
    """A chunk may end after one, two or all three bytes of a length."""
    reader = FrameReader()
    whole = framed(b"a")
    assert reader.feed(tail) == []
    assert reader.pending == len(tail)
    assert reader.feed(whole[len(tail) :]) == [b"a"]


def test_empty_chunks_change_nothing() -> None:
    """An empty chunk is legal at a boundary and inside a frame."""
    reader = FrameReader()
    assert reader.feed(b"") == []
    assert reader.feed(b"\x00\x00\x02a") == []
    assert reader.feed(b"") == []
    assert reader.feed(b"b") == [b"ab"]


def test_longest_frame() -> None:
    """The greatest length that the prefix can hold is a legal frame."""
    body = bytes(0xFFFFFF)
    assert FrameReader().feed(framed(body) + b"\x00") == [body]


def test_a_claimed_length_reserves_nothing() -> None:
    """A prefix that claims 16 MiB costs as many bytes as came."""
    tracemalloc.start()
    readers = [FrameReader() for _ in range(64)]
    for reader in readers:
        assert reader.feed(b"\xff\xff\xff few") == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_a_long_frame_in_single_bytes_is_looked_at_once() -> None:
    """A 2 MB frame in chunks of one byte is cut once: until it is complete, feeding only appends."""

    class Counting(FrameReader):
        cuts = 0

        def _cut(self) -> list[bytes]:
            self.cuts += 1
            return super()._cut()

    reader = Counting()
    body = bytes(2_000_000)
    assert [frame for byte in framed(body) for frame in reader.feed(bytes([byte]))] == [body]
    assert reader.cuts == 2


@pytest.mark.parametrize(
    ("data", "chain"),
    [
        (b"", False),
        (framed(b"xx"), True),
        (framed(b"xx", b"yyy"), True),
        (framed(b"xx", b"y"), False),
        (framed(b"xx") + b"\0", False),
        (framed(b"xx") + b"\0\0\x09y", False),
        (b"\xff\xff\xffx", False),
        (b"{}", False),
    ],
)
def test_chains(data: bytes, chain: bool) -> None:
    """A chain is one or more whole frames and nothing else, none shorter than a frame can be."""
    assert is_chain(data, least=2) is chain


@given(st.lists(st.binary(max_size=40), max_size=8), st.binary(max_size=6), st.lists(st.integers(0, 400)))
def test_any_chunking_gives_the_same_frames(bodies: list[bytes], tail: bytes, cuts: list[int]) -> None:
    """However a stream is split, the frames and the pending bytes are the same."""
    stream = framed(*bodies) + tail
    whole = FrameReader()
    expected = whole.feed(stream)
    split = FrameReader()
    assert [frame for chunk in chunks(stream, cuts) for frame in split.feed(chunk)] == expected
    assert split.pending == whole.pending
    assert expected[: len(bodies)] == bodies


@given(st.binary(max_size=64))
def test_any_bytes_are_an_intro_or_refused(data: bytes) -> None:
    """Any first bytes give an intro, a wait for more, or the refusal, and a refusal is final."""
    try:
        intro = maybe_intro(data)
    except NoIntroError:
        with pytest.raises(NoIntroError):
            maybe_intro(data + b"more")
    else:
        assert intro is None or intro.size <= len(data)
