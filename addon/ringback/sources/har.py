"""HAR files as recordings: the WebSocket messages that Chrome's DevTools and mitmproxy put beside each entry.

`_webSocketMessages` is no part of HAR 1.2; both write it alike: `type` is `send` or `receive`, `time` seconds
since the epoch, `opcode` 1 for text and 2 for binary, whose `data` is base64.

Source: mitmproxy 11.0.2 addons/savehar.py (read), Chrome DevTools' export (documented as such there).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import ijson

from ringback.errors import SourceError
from ringback.observations import Message
from ringback.seconds import maybe_seconds

HAR_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:')
"""What a HAR file begins with: its one key. Source: HAR 1.2, log."""
_TEXT, _BINARY = 1, 2
"""Opcodes. Source: RFC 6455, section 5.2."""
_WAYS = {"send": True, "receive": False}
MAX_LEVELS = 1_000
"""Levels of a HAR file that are read; what lies deeper is passed over, as nothing of a message does. For the
parser keeps a path for each level: a file of 200 KB could take all memory there is."""
MAX_STRING_BYTES = 128 << 20
"""Bytes of a string, far more than any message takes. The parser holds a whole one, whoever asks for it."""
_READ_BYTES = 4 << 20
"""Read at a time: of a string that goes on, the parser copies what it has with each reading."""
_ENTRY = "log.entries.item"
_TOLD = f"{_ENTRY}._webSocketMessages"
_NEEDED = frozenset(
    {
        _ENTRY,
        f"{_ENTRY}.request",
        f"{_ENTRY}.request.url",
        _TOLD,
        f"{_TOLD}.item",
        *(f"{_TOLD}.item.{name}" for name in ("type", "time", "opcode", "data")),
    }
)
"""Where what is needed stands. All else of an entry, bodies of responses among it, is not kept: small lists
would take forty times their size."""
_DEEPER = frozenset({"start_map", "start_array"})
_BACK = frozenset({"end_map", "end_array"})
_PIECE = re.compile(r"[\n'\"]")
"""What stands before a piece of the file in a parser's words. Source: yajl, and ijson's backend in Python."""
_PORTS = {"ws": 80, "http": 80, "wss": 443, "https": 443}


class HarError(SourceError):
    """A HAR file that ends early or is none; what was read before is sound."""


@dataclass(frozen=True, slots=True)
class HarWebSocket:
    """One entry with WebSocket messages."""

    host: str
    """Name of the server, as in the entry's URL."""
    port: int
    messages: tuple[Message, ...]
    """In the order of the file; their connection is still 0."""
    skipped: int
    """Messages left out: they are not what both writers write."""


def iter_har(stream: BinaryIO, capture: str) -> Iterator[HarWebSocket]:
    """The WebSockets of a HAR file one by one, however long it is; other entries are passed over.

    Raises:
        HarError: it is no JSON, ends early, or has a string longer than `MAX_STRING_BYTES`; the message says
            after how many entries.
    """
    count = 0
    try:
        events = ijson.parse(
            _shallow(ijson.basic_parse(_Strings(stream), use_float=True, buf_size=_READ_BYTES))
        )
        needed = (event for event in events if event[0] in _NEEDED)
        for entry in ijson.items(needed, _ENTRY):
            count += 1
            told = entry.get("_webSocketMessages") if isinstance(entry, dict) else None
            if isinstance(told, list) and told:
                yield _web_socket(entry, told, capture)
    except (ijson.JSONError, UnicodeDecodeError, _LongStringError) as error:
        raise HarError(f"no HAR file behind entry {count}: {_why(error)}") from error


def _why(error: Exception) -> str:
    """What is wrong, without the piece of the file that the parser's words go on with: it may hold a cookie,
    or what a terminal obeys."""
    if isinstance(error, _LongStringError):
        return str(error)
    if isinstance(error, UnicodeDecodeError):
        return "it is no UTF-8"
    return _PIECE.split(str(error))[0].rstrip(" .")


class _LongStringError(SourceError):
    """A string is longer than any is taken."""


class _Strings:
    """A stream that is read on as long as strings begin in it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._last = b""
        self._length_bytes = 0

    def read(self, size: int) -> bytes:
        """The next bytes, empty at the end.

        Raises:
            _LongStringError: no string has begun for longer than one may be.
        """
        data = self._stream.read(size)
        # A quotation mark behind a backslash may be part of a string, and begins none.
        begins = (self._last + data).replace(b'\\"', b"  ").rfind(b'"')
        whole = len(self._last) + len(data)
        self._length_bytes = whole - begins if begins >= 0 else self._length_bytes + len(data)
        if self._length_bytes > MAX_STRING_BYTES:
            raise _LongStringError(f"a string of more than {MAX_STRING_BYTES >> 20} MB")
        self._last = b"\\" if data.endswith(b"\\") else b""
        return data


def _shallow(events: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The events of the first `MAX_LEVELS`."""
    level = 0
    for event in events:
        level += event[0] in _DEEPER
        if level <= MAX_LEVELS:
            yield event
        level -= event[0] in _BACK


def _web_socket(entry: Mapping[str, Any], told: Sequence[Any], capture: str) -> HarWebSocket:
    request = entry.get("request")
    url = request.get("url") if isinstance(request, dict) else None
    host, port = _host(url if isinstance(url, str) else "")
    flow = _flow(told)
    parsed = (_message(each, capture, flow, number) for number, each in enumerate(told))
    messages = tuple(message for message in parsed if message is not None)
    return HarWebSocket(host, port, messages, len(told) - len(messages))


def _host(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", 0


def _flow(told: Sequence[Any]) -> str:
    """What stands for a flow's id, the same wherever the file is read: the first message of a connection
    holds the client's ephemeral public key, which no other has."""
    first = told[0].get("data") if isinstance(told[0], dict) else None
    # What is no text may be nested too deep to be spelled out, and is no first message.
    spelled = first if isinstance(first, str) else str(None)
    return "har-" + hashlib.sha256(spelled.encode(errors="surrogatepass")).hexdigest()[:16]


def _message(told: object, capture: str, flow: str, number: int) -> Message | None:
    """The message, None for what is none."""
    if not isinstance(told, dict) or told.get("opcode") not in (_TEXT, _BINARY):
        return None
    way, at, data = told.get("type"), maybe_seconds(told.get("time")), told.get("data")
    if not isinstance(way, str) or not isinstance(data, str) or at is None or way not in _WAYS:
        return None
    is_binary = told["opcode"] == _BINARY
    try:
        content = (
            base64.b64decode(data, validate=True) if is_binary else data.encode("utf-8", "surrogatepass")
        )
    except binascii.Error:
        return None
    return Message(capture, 0, flow, number, _WAYS[way], at, content, is_binary)
