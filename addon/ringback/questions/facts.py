"""The model's facts against what was seen: each valid, violated or never exercised, and how often.

Unit of counting: one stanza in one direction. A statement is violated in it if any copy violates it, valid if
any shows it, else not exercised. A child has two statements: that it may stand there, and how often.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ringback.check.call import check_call
from ringback.check.stanza import check_stanza
from ringback.findings import Evidence, Finding, Stance
from ringback.questions.evidence import CallEvidence
from ringback.questions.stanzas import StanzaUnit, stanza_units
from ringback.questions.undocumented import Undocumented, collect_undocumented
from ringback.spec.model import AttributeFact, ChildFact, Specification, StanzaSpec

UNIT = "one stanza of the file, each direction apart"

_OCCURRENCE_CODES = frozenset({"child-missing", "child-repeated"})
_LITERAL = "addresses-literal"
"""Says of every stanza that the literal reading of required addresses holds on no copy: a finding about the
file, which would drown what single stanzas violate."""


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

    @classmethod
    def of(cls, seen: Iterable[Bearing]) -> Bearings:
        """The three counts of what `seen` yields."""
        listed = list(seen)
        return cls(*(listed.count(bearing) for bearing in Bearing))


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
_Seen = list[tuple[StanzaUnit, dict[_Key, Bearing]]]


def tally_facts(
    calls: Sequence[CallEvidence], specification: Specification
) -> tuple[tuple[FactTally, ...], tuple[Undocumented, ...]]:
    """Every statement of every loaded file, exercised or not, and what the stanzas hold beyond the files."""
    units = list(stanza_units(calls, specification))
    of_calls = _contradicted(calls, specification)
    by_file: dict[str, _Seen] = {spec.id: [] for spec in specification.stanzas.values()}
    for unit in units:
        by_file[unit.spec.id].append((unit, _bearings(unit, specification, of_calls)))
    tallies = (
        _tally(spec, fact, statement, by_file[spec.id])
        for spec in specification.stanzas.values()
        for fact in spec.facts()
        for statement in _statements(fact)
    )
    return tuple(tallies), collect_undocumented(units)


def _statements(fact: AttributeFact | ChildFact) -> tuple[Statement, ...]:
    is_attribute = isinstance(fact, AttributeFact)
    return (Statement.ATTRIBUTE,) if is_attribute else (Statement.CHILD, Statement.OCCURRENCE)


def _contradicted(
    calls: Sequence[CallEvidence], specification: Specification
) -> dict[Evidence, set[tuple[str, str]]]:
    """By frame: file and path of the facts that only the whole call shows to be violated in it."""
    found: dict[Evidence, set[tuple[str, str]]] = {}
    for evidence in calls:
        for finding in check_call(evidence.call, specification, settled=True):
            is_against = finding.stance is Stance.CONTRADICTS and finding.code != _LITERAL
            for place in finding.evidence if is_against else ():
                if finding.fact is not None:
                    found.setdefault(place, set()).add((finding.fact.spec, finding.fact.path))
    return found


def _bearings(
    unit: StanzaUnit, specification: Specification, of_calls: Mapping[Evidence, set[tuple[str, str]]]
) -> dict[_Key, Bearing]:
    """What the unit says of each statement: the worst that any copy says."""
    seen: dict[_Key, Bearing] = {}
    for copy in unit.copies:
        findings = check_stanza(copy, unit.spec, specification.enums)
        against = {path for spec, path in of_calls.get(copy.evidence, ()) if spec == unit.spec.id}
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


def _tally(spec: StanzaSpec, fact: AttributeFact | ChildFact, statement: Statement, seen: _Seen) -> FactTally:
    key = (fact.path, statement)
    told = [(unit, bearings.get(key, Bearing.NOT_EXERCISED)) for unit, bearings in seen]
    violating = {unit.evidence.call.call_id for unit, bearing in told if bearing is Bearing.VIOLATED}
    return FactTally(
        spec=spec.id,
        path=fact.path,
        statement=statement,
        says=fact.type if isinstance(fact, AttributeFact) else fact.occurrence,
        confidence=fact.confidence,
        counts=Bearings.of(bearing for _, bearing in told),
        splits=tuple((name, _rows(told, name)) for name in ("direction", "call kind", "build")),
        violated_in=tuple(sorted(violating)),
    )


def _rows(told: Sequence[tuple[StanzaUnit, Bearing]], name: str) -> tuple[tuple[str, Bearings], ...]:
    by_value: dict[str, list[Bearing]] = {}
    for unit, bearing in told:
        by_value.setdefault(unit.traits[name], []).append(bearing)
    return tuple((value, Bearings.of(seen)) for value, seen in sorted(by_value.items()))
