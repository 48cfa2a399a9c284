"""Correlation: stanzas of one call-id become one Call with its emissions in order of time."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringback.findings import Evidence
from ringback.stanza import Jid, Node


@dataclass(frozen=True, slots=True)
class Sighting:
    """One stanza as one connection saw it."""

    node: Node
    evidence: Evidence
    owner: Jid | None
    """The address of the client on this connection, where it is known."""
    trailing: int = 0
    """Bytes that followed the root node in its frame."""


@dataclass(slots=True)
class Emission:
    """One stanza as it was emitted, seen once or more.

    The sender's copy and the delivered copies have the same stanza id, action and call-id: one emission.
    """

    action: str
    stanza_id: str | None
    call_id: str | None
    sightings: list[Sighting] = field(default_factory=list)
    acks: list[Sighting] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """All that was seen of one call-id."""

    call_id: str
    emissions: list[Emission] = field(default_factory=list)
