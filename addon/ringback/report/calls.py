"""Calls for the document: their stanzas in order of time, and each finding linked to what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ringback.casebook import Case, Casebook
from ringback.check.stanza_codes import STANZA_CODES
from ringback.export.publisher import Fit
from ringback.findings import Evidence, Severity
from ringback.findings import Finding as Made
from ringback.observations import StanzaObserved
from ringback.report.model import Call, Finding, Outside, Stanza
from ringback.report.names import Links, plain, question_ref
from ringback.report.stanzas import Entries, Group, Stanzas, elapsed, where
from ringback.stanza import Value
from ringback.view.stanza_line import when
from ringback.view.visible import cropped, cropped_hex

_OF_STANZAS = frozenset(code.code for code in STANZA_CODES)
_LONGEST_VALUE = 120
_ELLIPSIS = "…"
_OUTSIDE = "outside"


def call_ref(case: Case) -> str:
    """`call1` for the first call of a casebook."""
    return f"call{case.number}"


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes the calls of a casebook for the document."""

    casebook: Casebook
    links: Links
    fit: Fit
    stanza_refs: dict[Evidence, str] = field(default_factory=dict)
    """Which stanza of the document shows what was seen there, of those that were made so far."""

    def call(self, case: Case) -> Call:
        """One call."""
        ref, call = call_ref(case), case.call
        times = [sighting.at for sighting in call.sightings()]
        began_at = min(times, default=float("nan"))
        day = when(began_at)
        stanzas, findings = self._parts(ref, case.stanzas, case.findings, began_at, case)
        return Call(
            id=ref,
            name=plain(self.casebook.name_of(case)),
            day="" if day is None else f"{day:%Y-%m-%d}",
            duration=elapsed(max(times, default=began_at) - began_at).removeprefix("+"),
            capture=plain(self.casebook.placeholders.capture(call.capture)),
            severity=case.worst.value,
            errors=_count(case.findings, Severity.ERROR),
            warnings=_count(case.findings, Severity.WARNING),
            notes=_count(case.findings, Severity.NOTE),
            dropped=case.dropped + call.dropped,
            actions=", ".join(dict.fromkeys(each.action for each in stanzas)),
            stanzas=stanzas,
            findings=findings,
        )

    def outside(self) -> Outside:
        """What belongs to no call."""
        loose = list(self.casebook.loose)
        began_at = min((each.sighting.at for each in loose), default=0.0)
        return Outside(*self._parts(_OUTSIDE, loose, self.casebook.findings, began_at, None))

    def _parts(
        self,
        ref: str,
        observed: Iterable[StanzaObserved],
        made: Iterable[Made],
        began_at: float,
        case: Case | None,
    ) -> tuple[tuple[Stanza, ...], tuple[Finding, ...]]:
        makers = Stanzas(self.casebook.placeholders, self.links, self.fit, began_at)
        groups = sorted(_grouped(observed, case), key=self._moment)
        at = {
            evidence: f"{ref}.s{number}"
            for number, group in enumerate(groups, start=1)
            for evidence in group.evidence
        }
        self.stanza_refs.update(at)
        entries, findings = Entries(), []
        for number, finding in enumerate(sorted(filter(_is_told, made), key=_order), start=1):
            stanzas = tuple(dict.fromkeys(at[each] for each in finding.evidence if each in at))
            entries.add(
                finding, (each for each, stanza in at.items() if stanza in stanzas), f"{ref}.f{number}"
            )
            findings.append(self._finding(f"{ref}.f{number}", finding, stanzas))
        stanzas_made = (
            makers.stanza(f"{ref}.s{number}", group, entries) for number, group in enumerate(groups, start=1)
        )
        return tuple(stanzas_made), tuple(findings)

    def _finding(self, ref: str, made: Made, stanzas: tuple[str, ...]) -> Finding:
        self.links.add(made, ref)
        shown = self.casebook.placeholders.finding(made)
        name = shown.path[-1].removeprefix("@") if shown.path else ""
        return Finding(
            id=ref,
            code=shown.code,
            severity=shown.severity.value,
            stance=shown.stance.value,
            place=plain(shown.place),
            expected=self._value(shown.expected, name),
            got=self._value(shown.got, name),
            fact=self.links.fact_of(made),
            message=plain(shown.message),
            questions=tuple(map(question_ref, shown.questions)),
            stanzas=stanzas,
            evidence=tuple(f"{plain(each.capture)}, {where(each)}" for each in shown.evidence),
        )

    def _moment(self, group: Group) -> tuple[float, str]:
        """What orders stanzas: the time, and of one time the client that saw it first, since the numbers of
        connections are not the same in a recording and in what was kept of it."""
        first = group.copies[0].sighting
        owner = "" if first.owner is None else str(self.casebook.placeholders.jid(first.owner))
        return (first.at, owner)

    def _value(self, value: Value | bytes | None, name: str) -> str | None:
        fit = self.fit.content(name, value)
        if isinstance(fit, bytes):
            return f"0x{cropped_hex(fit, _LONGEST_VALUE, _ELLIPSIS)}"
        return None if fit is None else cropped(str(fit), _LONGEST_VALUE, _ELLIPSIS)


def _grouped(observed: Iterable[StanzaObserved], case: Case | None) -> list[Group]:
    """The stanzas as they were emitted; a receipt, and what is of no call, by itself."""
    seen = {each.sighting.evidence: each for each in observed}
    groups: list[Group] = []
    for emission in () if case is None else case.call.emissions:
        copies = tuple(seen[each.evidence] for each in emission.sightings if each.evidence in seen)
        if copies:
            groups.append(Group(copies, tuple(emission.acks)))
    placed = {evidence for group in groups for evidence in group.evidence}
    groups += (Group((each,)) for evidence, each in seen.items() if evidence not in placed)
    return groups


def _is_told(finding: Made) -> bool:
    """Not those `ok` of single stanzas, which stand on their lines."""
    return finding.severity is not Severity.OK or finding.code not in _OF_STANZAS


def _order(finding: Made) -> tuple[int, float, tuple[str, ...], str, str]:
    """The worst first, then by time and place."""
    at = finding.evidence[0].place.at
    return (-finding.severity.rank, at, finding.path, finding.code, str(finding.got))


def _count(findings: Iterable[Made], severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)
