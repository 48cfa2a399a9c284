"""The flag byte, and what it says of the rest: plain WABinary or one zlib stream."""

from __future__ import annotations

import zlib
from typing import NamedTuple

from ringback.errors import DecodeError
from ringback.wire.wabinary.tags import COMPRESSED

MAX_INFLATED_BYTES = 16 * 1024 * 1024
"""Stops a zip bomb: 16 KB of frame can inflate to 16 MB, 16 MB of frame to 16 GB.

Inflated frames of 4 MB are known (history). Source of the number: oxidezap/whatsapp-rust, wacore/binary.
"""

MAX_PREFIX_BYTES = 1024 * 1024
"""Of a frame's beginning, which is inflated for its root's tag and attributes. Real ones take some hundred
bytes; a tag without end would take a tenth of a second of the event loop for 64 KB of frame."""

_FIRST_STEP_BYTES = 256
_STEP_FACTOR = 4


class Inflated(NamedTuple):
    """The WABinary of one frame."""

    data: bytes
    compressed: bool
    unread: int
    """Bytes that followed the end of the zlib stream."""


def inflate(plaintext: bytes, most: int = MAX_INFLATED_BYTES) -> Inflated:
    """The WABinary behind the flag byte, inflated where the flag says so. Unknown flags change nothing.

    Raises:
        DecodeError: there is no flag byte, no whole zlib stream, or more than `most` bytes in it.
    """
    if not is_compressed(plaintext):
        return Inflated(plaintext[1:], compressed=False, unread=0)
    stream = zlib.decompressobj()
    data = _step(stream, memoryview(plaintext)[1:], most + 1, b"", most)
    if not stream.eof:
        raise _unfinished(data)
    return Inflated(data, compressed=True, unread=len(stream.unused_data))


def is_compressed(plaintext: bytes) -> bool:
    """Whether the flag byte announces a zlib stream.

    Raises:
        DecodeError: there is no flag byte.
    """
    if not plaintext:
        raise DecodeError(0, "", "a flag byte", "end of data")
    return bool(plaintext[0] & COMPRESSED)


class Prefix:
    """The beginning of a frame's WABinary, inflated step by step as far as a reader needs it, at most
    `MAX_PREFIX_BYTES` of it."""

    def __init__(self, plaintext: bytes) -> None:
        """`plaintext` as for `inflate`; raises as it does."""
        self._stream = zlib.decompressobj() if is_compressed(plaintext) else None
        self._rest = memoryview(plaintext)[1:]
        self._step_bytes = _FIRST_STEP_BYTES
        self.data = b"" if self._stream is not None else plaintext[1:]
        """What there is so far."""
        self.grow()

    def grow(self) -> bool:
        """Whether there is more `data` than before; False when it is already all of it.

        Raises:
            DecodeError: as `inflate`, once the fault is reached, or there is more than may be asked for.
        """
        stream = self._stream
        if stream is None or stream.eof:
            return False
        # At the limit one byte more, which is refused if there is one.
        step = min(self._step_bytes, MAX_PREFIX_BYTES - len(self.data)) or 1
        piece: bytes | memoryview = stream.unconsumed_tail
        if not piece:
            # Not as little as may come out: blocks without content are as long as their sender likes.
            taken = self._step_bytes
            piece, self._rest = self._rest[:taken], self._rest[taken:]
        self._step_bytes *= _STEP_FACTOR
        if not piece:
            raise _unfinished(self.data)
        self.data += _step(stream, piece, step, self.data, MAX_PREFIX_BYTES)
        return True


def _step(
    stream: zlib._Decompress,
    piece: bytes | memoryview,
    size: int,
    before: bytes,
    most: int = MAX_INFLATED_BYTES,
) -> bytes:
    """At most `size` further bytes, refused where they are more than `most` together with those before."""
    try:
        data = stream.decompress(piece, size)
    except zlib.error as error:
        raise DecodeError(len(before), "", "a zlib stream", str(error)) from error
    if len(before) + len(data) > most:
        expected = f"the end of the zlib stream within {most} bytes"
        raise DecodeError(most, "", expected, "more")
    return data


def _unfinished(data: bytes) -> DecodeError:
    return DecodeError(len(data), "", "the rest of the zlib stream", "end of data")
