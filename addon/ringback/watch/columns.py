"""The list of calls as columns of text."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import set_cell_size
from rich.text import Text

from ringback.findings import Severity
from ringback.view.call_line import CallLine
from ringback.view.marks import SEVERITY_STYLES, Marks, style_of
from ringback.view.visible import visible
from ringback.watch.watched import SORTS

_STATE_STYLES = {
    "ringing": "bold cyan",
    "answered": "bold green",
    "completed": "green",
    "rejected": "yellow",
    "busy": "yellow",
    "cancelled": "yellow",
}
_NUMBER, _CALL, _TIME, _STATE, _RING, _DEVICES, _STANZAS = 5, 11, 8, 9, 6, 4, 4
_MARK = 1
_LEAST_ENDS, _MOST_ENDS = 18, 44
_LEAST_FINDING = 12
_WIDE = 96
"""Columns from which on there is room for the number of a call, which its name has too, and for its time."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide each column is on a screen of some width."""

    width: int
    ends: int
    finding: int
    is_wide: bool

    @classmethod
    def of(cls, width: int) -> Columns:
        """As `width` columns allow; what does not fit is cut off on the right."""
        is_wide = width >= _WIDE
        fixed = (_MARK, _CALL, _STATE, _RING, _DEVICES, _STANZAS, *((_NUMBER, _TIME) if is_wide else ()))
        room = width - sum(fixed) - len(fixed) - 1
        ends = max(_LEAST_ENDS, min(_MOST_ENDS, room // 2, room - _LEAST_FINDING))
        return cls(width, ends, max(_LEAST_FINDING, room - ends), is_wide)

    def heading(self, sort: int, marks: Marks, *, descending: bool) -> Text:
        """The names of the columns, that which is sorted by with a mark."""
        name = SORTS[sort][0]
        arrow = marks.down if descending else marks.up

        def titled(title: str, size: int, *, right: bool = False) -> str:
            shown = f"{title}{arrow}" if title == name else title
            return _cell(shown, size, right=right)

        by_number = arrow if name == "call" else ""
        cells = [" " * _MARK, _cell(f"call{by_number}", _CALL)]
        if self.is_wide:
            cells[1:1] = [_cell("#", _NUMBER, right=True)]
            cells.append(_cell("time", _TIME))
        cells += [
            _cell(f"from{arrow if name == 'from' else ''} {marks.arrow} to", self.ends),
            titled("state", _STATE),
            titled("ring", _RING, right=True),
            _cell(f"dev{arrow}" if name == "devices" else "dev", _DEVICES, right=True),
            _cell(f"stz{arrow}" if name == "stanzas" else "stz", _STANZAS, right=True),
            titled("finding", self.finding),
        ]
        return Text(" ".join(cells), "bold underline")

    def row(self, line: CallLine, marks: Marks) -> Text:
        """One call."""
        style = "" if line.stance is None else style_of(line.stance, line.severity)
        mark = " " if line.stance is None or line.severity is Severity.OK else marks.of(line.stance)
        row = Text().append(_cell(mark, _MARK), style).append(" ")
        if self.is_wide:
            row.append(_cell(str(line.number), _NUMBER, right=True), "dim").append(" ")
        row.append(_cell(line.name, _CALL)).append(" ")
        if self.is_wide:
            row.append(_cell(line.time[:_TIME], _TIME), "dim").append(" ")
        row.append(_cell(_ends(line, marks), self.ends)).append(" ")
        row.append(_cell(line.state, _STATE), _STATE_STYLES.get(line.state, "")).append(" ")
        row.append(_cell(_seconds(line.ring_s), _RING, right=True)).append(" ")
        row.append(_cell(devices(line), _DEVICES, right=True)).append(" ")
        row.append(_cell(str(line.stanzas), _STANZAS, right=True), "dim").append(" ")
        return row.append(_cell(line.code, self.finding), SEVERITY_STYLES[line.severity])


def devices(line: CallLine) -> str:
    """Devices heard of those that the call was offered to: `2/4`."""
    if not line.rung:
        return f"{line.heard}/?" if line.heard else ""
    return f"{line.heard}/{line.rung}"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None or not abs(seconds) < 10_000 else f"{seconds:.3f}"[:_RING]


def _ends(line: CallLine, marks: Marks) -> str:
    if not line.caller and not line.receiver:
        return ""
    return f"{visible(line.caller) or '?'} {marks.arrow} {visible(line.receiver) or '?'}"


def _cell(text: str, size: int, *, right: bool = False) -> str:
    cell = set_cell_size(text, size)
    return cell.rstrip().rjust(size) if right and len(text) <= size else cell
