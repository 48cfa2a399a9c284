"""What goes into the inspector and what comes out of it: the values that sources write and outlets read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec import Struct

from ringback.calls import Call, Emission, Sighting
from ringback.findings import Finding
from ringback.recognise import Recognised
from ringback.spec.model import StanzaSpec
from ringback.wire.events import WireEvent


class Message(Struct, frozen=True):
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
    """The action child's tag, or of an ack or receipt what it belongs to; empty where nothing names it."""
    call: Call | None
    emission: Emission | None
    spec: StanzaSpec | None
    """The file that specifies it, None where none of the loaded ones does."""
    findings: tuple[Finding, ...]
    """What can be said of this copy by itself: every fact of the file speaks. What needs the rest of the call
    comes as `FindingMade`."""
    fresh: tuple[Finding, ...] = ()
    """Of the findings: those that no other copy of the same emission has shown before."""
    recognised: Recognised | None = None
    """How the stanza belongs to calls; never None when it comes from the inspector."""


@dataclass(frozen=True, slots=True)
class FindingMade:
    """A finding about a call, made once it is certain."""

    finding: Finding


Observation: TypeAlias = WireNotice | StanzaObserved | FindingMade


@dataclass(slots=True)
class Funnel:
    """How much came through each stage; what a summary prints."""

    connections: int = 0
    """Connections of the protocol, handshake seen or not."""
    ignored: int = 0
    """Connections that were none of ours."""
    frames: int = 0
    """Transport frames; each is in exactly one of opened, held, closed."""
    opened: int = 0
    unread: int = 0
    """Of the opened: no valid WABinary."""
    held: int = 0
    """Waiting for their key now."""
    dropped: int = 0
    """Of the closed: pushed out of the hold-back store."""
    closed: dict[str, int] = field(default_factory=dict)
    """By value of `ClosedReason`."""
    stanzas: int = 0
    """Call stanzas as seen, acks and receipts that belong to calls included."""
    calls: int = 0
    preaccepts: int = 0
    """Pre-accepts emitted: a sender's copy and its delivered copies count once."""
    evicted: int = 0
    """Calls that were given up to make room for newer ones, after what they showed was reported."""
    forgotten: int = 0
    """Times at which something went by unread, and connections, that are remembered no more: what is missing
    about then is not reported."""
    findings: dict[str, int] = field(default_factory=dict)
    """By value of `Severity`."""
    incomplete: bool = False
    """Whether a source was not read to its end, or not all of it."""

    def add(self, other: Funnel) -> None:
        """Add all that another run came to."""
        self.add_frames(other)
        for name in ("stanzas", "calls", "preaccepts", "evicted", "forgotten"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for severity, count in other.findings.items():
            self.findings[severity] = self.findings.get(severity, 0) + count

    def add_frames(self, other: Funnel) -> None:
        """Add what another has of connections and their frames; not what was made of them."""
        self.incomplete |= other.incomplete
        for name in ("connections", "ignored", "frames", "opened", "unread", "held", "dropped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for reason, count in other.closed.items():
            self.closed[reason] = self.closed.get(reason, 0) + count
