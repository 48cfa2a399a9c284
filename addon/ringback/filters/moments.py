"""Times as a filter spells them: seconds since the start, a clock time, a day, or both. All in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_RELATIVE = re.compile(r"\+?([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h)?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(\.[0-9]{1,6})?)?[Zz]?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DAY_S = 86_400.0

FORMS = (
    "`22:13`, `22:13:20.5`, `2023-11-14`, `2023-11-14T22:13:20`, or since the start `+90`, `+2m`, `+500ms`"
)
"""What can be written."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time as exact as it was written: `22:13` is a whole minute."""

    start: float
    end: float
    """The first moment after it."""
    clock: str
    """What it is measured on: `start` seconds since the start, `day` seconds since midnight, `epoch`."""

    def measured(self, at: float, started_at: float) -> float:
        """The moment `at` (seconds since the epoch) on the clock of this span."""
        if self.clock == "start":
            return at - started_at
        return at % _DAY_S if self.clock == "day" else at


def maybe_span(text: str) -> Span | None:
    """The time that `text` spells, None where it spells none."""
    return _maybe_relative(text) or _maybe_clock(text) or _maybe_date(text)


def _maybe_relative(text: str) -> Span | None:
    found = _RELATIVE.fullmatch(text.lower())
    if found is None:
        return None
    unit = _UNITS[found[2] or "s"]
    return Span(float(found[1]) * unit, (float(found[1]) + _resolution(found[1])) * unit, "start")


def _maybe_clock(text: str) -> Span | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    start = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0) + float(found[4] or 0)
    return Span(start, start + (60.0 if found[3] is None else _resolution(found[4] or "")), "day")


def _maybe_date(text: str) -> Span | None:
    day, _, clock = text.upper().partition("T")
    try:
        midnight = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    if not clock:
        return None if "T" in text.upper() else Span(midnight, midnight + _DAY_S, "epoch")
    time = _maybe_clock(clock)
    return None if time is None else Span(midnight + time.start, midnight + time.end, "epoch")


def _resolution(number: str) -> float:
    """Of `20` one, of `20.5` a tenth."""
    return float(10 ** -len(number.partition(".")[2]))
