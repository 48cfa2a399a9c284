"""From WebSocket chunks to frames: the intro of a client and the length-prefixed frames after it.

A direction is a byte stream: a message may hold several frames, a frame may span messages, and the split may
fall anywhere. Memory follows the bytes that came, never the length that a prefix claims.

Source: Baileys 7.0.0-rc13, lib/Utils/noise-handler.js (encodeFrame, processData; read in code).
"""

from __future__ import annotations

from dataclasses import dataclass

from ringback.errors import WireError

LENGTH_BYTES = 3
"""A frame's length stands in front of it as a big-endian number of this many bytes."""

MAX_ROUTING_INFO = 4096
"""Longest routing info that is taken for one, in bytes; some tens are usual. A foreign socket whose first
bytes happen to look like an intro cannot make us wait for (and keep) the 16 MiB that its "length" claims."""

_PROLOGUE_MAGIC = b"WA\x06"
_ROUTED_MAGIC = b"ED\x00\x01"
_PROLOGUE_BYTES = len(_PROLOGUE_MAGIC) + 1
_ROUTED_HEAD_BYTES = len(_ROUTED_MAGIC) + LENGTH_BYTES


class NoIntroError(WireError):
    """First bytes that cannot be, or become, the intro of a client."""


@dataclass(frozen=True, slots=True)
class Intro:
    """What a client sends before its first frame."""

    dictionary: int
    """Version of the token dictionary that it will use."""
    routing_info: bytes | None
    """Routing info of the `ED` form, without its length; None where the intro is the bare `WA` form."""
    size: int
    """Length of the whole intro in bytes."""

    @property
    def prologue(self) -> bytes:
        """The four bytes that enter the Noise transcript; routing info does not."""
        return _PROLOGUE_MAGIC + bytes([self.dictionary])


def maybe_intro(data: bytes | bytearray) -> Intro | None:
    """The intro at the start of `data`, None where `data` ends before the intro does.

    Shape: `57 41 06 DD`, or `45 44 00 01`, 3-byte length, routing info, `57 41 06 DD`. What follows is not
    looked at.

    Raises:
        NoIntroError: `data` does not begin like an intro, or claims more routing info than is plausible.
    """
    if _starts_like(data, 0, _PROLOGUE_MAGIC):
        return _maybe_bare(data, 0, None)
    if not _starts_like(data, 0, _ROUTED_MAGIC):
        raise NoIntroError("neither WA nor ED")
    if len(data) < _ROUTED_HEAD_BYTES:
        return None
    length = int.from_bytes(data[len(_ROUTED_MAGIC) : _ROUTED_HEAD_BYTES], "big")
    if length > MAX_ROUTING_INFO:
        raise NoIntroError(f"{length} bytes of routing info")
    start = _ROUTED_HEAD_BYTES + length
    if not _starts_like(data, start, _PROLOGUE_MAGIC):
        raise NoIntroError("no WA after the routing info")
    return _maybe_bare(data, start, bytes(data[_ROUTED_HEAD_BYTES:start]))


def _starts_like(data: bytes | bytearray, offset: int, magic: bytes) -> bool:
    """Whether `data` has `magic` at `offset`, as far as it goes."""
    there = data[offset : offset + len(magic)]
    return magic.startswith(bytes(there))


def _maybe_bare(data: bytes | bytearray, offset: int, routing_info: bytes | None) -> Intro | None:
    if len(data) < offset + _PROLOGUE_BYTES:
        return None
    return Intro(data[offset + _PROLOGUE_BYTES - 1], routing_info, offset + _PROLOGUE_BYTES)


def is_chain(data: bytes, *, least: int) -> bool:
    """Whether `data` is exactly one or more frames, each with a body of at least `least` bytes.

    That is how a message looks where a capture starts in the middle of a connection; of other bytes it is
    unlikely.
    """
    start = 0
    while start < len(data):
        length = int.from_bytes(data[start : start + LENGTH_BYTES], "big")
        if length < least:
            return False
        start += LENGTH_BYTES + length
    return start == len(data) > 0


class FrameReader:
    """Cuts one direction's byte stream into frames.

    Takes chunks of any size. Each byte is copied at most twice however small the chunks are, so a frame that
    trickles in costs no more than one that comes whole; a length prefix holds at most 16 MiB - 1, which
    bounds what an incomplete frame can keep.
    """

    __slots__ = ("_wanted", "rest")

    def __init__(self) -> None:
        """Start at a frame boundary, with nothing pending."""
        self.rest = bytearray()
        """What came of a frame not yet complete. The same object for good, so that whether it is empty can be
        seen without a call; only the reader changes it."""
        self._wanted = LENGTH_BYTES

    @property
    def pending(self) -> int:
        """Bytes that came and belong to a frame not yet complete, its length prefix included."""
        return len(self.rest)

    def feed(self, chunk: bytes) -> list[bytes]:
        """The frames that `chunk` completes, in order, each without its length prefix."""
        self.rest += chunk
        return self._cut() if len(self.rest) >= self._wanted else []

    def clear(self) -> None:
        """Forget what is pending."""
        self.rest.clear()
        self._wanted = LENGTH_BYTES

    def _cut(self) -> list[bytes]:
        """Take every complete frame off the buffer, and note how many bytes the next one needs."""
        buffer = self.rest
        frames = []
        start = 0
        while True:
            body = start + LENGTH_BYTES
            end = body + int.from_bytes(buffer[start:body], "big")
            if len(buffer) < body or len(buffer) < end:
                break
            frames.append(bytes(buffer[body:end]))
            start = end
        del buffer[:start]
        self._wanted = end - start if len(buffer) >= LENGTH_BYTES else LENGTH_BYTES
        return frames
