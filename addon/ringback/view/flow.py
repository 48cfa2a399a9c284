"""Pieces of text laid out on lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from rich.cells import chop_cells
from rich.text import Text

_GAP = "  "
_LEAST_ROOM = 20
"""Columns that a line has at least, however narrow the terminal is."""


def flow(pieces: Iterable[Text], *, width: int | None, indent: str = "") -> Iterator[Text]:
    """The pieces one after the other, two blanks apart, on as many lines as `width` needs.

    A piece that does not fit on its line begins the next one; one that is wider than a line is wrapped at its
    blanks, and within a word only where the word is wider still. All lines but the first begin with `indent`.
    Without a width everything stands on one line.
    """
    held: list[Text] = []
    columns = 0
    for piece in filter(None, pieces):
        longer = columns + (len(_GAP) if held else 0) + piece.cell_len
        if width is None or longer <= width:
            held.append(piece)
            columns = longer
            continue
        if held:
            yield Text(_GAP).join(held)
        *full, line = _wrapped(piece, indent if held else "", width, indent)
        yield from full
        held, columns = [line] if line else [], line.cell_len
    yield Text(_GAP).join(held)


def _wrapped(piece: Text, first: str, width: int, indent: str) -> list[Text]:
    """The lines of one piece, the first of which begins with `first`."""
    lines = [Text(first)]
    for word in _words(piece, max(width - len(indent), _LEAST_ROOM)):
        line = lines[-1]
        gap = "" if line.plain in {first, indent} else " "
        if gap and line.cell_len + 1 + word.cell_len > max(width, len(indent) + _LEAST_ROOM):
            lines.append(Text(indent) + word)
        else:
            lines[-1] = line + Text(gap) + word
    return lines


def _words(piece: Text, room: int) -> Iterator[Text]:
    for word in piece.split(" "):
        ends = accumulate(map(len, chop_cells(word.plain, room)))
        yield from word.divide([end for end in ends if end < len(word)])
