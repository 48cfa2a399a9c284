"""`ringback decode`: every opened stanza of any tag as one JSON line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from ringback.commands.environment import Environment
from ringback.commands.recording import Going, Recording, conclude, go_through, key_advice, read_keys
from ringback.nodejson import node_to_json
from ringback.observations import Message
from ringback.sanitize import Placeholders, Raw
from ringback.sources.chronology import ConnectionEnded, Event
from ringback.sources.notice import Notice, Urgency
from ringback.status import ExitCode
from ringback.wire.connection import Connection
from ringback.wire.events import ClosedReason, Direction, FrameOpened, FrameUnread, WireEvent
from ringback.wire.keylog import KeyLog

MAX_UNREAD_TOLD = 10
"""Frames that opened and are no stanza, told one by one; further ones are only counted."""


@dataclass(slots=True)
class _Socket:
    flow: str
    connection: Connection
    number: int


@dataclass(slots=True)
class _Tally:
    """What became of all frames."""

    frames: int = 0
    opened: int = 0
    unread: int = 0
    closed: Counter[ClosedReason] = field(default_factory=Counter)
    ignored: int = 0

    def add(self, connection: Connection) -> None:
        """Count a connection that is over."""
        if connection.is_ours is False:
            self.ignored += 1
            return
        self.frames += connection.counts.frames
        self.opened += connection.counts.opened
        self.closed += connection.counts.closed


class Decoder:
    """Opens the frames of a recording and writes each stanza as a line, numbered in order of time."""

    def __init__(self, keys: KeyLog, placeholders: Placeholders, environment: Environment) -> None:
        """Write to the environment's standard output, through `placeholders`."""
        self._keys = keys
        self._placeholders = placeholders
        self._environment = environment
        self._sockets: dict[tuple[str, int], _Socket] = {}
        self._waiting: list[tuple[FrameOpened, _Socket]] = []
        self._held = 0
        self._written = 0
        self.tally = _Tally()

    def take(self, event: Event) -> None:
        """Open what a message or the end of a connection opens."""
        key = (event.capture, event.connection)
        if isinstance(event, ConnectionEnded):
            self._close(self._sockets.pop(key))
            return
        socket = self._sockets.get(key)
        if socket is None:
            connection = Connection(self._keys, decode_all=True)
            socket = self._sockets[key] = _Socket(event.flow, connection, event.connection)
        self._sort(socket, lambda: _receive(socket.connection, event))

    def close(self) -> None:
        """Write what is left: the recording is over, or was broken off."""
        while self._sockets:
            self._close(self._sockets.popitem()[1])

    def _close(self, socket: _Socket) -> None:
        self._sort(socket, socket.connection.close)
        self.tally.add(socket.connection)

    def _sort(self, socket: _Socket, step: Callable[[], Sequence[WireEvent]]) -> None:
        held = socket.connection.held
        for event in step():
            if isinstance(event, FrameOpened):
                self._waiting.append((event, socket))
            elif isinstance(event, FrameUnread):
                self._unread(event, socket)
        self._held += socket.connection.held - held
        # A frame that is still held could come to stand before those that are open.
        if not self._held:
            self._flush()

    def _flush(self) -> None:
        for event, socket in sorted(self._waiting, key=lambda pair: pair[0].place.at):
            self._written += 1
            self._write(event, socket)
        self._waiting.clear()

    def _write(self, event: FrameOpened, socket: _Socket) -> None:
        line = {
            "n": self._written,
            "dir": event.place.direction.value,
            "conn": socket.number,
            "flow": socket.flow,
            "msg": event.place.message,
            "at": event.place.at,
            "node": None if event.node is None else node_to_json(self._placeholders.node(event.node)),
        }
        self._environment.stdout.write(json.dumps(line) + "\n")

    def _unread(self, event: FrameUnread, socket: _Socket) -> None:
        self.tally.unread += 1
        if self.tally.unread <= MAX_UNREAD_TOLD:
            place = f"connection {socket.number}, {event.place.direction.value} frame {event.place.frame}"
            error = self._placeholders.error(event.error)
            self._environment.tell(Notice(f"no stanza: {place} (message {event.place.message}): {error}"))


def _receive(connection: Connection, message: Message) -> Sequence[WireEvent]:
    direction = Direction.CLIENT if message.from_client else Direction.SERVER
    return connection.receive(
        message.content, direction, message=message.number, at=message.at, binary=message.binary
    )


def decode(recording: Recording, environment: Environment, *, raw: bool) -> ExitCode:
    """Write every opened stanza as a JSON line, and say on standard error what stayed closed.

    Raises:
        SourceError: a file cannot be read.
    """
    placeholders = Raw() if raw else Placeholders()
    keys = read_keys(recording, environment)
    decoder = Decoder(keys, placeholders, environment)
    going = Going()
    with closing(go_through(recording, environment, going)) as events:
        for event in events:
            decoder.take(event)
    decoder.close()
    _summarise(decoder.tally, environment)
    tally = decoder.tally
    return conclude(going, tally.frames, tally.opened, environment, key_advice(recording.keylog, keys))


def _summarise(tally: _Tally, environment: Environment) -> None:
    unread = f", {tally.unread} of them no stanza" if tally.unread else ""
    ignored = f"; connections of another protocol: {tally.ignored}" if tally.ignored else ""
    opened = f"opened {tally.opened} of {tally.frames} frames{unread}{ignored}"
    environment.tell(Notice(opened, Urgency.INFO))
    for reason, count in tally.closed.most_common():
        environment.tell(Notice(f"not opened: {count} ({reason.value}): {reason.advice}"))
