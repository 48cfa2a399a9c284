"""From counted units to an answer: the thresholds, each with its reason, and the one decision.

Two kinds of question are told apart. `ALWAYS` asks for all: one exception is enough to say no. `EITHER` asks
which of two ways it goes: where both occur, only a condition answers it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ringback.questions.unit import NOT_KNOWN, Unit, call_ids, split, tally
from ringback.questions.verdict import Answer

ANSWERED_SHARE = 0.9
"""Where no unit goes the other way, the whole interval must lie beyond this share to answer: 35 units do it.
Fewer than one in ten unseen exceptions is what a client's author would call "always" and could build on."""
LEANING_SHARE = 0.5
"""Where no unit goes the other way, the whole interval must lie beyond this share to lean: 4 units do it.
Below, the opposite of what was seen may still be the rule."""
MIN_UNITS_TO_REFUTE = 10
"""Units below which an exception makes a leaning, not an answer: a slip in one capture is to be repeated."""
MIN_CALLS = 5
"""Different calls below which nothing is answered: the units of one call share its clients and its network,
so that one strange call with many devices is one strange call."""
MIN_UNITS_PER_SIDE = 3
"""Units on either side below which a dimension is not said to decide: a single exception differs from the
rest in something by mere chance."""


class Kind(enum.Enum):
    """What the question asks."""

    ALWAYS = "always"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer, and its condition where it has one."""

    answer: Answer
    condition: str = ""


def decide(units: Sequence[Unit], dimensions: Iterable[str], kind: Kind) -> Decision:
    """What the units answer; `dimensions` are those that an answer may depend on."""
    counted = tally(units)
    if counted.n == 0:
        return Decision(Answer.NOT_EXERCISED)
    if counted.k == counted.n:
        return Decision(_one_way(units, counted.interval.low, Answer.YES, Answer.LEANING_YES))
    if counted.k == 0 and kind is Kind.EITHER:
        return Decision(_one_way(units, 1 - counted.interval.high, Answer.NO, Answer.LEANING_NO))
    return _mixed(units, dimensions, kind)


def _one_way(units: Sequence[Unit], share: float, answered: Answer, leaning: Answer) -> Answer:
    """`share` is what the interval leaves to the way that all units went, at least."""
    if share >= ANSWERED_SHARE and len(call_ids(units)) >= MIN_CALLS:
        return answered
    return leaning if share >= LEANING_SHARE else Answer.OPEN


def _mixed(units: Sequence[Unit], dimensions: Iterable[str], kind: Kind) -> Decision:
    if len(units) < MIN_UNITS_TO_REFUTE or len(call_ids(units)) < MIN_CALLS:
        return Decision(Answer.LEANING_NO if kind is Kind.ALWAYS else Answer.OPEN)
    deciding = separating(units, dimensions)
    if deciding:
        return Decision(Answer.DEPENDS, describe_condition(units, deciding))
    return Decision(Answer.NO if kind is Kind.ALWAYS else Answer.OPEN)


def separating(units: Sequence[Unit], dimensions: Iterable[str]) -> tuple[str, ...]:
    """The dimensions in which successes and the others have no value in common, and every value is known."""
    sides = [[unit for unit in units if unit.success is way] for way in (True, False)]
    if min(map(len, sides)) < MIN_UNITS_PER_SIDE:
        return ()
    return tuple(dimension for dimension in dimensions if _separates(sides, dimension))


def _separates(sides: list[list[Unit]], dimension: str) -> bool:
    one, other = ({unit.value(dimension) for unit in side} for side in sides)
    return NOT_KNOWN not in one | other and not one & other


def describe_condition(units: Sequence[Unit], dimensions: Iterable[str]) -> str:
    """`platform (android: 0 of 5, web: 20 of 20)`; several that changed together are joined by `or`."""
    return " or ".join(_described(units, dimension) for dimension in dimensions)


def _described(units: Sequence[Unit], dimension: str) -> str:
    rows = ", ".join(f"{value}: {counted}" for value, counted in split(units, dimension).rows)
    return f"{dimension} ({rows})"
