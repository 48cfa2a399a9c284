"""Findings of one kind at one place, counted over calls: what the gate knows again from run to run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ringback.casebook import Casebook
from ringback.filters import Filter
from ringback.findings import Evidence, Finding, Severity, Stance
from ringback.spec.model import Specification
from ringback.view.visible import visible

_INDEX = re.compile(r"\[[0-9]+\]$")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What makes findings of two runs the same. It names nobody and no call."""

    place: str
    """`/call/preaccept/destination/te/@port`: without indices, so that one more sibling is no news."""
    code: str
    severity: str
    spec: str
    """The file whose fact is concerned; empty for none."""
    fact: str
    """The fact within it; empty for none."""


@dataclass(frozen=True, slots=True)
class Counted:
    """All findings with one key."""

    key: Key
    message: str
    stance: Stance
    """`extends` where any of them extends the specification, else that of the first."""
    confidence: str
    """Of the fact; empty for none."""
    source: tuple[str, int] | None
    """File and line of the fact, None where a stanza file states none."""
    count: int
    calls: tuple[str, ...]
    """Placeholders of the calls that show it, in the order in which they were seen."""
    first: str
    """Where the first of them is seen: capture, connection and frame."""

    @property
    def severity(self) -> Severity:
        """Of each of them."""
        return Severity(self.key.severity)


@dataclass(slots=True)
class _Count:
    first: Finding
    """With placeholders."""
    stance: Stance
    count: int = 0
    calls: dict[str, None] = field(default_factory=dict)


def count_findings(casebook: Casebook, specification: Specification, chosen: Filter) -> list[Counted]:
    """What the casebook holds of at least a note, by place; of that what the filter lets through."""
    lines = {
        (spec.id, fact.path): (visible(spec.file), fact.line)
        for spec in specification.stanzas.values()
        for fact in spec.facts()
    }
    counts: dict[Key, _Count] = {}
    for finding in _findings(casebook):
        if finding.severity is Severity.OK or not chosen.matches_finding(casebook, finding):
            continue
        shown = casebook.placeholders.finding(finding)
        count = counts.setdefault(key_of(shown), _Count(shown, shown.stance))
        count.count += 1
        if shown.stance is Stance.EXTENDS:
            count.stance = shown.stance
        if shown.call_id is not None:
            count.calls.setdefault(visible(shown.call_id))
    return [_counted(key, count, lines) for key, count in sorted(counts.items(), key=_order)]


def lets_any_through(casebook: Casebook, chosen: Filter) -> bool:
    """Whether the filter lets any finding through, those that a fact holds included."""
    return chosen.is_empty or any(chosen.matches_finding(casebook, each) for each in _findings(casebook))


def key_of(finding: Finding) -> Key:
    """The key of a finding, which has placeholders."""
    place = "/" + "/".join(_INDEX.sub("", segment) for segment in finding.path)
    spec, fact = ("", "") if finding.fact is None else (finding.fact.spec, finding.fact.path)
    return Key(*map(visible, (place, finding.code, finding.severity.value, spec, fact)))


def _findings(casebook: Casebook) -> Iterator[Finding]:
    for case in casebook.cases:
        yield from case.findings
    yield from casebook.findings


def _order(item: tuple[Key, object]) -> tuple[str, int, Key]:
    """By place, and there the worst first."""
    key = item[0]
    return (key.place, -Severity(key.severity).rank, key)


def _counted(key: Key, count: _Count, lines: dict[tuple[str, str], tuple[str, int]]) -> Counted:
    fact = count.first.fact
    return Counted(
        key=key,
        message=visible(count.first.message),
        stance=count.stance,
        confidence="" if fact is None else fact.confidence,
        source=None if fact is None else lines.get((fact.spec, fact.path)),
        count=count.count,
        calls=tuple(count.calls),
        first=_where(count.first.evidence),
    )


def _where(evidence: Iterable[Evidence]) -> str:
    first = next(iter(evidence))
    place = first.place
    told = f"{first.capture}, connection {first.connection}, {place.direction.value} frame {place.frame}"
    return visible(told)
