"""A ladder in the terminal, as sngrep and Wireshark draw one: a column for each lane, two rows for an arrow.

On the left stand the worst finding's mark, the clock and the seconds since the arrow before and since the
offer. Over the arrow stands what was sent; within the line, how long the server took to deliver it; below,
faintly, what answered it and after how long, where that was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from ringback.findings import Severity
from ringback.ladder.answers import grouped
from ringback.ladder.canvas import Canvas
from ringback.ladder.model import Arrow, Copy, Ladder, Remark, Role, delta, duration
from ringback.view.flow import flow
from ringback.view.marks import SEVERITY_STYLES, UNICODE, Marks, style_of
from ringback.view.visible import cropped, visible

LEAST_WIDTH = 80
"""Columns that the ladder takes, however narrow the terminal is."""
_MARGIN = 20
"""Columns of the mark, the clock and the deltas, and the blanks after them."""
_WIDEST = 30
"""Columns between two lanes at the most: a ladder over a wide screen is hard to follow."""
_LONGEST_LABEL = 60
_LONGEST_NAME = 60

_ROLE_STYLES = {
    Role.CALLER: "bold cyan",
    Role.SERVER: "bold",
    Role.CALLEE: "bold magenta",
    Role.OTHER: "bold",
    Role.REST: "bold",
}


@dataclass(frozen=True, slots=True)
class _Strokes:
    """What lines are drawn with; one column each."""

    lane: str
    silent: str
    line: str
    unseen: str
    right: str
    left: str
    crossed: str
    turned: str


_LINES = _Strokes("│", "┊", "─", "┄", "▶", "◀", "┼", "↩")
_ASCII_LINES = _Strokes("|", ":", "-", ".", ">", "<", "+", "*")


def render_text(ladder: Ladder, *, width: int, marks: Marks) -> list[Text]:
    """The ladder as lines that are at most `width` columns wide, `LEAST_WIDTH` at least.

    Nothing in them is obeyed by a terminal. Without their colours the lines say the same.
    """
    rows = ladder_rows(ladder, width=width, marks=marks)
    return [*rows.heading, *rows.body]


@dataclass(frozen=True, slots=True)
class LadderRows:
    """The lines of a ladder, for whoever scrolls through it."""

    heading: list[Text]
    """The names of the lanes and what stands with them."""
    body: list[Text]
    starts: list[int]
    """Index in the body of the first line of each arrow."""


def ladder_rows(ladder: Ladder, *, width: int, marks: Marks) -> LadderRows:
    """The lines of `render_text`, told apart."""
    drawing = _Drawing(ladder, max(width, LEAST_WIDTH), marks)
    body: list[Text] = []
    starts: list[int] = []
    for is_start, line in drawing.body():
        if is_start:
            starts.append(len(body))
        body.append(line)
    return LadderRows(list(drawing.heading()), body, starts)


def plain_text(ladder: Ladder, *, width: int = 100, marks: Marks = UNICODE) -> str:
    """The ladder as text without colours, a line feed after each line."""
    return "".join(f"{line.plain.rstrip()}\n" for line in render_text(ladder, width=width, marks=marks))


class _Drawing:
    def __init__(self, ladder: Ladder, width: int, marks: Marks) -> None:
        self._ladder = ladder
        self._width = width
        self._marks = marks
        self._strokes = _LINES if marks is UNICODE else _ASCII_LINES
        self._names, self._columns = self._place_lanes()

    def heading(self) -> Iterator[Text]:
        """What the lanes are."""
        yield from self._legend()
        yield from self._header()

    def body(self) -> Iterator[tuple[bool, Text]]:
        """All rows below that, to what is left out; each with whether an arrow begins there."""
        date = ""
        for arrow in self._ladder.arrows:
            if arrow.date != date:
                date = arrow.date
                row = self._row()
                row.put(2, date, "dim underline")
                yield False, row.text()
            for number, line in enumerate(self._arrow(arrow)):
                yield number == 0, line
        yield False, self._row().text()
        for remark in self._ladder.remarks:
            for line in flow(self._remark(remark), width=self._width, indent=" " * 10):
                yield False, line
        for sentence in self._ladder.left_out:
            told = [Text(f"{self._marks.bullet} {sentence}", "yellow")]
            for line in flow(told, width=self._width, indent="  "):
                yield False, line

    def _place_lanes(self) -> tuple[list[str], list[int]]:
        """The names as they fit, and the column of each lane."""
        lanes = self._ladder.lanes
        pitch = min(_WIDEST, (self._width - _MARGIN) // len(lanes))
        names = _fitting(self._ladder, pitch - 1)
        first = _MARGIN + max(cell_len(names[0]) // 2, 1)
        room = self._width - 1 - (cell_len(names[-1]) + 1) // 2 - first
        pitch = min(_WIDEST, room // max(1, len(lanes) - 1))
        return names, [first + pitch * index for index in range(len(lanes))]

    def _legend(self) -> Iterator[Text]:
        """Which lane is which, where they only have room for numbers."""
        if self._names[0] != "1":
            return
        names = [
            cropped(each.name, _LONGEST_NAME, self._marks.ellipsis, measured=False)
            for each in self._ladder.lanes
        ]
        pieces = [Text(f"{number} {name}", "dim") for number, name in enumerate(names, start=1)]
        yield from flow(pieces, width=self._width)

    def _header(self) -> Iterator[Text]:
        row = Canvas(self._width)
        row.put(3, self._ladder.clock, "dim")
        for lane, name, column in zip(self._ladder.lanes, self._names, self._columns, strict=True):
            row.put(column - cell_len(name) // 2, name, "dim" if lane.silent else _ROLE_STYLES[lane.role])
        yield row.text()
        notes = [lane.note for lane in self._ladder.lanes]
        row = self._row()
        row.put(0, "+previous   +offer", "dim")
        for note, column in zip(notes, self._columns, strict=True):
            if note and row.is_free(column - len(note) // 2 - 1, column + len(note) // 2 + 1):
                row.put(column - len(note) // 2, note, "dim")
        yield row.text()

    def _row(self) -> Canvas:
        """A row with nothing but the lanes."""
        row = Canvas(self._width)
        for lane, column in zip(self._ladder.lanes, self._columns, strict=True):
            row.put(column, self._strokes.silent if lane.silent else self._strokes.lane, "dim")
        return row

    def _arrow(self, arrow: Arrow) -> Iterator[Text]:
        head, *lines = self._row(), self._row()
        self._margin(arrow, head, lines[0])
        self._label(arrow, head)
        beyond, back = self._deliveries(arrow)
        if arrow.sender is not None:
            self._line(lines[0], arrow.sender, [(self._ladder.server, "")], seen=arrow.sent is not None)
        for row, copies in (
            (lines[0], beyond),
            (self._row() if arrow.sender is not None else lines[0], back),
        ):
            if copies:
                self._line(row, self._ladder.server, [(each.lane, self._delay(each)) for each in copies])
                if row is not lines[0]:
                    lines.append(row)
        yield from (row.text() for row in (head, *lines, *self._answers(arrow)))

    def _margin(self, arrow: Arrow, head: Canvas, line: Canvas) -> None:
        if arrow.severity is not None and arrow.stance is not None:
            urgent = "!" if arrow.severity is Severity.ERROR else ""
            head.put(0, self._marks.of(arrow.stance) + urgent, style_of(arrow.stance, arrow.severity))
        head.put(2, f" {arrow.clock}", "dim")
        line.put(1, f"{delta(arrow.since_previous):>8} {delta(arrow.since_offer):>8}", "dim")

    def _label(self, arrow: Arrow, row: Canvas) -> None:
        """Over the sender's leg, or the first other one; further left where it is too long for the screen."""
        server = self._columns[self._ladder.server]
        lanes = [copy.lane for copy in arrow.deliveries[:1]] if arrow.sender is None else [arrow.sender]
        left = min([server, *(self._columns[lane] for lane in lanes)])
        limit = min(_LONGEST_LABEL, self._width - _MARGIN)
        label = cropped(arrow.label, limit, self._marks.ellipsis, measured=False)
        size = cell_len(label)
        start = left + 1 if left + 2 + size in self._columns else left + 2
        start = max(_MARGIN, min(start, self._width - size))
        row.put(start, label, "bold" if arrow.kind == "call" else "")

    def _deliveries(self, arrow: Arrow) -> tuple[list[Copy], list[Copy]]:
        """The copies that go on from the server, and those that go back to the sender's side."""
        server = self._ladder.server
        if arrow.sender is None:
            beyond = [each for each in arrow.deliveries if each.lane > server]
            return beyond, [each for each in arrow.deliveries if each.lane < server]
        on_the_left = arrow.sender < server
        beyond = [each for each in arrow.deliveries if (each.lane < server) is not on_the_left]
        return beyond, [each for each in arrow.deliveries if each not in beyond]

    def _line(self, row: Canvas, start: int, stops: list[tuple[int, str]], *, seen: bool = True) -> None:
        """A line from one lane to others on one side of it, with a head at each."""
        strokes, columns = self._strokes, self._columns
        style = "" if seen else "dim"
        stops = sorted(stops, key=lambda stop: abs(stop[0] - start))
        step = 1 if stops[-1][0] > start else -1
        end = stops[-1][0]
        for column in range(columns[start] + step, columns[end], step):
            row.put(column, strokes.line if seen else strokes.unseen, style)
        for lane in range(start + step, end, step):
            row.put(columns[lane], strokes.crossed, style)
        before = columns[start]
        for lane, words in stops:
            row.put(columns[lane] - step, strokes.right if step > 0 else strokes.left, style)
            if lane != end:
                row.put(columns[lane], strokes.lane, "dim")
            inside = f" {words} "
            if words and len(inside) + 3 <= abs(columns[lane] - before):
                middle = (columns[lane] + before - len(inside) + 1) // 2
                row.put(middle, inside, "dim")
            before = columns[lane]

    def _delay(self, copy: Copy) -> str:
        """How long the delivery took, and how often it was made if more than once."""
        delay = "" if copy.delay is None else duration(copy.delay)
        return f"{delay} x{copy.times}".lstrip() if copy.times > 1 else delay

    def _answers(self, arrow: Arrow) -> list[Canvas]:
        """What answered it, each beside the lane where it was seen, on as many rows as that needs."""
        rows: list[Canvas] = []
        for lane, sent, told, bad in grouped(arrow.answers):
            words = f"{self._marks.up if sent else self._marks.down} {told}"
            is_left = lane < self._ladder.server
            column = self._columns[lane] + 2 if is_left else self._columns[lane] - 1 - len(words)
            column = max(_MARGIN, min(column, self._width - len(words)))
            span = (column - 1, column + len(words) + 1)
            row = next((each for each in rows if each.is_free(*span)), None)
            if row is None:
                row = self._row()
                rows.append(row)
            row.put(column, words, "red" if bad else "dim")
        return rows

    def _remark(self, remark: Remark) -> list[Text]:
        head = Text().append(self._marks.of(remark.stance), style_of(remark.stance, remark.severity))
        head.append(f" {remark.severity.value:<7}", SEVERITY_STYLES[remark.severity])
        head.append(f" {visible(remark.code)}", "bold")
        return [head, Text(visible(remark.message))]


def _fitting(ladder: Ladder, room: int) -> list[str]:
    """Full names where all fit, else short ones, else numbers: names that are cut may look the same."""
    server = ladder.lanes[ladder.server]
    for names in ([lane.name for lane in ladder.lanes], [lane.short for lane in ladder.lanes]):
        seen = [visible(name) for name in names]
        seen[ladder.server] = server.name if len(server.name) <= room else server.short
        if all(cell_len(name) <= room for name in seen):
            return seen
    return [str(number) for number in range(1, len(ladder.lanes) + 1)]
