"""What every WebSocket message held, for the content view: noted in passing, looked up by the message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow
from mitmproxy.websocket import WebSocketMessage

from ringback.errors import DecodeError
from ringback.findings import Finding
from ringback.observations import FindingMade, Funnel, Message, Observation, StanzaObserved, WireNotice
from ringback.sources.flows import flow_of
from ringback.tableguess import TableGuesses
from ringback.wire.events import FrameUnread
from ringback.wire.framelog import MAX_FRAMES, FrameLog, LoggedFrame

MAX_CONNECTIONS = 256
"""Connections that are remembered; the one that began longest ago goes first, of those that speak something
else if there are any."""
MAX_MESSAGES = 65_536
"""Messages that are remembered of all connections together; past it the connection with the most of them
forgets the older half of its own."""
MAX_HOLDING = 4_096
"""The same for those of them that held call stanzas or unreadable frames, of which all is kept."""
MAX_FINDINGS = 64
"""Findings about a call that are remembered with one message that shows them."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """What one message held, as far as it is known by now; values are raw."""

    connection: int
    frames: tuple[LoggedFrame, ...]
    """Those that it completed; none where it is a part of a frame, or where nothing is remembered."""
    more: int
    """Frames beyond those."""
    stanzas: tuple[StanzaObserved, ...]
    """The call stanzas among the frames."""
    unread: tuple[tuple[int, DecodeError], ...]
    """Why frames could not be read, with their numbers."""
    findings: tuple[Finding, ...]
    """About the call as a whole, each citing a stanza of this message."""
    guessed_table: int | None
    """The token table, where it is a guess."""
    is_taken: bool
    """Whether it was looked at yet."""
    is_forgotten: bool
    """Whether what it held is no longer remembered."""


@dataclass(slots=True, eq=False)
class _Connection:
    number: int
    log: FrameLog
    stanzas: dict[int, list[StanzaObserved]] = field(default_factory=dict)
    unread: dict[int, list[tuple[int, DecodeError]]] = field(default_factory=dict)
    findings: dict[int, list[Finding]] = field(default_factory=dict)
    forgotten: int = -1
    """Index of the newest message whose stanzas were pushed out."""
    positions: dict[int, int] = field(default_factory=dict)
    """Where each message stands in the flow's list, by its identity; filled as messages are looked at."""

    def number_of(self, messages: Sequence[WebSocketMessage], message: WebSocketMessage) -> int | None:
        """The message's index on the connection; None for a message of no such flow."""
        position = self._position(messages, message)
        if position is None:
            return None
        # Where an add-on empties the list to save memory, what is left are the newest messages.
        return position + max(0, self.log.messages - len(messages))

    def __len__(self) -> int:
        """Messages with call stanzas or unreadable frames that are remembered."""
        return len(self.stanzas) + len(self.unread)

    def forget_half(self) -> None:
        """Forget the older half of what is remembered of those."""
        for message in [*_older_half(self.stanzas), *_older_half(self.unread)]:
            self.forget(message)

    def forget(self, message: int) -> None:
        """Forget what is remembered of a message besides its frames."""
        for kept in (self.stanzas, self.unread, self.findings):
            kept.pop(message, None)
        self.forgotten = max(self.forgotten, message)

    def _position(self, messages: Sequence[WebSocketMessage], message: WebSocketMessage) -> int | None:
        for _ in range(2):
            position = self.positions.get(id(message))
            if position is not None and position < len(messages) and messages[position] is message:
                return position
            self.positions = {id(each): number for number, each in enumerate(messages)}
        return None


class MessageLog:
    """The messages of all connections that are looked at. An outlet, and the giver of their frame logs."""

    name = "content view"

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._connections: dict[str, _Connection] = {}
        self.forgotten = 0
        """Connections that newer ones have pushed out."""
        self._guesses = TableGuesses()

    def frame_log(self, message: Message) -> FrameLog:
        """The log for the connection that begins with `message`."""
        log, flow = FrameLog(message.number), flow_of(message.flow)
        self._connections.pop(flow, None)
        self._connections[flow] = _Connection(message.connection, log)
        if len(self._connections) > MAX_CONNECTIONS:
            self._push_out()
        self.bound()
        return log

    def _push_out(self) -> None:
        """Forget a connection: one that has turned out to speak something else, if there is one."""
        ignored = (flow for flow, known in self._connections.items() if known.log.is_ignored)
        flow = next(ignored, None)
        self.forgotten += flow is None
        self._connections.pop(flow or next(iter(self._connections))).log.end()

    def bound(self) -> None:
        """Keep to `MAX_MESSAGES`: frames are noted without a look at other connections."""
        known = self._connections.values()
        while sum(len(each.log) for each in known) > MAX_MESSAGES:
            fullest = max((each.log for each in known), key=len)
            fullest.forget((len(fullest) + 1) // 2)
        while sum(map(len, known)) > MAX_HOLDING:
            max(known, key=len).forget_half()

    def show(self, observation: Observation) -> None:
        """Note what belongs to a message."""
        self._guesses.note(observation)
        if isinstance(observation, StanzaObserved):
            evidence = observation.sighting.evidence
            connection = self._connections.get(flow_of(evidence.flow))
            if connection is not None:
                _keep(connection, connection.stanzas, evidence.place.message, observation)
        elif isinstance(observation, FindingMade):
            self._note_finding(observation.finding)
        else:
            self._note_event(observation)

    def close(self, funnel: Funnel) -> None:
        """Nothing to do: what was seen can be looked at as long as mitmproxy runs."""

    def is_ours(self, flow: Flow | None) -> bool:
        """Whether the flow's WebSocket speaks the protocol, as far as that was seen."""
        connection = None if flow is None else self._connections.get(flow.id)
        return connection is not None and connection.log.is_ours

    def maybe_message(self, flow: Flow | None, message: WebSocketMessage | None) -> HeldMessage | None:
        """What the message held; None where its socket is none of ours, or it is no message of the flow."""
        if not isinstance(flow, HTTPFlow) or flow.websocket is None or message is None:
            return None
        connection = self._connections.get(flow.id)
        if connection is None or not connection.log.is_ours:
            return None
        number = connection.number_of(flow.websocket.messages, message)
        return None if number is None else self._held(connection, number)

    def _held(self, connection: _Connection, number: int) -> HeldMessage:
        log = connection.log
        stanzas = tuple(connection.stanzas.get(number, ()))
        guessed = None if not stanzas else self._guesses.table_for(stanzas[0].sighting.evidence)
        return HeldMessage(
            connection=connection.number,
            frames=log.frames(number),
            more=log.more(number),
            stanzas=stanzas,
            unread=tuple(connection.unread.get(number, ())),
            findings=tuple(connection.findings.get(number, ())),
            guessed_table=guessed,
            is_taken=number < log.messages,
            is_forgotten=log.is_forgotten(number) or (not stanzas and number <= connection.forgotten),
        )

    def _note_finding(self, finding: Finding) -> None:
        for evidence in finding.evidence:
            connection = self._connections.get(flow_of(evidence.flow))
            if connection is not None and evidence.place.message in connection.stanzas:
                known = connection.findings.setdefault(evidence.place.message, [])
                if len(known) < MAX_FINDINGS and finding not in known:
                    known.append(finding)

    def _note_event(self, notice: WireNotice) -> None:
        connection = self._connections.get(flow_of(notice.flow))
        if connection is not None and isinstance(notice.event, FrameUnread):
            place = notice.event.place
            _keep(connection, connection.unread, place.message, (place.frame, notice.event.error))


def _keep(connection: _Connection, kept: dict[int, list[T]], message: int, new: T) -> None:
    together = kept.setdefault(message, [])
    if len(together) < MAX_FRAMES:
        together.append(new)
    if len(kept) > MAX_HOLDING:
        connection.forget(next(iter(kept)))


def _older_half(messages: Iterable[int]) -> list[int]:
    known = list(messages)
    return known[: (len(known) + 1) // 2]
