"""How far the evidence carries a fact, and why not further.

Nothing is ever lowered: a file that states more than the evidence shows keeps its level, and `Carry.reached`
says what was shown. A contradiction is kept beside what it contradicts (`Discrepancy`) and lets nothing rise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ringback.confidence.independence import Hindrance, Witness, is_technique, least_obstacles, sees_stanzas
from ringback.confidence.observed import ObservedFact
from ringback.findings import FactRef, Stance
from ringback.spec.model import CONFIDENCES

ONE_OBSERVATION = "probable"
"""As far as one technique carries a fact, however often it shows it."""

CORROBORATED = "confirmed"
"""As far as two independent techniques carry it."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Observations that disagree about a fact, both sides whole. To be settled by people."""

    fact: FactRef
    supporting: tuple[ObservedFact, ...]
    """In the order given; empty where the only other side is the specification itself."""
    contradicting: tuple[ObservedFact, ...]
    """In the order given; never empty."""


@dataclass(frozen=True, slots=True)
class Carry:
    """One fact, weighed."""

    fact: FactRef
    reached: str | None
    """The level that the evidence alone carries it to; None for none at all."""
    after: str
    """The level it would have: the higher of what the file states and what was reached."""
    hindrances: tuple[Hindrance, ...]
    """Why it goes no further; empty where it is or would be `confirmed` by this evidence."""
    supporting: tuple[ObservedFact, ...]
    """Those that count for it, in the order given."""
    contradicting: tuple[ObservedFact, ...]
    uncounted: tuple[ObservedFact, ...]
    """Those for it that do not count: flavors, and techniques that cannot have seen it."""
    silent: int
    """How many observations could have shown it and did not have to."""
    extending: int
    """How many observations show something beside it that it does not state, such as a further enum value."""

    @property
    def before(self) -> str:
        """The level that the file states."""
        return self.fact.confidence

    @property
    def is_raised(self) -> bool:
        """Whether the evidence would raise it."""
        return _rank(self.after) > _rank(self.before)

    @property
    def is_stated_beyond(self) -> bool:
        """Whether the file states more than this evidence shows; its level stands, with this remark."""
        return self.reached is None or _rank(self.before) > _rank(self.reached)

    @property
    def calls(self) -> tuple[tuple[str, str | None], ...]:
        """Capture and call-id of the calls that count for it, each once."""
        return tuple(dict.fromkeys((seen.capture, seen.call_id) for seen in self.supporting))

    @property
    def discrepancy(self) -> Discrepancy | None:
        """Both sides, where there are two."""
        if not self.contradicting:
            return None
        return Discrepancy(self.fact, self.supporting + self.uncounted, self.contradicting)


def carry(fact: FactRef, observations: Iterable[ObservedFact]) -> Carry:
    """What these observations, all of that fact, carry it to. The same one given twice counts once."""
    seen = tuple(dict.fromkeys(observations))
    supporting = _with(Stance.SUPPORTS, seen)
    counted = tuple(one for one in supporting if counts(one))
    uncounted = tuple(one for one in supporting if not counts(one))
    contradicting = _with(Stance.CONTRADICTS, seen)
    reached, hindrances = _weigh(counted, uncounted, contradicting)
    return Carry(
        fact=fact,
        reached=reached,
        after=max(reached or fact.confidence, fact.confidence, key=_rank),
        hindrances=hindrances,
        supporting=counted,
        contradicting=contradicting,
        uncounted=uncounted,
        silent=len(_with(Stance.SILENT, seen)),
        extending=len(_with(Stance.EXTENDS, seen)),
    )


def counts(observation: ObservedFact) -> bool:
    """A reimplementation shows what its author believes; only a technique on a stock client counts."""
    return observation.flavor is None and sees_stanzas(observation.technique)


def _weigh(
    counted: tuple[ObservedFact, ...],
    uncounted: tuple[ObservedFact, ...],
    contradicting: tuple[ObservedFact, ...],
) -> tuple[str | None, tuple[Hindrance, ...]]:
    if contradicting:
        return None, (Hindrance.CONTRADICTED,)
    if not counted:
        return None, _why_none(uncounted)
    missing = least_obstacles(Witness(one.technique, one.build or "") for one in counted)
    return (ONE_OBSERVATION, missing) if missing else (CORROBORATED, ())


def _why_none(uncounted: tuple[ObservedFact, ...]) -> tuple[Hindrance, ...]:
    if not uncounted:
        return (Hindrance.NOT_EXERCISED,)
    sources = [one.flavor is not None or not is_technique(one.technique) for one in uncounted]
    reasons = ((Hindrance.ONLY_FLAVORS, any(sources)), (Hindrance.CANNOT_SEE, not all(sources)))
    return tuple(hindrance for hindrance, holds in reasons if holds)


def _with(stance: Stance, observations: tuple[ObservedFact, ...]) -> tuple[ObservedFact, ...]:
    return tuple(one for one in observations if one.stance is stance)


def _rank(confidence: str) -> int:
    return -CONFIDENCES.index(confidence)
