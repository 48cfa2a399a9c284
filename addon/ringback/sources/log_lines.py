"""Lines of clients' logs, each recognised by itself: what stanza it tells, if any.

| line | written by |
| --- | --- |
| `{"xml": "<call ...", "msg": "recv xml", "time": ...}` | Baileys with a pino logger at level trace |
| `{"schema": "wa-voip-diag/v2", "event": "signaling", "node": ...}` | meowcaller's browser capture |
| `{"tag": ..., "attrs": ..., "content": ...}`, or with that as `node` | `ringback decode`, own scripts |
| `12:00:00.000 [Client/Recv DEBUG] <call ...>` | whatsmeow's loggers at level debug |

Any other line is passed over: logs hold much else.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ringback.errors import StanzaError
from ringback.nodejson import JsonValue, node_from_json
from ringback.seconds import maybe_seconds
from ringback.sources.logged import LoggedStanza
from ringback.sources.nodetext import parse_node_text
from ringback.stanza import Content, Jid, Node, Value
from ringback.wire.wabinary.nodes import MAX_DEPTH

MAX_LINE_BYTES = 64 << 20
"""Longest line that is read: a stanza of 16 MiB with its bytes in hex and in base64 beside it."""

_PINO_DIRECTIONS = {"xml send": True, "recv xml": False}
"""Message to whether the client sent it. Source: Baileys 7.0.0-rc13, lib/Socket/socket.js (read)."""
_DIAG_SCHEMA = "wa-voip-diag/v2"
_DIAG_DIRECTIONS = {"out": True, "in": False}
"""Value of `direction`; `internal` is a stanza between two parts of one client, seen on the wire as well.

Source: purpshell/meowcaller, diag/extension/src/voip-capture-core.js, classifyFlow (read).
"""
_SENT = frozenset({"client", "sent", "send", "out", "outgoing"})
_RECEIVED = frozenset({"server", "received", "recv", "in", "incoming"})
_WHATSMEOW = re.compile(
    r"(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3})? ?"
    r"\[(?P<name>[^\]\n]{0,200}?)(?P<way>Send|Recv) DEBUG\] (?P<xml><.*)",
    re.DOTALL,
)
"""Source: whatsmeow util/log/log.go, stdoutLogger, and client.go, the loggers Send and Recv (read)."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def maybe_parse_line(text: str, line: int) -> LoggedStanza | None:
    """The stanza that a line tells; None for a line that tells none.

    Raises:
        StanzaError: the line is one that tells a stanza, and what it holds is none.
    """
    text = text.strip()
    if text.startswith("{"):
        return _of_json(text, line)
    found = _WHATSMEOW.fullmatch(_COLOURS.sub("", text)) if "DEBUG] <" in text else None
    if found is None:
        return None
    return LoggedStanza(
        parse_node_text(found["xml"]),
        line,
        sent=found["way"] == "Send",
        at=_of_clock(found["clock"]),
        session=found["name"].strip("/"),
    )


def _of_json(text: str, line: int) -> LoggedStanza | None:
    record = read_json(text)
    if not isinstance(record, dict):
        return None
    rule = next((rule for is_one, rule in _RULES if is_one(record)), None)
    return None if rule is None else rule(record, line)


def read_json(text: str) -> object:
    """What the text holds.

    Raises:
        StanzaError: it is no JSON, or such as no stanza is written in.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise StanzaError(f"no JSON: {error}") from None
    except ValueError:
        raise StanzaError("it holds a number larger than any of a stanza") from None
    except RecursionError:
        raise StanzaError("it is nested deeper than a stanza can be") from None


def _pino(record: Mapping[str, Any], line: int) -> LoggedStanza:
    sent = _PINO_DIRECTIONS[str(record["msg"])]
    return LoggedStanza(parse_node_text(str(record["xml"])), line, sent, _time(record.get("time")))


def _diag(record: Mapping[str, Any], line: int) -> LoggedStanza | None:
    sent = _DIAG_DIRECTIONS.get(str(record.get("direction")))
    if record.get("event") != "signaling" or sent is None:
        return None
    session, version = record.get("tabId") or record.get("sessionId"), record.get("webVersion")
    return LoggedStanza(
        read_node(record.get("node")),
        line,
        sent,
        _time(record.get("ts")),
        "" if session is None else f"tab {session}",
        version if isinstance(version, str) else "",
    )


def _plain(record: Mapping[str, Any], line: int) -> LoggedStanza:
    told = record.get("node", record)
    way = next((str(record[key]).lower() for key in ("dir", "direction") if key in record), None)
    session = next((str(record[key]) for key in ("conn", "connection", "session") if key in record), "")
    time = next((record[key] for key in ("at", "time", "ts", "timestamp") if key in record), None)
    sent = True if way in _SENT else False if way in _RECEIVED else None
    return LoggedStanza(read_node(told), line, sent, _time(time), session)


_Record: TypeAlias = Mapping[str, Any]
_RULES: tuple[tuple[Callable[[_Record], bool], Callable[[_Record, int], LoggedStanza | None]], ...] = (
    (lambda record: record.get("schema") == _DIAG_SCHEMA, _diag),
    (lambda record: str(record.get("msg")) in _PINO_DIRECTIONS and "xml" in record, _pino),
    (lambda record: _is_node(record) or _is_node(record.get("node")), _plain),
)


def _is_node(value: object) -> bool:
    return isinstance(value, dict) and "tag" in value and ("attrs" in value or "content" in value)


def read_node(value: object) -> Node:
    """The node that JSON tells in any of the spellings of bytes that clients write; addresses are addresses.

    Raises:
        StanzaError: it is none.
    """
    return _with_addresses(node_from_json(_in_our_spelling(value, MAX_DEPTH)))


def _in_our_spelling(value: object, levels: int) -> JsonValue:
    """The node as `ringback.nodejson` spells it; what cannot be one stays as it is, and is refused there."""
    if not isinstance(value, dict) or not levels:
        raise StanzaError(f"a node is an object with a tag, at most {MAX_DEPTH} levels deep")
    attrs = {} if value.get("attrs") is None else value["attrs"]
    if isinstance(attrs, dict):
        attrs = {name: _text(each) for name, each in attrs.items() if each is not None}
    return {"tag": value.get("tag"), "attrs": attrs, "content": _content(value.get("content"), levels)}


def _content(value: object, levels: int) -> JsonValue:
    if isinstance(value, list):
        return [_in_our_spelling(each, levels - 1) for each in value]
    if isinstance(value, dict):
        try:
            return {"hex": _bytes(value).hex()}
        except (KeyError, TypeError, ValueError) as error:
            raise StanzaError("content is null, a text, bytes, or a list of nodes") from error
    return None if value is None else _text(value)


def _text(value: object) -> str:
    """Numbers and truth values stand in some logs for texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _bytes(value: Mapping[str, Any]) -> bytes:
    """Bytes as JavaScript's serialisers spell them: `{"$binary": {"hex"}}`, `{"type": "Buffer", "data"}`, and
    an array of numbers as an object of its indices; and as ringback does, `{"hex"}`."""
    match value:
        case {"hex": str(digits)}:
            return bytes.fromhex(digits)
        case {"$binary": {"hex": str(digits)}}:
            return bytes.fromhex(digits)
        case {"type": "Buffer", "data": str(text)}:
            return base64.b64decode(text)
        case {"type": "Buffer", "data": [*numbers]}:
            return bytes(numbers)
    # Without any it is as likely an object that is none of bytes.
    return bytes(value[str(index)] for index in range(len(value) or 1))


def _with_addresses(node: Node) -> Node:
    """Text that reads as an address is one, as in the XML form: JSON does not tell them apart."""
    content: Content = node.content
    if isinstance(content, tuple):
        content = tuple(map(_with_addresses, content))
    elif isinstance(content, str):
        content = Jid.maybe_parse(content) or content
    return Node(node.tag, {name: _value(each) for name, each in node.attrs.items()}, content, node.repeated)


def _value(value: Value) -> Value:
    return value if isinstance(value, Jid) else Jid.maybe_parse(value) or value


def _time(value: object) -> float | None:
    """Seconds since the epoch of a time in seconds, in milliseconds as JavaScript has it, or in ISO 8601."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    at = maybe_seconds(value)
    return at / 1000 if at is not None and at > _MOST_SECONDS else at


_MOST_SECONDS = 100_000_000_000
"""A larger time is in milliseconds: as seconds it would lie beyond the year 5000."""


def _of_clock(clock: str | None) -> float | None:
    """Seconds since midnight: whatsmeow's lines have no day."""
    if clock is None:
        return None
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
