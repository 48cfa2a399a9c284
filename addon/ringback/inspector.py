"""The core in one piece: WebSocket messages in, observations and findings out. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from ringback.calls import Call, Emission, Sighting
from ringback.findings import Finding
from ringback.spec.model import StanzaSpec
from ringback.wire.events import WireEvent


@dataclass(frozen=True, slots=True)
class Message:
    """One WebSocket message, as every source delivers it."""

    capture: str
    """Name of the capture file without its folder, or `live`."""
    connection: int
    """Number of the connection in its capture, from 1."""
    flow: str
    """The flow's id in mitmproxy."""
    number: int
    """Index in `flow.websocket.messages`, from 0."""
    from_client: bool
    at: float
    """Seconds since the epoch."""
    content: bytes
    binary: bool = True
    """False for a TEXT message, which the protocol never uses."""


@dataclass(frozen=True, slots=True)
class WireNotice:
    """Something a connection told that is no call stanza."""

    capture: str
    connection: int
    flow: str
    event: WireEvent


@dataclass(frozen=True, slots=True)
class StanzaObserved:
    """A call stanza, as it came, before its call is complete."""

    sighting: Sighting
    action: str
    """The action child's tag, or of an ack or receipt what it belongs to."""
    call: Call | None
    emission: Emission | None
    spec: StanzaSpec | None
    """The file that specifies it, None where none of the loaded ones does."""
    findings: tuple[Finding, ...]
    """What can be said of the stanza at once; what needs the rest of the call comes as `FindingMade`."""


@dataclass(frozen=True, slots=True)
class FindingMade:
    """A finding about a call, made once it is certain."""

    finding: Finding


Observation: TypeAlias = WireNotice | StanzaObserved | FindingMade


@dataclass(slots=True)
class Funnel:
    """How much came through each stage; what a summary prints."""

    connections: int = 0
    ignored: int = 0
    """Connections that were none of ours."""
    frames: int = 0
    opened: int = 0
    unread: int = 0
    held: int = 0
    dropped: int = 0
    closed: dict[str, int] = field(default_factory=dict)
    """By value of `ClosedReason`."""
    stanzas: int = 0
    """Call stanzas, acks and receipts that belong to calls included."""
    calls: int = 0
    preaccepts: int = 0
    """Pre-accepts emitted: a sender's copy and its delivered copies count once."""
    findings: dict[str, int] = field(default_factory=dict)
    """By value of `Severity`."""
