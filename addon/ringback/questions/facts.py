"""The model's facts against what was seen: each valid, violated or never exercised, and how often.

Unit of counting: one stanza in one direction. A statement is violated in it if any copy violates it, valid if
any shows it, else not exercised. A child has two statements: that it may stand there, and how often.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ringback.check.call import check_call
from ringback.check.stanza import check_stanza
from ringback.confidence.observed import observed_facts
from ringback.findings import Evidence, Finding, Stance
from ringback.questions.counts import Counted, LevelCount, ModelCount, UnitCount, alike
from ringback.questions.evidence import CallEvidence
from ringback.questions.stanzas import StanzaUnit, stanza_units
from ringback.questions.undocumented import count_places
from ringback.spec.model import AttributeFact, ChildFact, Specification, StanzaSpec
from ringback.stanza import Node

UNIT = "one stanza of the file, each direction apart"

_OCCURRENCE_CODES = frozenset({"child-missing", "child-repeated"})
_LITERAL = "addresses-literal"
"""Says of every stanza that the literal reading of required addresses holds on no copy: a finding about the
file, which would drown what single stanzas violate."""
_DIMENSIONS = ("direction", "call kind", "build")


class Statement(enum.Enum):
    """What a fact says that can hold or fail by itself."""

    ATTRIBUTE = "attribute"
    CHILD = "child"
    OCCURRENCE = "occurrence"


class Bearing(enum.Enum):
    """What one stanza says of a statement."""

    VALID = "valid"
    VIOLATED = "violated"
    NOT_EXERCISED = "not exercised"


@dataclass(frozen=True, slots=True)
class Bearings:
    """How often each was seen."""

    valid: int = 0
    violated: int = 0
    not_exercised: int = 0


@dataclass(frozen=True, slots=True)
class FactTally:
    """One statement of the model and what was seen of it."""

    spec: str
    path: str
    """The fact, as `ringback.findings.FactRef` spells it."""
    statement: Statement
    says: str
    """What it states: the type of an attribute, the occurrence of a child."""
    confidence: str
    counts: Bearings
    splits: tuple[tuple[str, tuple[tuple[str, Bearings], ...]], ...]
    """Dimension, and value with counts: by direction, call kind and build."""
    violated_in: tuple[str, ...]
    """Calls with a stanza that violates it."""


_Key = tuple[str, Statement]


def count_facts(
    evidence: CallEvidence, nodes: Mapping[Evidence, Node], specification: Specification
) -> ModelCount:
    """What one call says of every statement of every loaded file, what its stanzas hold beyond the files, and
    what they are evidence of; `nodes` are its stanzas as they were seen, by where."""
    units = list(stanza_units([evidence], specification))
    of_stanzas = {
        copy.evidence: check_stanza(copy, unit.spec, specification.enums)
        for unit in units
        for copy in unit.copies
    }
    of_call = check_call(evidence.call, specification, settled=True)
    against = _contradicted(of_call)
    groups: dict[tuple[str, str, str, str], _Group] = {}
    numbers = []
    for unit in units:
        key = (unit.spec.id, unit.direction, unit.kind, unit.build)
        group = groups.setdefault(key, _Group(len(groups)))
        group.add(_bearings(unit, of_stanzas, against))
        numbers.append(group.number)
    statements = {spec.id: _numbers(spec) for spec in specification.stanzas.values()}
    return ModelCount(
        tuple(UnitCount(*key, group.n, group.said(statements[key[0]])) for key, group in groups.items()),
        tuple(numbers),
        count_places(units, nodes),
        _levels(evidence, of_stanzas, of_call, _numbers_of(tuple(fact_names(specification)))),
    )


@dataclass(slots=True)
class _Group:
    number: int
    n: int = 0
    counts: dict[_Key, list[int]] = field(default_factory=dict)

    def add(self, bearings: Mapping[_Key, Bearing]) -> None:
        self.n += 1
        for key, bearing in bearings.items():
            self.counts.setdefault(key, [0, 0])[bearing is Bearing.VIOLATED] += 1

    def said(self, numbers: Mapping[_Key, int]) -> tuple[tuple[int, int, int], ...]:
        told = ((numbers[key], *counts) for key, counts in self.counts.items() if key in numbers)
        return tuple(sorted((number, valid, violated) for number, valid, violated in told))


def _numbers(spec: StanzaSpec) -> dict[_Key, int]:
    """A number for each statement of the file."""
    return {(fact.path, statement): number for number, (fact, statement) in enumerate(_all(spec))}


def fact_names(specification: Specification) -> list[tuple[str, str]]:
    """File and path of every fact; their places in the list are their numbers in counts."""
    return [(spec.id, fact.path) for spec in specification.stanzas.values() for fact in spec.facts()]


@lru_cache(maxsize=8)
def _numbers_of(names: tuple[tuple[str, str], ...]) -> Mapping[str, int]:
    return {f"{spec}#{path}": number for number, (spec, path) in enumerate(names)}


def statements_of(specification: Specification) -> dict[str, int]:
    """How many statements each file makes, by its id."""
    return {spec.id: sum(1 for _ in _all(spec)) for spec in specification.stanzas.values()}


def _all(spec: StanzaSpec) -> Iterator[tuple[AttributeFact | ChildFact, Statement]]:
    return ((fact, statement) for fact in spec.facts() for statement in _statements(fact))


def _levels(
    evidence: CallEvidence,
    of_stanzas: Mapping[Evidence, Sequence[Finding]],
    of_call: Sequence[Finding],
    numbers: Mapping[str, int],
) -> tuple[LevelCount, ...]:
    """What the stanzas of the call are evidence of; acks and receipts are none."""
    emitted = (copy for emission in evidence.call.emissions for copy in emission.sightings)
    findings = [finding for copy in emitted for finding in of_stanzas.get(copy.evidence, ())]
    observed = observed_facts([*findings, *of_call], lambda each: evidence.clients.get(each.connection))
    counts = Counter((each.fact, each.stance, each.technique, each.build or "") for each in observed)
    return tuple(
        LevelCount(numbers[fact], stance, technique, build, n)
        for (fact, stance, technique, build), n in counts.items()
        if fact in numbers
    )


def judge_facts(calls: Sequence[Counted], specification: Specification) -> tuple[FactTally, ...]:
    """Every statement of every loaded file, exercised or not, out of these calls in any order."""
    sums = {spec.id: _Sum() for spec in specification.stanzas.values()}
    times: Counter[UnitCount] = Counter()
    for model, of_model in alike(calls):
        for group in model.groups:
            times[group] += len(of_model)
            sums[group.spec].note(group, of_model)
    for group, number in times.items():
        sums[group.spec].add(group, number)
    return tuple(
        sums[spec.id].tally(spec, fact, statement, number)
        for spec in specification.stanzas.values()
        for number, (fact, statement) in enumerate(_all(spec))
    )


class _Said:
    """Stanzas, and what they say of each statement by its number."""

    def __init__(self) -> None:
        self.n = 0
        self.counts: dict[int, list[int]] = {}

    def add(self, group: UnitCount, times: int) -> None:
        self.n += group.n * times
        for number, valid, violated in group.said:
            counts = self.counts.setdefault(number, [0, 0])
            counts[0] += valid * times
            counts[1] += violated * times

    def bearings(self, number: int) -> Bearings:
        valid, violated = self.counts.get(number, (0, 0))
        return Bearings(valid, violated, self.n - valid - violated)


class _Sum:
    """What all calls say of one file."""

    def __init__(self) -> None:
        self._whole = _Said()
        self._splits: dict[str, dict[str, _Said]] = {name: {} for name in _DIMENSIONS}
        self._violating: dict[int, set[str]] = {}

    def add(self, group: UnitCount, times: int) -> None:
        self._whole.add(group, times)
        for name, value in zip(_DIMENSIONS, (group.direction, group.kind, group.build), strict=True):
            self._splits[name].setdefault(value, _Said()).add(group, times)

    def note(self, group: UnitCount, calls: Sequence[Counted]) -> None:
        """Which calls violate a statement."""
        for number, _, violated in group.said:
            if violated:
                self._violating.setdefault(number, set()).update(call.call_id for call in calls)

    def tally(
        self, spec: StanzaSpec, fact: AttributeFact | ChildFact, statement: Statement, number: int
    ) -> FactTally:
        return FactTally(
            spec=spec.id,
            path=fact.path,
            statement=statement,
            says=fact.type if isinstance(fact, AttributeFact) else fact.occurrence,
            confidence=fact.confidence,
            counts=self._whole.bearings(number),
            splits=tuple(
                (name, tuple((value, said.bearings(number)) for value, said in sorted(by_value.items())))
                for name, by_value in self._splits.items()
            ),
            violated_in=tuple(sorted(self._violating.get(number, ()))),
        )


def _statements(fact: AttributeFact | ChildFact) -> tuple[Statement, ...]:
    is_attribute = isinstance(fact, AttributeFact)
    return (Statement.ATTRIBUTE,) if is_attribute else (Statement.CHILD, Statement.OCCURRENCE)


def _contradicted(of_call: Iterable[Finding]) -> dict[Evidence, set[tuple[str, str]]]:
    """By frame: file and path of the facts that only the whole call shows to be violated in it."""
    found: dict[Evidence, set[tuple[str, str]]] = {}
    for finding in of_call:
        is_against = finding.stance is Stance.CONTRADICTS and finding.code != _LITERAL
        for place in finding.evidence if is_against else ():
            if finding.fact is not None:
                found.setdefault(place, set()).add((finding.fact.spec, finding.fact.path))
    return found


def _bearings(
    unit: StanzaUnit,
    of_stanzas: Mapping[Evidence, Sequence[Finding]],
    of_call: Mapping[Evidence, set[tuple[str, str]]],
) -> dict[_Key, Bearing]:
    """What the unit says of each statement: the worst that any copy says."""
    seen: dict[_Key, Bearing] = {}
    for copy in unit.copies:
        findings = of_stanzas[copy.evidence]
        against = {path for spec, path in of_call.get(copy.evidence, ()) if spec == unit.spec.id}
        for key, bearing in (
            *_said(findings),
            *_said_of_call(unit.spec, against),
            *_occurrences(unit.spec, findings),
        ):
            if _rank(bearing) > _rank(seen.get(key, Bearing.NOT_EXERCISED)):
                seen[key] = bearing
    return seen


def _rank(bearing: Bearing) -> int:
    return (Bearing.NOT_EXERCISED, Bearing.VALID, Bearing.VIOLATED).index(bearing)


def _said(findings: Sequence[Finding]) -> Iterator[tuple[_Key, Bearing]]:
    """What the findings say of attributes and children; `_occurrences` tells how often a child stands."""
    for finding in findings:
        if finding.fact is None or finding.stance is Stance.SILENT:
            continue
        is_attribute = "/@" in finding.fact.path
        is_valid = finding.stance is Stance.SUPPORTS or finding.code == "child-repeated"
        if is_attribute or finding.code != "child-missing":
            statement = Statement.ATTRIBUTE if is_attribute else Statement.CHILD
            yield (finding.fact.path, statement), Bearing.VALID if is_valid else Bearing.VIOLATED


def _said_of_call(spec: StanzaSpec, against: set[str]) -> Iterator[tuple[_Key, Bearing]]:
    for fact in spec.facts():
        if fact.path in against:
            yield (fact.path, _statements(fact)[0]), Bearing.VIOLATED


def _occurrences(spec: StanzaSpec, findings: Sequence[Finding]) -> Iterator[tuple[_Key, Bearing]]:
    """Of each child whose parent is there: whether it stands as often as it may; absent counts where it may
    be absent."""
    said: dict[str, set[str]] = {}
    for finding in findings:
        if finding.fact is not None:
            said.setdefault(finding.fact.path, set()).add(finding.code)
    for fact in spec.facts():
        if isinstance(fact, AttributeFact):
            continue
        parent = fact.path.rpartition("/")[0]
        if parent == spec.tag or said.get(parent, set()) & {"fact-observed", "child-repeated"}:
            is_broken = said.get(fact.path, set()) & _OCCURRENCE_CODES
            yield (fact.path, Statement.OCCURRENCE), Bearing.VIOLATED if is_broken else Bearing.VALID
