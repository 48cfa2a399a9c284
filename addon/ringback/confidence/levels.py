"""What evidence carries the facts to, out of numbers alone: where single observations do not matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ringback.check.code import fact_ref
from ringback.confidence.carry import Carry, carry, counts
from ringback.confidence.independence import Hindrance
from ringback.confidence.observed import ObservedFact
from ringback.confidence.score import ScoreChange, score
from ringback.findings import FactRef, Stance
from ringback.spec.model import Specification


@dataclass(frozen=True, slots=True)
class Observed:
    """So many observations of one fact, alike in all that makes them evidence."""

    fact: str
    """As in `ObservedFact`; so are the others."""
    stance: Stance
    technique: str
    build: str | None
    n: int

    @property
    def one(self) -> ObservedFact:
        """One that stands for all."""
        return ObservedFact(
            self.fact, self.stance, self.technique, self.build, platform=None, capture="", call_id=None
        )


@dataclass(frozen=True, slots=True)
class Level:
    """One fact, weighed."""

    carry: Carry
    """Of one observation for each kind of them: how many there were is told beside it."""
    supporting: int
    """Observations that count for it."""
    contradicting: int

    @property
    def fact(self) -> FactRef:
        """Which fact."""
        return self.carry.fact

    @property
    def before(self) -> str:
        """As in `Carry`; so are the others."""
        return self.carry.before

    @property
    def reached(self) -> str | None:
        """The level that the evidence alone carries it to."""
        return self.carry.reached

    @property
    def after(self) -> str:
        """The level it would have."""
        return self.carry.after

    @property
    def hindrances(self) -> tuple[Hindrance, ...]:
        """Why it goes no further."""
        return self.carry.hindrances


@dataclass(frozen=True, slots=True)
class Levels:
    """Every fact of a specification against the evidence."""

    facts: Mapping[str, Level]
    """By the fact's name, in the order of the files; facts without evidence included."""

    @property
    def total(self) -> ScoreChange:
        """The score over all files."""
        weighed = self.facts.values()
        return ScoreChange(score(one.before for one in weighed), score(one.after for one in weighed))


def weigh_numbers(specification: Specification, observed: Iterable[Observed]) -> Levels:
    """As `ringback.confidence.weigh`, of observations that are told by their number."""
    by_fact: dict[str, list[Observed]] = {}
    for each in observed:
        by_fact.setdefault(each.fact, []).append(each)
    refs = [fact_ref(spec, fact) for spec in specification.stanzas.values() for fact in spec.facts()]
    return Levels({str(ref): _level(ref, by_fact.get(str(ref), [])) for ref in refs})


def _level(fact: FactRef, observed: list[Observed]) -> Level:
    return Level(
        carry(fact, [each.one for each in observed]),
        sum(each.n for each in observed if each.stance is Stance.SUPPORTS and counts(each.one)),
        sum(each.n for each in observed if each.stance is Stance.CONTRADICTS),
    )
