"""What an open question is answered with: a word out of a closed set, and the numbers that carry it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from statistics import median

from ringback.questions.interval import Interval, wilson


class Answer(enum.Enum):
    """How far a question is answered: the whole set."""

    YES = "answered yes"
    NO = "answered no"
    DEPENDS = "depends on"
    """Both occur, and `Verdict.condition` says what tells them apart."""
    LEANING_YES = "leaning yes"
    LEANING_NO = "leaning no"
    OPEN = "open"
    """Something was counted, and it points nowhere."""
    NOT_EXERCISED = "not exercised"
    """Nothing that was seen could have shown the one or the other."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Successes among the units counted."""

    n: int
    """Units counted."""
    k: int
    """Of them: successes, 0 to n."""

    @property
    def interval(self) -> Interval:
        """Wilson score interval at 95 % for the share of successes; 0 to 1 where nothing was counted."""
        return wilson(self.k, self.n)

    def __str__(self) -> str:
        """`7 of 8`."""
        return f"{self.k} of {self.n}"


@dataclass(frozen=True, slots=True)
class Split:
    """The tally once more, apart for each value of one dimension."""

    dimension: str
    rows: tuple[tuple[str, Tally], ...]
    """Value and tally, in order of the values."""
    note: str = ""
    """What the rows hold beyond the units of the verdict; empty where they hold just these."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each of several things was seen: no successes among them."""

    title: str
    unit: str
    """What one stands for."""
    rows: tuple[tuple[str, int], ...]
    """What and how often, the most frequent first."""

    @classmethod
    def of(cls, title: str, unit: str, seen: Iterable[str]) -> Counts:
        """The table of what `seen` yields, each time it yields it."""
        totals: dict[str, int] = {}
        for each in seen:
            totals[each] = totals.get(each, 0) + 1
        return cls.of_totals(title, unit, totals)

    @classmethod
    def of_totals(cls, title: str, unit: str, totals: Mapping[str, int]) -> Counts:
        """The table of what was counted already."""
        return cls(title, unit, tuple(sorted(totals.items(), key=lambda row: (-row[1], row[0]))))


MOST_MS = 999_999
"""Longest duration that is told, either way: a quarter of an hour. A longer number could pass for an identity
itself, and nothing rings so long: a clock was set."""


def milliseconds(seconds: Iterable[float]) -> tuple[int, ...]:
    """These durations in whole milliseconds; one beyond `MOST_MS` counts as that, what is no time is left
    out."""
    whole = (round(each * 1000) for each in seconds if isfinite(each))
    return tuple(max(-MOST_MS, min(each, MOST_MS)) for each in whole)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a duration is spread, in whole milliseconds."""

    title: str
    n: int
    """Durations measured; never 0."""
    least: int
    median: int
    greatest: int

    @classmethod
    def maybe_of(cls, title: str, seconds: Iterable[float]) -> Spread | None:
        """The spread of these durations, None where there are none."""
        return cls.maybe_of_whole(title, milliseconds(seconds))

    @classmethod
    def maybe_of_whole(cls, title: str, durations: Iterable[int]) -> Spread | None:
        """The same of whole milliseconds."""
        values = sorted(durations)
        return cls(title, len(values), values[0], round(median(values)), values[-1]) if values else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence says about one open question. Call ids are raw: outlets put placeholders in."""

    question: str
    """`call-preaccept/1` is the first open question of that file."""
    asked: str
    """The question in the file's words, else in the rule's."""
    unit: str
    """What is counted: one unit of `tally`."""
    success: str
    """What makes a unit a success."""
    answer: Answer
    condition: str
    """What it depends on, with the numbers; empty unless the answer is `DEPENDS`."""
    tally: Tally
    splits: tuple[Split, ...]
    apart: Counts
    """Units that were seen and not counted, by the reason."""
    counts: tuple[Counts, ...]
    """What else the question asks for."""
    spreads: tuple[Spread, ...]
    calls: tuple[str, ...]
    """Call ids behind the tally, each once."""
    exceptions: tuple[str, ...]
    """Of them: those with a unit that is no success."""
    weakened_by: tuple[str, ...]
    """What speaks against leaning on the numbers, a sentence each."""
    next_capture: str
    """What to capture next, a sentence: what would move the answer most."""
