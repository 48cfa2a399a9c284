"""What a socket's first client bytes are: the protocol's intro and hello, or something else."""

from __future__ import annotations

from dataclasses import dataclass

from ringback.errors import HandshakeError
from ringback.wire.frames import LENGTH_BYTES, Intro, maybe_intro
from ringback.wire.messages import MAX_HANDSHAKE_BYTES, ClientHello, read_handshake


@dataclass(frozen=True, slots=True)
class Opening:
    """The intro and the hello that follows it: only both together make a socket one of ours."""

    intro: Intro
    hello: ClientHello


def maybe_opening(data: bytes | bytearray) -> Opening | None:
    """The opening at the start of `data`, None where `data` ends before the opening does.

    Costs the same however much of it has come, so it may be asked again with each byte.

    Raises:
        NoIntroError: `data` does not begin with an intro.
        HandshakeError: the first frame is too long for a client hello, or is none.
    """
    intro = maybe_intro(data)
    if intro is None or len(data) < intro.size + LENGTH_BYTES:
        return None
    start = intro.size + LENGTH_BYTES
    length = int.from_bytes(data[intro.size : start], "big")
    if length > MAX_HANDSHAKE_BYTES:
        raise HandshakeError(f"a first frame of {length} bytes")
    if len(data) < start + length:
        return None
    message = read_handshake(bytes(data[start : start + length]))
    if not isinstance(message, ClientHello):
        raise HandshakeError(f"{type(message).__name__} in the first frame")
    return Opening(intro, message)
