"""Who sent what to whom, and when: the line that every call stanza gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ringback.calls import Sighting
from ringback.observations import StanzaObserved
from ringback.recognise import StanzaKind
from ringback.sanitize import Placeholders
from ringback.stanza import Node

NOBODY = "this client"
"""Stands for the client of a connection whose address is not known."""
UNKNOWN_TIME = "--:--:--.---"


@dataclass(frozen=True, slots=True)
class StanzaLine:
    """What the line says; all of it placeholders."""

    time: str
    """Clock time in UTC, `12:00:03.412Z`."""
    date: str
    """Day in UTC, `2026-05-14`; empty where there is no time."""
    connection: int
    sent: bool
    """By the client of the connection; else delivered to it."""
    action: str
    """Such as `offer`; of an ack or receipt also that it is one."""
    is_answer: bool
    """An ack or a receipt."""
    call: str
    """Placeholder of the call-id; empty where the stanza belongs to no call that is known."""
    delta: str
    """Seconds since the call's offer, `+0.344`; empty where no offer was seen before."""
    sender: str
    receiver: str


def stanza_line(observed: StanzaObserved, shown: Node, placeholders: Placeholders) -> StanzaLine:
    """The line of a stanza; `shown` is the stanza with placeholders."""
    sighting = observed.sighting
    sender, receiver = _ends(sighting, shown, placeholders)
    at = when(sighting.at)
    kind = None if observed.recognised is None else observed.recognised.kind
    is_answer = kind in {StanzaKind.ACK, StanzaKind.RECEIPT}
    action = placeholders.name(observed.action) if observed.action else ""
    words = (shown.tag, action) if is_answer or kind is StanzaKind.OTHER else (action or "empty",)
    return StanzaLine(
        time=clock(at),
        date="" if at is None else at.strftime("%Y-%m-%d"),
        connection=sighting.connection,
        sent=sighting.sent,
        action=" ".join(filter(None, words)),
        is_answer=is_answer,
        call="" if observed.call is None else placeholders.call_id(observed.call.call_id),
        delta=_delta(observed),
        sender=sender,
        receiver=receiver,
    )


def when(at: float) -> datetime | None:
    """The time in UTC, None where it is none or out of all range."""
    try:
        return datetime.fromtimestamp(at, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def clock(at: datetime | None) -> str:
    """`12:00:03.412Z`."""
    return UNKNOWN_TIME if at is None else f"{at:%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _ends(sighting: Sighting, shown: Node, placeholders: Placeholders) -> tuple[str, str]:
    owner = NOBODY if sighting.owner is None else str(placeholders.jid(sighting.owner))
    sender, receiver = shown.text("from"), shown.text("to")
    if sighting.sent:
        return sender or owner, receiver or "server"
    return sender or "server", receiver or owner


def _delta(observed: StanzaObserved) -> str:
    if observed.call is None:
        return ""
    offers = observed.call.of("offer")
    seconds = observed.sighting.at - offers[0].at if offers else 0.0
    return f"+{seconds:.3f}" if 0 < seconds < 100_000 else ""
