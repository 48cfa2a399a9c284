"""mitmproxy's flow files, read without making what nobody looks at.

A flow file is one tnetstring after the other, `LENGTH:CONTENT TYPE`, each the state of a flow. mitmproxy's
own reader makes objects of all that is in a state. Here the messages of a WebSocket are found in its bytes,
and of any other flow nothing is read but what it is. Whatever is not spelled as mitmproxy spells it, and what
has another format version, goes through mitmproxy's reader, which brings old versions up to date and says
what is wrong with a file.

Source: mitmproxy 11.0.2 and 12.3.1, io/tnetstring.py, io/io.py, flow.py, http.py, websocket.py (read in code)
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeAlias, cast

from ringback.observations import Message

if TYPE_CHECKING:
    from mitmproxy.flow import Flow
    from mitmproxy.http import HTTPFlow

FORMAT_VERSION = 21
"""The format that is read here, that of mitmproxy 11.0.2 to 12.3.1 at least. Source: mitmproxy/version.py."""

LENGTH_DIGITS = 12
"""Most digits of a length. Source: io/tnetstring.py, load."""

INDEX_BYTES = 40
"""What a message takes besides its content."""

_LENGTH = re.compile(rb"([0-9]{1,12}):")
_MESSAGE = re.compile(rb"([0-9]{1,12}):1:([12])#(?:4:(true)|5:false)!([0-9]{1,12}):")
"""Length of the message, opcode (1 text, 2 binary), whether the client's, and length of its content."""
_REST = re.compile(
    rb",([0-9]{1,2}):([1-9][0-9]{0,11}\.[0-9]{1,17})\^(?:4:true|5:false)!(?:4:(true)|5:false)!\]"
)
"""Behind its content: its time, whether it was dropped, and whether it was injected."""
TRIMMED = "ringback-trimmed"
"""Key of the metadata that says how many of a flow's messages, the first, were taken away."""
_OTHERS = frozenset({b"tcp", b"udp", b"dns"})
"""Types of flows that are no WebSockets, besides `http`."""
_STRING, _DICTIONARY, _LIST, _NULL = b";}]~"


class UnfamiliarError(Exception):
    """Bytes that this module leaves to mitmproxy's reader."""


class _Span(NamedTuple):
    """Where a tnetstring lies in the bytes of a flow."""

    begin: int
    """Of the whole, its length included."""
    start: int
    end: int
    """Of the content; the type stands there."""
    kind: int


_Spans: TypeAlias = Mapping[bytes, _Span]


@dataclass(frozen=True, slots=True)
class RecordedSocket:
    """The messages of one WebSocket, each made when it is asked for."""

    capture: str
    flow: str
    """Its id in mitmproxy."""
    times: Sequence[float]
    """Of each message, in seconds since the epoch."""
    size_bytes: int
    """What it takes in memory."""
    injected: int
    """Messages that neither side sent; they are left out."""
    _data: bytes
    _starts: Sequence[int]
    _ends: Sequence[int]
    _numbers: Sequence[int]
    _flags: bytes
    """1 for the client's, 2 for a text."""

    def message(self, index: int, connection: int) -> Message:
        """The message at that place of `times`, under the number of its connection."""
        flags = self._flags[index]
        return Message(
            self.capture,
            connection,
            self.flow,
            self._numbers[index],
            flags & 1 == 1,
            self.times[index],
            self._data[self._starts[index] : self._ends[index]],
            flags < 2,
        )


class RawFlow:
    """The state of one flow, as it lies in the file."""

    def __init__(self, data: bytes) -> None:
        """`data` is the content of one tnetstring, its type behind it."""
        self._data = data
        self._spans: _Spans = {}

    def maybe_socket(self, capture: str) -> RecordedSocket | None:
        """Its messages; None where it is no WebSocket.

        Raises:
            UnfamiliarError: `flow` has to say what it is.
        """
        end = len(self._data) - 1
        self._spans = _dictionary(self._data, _Span(0, 0, end, self._data[end]))
        if self._text("version", b"#") != b"%d" % FORMAT_VERSION:
            raise UnfamiliarError
        kind = self._text("type", b";")
        if kind in _OTHERS:
            return None
        if kind != b"http":
            raise UnfamiliarError
        socket = self._spans.get(b"websocket")
        if socket is None:
            raise UnfamiliarError
        if socket.kind == _NULL:
            return None
        if self._is_trimmed():
            raise UnfamiliarError
        listed = _dictionary(self._data, socket).get(b"messages")
        if listed is None or listed.kind != _LIST:
            raise UnfamiliarError
        return self._index(listed, capture)

    def flow(self) -> Flow:
        """The flow as mitmproxy reads it.

        Raises:
            Exception: whatever its reader raises where it cannot.
        """
        from mitmproxy.io import FlowReader  # noqa: PLC0415 - it takes long to import

        whole = b"%d:%b" % (len(self._data) - 1, self._data)
        return next(iter(FlowReader(BytesIO(whole)).stream()))

    def head(self) -> HTTPFlow:
        """What a WebSocket's flow is besides its messages; only behind `maybe_socket`.

        Raises:
            Exception: whatever mitmproxy raises where the rest is not what it should be.
        """
        from mitmproxy.http import HTTPFlow  # noqa: PLC0415 - it takes long to import
        from mitmproxy.io import tnetstring  # noqa: PLC0415

        state = {
            name.decode(): tnetstring.loads(self._data[span.begin : span.end + 1])
            for name, span in self._spans.items()
            if name != b"websocket"
        }
        return cast("HTTPFlow", HTTPFlow.from_state({**state, "websocket": None}))

    def _is_trimmed(self) -> bool:
        """Whether the flow's metadata may say that its first messages are missing."""
        metadata = self._spans.get(b"metadata")
        return metadata is not None and TRIMMED.encode() in self._data[metadata.start : metadata.end]

    def _text(self, name: str, kind: bytes) -> bytes:
        span = self._spans.get(name.encode())
        if span is None or span.kind != kind[0]:
            raise UnfamiliarError
        return self._data[span.start : span.end]

    def _index(self, listed: _Span, capture: str) -> RecordedSocket:
        data, position, end = self._data, listed.start, listed.end
        times, starts, ends = array("d"), array("Q"), array("Q")
        numbers, flags = array("Q"), bytearray()
        injected = count = 0
        while position < end:
            head = _MESSAGE.match(data, position)
            if head is None:
                raise UnfamiliarError
            length, opcode, is_client, size = head.groups()
            start = head.end()
            stop = start + int(size)
            rest = _REST.match(data, stop)
            if rest is None or position + len(length) + 2 + int(length) != rest.end():
                raise UnfamiliarError
            digits, time, is_injected = rest.groups()
            if int(digits) != len(time):
                raise UnfamiliarError
            position = rest.end()
            if is_injected:
                injected += 1
            else:
                times.append(float(time))
                starts.append(start)
                ends.append(stop)
                numbers.append(count)
                flags.append((is_client is not None) + 2 * (opcode == b"1"))
            count += 1
        if position != end:
            raise UnfamiliarError
        return RecordedSocket(
            capture,
            _utf8(self._text("id", b";")),
            times,
            len(data) + INDEX_BYTES * count,
            injected,
            data,
            starts,
            ends,
            numbers,
            bytes(flags),
        )


def maybe_raw(stream: BinaryIO) -> RawFlow | None:
    """The next flow of a file; None at its end.

    Raises:
        ValueError: what follows is no tnetstring, or ends early.
    """
    length = stream.read(1)
    if not length:
        return None
    while length[-1:] != b":":
        if len(length) > LENGTH_DIGITS or not (more := stream.read(1)):
            break
        length += more
    found = _LENGTH.fullmatch(length)
    if found is None:
        raise ValueError("no length")
    size = int(found[1]) + 1
    data = stream.read(size)
    if len(data) < size:
        raise ValueError("ends early")
    return RawFlow(data)


def _span(data: bytes, position: int) -> _Span:
    length = _LENGTH.match(data, position)
    if length is None:
        raise UnfamiliarError
    end = length.end() + int(length[1])
    if end >= len(data):
        raise UnfamiliarError
    return _Span(position, length.end(), end, data[end])


def _dictionary(data: bytes, whole: _Span) -> _Spans:
    """Where each value of a dictionary lies, by its key."""
    if whole.kind != _DICTIONARY:
        raise UnfamiliarError
    spans: dict[bytes, _Span] = {}
    position = whole.start
    while position < whole.end:
        key = _span(data, position)
        value = _span(data, key.end + 1)
        if key.kind != _STRING:
            raise UnfamiliarError
        spans[data[key.start : key.end]] = value
        position = value.end + 1
    if position != whole.end:
        raise UnfamiliarError
    return spans


def _utf8(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise UnfamiliarError from None
