"""One call as a sequence diagram: lanes, arrows, and where on the wire each of them was seen.

Values only, all of them placeholders or words of ringback's own. Lanes are named by their index in
`Ladder.lanes`, stanzas by their index in `Case.stanzas`, findings by theirs in `Case.findings`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ringback.findings import Severity, Stance


class Role(enum.Enum):
    """What a lane stands for."""

    CALLER = "caller"
    """A device of the account that made the call."""
    SERVER = "server"
    CALLEE = "callee"
    """A device of any other account."""
    OTHER = "other"
    """An address that names no account, such as a group or the call itself."""
    REST = "rest"
    """All devices that found no lane of their own."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One vertical line."""

    name: str
    """The device's address, `B:17@lid`; `server`; `this client` where the address is not known."""
    short: str
    """As short as it stays unique within the call, `B:17`."""
    role: Role
    addresses: tuple[str, ...] = ()
    """All addresses that the client was seen under, `name` first; empty where none is known."""
    connections: tuple[int, ...] = ()
    """Its own connections of the capture; empty where only others were captured."""
    silent: bool = False
    """Nothing that it sent was seen, nor a connection of its own: it was offered the call, or spoken to."""
    is_seen: bool = True
    """Whether it was seen in its role: it made the call, or was offered it or answered. Another device of the
    caller's account did not make it."""

    @property
    def note(self) -> str:
        """What stands below the name: what it was seen to be, and no guess."""
        if self.silent:
            return "silent"
        if self.role is Role.CALLER:
            return "caller" if self.is_seen else "of the caller's account"
        return "callee" if self.role is Role.CALLEE and self.is_seen else ""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a stanza, between a device and the server: what one connection saw."""

    lane: int
    """The device whose connection it is."""
    clock: str
    """Time in UTC, `12:00:03.412Z`."""
    at: float
    """Seconds since the epoch."""
    delay: float | None = None
    """Of a delivered copy: seconds since it was first sent; None where that was not seen."""
    stanza: int | None = None
    """Index into `Case.stanzas`; None for a copy that is not among them."""
    times: int = 1
    """How often it was seen there: more than once where it was sent, or delivered, again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An ack or a receipt, folded into the arrow of the stanza that it answers."""

    kind: str
    """`ack` or `receipt`."""
    lane: int
    """The device at whose connection it was seen."""
    sent: bool
    """Whether that device sent it; else it was delivered to it."""
    delay: float | None
    """Seconds since the answered stanza passed there; where it did not, since it was first seen."""
    error: str = ""
    """What an ack complains of, empty for none."""
    stanzas: tuple[int, ...] = ()
    """Indices into `Case.stanzas`, of all copies."""

    @property
    def words(self) -> str:
        """What it is, with its error: `ack error 401`."""
        return f"{self.kind} error {self.error}" if self.error else self.kind


@dataclass(frozen=True, slots=True)
class Arrow:
    """One stanza as it was emitted: from a device to the server, from there to devices, or both."""

    number: int
    """From 1, in order of time."""
    kind: str
    """`call`; `ack` or `receipt` where those are not folded."""
    action: str
    """The action's tag; of an ack or receipt what it answers."""
    reason: str
    """What matters beside the action: a reason, an ack's error. Empty for nothing."""
    aim: str
    """Whom it was sent to, `to B@lid` or `to 4 devices`, where no arrowhead shows that; else empty."""
    sender: int | None
    """Who emitted it: None for the server, and where no copy tells."""
    sent: Copy | None
    """The sender's own copy; None where it was not seen: the leg to the server is inferred then."""
    deliveries: tuple[Copy, ...]
    """The delivered copies, by lane. Where there are none, nothing is known of the other leg."""
    date: str
    """Day in UTC, `2026-05-14`; empty where there is no time."""
    clock: str
    """When it was first seen, UTC, `12:00:03.412Z`."""
    since_previous: float | None
    """Seconds since the arrow before; None for the first."""
    since_offer: float | None
    """Seconds since the first offer, negative before it; None for that offer, and where there is none."""
    answers: tuple[Answer, ...]
    severity: Severity | None
    """The worst of its findings; None where nothing is said of it."""
    stance: Stance | None
    """Stance of that finding."""
    stanzas: tuple[int, ...]
    """Indices of all its copies in `Case.stanzas`, in order of time."""
    findings: tuple[int, ...]
    """Indices into `Case.findings` of those that are about it."""

    @property
    def shown(self) -> tuple[int, ...]:
        """Indices of all that it shows in `Case.stanzas`, what is folded into it included."""
        return (*self.stanzas, *(stanza for answer in self.answers for stanza in answer.stanzas))

    @property
    def name(self) -> str:
        """The action, of an ack or receipt also that it is one."""
        return self.action or "empty" if self.kind == "call" else f"{self.kind} {self.action}".rstrip()

    @property
    def label(self) -> str:
        """Everything that stands over the arrow: `terminate accepted_elsewhere, to 3 devices`."""
        head = " ".join(filter(None, (self.name, self.reason)))
        again = f"sent {self.sent.times} times" if self.sent is not None and self.sent.times > 1 else ""
        return ", ".join(filter(None, (head, self.aim, again)))


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding that is about the call as a whole."""

    code: str
    severity: Severity
    stance: Stance
    message: str
    """One sentence; it holds nothing from the wire."""
    finding: int
    """Index into `Case.findings`."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """One call, ready to be drawn."""

    call: str
    """Placeholder of the call-id."""
    lanes: tuple[Lane, ...]
    """From left to right: the caller's devices, the server, the others."""
    server: int
    """Index of the server's lane."""
    arrows: tuple[Arrow, ...]
    """In order of time; copies of one time in the order of the wire."""
    remarks: tuple[Remark, ...]
    """Findings of the call as a whole that are more than ok, the worst first."""
    left_out: tuple[str, ...]
    """What is not drawn, a sentence each; empty where everything is."""
    unfolded: bool = False
    """Whether acks and receipts are arrows of their own."""
    clock: str = "time (UTC)"
    """What the clocks of its arrows tell."""

    def arrow_of(self, stanza: int) -> Arrow | None:
        """The arrow that shows that stanza of the case, folded or not; None where it is left out."""
        return next((arrow for arrow in self.arrows if stanza in arrow.shown), None)


def legs(ladder: Ladder, arrow: Arrow) -> tuple[tuple[int, int, bool], ...]:
    """The lines of an arrow as (from lane, to lane, seen), that of the sender first.

    A leg that was not seen is one that must have been there: the stanza was delivered, so it was sent.
    """
    server = ladder.server
    first = () if arrow.sender is None else ((arrow.sender, server, arrow.sent is not None),)
    return (*first, *((server, copy.lane, True) for copy in arrow.deliveries))


def duration(seconds: float) -> str:
    """`46 ms`, `1.25 s`, `75 s`."""
    if not abs(seconds) < 1e9:
        return "?"
    if abs(seconds) < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if abs(seconds) < 10 else f"{seconds:.0f} s"


def delta(seconds: float | None) -> str:
    """`+0.344`, `-0.010`, `+1000.2`; empty for none and for what no call lasts.

    From 1,000 seconds on with one decimal: three would give it the form of a phone number, which no report
    may hold.
    """
    if seconds is None or not abs(seconds) < 100_000:
        return ""
    return f"{seconds:+.3f}" if abs(seconds) < 999.9995 else f"{seconds:+.1f}"
