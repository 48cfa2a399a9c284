"""A zlib stream whose bytes depend on nothing but the input.

The format leaves the choice of matches to the writer, and zlib, zlib-ng and their versions choose
differently, so captures written with `zlib.compress` would differ from machine to machine. This writer takes
the latest earlier occurrence of the next three bytes, always, and the fixed Huffman codes.

Source: RFC 1950 section 2.2 (header, Adler-32), RFC 1951 sections 3.2.5 and 3.2.6 (codes of lengths and
distances).
"""

from __future__ import annotations

import zlib

_HEADER = b"\x78\x01"
"""Deflate with a 32 KiB window, fastest level."""
_END_OF_BLOCK = 256
_SHORTEST, _LONGEST = 3, 258
_WINDOW = 32 * 1024
_LENGTH_EXTRA_BITS = (*(0,) * 8, *(code // 4 for code in range(4, 24)), 0)
"""Per length code from 257 on. Code 285 is length 258 alone."""
_DISTANCE_EXTRA_BITS = (0, 0, *(code // 2 for code in range(28)))


class _Bits:
    """Bits collected into bytes, least significant first."""

    def __init__(self) -> None:
        self._value = 0
        self._count = 0

    def number(self, value: int, width: int) -> None:
        """An extra-bits field or a header, least significant bit first."""
        self._value |= value << self._count
        self._count += width

    def code(self, value: int, width: int) -> None:
        """A Huffman code, most significant bit first."""
        self.number(int(f"{value:0{width}b}"[::-1], 2), width)

    def to_bytes(self) -> bytes:
        """The bytes, the last one filled with zero bits."""
        return self._value.to_bytes((self._count + 7) // 8, "little")


def deflate(data: bytes) -> bytes:
    """`data` as one zlib stream."""
    bits = _Bits()
    bits.number(0b011, 3)
    seen: dict[bytes, int] = {}
    position = 0
    while position < len(data):
        earlier = seen.get(data[position : position + _SHORTEST], -1)
        length = _match_length(data, earlier, position) if earlier >= 0 else 0
        if length >= _SHORTEST and position - earlier <= _WINDOW:
            _write_match(bits, length, position - earlier)
        else:
            length = 1
            _write_literal(bits, data[position])
        for index in range(position, position + length):
            seen[data[index : index + _SHORTEST]] = index
        position += length
    _write_literal(bits, _END_OF_BLOCK)
    return _HEADER + bits.to_bytes() + zlib.adler32(data).to_bytes(4, "big")


def _match_length(data: bytes, earlier: int, position: int) -> int:
    most = min(_LONGEST, len(data) - position)
    return next((n for n in range(most) if data[earlier + n] != data[position + n]), most)


def _write_literal(bits: _Bits, symbol: int) -> None:
    """A literal or length symbol in its fixed code."""
    if symbol < 144:
        bits.code(0x30 + symbol, 8)
    elif symbol < 256:
        bits.code(0x190 + symbol - 144, 9)
    elif symbol < 280:
        bits.code(symbol - 256, 7)
    else:
        bits.code(0xC0 + symbol - 280, 8)


def _write_match(bits: _Bits, length: int, distance: int) -> None:
    code, extra, width = (28, 0, 0) if length == _LONGEST else _coded(length - _SHORTEST, _LENGTH_EXTRA_BITS)
    _write_literal(bits, 257 + code)
    bits.number(extra, width)
    code, extra, width = _coded(distance - 1, _DISTANCE_EXTRA_BITS)
    bits.code(code, 5)
    bits.number(extra, width)


def _coded(value: int, widths: tuple[int, ...]) -> tuple[int, int, int]:
    """Code, extra bits and their width for a value counted from the first code's base."""
    for code, width in enumerate(widths):
        if value < 1 << width:
            return code, value, width
        value -= 1 << width
    raise ValueError(f"{value} beyond the last code")
