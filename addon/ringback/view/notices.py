"""What a connection tells, in a sentence each, and nothing said twice."""

from __future__ import annotations

from dataclasses import dataclass

from ringback.findings import Severity
from ringback.observations import WireNotice
from ringback.recent import Recent, note
from ringback.recognise import StanzaKind
from ringback.sanitize import Placeholders
from ringback.view.visible import visible
from ringback.wire.events import (
    ClientIdentified,
    ClosedReason,
    ConnectionIgnored,
    ConnectionRecognised,
    ConnectionResumed,
    CounterJumped,
    FrameClosed,
    FrameUnread,
    HandshakeFinished,
    WireEvent,
)

MAX_CONNECTIONS = 4096
"""Connections that are remembered under each thing that is said of one once; of one that is forgotten it is
said again."""
_OF_CALLS = (StanzaKind.CALL.value, None)
"""Roots of unreadable frames that a finding speaks of."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something to say about a connection."""

    text: str
    severity: Severity = Severity.NOTE
    """`ok` for what is only said when everything is asked for."""


class Notices:
    """Turns notices into sentences; remembers what was said, and counts what is not said again."""

    def __init__(self, placeholders: Placeholders) -> None:
        """Nothing said yet."""
        self._placeholders = placeholders
        self._unread: Recent[tuple[str, int], None] = Recent(MAX_CONNECTIONS)
        self.closed: dict[ClosedReason, Recent[tuple[str, int], int]] = {}
        """Frames that stayed closed: by reason, then by capture (as it may be shown) and
        connection."""

    def sentence(self, notice: WireNotice) -> Sentence | None:
        """What to say, None where it was said before or is nothing to say."""
        event = notice.event
        if isinstance(event, FrameClosed):
            return self._closed(notice, event)
        if isinstance(event, FrameUnread):
            return self._unreadable(notice, event)
        if isinstance(event, ClientIdentified):
            return self._client(event)
        return _of_connection(event)

    def add_closed(self, reason: ClosedReason, connections: Recent[tuple[str, int], int]) -> None:
        """Count what was told of other captures, without saying it."""
        own = self.closed.setdefault(reason, Recent(MAX_CONNECTIONS))
        for connection, number in connections.items():
            own[connection] = own.get(connection, 0) + number
        own.forgotten += connections.forgotten

    def _client(self, event: ClientIdentified) -> Sentence:
        client = self._placeholders.client(event)
        device = "" if client.device is None else f", device {client.device}"
        return Sentence(f"client {visible(client.platform)} {visible(client.version)}{device}")

    def _closed(self, notice: WireNotice, event: FrameClosed) -> Sentence | None:
        connections = self.closed.setdefault(event.reason, Recent(MAX_CONNECTIONS))
        key = (self._placeholders.capture(notice.capture), notice.connection)
        connections[key] = connections.get(key, 0) + 1
        if connections[key] > 1:
            return None
        text = f"frames stay closed from {event.place.direction.value} frame {event.place.frame} on"
        severity = Severity.OK if event.reason is ClosedReason.NOT_THIS_PROTOCOL else Severity.WARNING
        return Sentence(f"{text}: {event.reason.value}. {_capital(event.reason.advice)}.", severity)

    def _unreadable(self, notice: WireNotice, event: FrameUnread) -> Sentence | None:
        key = (notice.capture, notice.connection)
        if event.tag in _OF_CALLS or not note(self._unread, key):
            return None
        where = f"{event.place.direction.value} frame {event.place.frame}"
        error = self._placeholders.error(event.error)
        return Sentence(f"{where} opened, but holds no stanza: {visible(str(error))}", Severity.WARNING)


def _of_connection(event: WireEvent) -> Sentence | None:
    if isinstance(event, ConnectionRecognised):
        return _recognised(event)
    if isinstance(event, ConnectionResumed):
        where = f"counter {event.counter} of the {event.direction.value}"
        return Sentence(f"begins in mid-connection: the key log opens it from {where} on")
    if isinstance(event, ConnectionIgnored):
        return Sentence(f"is left alone: {visible(event.why)}", Severity.OK)
    if isinstance(event, HandshakeFinished):
        return Sentence(f"handshake {event.pattern} complete", Severity.OK)
    if isinstance(event, CounterJumped):
        where = f"{event.place.direction.value} frame {event.place.frame}"
        return Sentence(f"{_count(event.skipped, 'frame')} missing before {where}", Severity.WARNING)
    return None


def _recognised(event: ConnectionRecognised) -> Sentence:
    if event.table_known:
        return Sentence(f"speaks the protocol, token dictionary {event.dictionary}")
    text = f"speaks the protocol with token dictionary {event.dictionary}, which ringback does not know"
    return Sentence(f"{text}: it is read with {event.table}, and may be misread", Severity.WARNING)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing} is" if number == 1 else f"{number} {thing}s are"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
