"""What to capture next: the first thing that is missing, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ringback.questions.conditions import (
    CALL_KIND,
    CALLER_MEDIUM,
    CLIENT_VERSION,
    DEVICE_KIND,
    DEVICE_MEDIUM,
    PLATFORM,
)
from ringback.questions.deciding import separating
from ringback.questions.unit import NOT_KNOWN, Unit, call_ids
from ringback.questions.verdict import Answer
from ringback.wording import agreeing, counted

_VARIATIONS = {
    PLATFORM: "the same call with a callee client of another platform",
    CLIENT_VERSION: "the same call with another build of the callee's client",
    CALL_KIND: "a call of the other kind (audio, video) between the same clients",
    DEVICE_KIND: "a call that rings a phone as well as a companion, watched from the caller's socket",
    CALLER_MEDIUM: "the same call with the caller on another kind of network",
    DEVICE_MEDIUM: "the same call with the callee on another kind of network",
}
"""Dimension to the capture that varies it; the dimension that matters most first."""


def next_capture(units: Sequence[Unit], answer: Answer, first: str) -> str:
    """The capture that would move the answer most; `first` is the one to begin with."""
    if answer is Answer.NOT_EXERCISED:
        return f"Capture {first}."
    exceptions = [unit for unit in units if not unit.success]
    if exceptions and len(exceptions) < len(units) and not separating(units, _VARIATIONS):
        return _repeat(units, exceptions)
    for dimension, capture in _VARIATIONS.items():
        if len({unit.value(dimension) for unit in units} - {NOT_KNOWN}) < 2:
            return f"Capture {capture}: {_seen(units, dimension)}."
    there = f"there {agreeing(len(units), 'is', 'are')} {len(units)}"
    return f"Capture more of the same: {first}; {there} from {counted(len(call_ids(units)), 'call')}."


def _repeat(units: Sequence[Unit], exceptions: Sequence[Unit]) -> str:
    fewer = min((exceptions, [unit for unit in units if unit.success]), key=len)
    unlike = _unlike(units, fewer)
    how = f", with {unlike}" if unlike else ""
    return f"Capture again what went the other way, three times at least{how}: {_where(fewer)}."


def _where(fewer: Sequence[Unit]) -> str:
    """How often it was seen; which calls these are stands in the verdict, where outlets find call ids."""
    count = len(call_ids(fewer))
    return f"it was seen in {count} call" + ("s" if count > 1 else "")


def _unlike(units: Sequence[Unit], fewer: Sequence[Unit]) -> str:
    """The values that only the few have: the first thing to vary."""
    others = [unit for unit in units if unit.success is not fewer[0].success]
    seen = {dimension: {unit.value(dimension) for unit in others} for dimension in _VARIATIONS}
    own = (
        f"{dimension} {value}"
        for dimension in _VARIATIONS
        for value in sorted({unit.value(dimension) for unit in fewer} - {NOT_KNOWN})
        if value not in seen[dimension]
    )
    return " and ".join(own)


def _seen(units: Sequence[Unit], dimension: str) -> str:
    values = sorted({unit.value(dimension) for unit in units} - {NOT_KNOWN})
    return f"only {dimension} {values[0]} was seen so far" if values else f"no {dimension} is known so far"


def one_sided(units: Sequence[Unit], dimensions: Iterable[str]) -> list[str]:
    """What all units have in common, and what is known of none of them: a sentence each, if there is any."""
    if not units:
        return []
    values = {dimension: {unit.value(dimension) for unit in units} for dimension in dimensions}
    alike = {dimension: found.copy().pop() for dimension, found in values.items() if len(found) == 1}
    common = [f"{dimension} {value}" for dimension, value in alike.items() if value != NOT_KNOWN]
    unknown = [dimension for dimension, value in alike.items() if value == NOT_KNOWN]
    sentences = (("Not varied so far", common), ("Not known of any", unknown))
    return [f"{head}: {', '.join(listed)}." for head, listed in sentences if listed]
