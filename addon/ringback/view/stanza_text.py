"""An annotated stanza as lines of text: mark, stanza, and what the findings say on the right."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from ringback.observations import StanzaObserved
from ringback.sanitize import Placeholders
from ringback.view.annotate import Line, Role, annotate
from ringback.view.marks import Marks, style_of

_ROLE_STYLES = {
    Role.PUNCTUATION: "dim",
    Role.TAG: "bold blue",
    Role.NAME: "blue",
    Role.VALUE: "",
    Role.ABSENT: "dim italic",
}
_GUTTER = 2
"""Columns of the mark and the blank after it."""
_GAP = 2
_SHORTEST_NOTE = len("not specified")


def annotated_text(
    observed: StanzaObserved, placeholders: Placeholders, marks: Marks, *, width: int, breaks: bool
) -> Iterator[Text]:
    """The lines of a stanza for `width` columns, through `placeholders`; nothing that a terminal would obey.

    A note that does not fit beside its line stands under it where `breaks` allows.
    """
    lines = annotate(
        observed.sighting.node,
        observed.findings,
        observed.spec,
        placeholders,
        width=width - _GUTTER - (_GAP + _SHORTEST_NOTE if observed.findings else 0),
        ellipsis=marks.ellipsis,
    )
    notes = [", ".join(line.verdict.notes) if line.verdict else "" for line in lines]
    longest = max((len(line.text) for line, note in zip(lines, notes, strict=True) if note), default=0)
    column = min(longest, width - _GUTTER - _GAP - max(map(len, notes), default=0))
    for line, note in zip(lines, notes, strict=True):
        yield from _annotated_line(line, note, column, marks, width if breaks else None)


def _annotated_line(line: Line, note: str, column: int, marks: Marks, width: int | None) -> Iterator[Text]:
    """The line with its note on the right, or under it where a narrow screen would break it."""
    verdict = line.verdict
    style = "" if verdict is None else style_of(verdict.stance, verdict.severity)
    mark = " " if verdict is None else marks.of(verdict.stance)
    shown = Text().append(f"{mark} ", style)
    shown.append(" " * line.indent)
    for text, role in line.pieces:
        shown.append(text, _ROLE_STYLES[role])
    gap = max(1, column + _GAP - len(line.text))
    if note and width is not None and shown.cell_len + gap + len(note) > width:
        yield shown
        shown, gap = Text(), max(_GUTTER, width - len(note))
    shown.append(" " * gap)
    yield shown.append(note, style)
