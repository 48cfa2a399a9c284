"""The readings of a text: as it stands, and as whoever undoes its escapes, breaks and encodings reads it.

The leak scan looks at each of them, so that it does not have to know in how many ways a thing can be written.
What is undone: HTML entities, percent, JSON, YAML and Markdown escapes, ringback's own escape of XML; hex in
pairs; bytes listed as numbers; hex and base64 that are broken over lines or quotes; and hex and base64 of
printable text. No reading is true to the text's meaning: each is another guess at what it could hold.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Span: TypeAlias = tuple[int, int]

_AROUND = 200
"""Characters around a part that was read anew: more than anything is long that one could help to spell."""
_ROUNDS = 3
"""How often an escape within an escape is undone (`&amp;#64;`)."""
_ESCAPE = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|(?P<percent>(?:%[0-9A-Fa-f]{2})+)|(?P<bytes>(?:\\x[0-9A-Fa-f]{2})+)"
    r"|(?P<utf16>(?:\\u[0-9A-Fa-f]{4})+)|\\U(?P<code>[0-9A-Fa-f]{8})|_x(?P<own>[0-9A-Fa-f]{4,6})_"
    r"|\\(?P<blank>[nrt])|\\(?P<sign>[^\w\s])"
)
_LAST_CODE = 0x10FFFF
_PAIRS = re.compile(
    r"(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{2}(?:[\s:,;-]{1,8}(?:0x)?[0-9A-Fa-f]{2}){4,}(?![0-9A-Za-z])"
)
_NUMBERED = re.compile(
    r"(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:,\s*(?:25[0-5]|2[0-4]\d|1?\d?\d)){6,}(?![\w.])", re.ASCII
)
_BREAK = r"(?:[\s\"'`+,;|\\>#*]|-(?=\s)){1,24}"
"""What stands where a text was broken: a line break with an indentation or a mark, quotes and a plus."""
_BROKEN_HEX = re.compile(
    rf"(?<![0-9A-Za-z])[0-9A-Fa-f]{{2,31}}(?:{_BREAK}[0-9A-Fa-f]{{2,31}})+(?![0-9A-Za-z])"
)
"""No piece is a run by itself: that is found where it stands."""
_HEX_RUN = 32
"""Hex digits that make a run: 16 bytes, the length of a call-id."""
_PIECE = re.compile(r"(?![+-](?:\s|$))[A-Za-z0-9+/_-]+={0,2}")
_BREAKS = re.compile(_BREAK)
_BASE64_RUN = 43
"""Characters of base64 that make a run: 32 bytes without padding."""
_RANDOM_PART = 24
"""Of those, characters in pieces that are no words."""
_WORDS = 2
"""Pieces before and after them that may look like words by chance; twice as many between two of them."""
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{10,}={0,2}(?![A-Za-z0-9+/_-])")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{7,}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_WORD = re.compile(r"(?:[a-z]{1,20}|[A-Z]{1,20}|[A-Z][a-z]{1,19}|[0-9]{1,6})")
"""A word of a path or of a dashed name: what consists of such words is not random."""


class _Piece(NamedTuple):
    """A part of a reading and where it stands in the reading that it was made of."""

    start: int
    base: Span
    is_kept: bool
    """Character by character; else it stands for the whole of `base`."""


class Reading:
    """A text with the way back to the text that it was read from."""

    def __init__(self, text: str, base: Reading | None = None, pieces: tuple[_Piece, ...] = ()) -> None:
        """`pieces` cover the text, in order; without a base it is the text itself."""
        self.text = text
        self._base = base
        self._pieces = pieces
        self._starts = [piece.start for piece in pieces]

    def place(self, span: Span) -> Span:
        """Where in the first text that stands which makes this span; the span is not empty."""
        if self._base is None:
            return span
        (start, _), (_, end) = self._back(span[0]), self._back(span[1] - 1)
        return self._base.place((start, end))

    def windows(self) -> Iterator[Span]:
        """The parts of the text that are read otherwise than before, with what stands around them; of a text
        that was not made of another one, all of it."""
        if self._base is None:
            yield (0, len(self.text))
            return
        start = end = 0
        for piece, follower in zip(self._pieces, [*self._starts[1:], len(self.text)], strict=True):
            if not piece.is_kept:
                if piece.start - _AROUND > end:
                    if end:
                        yield (start, end)
                    start = self._start_of_word(max(piece.start - _AROUND, 0))
                end = follower + _AROUND
        yield (start, min(end, len(self.text)))

    def _start_of_word(self, index: int) -> int:
        """Where the word at that index starts: what is looked for is not told from a part of it."""
        blank = self.text.rfind(" ", max(index - _AROUND, 0), index + 1)
        return index if blank < 0 else blank

    def _back(self, index: int) -> Span:
        piece = self._pieces[bisect_right(self._starts, index) - 1]
        if not piece.is_kept:
            return piece.base
        start = piece.base[0] + index - piece.start
        return (start, start + 1)

    def replaced(self, found: Iterator[tuple[Span, str]]) -> Reading | None:
        """The reading with these parts, in order, put in place of the spans; None where there is none."""
        parts: list[str] = []
        pieces: list[_Piece] = []
        length = done = 0
        for (start, end), text in found:
            for part, base, is_kept in (
                (self.text[done:start], (done, start), True),
                (text, (start, end), False),
            ):
                if part:
                    pieces.append(_Piece(length, base, is_kept))
                    parts.append(part)
                    length += len(part)
            done = end
        if not done:
            return None
        if done < len(self.text):
            pieces.append(_Piece(length, (done, len(self.text)), is_kept=True))
            parts.append(self.text[done:])
        return Reading("".join(parts), self, tuple(pieces))


def iter_readings(text: str) -> Iterator[Reading]:
    """The text itself first, then each further reading that differs from the one before."""
    reading = Reading(text)
    yield reading
    for undone in (*[_escapes] * _ROUNDS, *_UNDOING):
        changed = reading.replaced(undone(reading.text))
        if changed is not None:
            reading = changed
            yield reading


def joined(reading: Reading) -> Reading:
    """The reading without its blanks, line breaks and quotes."""
    return reading.replaced((found.span(), "") for found in _BREAKS.finditer(reading.text)) or reading


def squeezed(text: str) -> str:
    """A text as it stands in a joined reading."""
    return _BREAKS.sub("", text)


def is_random(text: str) -> bool:
    """Whether a run of base64 characters is no path and no dashed name."""
    first, *inner = re.split("[-_/]", text.rstrip("="))
    edges = [word for word in (first, *inner[-1:]) if word]
    return not all(_WORD.fullmatch(word) for word in (*edges, *inner[:-1]))


def _escapes(text: str) -> Iterator[tuple[Span, str]]:
    for found in _ESCAPE.finditer(text):
        put = _unescaped(found)
        if put != found[0]:
            yield found.span(), put


def _unescaped(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "percent" | "bytes":
            return _decoded(bytes.fromhex(re.sub(r"%|\\x", "", found[0])))
        case "utf16":
            data = bytes.fromhex(found[0].replace("\\u", ""))
            return data.decode("utf-16-be", "replace")
        case "code" | "own":
            code = int(found["code"] or found["own"], 16)
            return chr(code) if code <= _LAST_CODE else found[0]
        case "blank":
            return " "
        case "sign":
            return found["sign"]
        case _:
            return html.unescape(found[0])


def _decoded(data: bytes) -> str:
    """As text where it is text, else in hex."""
    for encoding in ("utf-8", "latin-1"):
        with suppress(UnicodeDecodeError):
            if (text := data.decode(encoding)).isprintable():
                return text
    return data.hex()


def _pairs(text: str) -> Iterator[tuple[Span, str]]:
    """Hex in pairs, `c0:ff:ee` or `0xc0, 0xff`; a short row of decimal numbers is none."""
    for found in _PAIRS.finditer(text):
        digits = re.sub(r"0x|[\s:,;-]", "", found[0])
        if len(digits) >= _HEX_RUN or not digits.isdecimal():
            yield found.span(), digits


def _numbers(text: str) -> Iterator[tuple[Span, str]]:
    """Bytes as a list of numbers, as JSON has a buffer; a short row that is no text is none."""
    for found in _NUMBERED.finditer(text):
        data = bytes(map(int, found[0].split(",")))
        decoded = _decoded(data)
        if 2 * len(data) >= _HEX_RUN or decoded != data.hex():
            yield found.span(), decoded


def _broken_hex(text: str) -> Iterator[tuple[Span, str]]:
    for found in _BROKEN_HEX.finditer(text):
        digits = _BREAKS.sub("", found[0])
        if len(digits) >= _HEX_RUN and not digits.isdecimal() and not digits.isalpha():
            yield found.span(), digits


def _broken_base64(text: str) -> Iterator[tuple[Span, str]]:
    """Rows of pieces that are no words, with few that could be words among them."""
    for row in _rows(text):
        random = [index for index, piece in enumerate(row) if _is_piece(piece[0])]
        for group in _groups(random):
            taken = row[max(group[0] - _WORDS, 0) : group[-1] + _WORDS + 1]
            joined_text = "".join(piece[0] for piece in taken)
            told = sum(len(row[index][0]) for index in group)
            if len(taken) > 1 and len(joined_text) >= _BASE64_RUN and told >= _RANDOM_PART:
                yield (taken[0].start(), taken[-1].end()), joined_text


def _rows(text: str) -> Iterator[list[re.Match[str]]]:
    """Pieces with nothing but a break between them."""
    row: list[re.Match[str]] = []
    for piece in _PIECE.finditer(text):
        if row and not _BREAKS.fullmatch(text, row[-1].end(), piece.start()):
            yield row
            row = []
        row.append(piece)
    yield row


def _groups(indices: list[int]) -> Iterator[list[int]]:
    """Indices that lie so near to each other that the words at their edges would be shared."""
    group = indices[:1]
    for one, other in pairwise(indices):
        if other - one > 2 * _WORDS:
            yield group
            group = []
        group.append(other)
    if group:
        yield group


def _is_piece(text: str) -> bool:
    """Names of the protocol have no capitals, base64 nearly always has. A run by itself is no piece."""
    return text.lower() != text and len(text) < _BASE64_RUN and is_random(text)


def _encoded(text: str) -> Iterator[tuple[Span, str]]:
    """Hex and base64 of printable text."""
    for found in _ENCODED.finditer(text):
        data = _maybe_bytes(found[0])
        if data is not None and _PRINTABLE.fullmatch(data):
            yield found.span(), data.decode("ascii")


def _maybe_bytes(text: str) -> bytes | None:
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return None


_UNDOING: tuple[Callable[[str], Iterator[tuple[Span, str]]], ...] = (
    _pairs,
    _numbers,
    _broken_hex,
    _broken_base64,
    _encoded,
)
