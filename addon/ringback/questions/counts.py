"""What is counted of one call: small values without any name, out of which all questions are judged.

A count is made of one call alone (`ringback.questions.counting`) and can be kept: calls that went alike have
equal counts. What differs from call to call, its name and how long things took, stands beside it (`Counted`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct

from ringback.findings import Stance
from ringback.questions.rung import Outcome
from ringback.questions.states import DeviceState

COUNTING = 1
"""Version of these values and of how they are made: grows with every change of either, so that none that was
kept is taken for another."""

Traits: TypeAlias = tuple[tuple[str, str], ...]
"""Dimension and value; a dimension that nothing was seen of is absent."""


class RungCount(Struct, frozen=True, array_like=True):
    """One offered device of the callee."""

    state: DeviceState
    outcome: Outcome
    traits: Traits

    @property
    def counts(self) -> bool:
        """Whether it was able to ring and its pre-accept could have been seen and missed."""
        return self.state.could_ring and self.outcome.is_told

    @property
    def why_apart(self) -> str:
        """Why it does not count; empty where it does."""
        if self.counts:
            return ""
        return self.outcome.value if self.state.could_ring else self.state.value


class EmittedCount(Struct, frozen=True, array_like=True):
    """What question 1 takes of a call."""

    devices: tuple[RungCount, ...]
    is_cut: bool
    """Whether it lists more devices than were looked at."""


class PreacceptCount(Struct, frozen=True, array_like=True):
    """One callee device that pre-accepted."""

    traits: Traits
    endpoints: int
    """In the first of its pre-accepts that carries any."""
    forms: tuple[str, ...]
    """Of these, each once, sorted."""


class EarlyCount(Struct, frozen=True, array_like=True):
    """What question 2 takes of a call."""

    ringing: tuple[PreacceptCount, ...]
    by_creator: int
    """Pre-accepts that the call's creator sent."""
    first: str | None
    """Where endpoints come first in the call; None where no offer was seen."""
    firsts: tuple[str, ...]
    """The same of each of the callee's devices that took part."""


class HeardCount(Struct, frozen=True, array_like=True):
    """What a caller heard of two or more devices."""

    heard: str
    order: str
    late: int
    rejects: tuple[str, ...]
    sent: tuple[tuple[str, str], ...]
    """Milestone, and what the caller then sent."""


class RingingCount(Struct, frozen=True, array_like=True):
    """What question 3 takes of a call of which an offer was seen."""

    why_apart: str
    """Why the call does not count; empty where it does."""
    success: bool
    traits: Traits
    heard: HeardCount | None
    dismissals: tuple[str, ...]
    mute: int
    """Offered devices that are taken to have been offline, of a call that counts."""
    alone: int
    """Devices that are known by their pre-accept alone, of a call that counts."""


class RulesCount(Struct, frozen=True, array_like=True):
    """What the rules take of a call."""

    emitted: EmittedCount
    early: EarlyCount
    ringing: RingingCount | None


class UnitCount(Struct, frozen=True, array_like=True):
    """Stanzas of one file that are alike in all by which the facts are split, each direction apart."""

    spec: str
    direction: str
    kind: str
    build: str
    n: int
    said: tuple[tuple[int, int, int], ...]
    """Of the statements of the file that any of them speaks to: number, valid, violated."""


class PlaceCount(Struct, frozen=True, array_like=True):
    """A place in stanzas of a file that the file does not know."""

    spec: str
    path: str
    """Its names are as they were seen."""
    what: str
    units: tuple[int, ...]
    """The stanzas that have it, by their numbers in `ModelCount.units`."""
    values: tuple[tuple[str, str, int], ...]
    """Shape and narrowest type of each, those in a row that are alike as one with their number."""


class LevelCount(Struct, frozen=True, array_like=True):
    """Observations of one fact that are alike in all that makes them evidence."""

    fact: int
    """Its number in the specification: `fact_names`."""
    stance: Stance
    technique: str
    build: str
    """Empty where it is not known."""
    n: int


class ModelCount(Struct, frozen=True, array_like=True):
    """What a call says about the specification."""

    groups: tuple[UnitCount, ...]
    units: tuple[int, ...]
    """For each stanza, in order, its number in `groups`."""
    places: tuple[PlaceCount, ...]
    """In order of first appearance."""
    levels: tuple[LevelCount, ...]


class FoundCount(Struct, frozen=True, array_like=True):
    """What is found in a call."""

    preaccepts: int
    """Emitted: a sender's copy and its delivered copies are one."""
    errors: int
    warnings: int
    notes: int
    stances: tuple[tuple[int, Stance], ...]
    """Number of the fact, as in `LevelCount`, and stance of everything that is said of it, each once."""
    to_the_letter: tuple[tuple[int, Stance], ...]
    """The same by the literal reading alone, that every copy has both addresses."""


class ConflictCount(Struct, frozen=True, array_like=True):
    """What a call says of one side of a conflict between two models."""

    comparison: int
    conflict: int
    side: int
    """0 or 1."""
    supports: int
    contradicts: int
    silent: int


class CallCount(Struct, frozen=True, array_like=True):
    """All that is counted of one call."""

    rules: RulesCount
    model: ModelCount
    versions: tuple[str, ...] = ()
    """Of clients, as its stanzas tell them."""
    found: FoundCount | None = None
    """None where that is not asked for."""
    conflicts: tuple[ConflictCount, ...] = ()
    """Where two models of a stanza were given; sides of which no copy says anything are absent."""


class Durations(Struct, frozen=True, array_like=True):
    """How long things took in one call to two or more devices, in whole milliseconds."""

    first: tuple[int, ...] = ()
    """From the offer to the first pre-accept."""
    gap: tuple[int, ...] = ()
    """From there to the second."""
    every: tuple[int, ...] = ()
    """From the offer to each."""
    dismissed: tuple[int, ...] = ()
    """From the accept to each dismissal, in whatever call."""


class Counted(Struct, frozen=True):
    """A call with its counts."""

    call_id: str
    at: float
    """When it was first seen, in seconds since the epoch."""
    capture: str
    durations: Durations
    count: CallCount

    @property
    def order(self) -> tuple[float, str, str]:
        """By time: it does not depend on how calls were collected."""
        return (self.at, self.capture, self.call_id)


def alike(calls: Iterable[Counted]) -> list[tuple[ModelCount, list[Counted]]]:
    """The calls that share what they say about the specification, in the order given: what was counted of
    thousands is often one value, which is then looked at once."""
    found: dict[int, tuple[ModelCount, list[Counted]]] = {}
    for call in calls:
        model = call.count.model
        found.setdefault(id(model), (model, []))[1].append(call)
    return list(found.values())


def fits(count: CallCount, statements: Mapping[str, int], facts: int) -> bool:
    """Whether what was kept can be of this specification, of which `statements` has how many each file makes,
    and which has so many facts: it may have been changed meanwhile, by whomever."""
    model = count.model
    groups = all(
        group.n >= 0
        and group.spec in statements
        and all(0 <= number < statements[group.spec] for number, _, _ in group.said)
        for group in model.groups
    )
    units = all(0 <= number < len(model.groups) for number in model.units)
    places = all(
        place.spec in {group.spec for group in model.groups}
        and all(0 <= number < len(model.units) for number in place.units)
        for place in model.places
    )
    found = () if count.found is None else (*count.found.stances, *count.found.to_the_letter)
    numbers = (*(each.fact for each in model.levels), *(number for number, _ in found))
    return groups and units and places and all(0 <= number < facts for number in numbers)
