"""The handshake's protobuf: what is read, what is refused, and that any bytes are one or the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import HandshakeError
from ringback.wire.messages import (
    MAX_HANDSHAKE_BYTES,
    ClientFinish,
    ClientHello,
    ClientPayload,
    ServerHello,
    read_client_payload,
    read_handshake,
)
from support.noise_peer import client_payload, proto

E = bytes(range(32))

MESSAGES = [
    (proto((2, proto((1, E)))), ClientHello(E, None, None)),
    (proto((2, proto((1, E), (2, b"s"), (3, b"p")))), ClientHello(E, b"s", b"p")),
    (proto((2, proto((1, E), (2, b"")))), ClientHello(E, b"", None)),
    (proto((3, proto((1, E), (2, b"s"), (3, b"p")))), ServerHello(E, b"s", b"p")),
    (proto((3, proto((1, E), (3, b"p")))), ServerHello(E, None, b"p")),
    (proto((4, proto((1, b"s"), (2, b"p")))), ClientFinish(b"s", b"p")),
    (proto((2, proto((1, E), (4, 1), (9, b"new")))), ClientHello(E, None, None)),
]


@pytest.mark.parametrize(("frame", "message"), MESSAGES)
def test_each_message_is_read(frame: bytes, message: object) -> None:
    """The three messages come out with what they hold; unknown fields are passed over."""
    assert read_handshake(frame) == message


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (b"", "no single handshake message: none"),
        (proto((1, b"x")), "no single handshake message: none"),
        (proto((2, proto((1, E))), (3, proto((1, E), (3, b"p")))), "client_hello, server_hello"),
        (proto((2, b"")), "client_hello without ephemeral"),
        (proto((3, proto((3, b"p")))), "server_hello without ephemeral"),
        (proto((3, proto((1, E), (2, b"s")))), "server_hello without payload"),
        (proto((4, proto((2, b"p")))), "client_finish without static"),
        (proto((4, proto((1, b"s")))), "client_finish without payload"),
        (proto((2, proto((1, E[:31])))), "an ephemeral key of 31 bytes"),
        (proto((2, proto((1, E + b"!")))), "an ephemeral key of 33 bytes"),
        (proto((2, proto((1, E))))[:-1], "no HandshakeMessage in 35 bytes"),
        (b"\xff" * 20, "no HandshakeMessage in 20 bytes"),
    ],
)
def test_other_frames_are_refused(frame: bytes, why: str) -> None:
    """What is no handshake message, or lacks what every pattern has, is refused with the reason."""
    with pytest.raises(HandshakeError, match=why):
        read_handshake(frame)


def test_the_longest_message_and_one_past_it() -> None:
    """A frame of the greatest length is parsed, a longer one is not looked at."""
    hello = proto((2, proto((1, E))))
    padding = MAX_HANDSHAKE_BYTES - len(hello) - 4
    at_limit = hello + proto((15, bytes(padding)))
    assert len(at_limit) == MAX_HANDSHAKE_BYTES
    assert read_handshake(at_limit) == ClientHello(E, None, None)
    for size in (MAX_HANDSHAKE_BYTES + 1, 0xFFFFFF):
        with pytest.raises(HandshakeError, match=f"a handshake message of {size} bytes"):
            read_handshake(at_limit.ljust(size, b"\0"))


@given(st.binary(max_size=80))
def test_any_frame_is_read_or_refused(frame: bytes) -> None:
    """Hostile bytes raise HandshakeError and nothing else."""
    try:
        message = read_handshake(frame)
    except HandshakeError:
        return
    assert isinstance(message, ClientHello | ServerHello | ClientFinish)


def test_client_payload_of_a_linked_client() -> None:
    """What is stated is read by its published field number, the rest is None."""
    assert read_client_payload(client_payload()) == ClientPayload(
        username=100001,
        device=7,
        platform=14,
        version=(2, 3000, 1025),
        os_version=b"0.1",
        manufacturer=b"Example",
        model=b"Desktop",
        release_channel=0,
        web_sub_platform=0,
        companion_platform=None,
    )


def test_client_payload_of_a_pairing_client() -> None:
    """A client that is being paired states no device but the properties it will be shown with."""
    props = proto((1, "Example OS"), (3, 7))
    payload = read_client_payload(proto((5, proto((1, 14))), (19, proto((1, b"id"), (8, props)))))
    assert (payload.device, payload.username, payload.platform, payload.companion_platform) == (
        None,
        None,
        14,
        7,
    )


@pytest.mark.parametrize(
    ("parts", "version"),
    [
        ((), ()),
        (((1, 2),), (2,)),
        (((1, 2), (2, 24), (3, 6), (4, 77), (5, 1)), (2, 24, 6, 77, 1)),
        (((1, 2), (3, 9)), (2, 0, 9)),
        (((1, 2), (2, 0)), (2, 0)),
    ],
)
def test_version_parts(parts: tuple[tuple[int, int], ...], version: tuple[int, ...]) -> None:
    """A version has as many parts as are stated; one left out before the last reads as 0."""
    assert read_client_payload(proto((5, proto((2, proto(*parts)))))).version == version


@pytest.mark.parametrize("data", [b"\x0a", proto((19, proto((8, b"\xff\xff")))), b"\xff" * 9])
def test_a_payload_that_is_no_protobuf_is_refused(data: bytes) -> None:
    """Neither the payload nor the device properties within it may be anything but protobuf."""
    with pytest.raises(HandshakeError):
        read_client_payload(data)
