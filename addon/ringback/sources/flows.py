"""mitmproxy's flows as messages: out of flow files, and one by one for the add-on; HAR files likewise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from ringback.errors import SourceError
from ringback.observations import Message
from ringback.seconds import maybe_seconds
from ringback.sources.chronology import MAX_BUFFERED_BYTES, Chronology, Event, Listed, Recorded
from ringback.sources.flowfile import LENGTH_DIGITS, TRIMMED, RawFlow, UnfamiliarError, maybe_raw
from ringback.sources.har import HAR_BEGINNING, HarError, iter_har
from ringback.sources.hosts import HostFilter
from ringback.sources.notice import Notice, Tell, Urgency
from ringback.sources.streams import STDIN, opened, peek

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow
    from mitmproxy.websocket import WebSocketMessage

WebSocketFlow: TypeAlias = "HTTPFlow"
"""A flow whose `websocket` is set."""

Progress: TypeAlias = Callable[[Path, int, int], None]
"""Called with the file, the bytes read of it and its size in bytes; not called for what is no file."""

_TEXT_OPCODE = 1
"""Source: RFC 6455, section 5.2."""

_HOW_TO_RECORD = "record one with mitmdump -w FILE"

_FROM = "-from-"
"""In what a part of a flow is called. The id of no flow holds it: those of mitmproxy are UUIDs."""

_HAR_HEAD = 1024
"""Bytes in which a HAR file's one key stands, whatever it is indented with."""

_NO_SOCKET = Listed(())
"""What a flow without a WebSocket is read as."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How flow files are read."""

    tell: Tell
    hosts: HostFilter
    progress: Progress | None = None
    stop: Callable[[], bool] = lambda: False
    """Asked after every flow: True ends the reading, what was read is used."""
    waiting: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered while the next flow is waited for; `KeyboardInterrupt` out of it ends the reading as well."""
    buffer_bytes: int = MAX_BUFFERED_BYTES
    """What is held at most to bring it into one order of time."""
    opened: Mapping[Path, BinaryIO] = field(default_factory=dict)
    """Streams that are open already, of what can be opened once only; the reading closes none."""
    newest: int | None = None
    """Of a ledger: so many of its calls, those that began last; None for all."""
    is_counted: bool = False
    """Whether its calls that are not looked at are counted elsewhere."""
    limited: Callable[[str], None] | None = None
    """Called with what is looked at of a ledger where that is not all of it."""
    left_out: Callable[[int], None] | None = None
    """Called with the number of connections that the hosts kept out, where there are any."""
    capture: str | None = None
    """What the one capture is called; None: by its file's name."""


def read_captures(paths: Sequence[Path], reading: Reading) -> Iterator[Event]:
    """The WebSocket messages of all files in one order of time, each connection's end behind its last one.

    A torn file gives what stands before the tear, and a notice. `-` is standard input.

    Raises:
        SourceError: a file is missing, unreadable or no flow file; nothing was yielded then, unless the
            recording is larger than the buffer.
    """
    chronology = Chronology(reading.buffer_bytes)
    left_out = 0
    for path, capture in name_captures(paths, reading):
        for recorded in _connections(path, capture, reading):
            if recorded is None:
                left_out += 1
                continue
            chronology.add(recorded)
            if chronology.is_full:
                reading.tell(too_large())
                yield from chronology.drain()
    if left_out:
        reading.tell(left_out_notice(left_out))
        if reading.left_out is not None:
            reading.left_out(left_out)
    for notice in chronology.copies():
        reading.tell(notice)
    yield from chronology.drain()


def _connections(path: Path, capture: str, reading: Reading) -> Iterator[Recorded | None]:
    """Each connection of a flow file or HAR file; None for one to a host that is left out."""
    with opened(path, reading.opened) as stream:
        if HAR_BEGINNING.match(peek(stream, _HAR_HEAD)):
            yield from _of_har(path, stream, capture, reading)
        else:
            yield from _of_flow_file(path, stream, capture, reading)


def _of_har(path: Path, stream: BinaryIO, capture: str, reading: Reading) -> Iterator[Recorded | None]:
    size = path.stat().st_size if path.is_file() else 0
    count = 0
    try:
        for socket in iter_har(stream, capture):
            if reading.stop():
                return
            count += 1
            if reading.progress is not None and size:
                reading.progress(path, stream.tell(), size)
            if socket.skipped:
                text = (
                    f"left out {socket.skipped} of the messages of WebSocket {count} of {path}: they are none"
                )
                reading.tell(Notice(text, Urgency.ERROR))
            is_meant = reading.hosts.allows([socket.host] if socket.host else [], socket.port)
            yield Listed(socket.messages) if is_meant else None
    except HarError as error:
        text = f"{path} is torn or damaged: {error}; what stands before is used"
        reading.tell(Notice(text, Urgency.ERROR))
    if not count:
        advice = "export it with the developer tools open while the WebSocket is"
        reading.tell(Notice(f"{path} holds no WebSocket messages; {advice}"))


def check_captures(paths: Sequence[Path]) -> None:
    """Refuse what is no flow file before any of them is read; a pipe shows only when it is read.

    Raises:
        SourceError: a file is missing, unreadable or no flow file.
    """
    for path in paths:
        is_pipe = path != STDIN and path.exists() and not path.is_file() and not path.is_dir()
        if not is_pipe:
            with opened(path) as stream:
                _check_start(path, stream)


def left_out_notice(count: int) -> Notice:
    """What is told of connections that the host filter kept out."""
    return Notice(f"left out {count} of the WebSocket connections: they go to other hosts", Urgency.INFO)


def too_large() -> Notice:
    """What is told where a recording does not fit into the buffer."""
    return Notice(
        "the recording is larger than the buffer: it is gone through in parts, each in order of time; "
        "stanzas of one call that lie in different parts may show out of order"
    )


def name_captures(paths: Sequence[Path], reading: Reading) -> list[tuple[Path, str]]:
    """Each file once, with the name findings give it: the file's name, `NAME#2` where a name comes again."""
    named: list[tuple[Path, str]] = []
    seen: set[str] = set()
    names = Names()
    for path in paths:
        if (real := realpath(path)) in seen:
            reading.tell(Notice(f"{path} was named twice: it is read once"))
            continue
        seen.add(real)
        named.append((path, reading.capture or names.of(capture_name(path))))
    return named


class Names:
    """Names of captures, each given once."""

    def __init__(self) -> None:
        """None is taken."""
        self._taken: Counter[str] = Counter()

    def of(self, name: str) -> str:
        """The name, `NAME#2` where it comes again."""
        self._taken[name] += 1
        return name if self._taken[name] == 1 else f"{name}#{self._taken[name]}"


def capture_name(path: Path) -> str:
    """The file's name without its folder; `stdin` for `-`."""
    return "stdin" if path == STDIN else path.name


def _of_flow_file(path: Path, stream: BinaryIO, capture: str, reading: Reading) -> Iterator[Recorded | None]:
    """The WebSockets, one by one."""
    count = 0
    size = path.stat().st_size if path.is_file() else 0
    _check_start(path, stream)
    while not reading.stop():
        try:
            with reading.waiting():
                raw = maybe_raw(stream)
                recorded = _NO_SOCKET if raw is None else _of_flow(raw, capture, reading)
        except KeyboardInterrupt:
            break
        except Exception as error:  # noqa: BLE001 - a damaged file makes mitmproxy's reader raise anything
            reading.tell(_torn(path, count, error))
            break
        if raw is None:
            if not count:
                reading.tell(Notice(f"{path} holds no flows: a WebSocket is written when it has ended"))
            break
        count += 1
        if reading.progress is not None and size:
            reading.progress(path, stream.tell(), size)
        if recorded is not _NO_SOCKET:
            yield recorded


def _of_flow(raw: RawFlow, capture: str, reading: Reading) -> Recorded | None:
    """The messages of a flow, `_NO_SOCKET` where it is no WebSocket, None where it is left out."""
    try:
        socket = raw.maybe_socket(capture)
    except UnfamiliarError:
        return _of_whole_flow(raw, capture, reading)
    if socket is None:
        return _NO_SOCKET
    if not (reading.hosts.allows_all or is_allowed(raw.head(), reading.hosts)):
        return None
    if socket.injected:
        reading.tell(injected(socket.injected, socket.flow))
    return socket


def _of_whole_flow(raw: RawFlow, capture: str, reading: Reading) -> Recorded | None:
    """The same for a flow that only mitmproxy's reader knows."""
    from mitmproxy.http import HTTPFlow  # noqa: PLC0415 - it takes long to import

    flow = raw.flow()
    if not isinstance(flow, HTTPFlow) or flow.websocket is None:
        return _NO_SOCKET
    is_meant = is_allowed(flow, reading.hosts)
    return Listed(recorded_messages(flow, capture, reading.tell)) if is_meant else None


def _check_start(path: Path, stream: BinaryIO) -> None:
    """Refuse what is no flow file, whose flows each start with a decimal length and a colon."""
    start = peek(stream, LENGTH_DIGITS + 1)
    if not start or HAR_BEGINNING.match(peek(stream, _HAR_HEAD)):
        return
    if start.startswith((b"{", b"\xef\xbb\xbf{", b"<")):
        what = "XML" if start.startswith(b"<") else "JSON and no HAR file"
        advice = f"{_HOW_TO_RECORD}, or give it to a command that reads any SOURCE, such as ringback show"
        raise SourceError(f"{path} is {what}: no recording; {advice}")
    if not start.split(b":")[0].isdigit():
        raise SourceError(f"{path} is no mitmproxy flow file; {_HOW_TO_RECORD}")


def _torn(path: Path, count: int, error: Exception) -> Notice:
    from mitmproxy.exceptions import FlowReadException  # noqa: PLC0415 - it takes long to import

    if isinstance(error, FlowReadException) and "flow format version" in str(error):
        return Notice(f"{path}: {error}", Urgency.ERROR)
    place = (
        f"behind flow {count}: what stands before is used" if count else "in its first flow: nothing is used"
    )
    advice = "either it was cut off, then end mitmdump with Ctrl-C, or something else was written into it"
    return Notice(f"{path} is torn or damaged {place}; {advice}", Urgency.ERROR)


def is_allowed(flow: HTTPFlow, hosts: HostFilter) -> bool:
    """Whether the flow goes to a host that is looked at, by server name, Host header or address."""
    names = (flow.request.host, flow.request.pretty_host, flow.server_conn.sni, flow.client_conn.sni)
    return hosts.allows([name for name in names if name], flow.request.port)


def trimmed_of(flow: HTTPFlow) -> int:
    """How many of its messages ringback has taken away: those before the first that is still there."""
    told = flow.metadata.get(TRIMMED)
    return told if isinstance(told, int) and told > 0 else 0


def recorded_messages(flow: HTTPFlow, capture: str, tell: Tell) -> list[Message]:
    """All messages of a whole flow, in its own order; their connection is still 0."""
    messages = [] if flow.websocket is None else flow.websocket.messages
    name: object = flow.id
    if not isinstance(name, str) or not all(_is_sound(message) for message in messages):
        which = f"flow {name}" if isinstance(name, str) else "a flow"
        tell(Notice(f"left out {which} of {capture}: it holds messages or an id that no mitmproxy writes"))
        return []
    begin, called = trimmed_of(flow), flow.id
    if begin:
        called = part_of(flow.id, begin)
        tell(_is_trimmed(begin, flow.id, capture))
    own = [
        to_message(message, capture=capture, connection=0, flow=called, number=number)
        for number, message in enumerate(messages, start=begin)
        if not message.injected
    ]
    if len(own) < len(messages):
        tell(injected(len(messages) - len(own), flow.id))
    return own


def part_of(flow: str, begin: int) -> str:
    """What a connection is called that is read from its message `begin` on. Its frames are counted from
    there: nobody may take them for those that are counted from the handshake on."""
    return f"{flow}{_FROM}{begin}"


def flow_of(name: str) -> str:
    """The id of the flow that evidence calls so, whichever part of it that is."""
    return name.partition(_FROM)[0]


def _is_sound(message: WebSocketMessage) -> bool:
    """Whether the fields have the types they claim: mitmproxy does not check them when it reads a file."""
    content: object = message.content
    return isinstance(content, bytes) and maybe_seconds(message.timestamp) is not None


def to_message(
    message: WebSocketMessage, *, capture: str, connection: int, flow: str, number: int
) -> Message:
    """The message as the core takes it; `number` is its index in `flow.websocket.messages`."""
    # By place and without a property: every message of a proxy passes through here.
    is_binary = message.type != _TEXT_OPCODE
    return Message(
        capture, connection, flow, number, message.from_client, message.timestamp, message.content, is_binary
    )


def _is_trimmed(count: int, flow: str, capture: str) -> Notice:
    text = f"the first {count} messages of flow {flow} of {capture} were taken away by ringback_trim_messages"
    return Notice(f"{text}: what is left is read as a connection whose beginning was not seen")


def injected(count: int, flow: str) -> Notice:
    """What is told of messages that were put into a connection: they are in neither side's stream."""
    return Notice(f"left out {count} of the messages of flow {flow}: injected, sent by neither side")
