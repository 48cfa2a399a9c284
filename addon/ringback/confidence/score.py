"""All facts of a specification weighed at once, and wacrg's own score before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from ringback.check.code import fact_ref
from ringback.confidence.carry import Carry, Discrepancy, carry
from ringback.confidence.observed import ObservedFact
from ringback.findings import FactRef
from ringback.spec.model import Specification


@dataclass(frozen=True, slots=True)
class Score:
    """How well a set of facts is known."""

    confirmed: int
    probable: int
    total: int

    @property
    def value(self) -> Fraction | None:
        """(confirmed + half probable) / total, from 0 to 1; None where there is no fact.

        Source: wacrg's coverage score. Its facts are taken to be those of the stanza files: attributes and
        children.
        """
        return Fraction(2 * self.confirmed + self.probable, 2 * self.total) if self.total else None

    def __str__(self) -> str:
        """`27.3 % (0 confirmed and 6 probable of 11)`."""
        known = f"({self.confirmed} confirmed and {self.probable} probable of {self.total})"
        return "no facts" if self.value is None else f"{float(self.value):.1%} {known}".replace("%", " %", 1)


def score(confidences: Iterable[str]) -> Score:
    """The score of facts with these confidences."""
    counted = Counter(confidences)
    return Score(counted["confirmed"], counted["probable"], counted.total())


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The score as the files state it, and as the evidence would have it."""

    before: Score
    after: Score


@dataclass(frozen=True, slots=True)
class Weighing:
    """Every fact of a specification against the evidence."""

    carries: dict[str, Carry]
    """By the fact's name, in the order of the files; facts without evidence included."""
    unplaced: tuple[ObservedFact, ...]
    """Observations of facts that this specification does not state."""

    @property
    def total(self) -> ScoreChange:
        """The score over all files."""
        return _change(self.carries.values())

    @property
    def files(self) -> dict[str, ScoreChange]:
        """The score of each file, by the file's id; a file without facts has none."""
        by_file: dict[str, list[Carry]] = {}
        for one in self.carries.values():
            by_file.setdefault(one.fact.spec, []).append(one)
        return {spec: _change(carries) for spec, carries in by_file.items()}

    @property
    def raised(self) -> Iterator[Carry]:
        """Those that the evidence would raise."""
        return (one for one in self.carries.values() if one.is_raised)

    @property
    def discrepancies(self) -> Iterator[Discrepancy]:
        """Every fact about which observations disagree, with both sides."""
        return (one.discrepancy for one in self.carries.values() if one.discrepancy is not None)


def weigh(specification: Specification, observations: Iterable[ObservedFact]) -> Weighing:
    """What these observations carry each fact of the specification to."""
    specs = specification.stanzas.values()
    return weigh_facts([fact_ref(spec, fact) for spec in specs for fact in spec.facts()], observations)


def weigh_facts(facts: Iterable[FactRef], observations: Iterable[ObservedFact]) -> Weighing:
    """As `weigh`, of facts that may come from any model."""
    by_fact: dict[str, list[ObservedFact]] = {}
    for observation in observations:
        by_fact.setdefault(observation.fact, []).append(observation)
    carries = {str(fact): carry(fact, by_fact.pop(str(fact), ())) for fact in facts}
    unplaced = tuple(observation for left in by_fact.values() for observation in left)
    return Weighing(carries, unplaced)


def _change(carries: Iterable[Carry]) -> ScoreChange:
    weighed = list(carries)
    return ScoreChange(score(one.before for one in weighed), score(one.after for one in weighed))
