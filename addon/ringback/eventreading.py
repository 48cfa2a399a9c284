"""A line of an event file back to what it tells: the other direction of `ringback.eventrecords`.

Findings are not read: who has the stanzas makes them anew. Placeholders mean the same within one run only, so
each run is a capture of its own, and they become stand-ins (`ringback.sanitize.standins`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NoReturn, TypeAlias

from ringback.calls import Sighting
from ringback.errors import DecodeError, StanzaError
from ringback.eventschema import SCHEMA
from ringback.findings import Evidence
from ringback.nodejson import node_from_json
from ringback.observations import Funnel, WireNotice
from ringback.recent import Recent
from ringback.sanitize.standins import StandIns
from ringback.seconds import maybe_seconds
from ringback.stanza import Jid
from ringback.wire.events import (
    INCOMPLETE,
    ClientIdentified,
    ClosedReason,
    ConnectionIgnored,
    ConnectionRecognised,
    ConnectionResumed,
    CounterJumped,
    Direction,
    FrameClosed,
    FramePlace,
    FrameUnread,
    HandshakeFinished,
    WireEvent,
)

MAX_LINE_BYTES = 4 << 20
"""Longest line that is read. Bytes stand in a record as a placeholder, so that even the longest frame makes a
shorter one."""

MAX_TORN = 4096
"""Connections of a run that are remembered not to have been read whole; the stanzas of one that is forgotten
say so themselves."""
_LATER = frozenset({"forgotten"})
"""Counts that no run of an older ringback has written."""
_MOST = 2**53
"""Largest number that JSON's readers agree on."""
_PATTERNS = frozenset({"XX", "IK", "XXfallback"})
_NO_TIME = 0.0
"""Stands for a time that is none."""


@dataclass(frozen=True, slots=True)
class RecordsLost:
    """Records could not be written here: what follows is not all that there was."""

    count: int


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A run ended in order."""

    funnel: Funnel
    """What it came to."""


Told: TypeAlias = Sighting | WireNotice | RecordsLost | RunEnded
"""What a record tells, where that is not made anew of the others."""


class RecordError(StanzaError):
    """A line that is no record, or not what its type should be."""


class RecordReader:
    """Reads the lines of one event file in order."""

    def __init__(self, name: str) -> None:
        """`name` is that of the file, as captures are named."""
        self._name = name
        self._run = 0
        self.restart()

    def restart(self) -> None:
        """Another run begins, though no record says so: the file was replaced."""
        self._run += 1
        self._is_new = True
        self._prefix = self._name if self._run == 1 else f"{self._name}#{self._run}"
        self._stand_ins = StandIns(self._prefix)
        self._torn: Recent[tuple[str, int], None] = Recent(MAX_TORN)
        self._is_whole = True

    def read(self, line: bytes) -> Told | None:
        """What a line tells; None for a finding, and for what a newer ringback may have written.

        Raises:
            RecordError: it is no record; the next line is not affected.
        """
        record = _parse(line)
        if record.get("type") == "start":
            if not self._is_new:
                self.restart()
            return None
        self._is_new = False
        try:
            return self._told(record)
        except RecordError:
            raise
        except StanzaError as error:
            raise RecordError(str(error)) from error

    def _told(self, record: Mapping[str, Any]) -> Told | None:
        match record.get("type"):
            case "stanza":
                return self._stanza(record)
            case "lost":
                self._is_whole = False
                return RecordsLost(_number(record, "records"))
            case "summary":
                return RunEnded(_funnel(record))
            case str(kind) if kind in _EVENTS:
                return self._notice(record, _EVENTS[kind](record))
        return None

    def _stanza(self, record: Mapping[str, Any]) -> Sighting:
        place = _place(record)
        capture, number = self._connection(record)
        owner = record.get("owner")
        address = Jid.maybe_parse(owner) if isinstance(owner, str) else None
        return Sighting(
            self._stand_ins.node(node_from_json(record.get("node")), at=place.at),
            Evidence(capture, number, _text(record, "flow"), place),
            None if address is None else self._stand_ins.jid(address),
            _number(record, "trailing"),
            record.get("complete") is not False and self._is_whole and (capture, number) not in self._torn,
        )

    def _notice(self, record: Mapping[str, Any], event: WireEvent) -> WireNotice:
        capture, number = self._connection(record)
        if isinstance(event, INCOMPLETE):
            self._torn[capture, number] = None
        return WireNotice(capture, number, _text(record, "flow"), event)

    def _connection(self, record: Mapping[str, Any]) -> tuple[str, int]:
        """Its capture, under a name that no other run has, and its number in it."""
        return f"{self._prefix}: {_text(record, 'capture')}", _number(record, "connection")


def _parse(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise RecordError("it is longer than any record")
    try:
        record = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RecordError("it is no JSON object") from error
    if not isinstance(record, dict):
        raise RecordError("it is no JSON object")
    if record.get("schema") != SCHEMA:
        raise RecordError(f"its schema is not {SCHEMA}")
    return record


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise RecordError(f"{key} is no text")
    return value


def _maybe_text(record: Mapping[str, Any], key: str) -> str | None:
    return None if record.get(key) is None else _text(record, key)


def _number(record: Mapping[str, Any], key: str) -> int:
    value = record.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
        raise RecordError(f"{key} is no number")
    return value


def _object(record: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = record.get(key)
    if not isinstance(value, dict):
        raise RecordError(f"{key} is no object")
    return value


def _direction(record: Mapping[str, Any]) -> Direction:
    try:
        return Direction(record.get("direction"))
    except ValueError as error:
        raise RecordError("direction is neither client nor server") from error


def _place(record: Mapping[str, Any]) -> FramePlace:
    told = record.get("at")
    at = _NO_TIME if told is None else maybe_seconds(told)
    if at is None or abs(at) > _MOST:
        raise RecordError("at is no time")
    return FramePlace(_direction(record), _number(record, "frame"), _number(record, "message"), at)


def _recognised(record: Mapping[str, Any]) -> WireEvent:
    return ConnectionRecognised(_number(record, "dictionary"), _number(record, "table"), None)


def _resumed(record: Mapping[str, Any]) -> WireEvent:
    return ConnectionResumed(_direction(record), _number(record, "counter"))


def _handshake(record: Mapping[str, Any]) -> WireEvent:
    pattern = _text(record, "pattern")
    if pattern not in _PATTERNS:
        raise RecordError("pattern is none of a handshake")
    return HandshakeFinished(pattern)


def _client(record: Mapping[str, Any]) -> WireEvent:
    further = _object(record, "further")
    return ClientIdentified(
        _text(record, "platform"),
        _text(record, "version"),
        None if record.get("device") is None else _number(record, "device"),
        None,
        tuple((name, _text(further, name)) for name in further),
    )


def _closed(record: Mapping[str, Any]) -> WireEvent:
    try:
        reason = ClosedReason(record.get("reason"))
    except ValueError as error:
        raise RecordError("reason is none that frames stay closed for") from error
    return FrameClosed(_place(record), reason, _number(record, "size"), record.get("dropped") is True)


def _unread(record: Mapping[str, Any]) -> WireEvent:
    told = _object(record, "error")
    error = DecodeError(
        _number(told, "offset"), _text(told, "path"), _text(told, "expected"), _text(told, "got")
    )
    # Nothing that reads an event file looks at the plaintext, of which it tells the length alone.
    return FrameUnread(_place(record), _number(record, "counter"), error, b"", _maybe_text(record, "tag"))


def _gap(record: Mapping[str, Any]) -> WireEvent:
    return CounterJumped(_place(record), _number(record, "skipped"))


_EVENTS: Mapping[str, Callable[[Mapping[str, Any]], WireEvent]] = {
    "recognised": _recognised,
    "resumed": _resumed,
    "ignored": lambda record: ConnectionIgnored(_text(record, "why")),
    "handshake": _handshake,
    "client": _client,
    "closed": _closed,
    "unread": _unread,
    "gap": _gap,
}
"""By type: what a connection told."""


def _funnel(record: Mapping[str, Any]) -> Funnel:
    told: dict[str, Any] = {}
    for each in fields(Funnel):
        if each.name in {"closed", "findings"}:
            counts = _object(record, each.name)
            told[each.name] = {name: _number(counts, name) for name in counts}
        elif each.name == "incomplete":
            told[each.name] = record.get("incomplete") is True
        elif each.name in record or each.name not in _LATER:
            told[each.name] = _number(record, each.name)
    return Funnel(**told)
