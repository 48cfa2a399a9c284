"""The opening of a socket: intro and hello together, whole, byte by byte, with trailing bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import HandshakeError, WireError
from ringback.wire.frames import NoIntroError
from ringback.wire.messages import MAX_HANDSHAKE_BYTES
from ringback.wire.opening import Opening, maybe_opening
from support.noise_peer import NoisePair, framed, proto

PAIRS = [
    NoisePair(),
    NoisePair(2, b"route"),
    NoisePair(9, b""),
    NoisePair(pattern="IK"),
]


def opened(data: bytes | bytearray) -> Opening:
    """The opening of `data`, which has one."""
    opening = maybe_opening(data)
    assert opening is not None
    return opening


@pytest.mark.parametrize("pair", PAIRS)
def test_whole(pair: NoisePair) -> None:
    """Intro and hello are read, with and without routing info, for a first connection and a resumption."""
    opening = opened(pair.client_hello)
    assert opening.intro.prologue == pair.prologue
    assert opening.hello.ephemeral == pair.ephemeral
    assert (opening.hello.static is not None) == (pair.pattern == "IK")


@pytest.mark.parametrize("pair", PAIRS)
def test_byte_by_byte_and_with_trailing_bytes(pair: NoisePair) -> None:
    """Every proper prefix waits for more; what follows the hello is not looked at."""
    hello = pair.client_hello
    assert [maybe_opening(hello[:size]) for size in range(len(hello))] == [None] * len(hello)
    assert opened(bytearray(hello + b"\xff\xff\xff\xff")) == opened(hello)


@pytest.mark.parametrize(
    ("first_frame", "why"),
    [
        (b"", "no single handshake message"),
        (b'{"json": true}', "no HandshakeMessage"),
        (NoisePair().server_hello[3:], "ServerHello in the first frame"),
        (NoisePair().client_finish[3:], "ClientFinish in the first frame"),
    ],
)
def test_an_intro_without_a_hello(first_frame: bytes, why: str) -> None:
    """A socket that begins like ours but has no client hello is none of ours."""
    with pytest.raises(HandshakeError, match=why):
        maybe_opening(b"WA\x06\x03" + framed(first_frame))


def test_no_intro() -> None:
    """First bytes of another protocol are refused as no intro."""
    with pytest.raises(NoIntroError):
        maybe_opening(b"\x16\x03\x01")


def test_a_first_frame_at_the_limit_and_past_it() -> None:
    """A hello of the greatest length is waited for; a longer first frame is refused on its length alone."""
    head = b"WA\x06\x03"
    assert maybe_opening(head + MAX_HANDSHAKE_BYTES.to_bytes(3, "big")) is None
    for size in (MAX_HANDSHAKE_BYTES + 1, 0xFFFFFF):
        with pytest.raises(HandshakeError, match=f"a first frame of {size} bytes"):
            maybe_opening(head + size.to_bytes(3, "big"))


@given(st.sampled_from([b"", b"WA\x06\x03", b"ED\x00\x01\x00\x00\x00WA\x06\x03\x00\x00\x26"]), st.binary())
def test_any_bytes(head: bytes, data: bytes) -> None:
    """Any first bytes are an opening, a wait for more, or refused."""
    try:
        opening = maybe_opening(head + data)
    except WireError:
        return
    assert opening is None or len(opening.hello.ephemeral) == 32


def test_a_hello_may_hold_more_fields() -> None:
    """Fields that are not known do not make a hello less of one."""
    hello = proto((2, proto((1, bytes(32)), (4, 1), (7, b"new"))), (9, 1))
    assert opened(b"WA\x06\x03" + framed(hello)).hello.static is None
