"""Stored observations against another version of the specification: the verdicts that it changes. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ringback.calls import Call, Sighting
from ringback.check.call import check_call
from ringback.check.part import check_part
from ringback.check.stanza import check_stanza
from ringback.findings import Finding, Severity, Stance
from ringback.recognise import StanzaKind, recognise
from ringback.spec.model import Specification
from ringback.spec.part import SpecPart

_INDEX = re.compile(r"\[[0-9]+\]")


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """What a specification says at one place."""

    code: str
    severity: str
    stance: str

    @classmethod
    def of(cls, finding: Finding) -> Verdict:
        """What the finding says, whatever was found."""
        return cls(finding.code, finding.severity.value, finding.stance.value)

    def __str__(self) -> str:
        """`attribute-missing (error, contradicts)`."""
        return f"{self.code} ({self.severity}, {self.stance})"


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """One change, in all the stanzas or calls that it befalls."""

    place: str
    """Where, without the indices of repeated tags: `/call/preaccept/@call-id`."""
    before: tuple[Verdict, ...]
    """What the one specification says there; empty for nothing, or nothing that was exercised."""
    after: tuple[Verdict, ...]
    """What the other says."""
    of_calls: bool
    """Whether it is said of calls as a whole; else of single stanzas."""
    count: int
    """How many stanzas or calls."""
    call_id: str | None
    """The first call that shows it, where it names one."""

    @property
    def is_worse(self) -> bool:
        """Whether the severest of it grew."""
        return _severest(self.after) > _severest(self.before)


@dataclass(frozen=True, slots=True)
class Recheck:
    """What came of a comparison."""

    changes: tuple[VerdictChange, ...]
    """The worse first, then the most frequent."""
    stanzas: int
    """How many were looked at."""
    known_to_one: int
    """Of those: how many only one of the specifications says anything of. They change no verdict."""


class Model(Protocol):
    """What judges stanzas and calls."""

    def of_stanza(self, sighting: Sighting) -> list[Finding] | None:
        """What it says of the stanza, None where it does not specify it."""

    def of_call(self, call: Call, /) -> list[Finding] | None:
        """What it says of the call as a whole, None where it says nothing of any."""


@dataclass(frozen=True, slots=True)
class FileModel:
    """Stanza files."""

    specification: Specification

    def of_stanza(self, sighting: Sighting) -> list[Finding] | None:
        """As `Model`."""
        recognised = recognise(sighting.node)
        if recognised is None:
            return None
        action = recognised.action if recognised.kind is StanzaKind.CALL else None
        spec = self.specification.for_action(sighting.node.tag, action)
        return None if spec is None else check_stanza(sighting, spec, self.specification.enums)

    def of_call(self, call: Call) -> list[Finding] | None:
        """As `Model`."""
        return check_call(call, self.specification, settled=True)


@dataclass(frozen=True, slots=True)
class PartModel:
    """Spec parts, each stanza judged by the first wire format of its action."""

    parts: tuple[SpecPart, ...]

    def of_stanza(self, sighting: Sighting) -> list[Finding] | None:
        """As `Model`."""
        recognised = recognise(sighting.node)
        if recognised is None or recognised.kind is not StanzaKind.CALL or recognised.action is None:
            return None
        for part in self.parts:
            root = part.template_for(sighting.node.tag, recognised.action)
            if root is not None:
                return check_part(sighting, part, root)
        return None

    def of_call(self, _call: Call) -> list[Finding] | None:
        """As `Model`: a wire format is one of a stanza."""
        return None


def recheck(sightings: Iterable[Sighting], calls: Iterable[Call], before: Model, after: Model) -> Recheck:
    """What `after` says otherwise than `before`.

    A fact that is not exercised counts as nothing said: to add one changes no verdict.
    """
    changes, stanzas, known_to_one = _Changes(), 0, 0
    for sighting in sightings:
        stanzas += 1
        said, says = (each.of_stanza(sighting) for each in (before, after))
        known_to_one += (said is None) is not (says is None)
        if said is not None and says is not None:
            changes.add(said, says, of_calls=False)
    for call in calls:
        said, says = (each.of_call(call) for each in (before, after))
        if said is not None and says is not None:
            changes.add(said, says, of_calls=True)
    return Recheck(tuple(sorted(changes.listed(), key=_order)), stanzas, known_to_one)


def _order(change: VerdictChange) -> tuple[bool, int, str, tuple[Verdict, ...]]:
    return (not change.is_worse, -change.count, change.place, change.after)


_Key = tuple[str, tuple[Verdict, ...], tuple[Verdict, ...], bool]


class _Changes:
    """Changes of one kind counted together."""

    def __init__(self) -> None:
        self._counts: dict[_Key, int] = {}
        self._calls: dict[_Key, str | None] = {}

    def add(self, before: Iterable[Finding], after: Iterable[Finding], *, of_calls: bool) -> None:
        """Compare what two specifications say of one stanza or call, place by place."""
        said, says = _by_place(before), _by_place(after)
        keys: dict[_Key, str | None] = {}
        for place in said.keys() | says.keys():
            one, other = said.get(place, []), says.get(place, [])
            verdicts = (_verdicts(one), _verdicts(other))
            if verdicts[0] != verdicts[1]:
                keys[_INDEX.sub("", place), *verdicts, of_calls] = (one + other)[0].call_id
        for key, call_id in keys.items():
            self._counts[key] = self._counts.get(key, 0) + 1
            self._calls.setdefault(key, call_id)

    def listed(self) -> Iterator[VerdictChange]:
        """Each kind of change with its count."""
        for key, count in self._counts.items():
            yield VerdictChange(*key, count, self._calls[key])


def _by_place(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.stance is not Stance.SILENT:
            found.setdefault(finding.place, []).append(finding)
    return found


def _verdicts(findings: Iterable[Finding]) -> tuple[Verdict, ...]:
    return tuple(sorted({Verdict.of(finding) for finding in findings}))


def _severest(verdicts: Iterable[Verdict]) -> int:
    return max((Severity(each.severity).rank for each in verdicts), default=0)
