"""What is weighed: one observation of one fact, and who made it.

Fed from findings here; a ledger may as well build the values itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ringback.findings import Evidence, Finding, Stance
from ringback.spec.model import Vantage
from ringback.stanza import Value
from ringback.wire.events import Direction

OFF_THE_SOCKET = "websocket-capture"
"""Technique of whatever was decrypted off the Noise socket.

Source: wacrg spec/techniques/websocket-capture.yaml, and mitm-tls.yaml, which says that it cannot open it.
"""


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
    """One observation for each finding that speaks to a fact and each connection that shows it.

    Several frames of one connection are one observation, at the earliest. `client_of` gives None for a
    connection whose client never told its build; what it shows is a capture off the socket all the same.
    """
    for finding in findings:
        seen: set[tuple[str, int]] = set()
        for evidence in finding.evidence if finding.fact is not None else ():
            place = (evidence.capture, evidence.connection)
            if place not in seen:
                seen.add(place)
                yield _observed(finding, evidence, client_of(evidence))


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
