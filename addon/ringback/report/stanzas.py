"""Stanzas for the document: each as it was emitted, its copies line by line with what the findings say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ringback.calls import Sighting
from ringback.export.publisher import Fit
from ringback.findings import Evidence, Finding, worst_of
from ringback.ladder.model import delta
from ringback.observations import StanzaObserved
from ringback.report.model import Ack, Copy, Line, Stanza
from ringback.report.names import Links, plain
from ringback.sanitize import Placeholders
from ringback.stanza import Node
from ringback.view.annotate import Line as AnnotatedLine
from ringback.view.annotate import annotate_shown
from ringback.view.stanza_line import NOBODY, stanza_line

WIDTH = 88
"""Characters of a stanza's line, so that a page has room for its verdict beside it."""
_ELLIPSIS = "…"
_SERVER = "server"


@dataclass(frozen=True, slots=True)
class Group:
    """What was seen of one stanza."""

    copies: tuple[StanzaObserved, ...]
    """In order of time; never empty."""
    acks: tuple[Sighting, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Where it was seen, its acks included."""
        return tuple(each.sighting.evidence for each in self.copies) + tuple(
            each.evidence for each in self.acks
        )


@dataclass(slots=True)
class Entries:
    """The findings of one call that have an entry of their own, by what they are about."""

    _refs: dict[tuple[Evidence, str, tuple[str, ...]], str] = field(default_factory=dict)

    def add(self, finding: Finding, evidence: Iterable[Evidence], ref: str) -> None:
        """The finding has that entry, and the copies at `evidence` are those of the stanzas it is about."""
        for each in evidence:
            self._refs.setdefault((each, finding.code, finding.path), ref)

    def of(self, finding: Finding, evidence: Evidence) -> str | None:
        """The entry of what a copy shows, None where it is no more than `ok`."""
        return self._refs.get((evidence, finding.code, finding.path))


@dataclass(frozen=True, slots=True)
class Stanzas:
    """Makes stanzas of one call, or of none, for the document."""

    placeholders: Placeholders
    links: Links
    fit: Fit
    began_at: float
    """When the call was first seen, in seconds since the epoch."""

    def stanza(self, ref: str, group: Group, entries: Entries) -> Stanza:
        """One stanza, as it was emitted."""
        copies = group.copies
        shown = [self.fit.node(self.placeholders.node(each.sighting.node)) for each in copies]
        lines = [stanza_line(*pair, self.placeholders) for pair in zip(copies, shown, strict=True)]
        worst = worst_of(_findings(copies))
        spec = copies[0].spec
        return Stanza(
            id=ref,
            action=plain(lines[0].action),
            at=self._at(copies[0].sighting),
            sender=_known((each.sender for each in lines), NOBODY, _SERVER),
            receiver=_known((each.receiver for each in lines), NOBODY, _SERVER),
            spec=None if spec is None else spec.id,
            severity=worst.value,
            copies=tuple(self._copy(ref, *pair, entries) for pair in zip(copies, shown, strict=True)),
            acks=tuple(map(self._ack, group.acks)),
        )

    def _copy(self, ref: str, observed: StanzaObserved, shown: Node, entries: Entries) -> Copy:
        sighting = observed.sighting
        annotated = annotate_shown(
            sighting.node, shown, observed.findings, observed.spec, width=WIDTH, ellipsis=_ELLIPSIS
        )
        for finding in observed.findings:
            self.links.add(finding, entries.of(finding, sighting.evidence) or ref)
        return Copy(
            direction="sent" if sighting.sent else "delivered",
            at=self._at(sighting),
            where=where(sighting.evidence),
            lines=tuple(_joined(self._line(each, sighting.evidence, entries) for each in annotated)),
        )

    def _line(self, line: AnnotatedLine, evidence: Evidence, entries: Entries) -> Line:
        verdict = line.verdict
        if verdict is None:
            return Line(None, None, "", None, line.text)
        finding = verdict.finding
        ref = None if finding is None else entries.of(finding, evidence) or self.links.fact_of(finding)
        notes = plain(", ".join(verdict.notes))
        return Line(verdict.stance.value, verdict.severity.value, notes, ref, line.text)

    def _ack(self, sighting: Sighting) -> Ack:
        shown = self.fit.node(self.placeholders.node(sighting.node))
        lines = annotate_shown(sighting.node, shown, (), None, width=WIDTH, ellipsis=_ELLIPSIS)
        return Ack(
            direction="sent" if sighting.sent else "delivered",
            at=self._at(sighting),
            where=where(sighting.evidence),
            text="\n".join(line.text for line in lines),
        )

    def _at(self, sighting: Sighting) -> str:
        return elapsed(sighting.at - self.began_at)


def _joined(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, those in a row of which nothing is said as one."""
    plain_ones: list[str] = []
    for line in lines:
        if line.stance is None:
            plain_ones.append(line.text)
            continue
        if plain_ones:
            yield Line(None, None, "", None, "\n".join(plain_ones))
            plain_ones = []
        yield line
    if plain_ones:
        yield Line(None, None, "", None, "\n".join(plain_ones))


def where(evidence: Evidence) -> str:
    """`connection 1, client frame 5`."""
    place = evidence.place
    return f"connection {evidence.connection}, {place.direction.value} frame {place.frame}"


def elapsed(seconds: float) -> str:
    """`+0.376`; empty where there is no time, or one out of all range."""
    return delta(seconds)


def _findings(copies: Iterable[StanzaObserved]) -> Iterable[Finding]:
    return (finding for each in copies for finding in each.findings)


def _known(names: Iterable[str], *unknown: str) -> str:
    """The first name that says who it is, else the first of them."""
    listed = list(names)
    return plain(next((name for name in listed if name not in unknown), listed[0]))
