"""The library's face: recordings of any kind as frozen values. `ringback.open` gives them, see `docs/api.md`.

Values carry placeholders in place of identities unless raw ones were asked for. Nothing is printed, written
or kept, and mitmproxy is imported only once something is opened.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, TypeVar

from ringback.casebook import Case, Casebook
from ringback.commands.environment import Listening
from ringback.commands.gathering import Gathered, gather
from ringback.commands.recorded import Recording as Sources
from ringback.filters import Filter, parse
from ringback.findings import Evidence, Finding, Severity, Stance, worst_of
from ringback.observations import StanzaObserved
from ringback.stanza import Jid, Node, to_text
from ringback.status import ExitCode

__all__ = [
    "Call",
    "Evidence",
    "Finding",
    "Jid",
    "Node",
    "Recording",
    "Severity",
    "Stance",
    "Stanza",
    "open_sources",
]

Source: TypeAlias = str | os.PathLike[str]
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Stanza:
    """One copy of a call stanza, an ack or a receipt, as one connection saw it."""

    node: Node
    action: str
    """The action child's tag, or of an ack or receipt what it belongs to; empty where nothing names it."""
    call: str | None
    """The call's id; None where it belongs to none that is known."""
    is_sent: bool
    """Whether it is the copy that the client of its connection sent; else it was delivered to it."""
    client: Jid | None
    """The address of that client, None where it is not known."""
    spec: str | None
    """Id of the stanza file that specifies it, None for none of those loaded."""
    findings: tuple[Finding, ...]
    """What this copy shows by itself: every fact of its file speaks."""
    evidence: Evidence
    """Where it was seen."""

    @property
    def at(self) -> float:
        """When it was seen, in seconds since the epoch."""
        return self.evidence.place.at

    @property
    def xml(self) -> str:
        """The stanza as XML, indented."""
        return to_text(self.node)


@dataclass(frozen=True, slots=True)
class Call:
    """One call with all that was observed of it."""

    id: str
    """`CALLID-0001`; the call-id itself where raw values were asked for."""
    capture: str
    """Name of the recording."""
    stanzas: tuple[Stanza, ...]
    """Every copy, acks and receipts included, in the order in which they were observed."""
    findings: tuple[Finding, ...]
    """Each once: those of its stanzas and those of the call as a whole."""

    @property
    def worst(self) -> Severity:
        """The worst severity among its findings; ok where there is none."""
        return worst_of(self.findings)


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that sources hold, held against a specification."""

    calls: tuple[Call, ...]
    """In the order in which they were first seen."""
    loose_stanzas: tuple[Stanza, ...]
    """Stanzas of no call that is known."""
    loose_findings: tuple[Finding, ...]
    """Findings about no call that is known."""
    notices: tuple[str, ...]
    """What there was to say of the sources, each with what to do about it."""
    is_complete: bool
    """Whether all of the sources was read, and frames, where there were any, could be opened."""

    @property
    def stanzas(self) -> tuple[Stanza, ...]:
        """All stanzas, call by call, then those of none."""
        return (*(each for call in self.calls for each in call.stanzas), *self.loose_stanzas)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, call by call, then those about none."""
        return (*(each for call in self.calls for each in call.findings), *self.loose_findings)


def open_sources(
    sources: Sequence[Source],
    *,
    keylog: Source | None = None,
    spec: Source | None = None,
    hosts: Sequence[str] = (),
    technique: str | None = None,
    filter: str = "",  # noqa: A002 - as the command line calls it
    raw: bool = False,
) -> Recording:
    """What `ringback.open` gives, see there."""
    chosen = parse(filter)
    named = Sources(
        tuple(map(Path, sources)),
        None if keylog is None else Path(keylog),
        tuple(hosts),
        technique=technique,
    )
    listening = Listening(stderr=None)
    gathered = gather(named, None if spec is None else Path(spec), listening)
    if gathered.status is ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    chosen.check_questions(gathered.questions())
    return _Maker(gathered.casebook, raw=raw).recording(gathered, chosen, listening)


class _Maker:
    """Makes values out of a casebook."""

    def __init__(self, casebook: Casebook, *, raw: bool) -> None:
        names = casebook.placeholders
        self._casebook = casebook
        self._id: Callable[[str], str] = str if raw else names.call_id
        self._node: Callable[[Node], Node] = _same if raw else names.node
        self._name: Callable[[str], str] = str if raw else names.name
        self._jid: Callable[[Jid], Jid] = _same if raw else names.jid
        self._capture: Callable[[str], str] = str if raw else names.capture
        self._finding: Callable[[Finding], Finding] = _same if raw else names.finding

    def recording(self, gathered: Gathered, chosen: Filter, listening: Listening) -> Recording:
        """The whole, of which the filter lets through."""
        casebook = self._casebook
        loose = (each for each in casebook.loose if chosen.matches_stanza(casebook, None, each))
        findings = (each for each in casebook.findings if chosen.matches_finding(casebook, each))
        return Recording(
            calls=tuple(self._call(case) for case in casebook.cases if chosen.matches_case(casebook, case)),
            loose_stanzas=tuple(map(self._stanza, loose)),
            loose_findings=self._findings(findings),
            notices=tuple(notice.text for notice in listening.notices),
            is_complete=gathered.status is ExitCode.OK,
        )

    def _call(self, case: Case) -> Call:
        return Call(
            id=self._id(case.call.call_id),
            capture=self._capture(case.call.capture),
            stanzas=tuple(map(self._stanza, case.stanzas)),
            findings=self._findings(case.findings),
        )

    def _stanza(self, observed: StanzaObserved) -> Stanza:
        sighting = observed.sighting
        return Stanza(
            node=self._node(sighting.node),
            action=self._name(observed.action) if observed.action else "",
            call=None if observed.call is None else self._id(observed.call.call_id),
            is_sent=sighting.sent,
            client=None if sighting.owner is None else self._jid(sighting.owner),
            spec=None if observed.spec is None else observed.spec.id,
            findings=self._findings(observed.findings),
            evidence=replace(sighting.evidence, capture=self._capture(sighting.evidence.capture)),
        )

    def _findings(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(map(self._finding, findings))


def _same(value: _Value) -> _Value:
    return value
