"""What differs between two stanzas, in two columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from ringback.stanzadiff import MAX_CHANGES, Change, Kind, Part
from ringback.view.marks import Marks, marks_for
from ringback.view.terminal import carried
from ringback.view.visible import cropped, visible

_LEAST_WIDTH = 60
_NAME = 20
"""Columns of the name of an attribute or child, its mark and blanks not counted."""
_INDENT = 2
_LINES = 6
"""Lines that a value is given."""
_SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.REORDERED: "%"}
_STYLES = {Kind.ADDED: "green", Kind.REMOVED: "red", Kind.CHANGED: "yellow", Kind.REORDERED: "cyan"}
_PARTS = {
    Part.TAG: "(tag)",
    Part.CONTENT: "(content)",
    Part.CHILD: "(children)",
    Part.ATTRIBUTE: "(attributes)",
}


def print_diff(console: Console, left: str, right: str, changes: Sequence[Change]) -> None:
    """Print what is different about the second side; `left` and `right` say what the sides are."""
    for line in diff_lines(left, right, changes, width=console.width, marks=marks_for(console.encoding)):
        console.print(carried(line, console.encoding), soft_wrap=True)


def diff_lines(
    left: str, right: str, changes: Sequence[Change], *, width: int, marks: Marks
) -> Iterator[Text]:
    """The lines, none wider than `width`, `_LEAST_WIDTH` at least."""
    width = max(width, _LEAST_WIDTH)
    for sign, side in (("left ", left), ("right", right)):
        yield from _wrapped(f"{sign}  ", visible(side), width)
    yield Text()
    if not changes:
        yield Text("No difference.")
        return
    yield Text(_summary(changes))
    place: tuple[str, ...] | None = None
    table = _Table(width, marks)
    for change in _by_place(changes):
        if change.place != place:
            place = change.place
            yield Text()
            yield Text(cropped("/" + "/".join(place), width, marks.ellipsis), "bold")
        yield from table.rows(change)
    if len(changes) == MAX_CHANGES:
        yield Text()
        yield Text("and more: these are the first", "yellow")


def _by_place(changes: Iterable[Change]) -> Iterator[Change]:
    """Those of one element together."""
    places: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        places.setdefault(change.place, []).append(change)
    for alike in places.values():
        yield from alike


def _summary(changes: Sequence[Change]) -> str:
    counts = Counter(change.kind for change in changes if not change.is_name)
    names = sum(change.is_name for change in changes)
    told = [f"{counts[kind]} {kind.value}" for kind in Kind if counts[kind]]
    if names:
        told.append(f"{names} that only name something else")
    return ", ".join(told)


class _Table:
    """Rows of a mark, a name and two columns."""

    def __init__(self, width: int, marks: Marks) -> None:
        self._marks = marks
        self._column = (width - _INDENT - 2 - _NAME - 1 - 3) // 2

    def rows(self, change: Change) -> Iterator[Text]:
        style = "dim" if change.is_name else _STYLES[change.kind]
        name = cropped(change.name or _PARTS[change.part], _NAME, self._marks.ellipsis)
        sides = [self._cells(change.left, change.left_count), self._cells(change.right, change.right_count)]
        bar = "│" if self._marks.ellipsis == "…" else "|"
        for number in range(max(map(len, sides))):
            row = Text(" " * _INDENT)
            head = f"{_SIGNS[change.kind]} {name}" if number == 0 else ""
            row.append(head.ljust(_NAME + 3), style)
            for index, cells in enumerate(sides):
                cell = cells[number] if number < len(cells) else ""
                row.append(cell.ljust(self._column) if index == 0 else cell, style)
                row.append(f" {bar} " if index == 0 else "", "dim")
            row.rstrip()
            yield row

    def _cells(self, value: str | None, count: tuple[int, int] | None) -> list[str]:
        """The value on as many lines as it needs and may have."""
        if value is None:
            return [f"not in {count[0]} of {count[1]}" if count is not None and count[0] else ""]
        share = "" if count is None or value.startswith("in ") else f" (in {count[0]} of {count[1]})"
        text = cropped(value + share, self._column * _LINES, self._marks.ellipsis)
        return _chunks(text, self._column)


def _chunks(text: str, width: int) -> list[str]:
    """Broken at blanks where there are some, else anywhere."""
    lines = [""]
    for word in text.split(" "):
        rest = word
        if lines[-1] and len(lines[-1]) + 1 + len(rest) <= width:
            lines[-1] += f" {rest}"
            continue
        if lines[-1]:
            lines.append("")
        while len(rest) > width:
            lines[-1], rest = rest[:width], rest[width:]
            lines.append("")
        lines[-1] = rest
    return lines


def _wrapped(head: str, text: str, width: int) -> Iterator[Text]:
    for number, line in enumerate(_chunks(text, width - len(head))):
        yield Text(head if number == 0 else " " * len(head), "dim").append(line)
