"""What is wrong with a filter, shown where it is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from ringback.errors import RingbackError
from ringback.view.visible import visible

_AROUND = 60
"""Columns of the expression that are shown on each side of the caret."""


@dataclass
class FilterError(RingbackError):
    """A filter that cannot be understood."""

    text: str
    """The whole expression."""
    position: int
    """Index of the first character that is wrong, from 0; the length of the text where it ends too early."""
    length: int
    """How many characters are wrong; 0 where something is missing."""
    reason: str
    """What is wrong there and what could stand there, one line without a full stop."""

    def __str__(self) -> str:
        """The reason, the expression, and a caret under each column that is wrong."""
        before = visible(self.text[: self.position])
        wrong = visible(self.text[self.position : self.position + self.length])
        after = visible(self.text[self.position + self.length :])
        start = "…" + before[-_AROUND:] if len(before) > _AROUND else before
        shown = wrong if len(wrong) <= _AROUND else wrong[:_AROUND] + "…"
        end = after if len(after) <= _AROUND else after[:_AROUND] + "…"
        carets = "^" * max(1, cell_len(shown))
        return f"{self.reason}\n  {start}{shown}{end}\n  {' ' * cell_len(start)}{carets}"


def alternatives(word: str, known: Iterable[str], listed_by: str = "ringback codes") -> str:
    """What to say behind `word`, which is none of the known ones: the nearest, all where they are few, or the
    command that lists them."""
    known = list(known)
    near = difflib.get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    if near:
        return f": did you mean {near[0]}?"
    return f": there are {', '.join(known)}" if len(known) <= 12 else f"; `{listed_by}` lists them"
