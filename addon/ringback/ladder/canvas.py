"""A row of columns that is written in any order: what the ladder in the terminal is put together from."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.text import Text


class Canvas:
    """One row of columns, written in any order."""

    def __init__(self, width: int) -> None:
        """A blank row."""
        self._cells = [(" ", "")] * width

    def put(self, column: int, text: str, style: str = "") -> None:
        """Write, what would stand outside of the row left out; a wide character takes two columns."""
        for character in text:
            size = cell_len(character)
            if size == 0:
                continue
            if column >= 0 and column + size <= len(self._cells):
                self._clear(column, column + size)
                self._cells[column] = (character, style)
                if size == 2:
                    self._cells[column + 1] = ("", style)
            column += size

    def _clear(self, start: int, end: int) -> None:
        """Make blanks of the halves that wide characters would leave at both ends."""
        if self._cells[start][0] == "":
            self._cells[start - 1] = (" ", "")
        if end < len(self._cells) and self._cells[end][0] == "":
            self._cells[end] = (" ", "")

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing but blanks and lanes stands there."""
        return all(not character.isalnum() for character, _ in self._cells[max(start, 0) : end])

    def text(self) -> Text:
        """The row, blanks at its end left out."""
        row = Text()
        for style, run in groupby(self._cells, key=itemgetter(1)):
            row.append("".join(character for character, _ in run), style or None)
        row.rstrip()
        return row
