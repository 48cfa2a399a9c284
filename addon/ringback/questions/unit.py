"""Units of counting: what a rule makes of the calls, and the tallies made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ringback.questions.verdict import Split, Tally

NOT_KNOWN = "not known"
"""Value of a dimension that nothing was seen of."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing counted."""

    call_id: str
    success: bool
    traits: Mapping[str, str]
    """Dimension to value; a dimension that nothing was seen of is absent."""

    def value(self, dimension: str) -> str:
        """Its value in that dimension, `NOT_KNOWN` where nothing was seen of it."""
        return self.traits.get(dimension, NOT_KNOWN)


def tally(units: Iterable[Unit]) -> Tally:
    """All of them, and the successes among them."""
    successes = [unit.success for unit in units]
    return Tally(len(successes), sum(successes))


def split(units: Sequence[Unit], dimension: str, note: str = "") -> Split:
    """The tally for each value of the dimension."""
    seen: dict[str, list[int]] = {}
    for unit in units:
        counts = seen.setdefault(unit.value(dimension), [0, 0])
        counts[0] += 1
        counts[1] += unit.success
    return Split(dimension, tuple((value, Tally(*counts)) for value, counts in sorted(seen.items())), note)


def call_ids(units: Iterable[Unit]) -> tuple[str, ...]:
    """The calls they come from, each once, sorted."""
    return tuple(sorted({unit.call_id for unit in units}))
