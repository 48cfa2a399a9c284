"""What is weighed: one observation of one fact, and who made it.

Fed from findings here; a ledger may as well build the values itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ringback.check.correlation_codes import ADDRESSES_LITERAL
from ringback.check.stanza_codes import STANZA_CODES
from ringback.findings import Evidence, FactRef, Finding, Stance
from ringback.spec.model import Vantage
from ringback.stanza import Value
from ringback.wire.events import Direction

OFF_THE_SOCKET = "websocket-capture"
"""Technique of whatever was decrypted off the Noise socket.

Source: wacrg spec/techniques/websocket-capture.yaml, and mitm-tls.yaml, which says that it cannot open it.
"""

_OF_STANZAS = frozenset(code.code for code in STANZA_CODES)
_GRAVITY = (Stance.SILENT, Stance.SUPPORTS, Stance.EXTENDS, Stance.CONTRADICTS)


@dataclass(frozen=True, slots=True)
class ObservedFact:
    """One observation that bears on one fact. Values are raw, as in a finding."""

    fact: str
    """The fact's name, `str(FactRef)`: `call-preaccept#call/preaccept/@call-id`."""
    stance: Stance
    technique: str
    """One of `TECHNIQUES`; anything else is no technique and counts for nothing."""
    build: str | None
    """App version of the client that was watched; None where it is not known."""
    platform: str | None
    capture: str
    call_id: str | None
    vantage: Vantage | None = None
    """Which copy of the stanza showed it; None where several or none did."""
    flavor: str | None = None
    """Id of the reimplementation whose code or output shows it; None for what a stock client showed."""
    code: str = ""
    """Code of the finding that said so."""
    evidence: Evidence | None = None
    """Where to look. Without it, observations that are alike in all the rest are one."""
    got: Value | bytes | None = None
    """What stood there."""


class Client(Protocol):
    """What the weighing asks of a connection's client; the names are those of `ClientIdentified`."""

    @property
    def technique(self) -> str:
        """Technique id of the capture."""

    @property
    def platform(self) -> str | None:
        """Platform name, None where it is not known."""

    @property
    def version(self) -> str | None:
        """App version, which is the build; None where it is not known."""


def observed_facts(
    findings: Iterable[Finding], client_of: Callable[[Evidence], Client | None]
) -> Iterator[ObservedFact]:
    """One observation for each fact and each sighting of a stanza that bears on it, in order of the findings.

    Only what a stanza shows by itself supports a fact: that it fits the rest of its call says nothing of the
    model. What the call shows to be wrong speaks against the fact in each of these stanzas; of the addresses
    read to the letter that is the one that the copy lacks. Where a sighting bears on a fact at several
    places, it is the gravest that counts.

    `client_of` gives None for a connection whose client never told its build; what it shows is a capture off
    the socket all the same.
    """
    worst: dict[tuple[str, Evidence], Finding] = {}
    for finding, evidence in _bearing(list(findings)):
        other = worst.setdefault((str(finding.fact), evidence), finding)
        if _GRAVITY.index(finding.stance) > _GRAVITY.index(other.stance):
            worst[str(finding.fact), evidence] = finding
    for (_, evidence), finding in worst.items():
        yield _observed(finding, evidence, client_of(evidence))


def _bearing(findings: Sequence[Finding]) -> Iterator[tuple[Finding, Evidence]]:
    """The findings of the stanzas, each with its sighting, then those of the calls that speak against a fact
    of one of these stanzas."""
    told: dict[Evidence, dict[str, FactRef]] = {}
    for finding in findings:
        if finding.fact is not None and finding.code in _OF_STANZAS:
            for evidence in finding.evidence:
                told.setdefault(evidence, {})[str(finding.fact)] = finding.fact
                yield finding, evidence
    of_calls = [each for each in findings if each.code not in _OF_STANZAS]
    # Last, for what is wrong with a copy goes before what it lacks by nature.
    for finding in sorted(of_calls, key=_is_literal):
        if finding.fact is None or finding.stance is not Stance.CONTRADICTS:
            continue
        for evidence in finding.about if _is_literal(finding) else finding.evidence:
            name = _lacking(finding.fact, evidence) if _is_literal(finding) else str(finding.fact)
            if name in told.get(evidence, {}):
                yield replace(finding, fact=told[evidence][name]), evidence


def _is_literal(finding: Finding) -> bool:
    return finding.code == ADDRESSES_LITERAL.code


def _lacking(fact: FactRef, evidence: Evidence) -> str:
    """The address that a copy lacks by nature: a sender's own has no `from`, a delivered one no `to`."""
    root = fact.path.partition("/")[0]
    return f"{fact.spec}#{root}/@{'from' if evidence.place.direction is Direction.CLIENT else 'to'}"


def _observed(finding: Finding, evidence: Evidence, client: Client | None) -> ObservedFact:
    sent = evidence.place.direction is Direction.CLIENT
    return ObservedFact(
        fact=str(finding.fact),
        stance=finding.stance,
        technique=OFF_THE_SOCKET if client is None else client.technique,
        build=None if client is None else client.version or None,
        platform=None if client is None else client.platform,
        capture=evidence.capture,
        call_id=finding.call_id,
        vantage=Vantage.SENT if sent else Vantage.DELIVERED,
        code=finding.code,
        evidence=evidence,
        got=finding.got,
    )
