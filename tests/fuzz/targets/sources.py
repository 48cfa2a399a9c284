"""What is read of captures: HAR, logs, event files, documents, flow files, and what a file is taken for."""

from __future__ import annotations

import copy
import io
import math
from functools import cache
from pathlib import Path
from typing import Any

from mitmproxy.http import HTTPFlow
from mitmproxy.io import tnetstring

from fuzz.seeds import small_flow
from fuzz.target import Script, scratch, target, text_of
from ringback.calls import Sighting
from ringback.errors import SourceError, SpecError, StanzaError
from ringback.eventreading import RecordError, RecordReader, RecordsLost, RunEnded
from ringback.eventschema import SCHEMA
from ringback.inspector import Inspector
from ringback.observations import Message, WireNotice
from ringback.sources.documents import iter_xml, read_capture
from ringback.sources.flowfile import UnfamiliarError, maybe_raw
from ringback.sources.flows import Reading, read_captures
from ringback.sources.har import HarError, iter_har
from ringback.sources.hosts import HostFilter
from ringback.sources.log_lines import maybe_parse_line
from ringback.sources.logged import LoggedStanza, Sightings
from ringback.sources.recognition import HEAD_BYTES, evidence_in, is_capture, kind_of
from ringback.spec.load import load_specification
from ringback.spec.model import TECHNIQUES, Specification
from ringback.stanza import from_text, to_text
from ringback.wire.keylog import KeyLog

_NAME = "fuzz"


@target(
    "har",
    words=(
        '{"log":{"entries":[',
        '"_webSocketMessages":[',
        '"type":"send"',
        '"opcode":2',
        '"time":',
        '"data":"',
    ),
)
def har(data: bytes) -> None:
    """A HAR file gives sound messages, or ends with an error that says behind which entry."""
    try:
        for socket in iter_har(io.BytesIO(data), _NAME):
            assert socket.skipped >= 0
            for message in socket.messages:
                assert math.isfinite(message.at)
                assert isinstance(message.content, bytes)
            assert len({message.flow for message in socket.messages}) <= 1
    except HarError as error:
        assert "behind entry " in str(error)


_LOGS = (
    '{"xml":"<call ',
    '"msg":"recv xml"',
    '"schema":"wa-voip-diag/v2","event":"signaling"',
    '"direction":"in"',
    '{"tag":"call","attrs":{',
    '"content":[',
    '{"type":"Buffer","data":[1,2]}',
    '"ts":1700000000000',
    "12:00:00.000 [Client/Recv DEBUG] <call ",
)


@target("logs", words=_LOGS)
def logs(data: bytes) -> None:
    """A line of a log tells a stanza that can be sighted, or none, or is refused; nothing else is raised."""
    sightings = Sightings(_NAME, b"")
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            stanza = maybe_parse_line(text_of(line), number)
        except StanzaError:
            continue
        if stanza is not None:
            _check_logged(stanza, number, sightings)


def _check_logged(stanza: LoggedStanza, line: int, sightings: Sightings) -> None:
    assert stanza.line == line
    assert stanza.at is None or math.isfinite(stanza.at)
    sighting = sightings.of(stanza)
    assert from_text(to_text(sighting.node)) == sighting.node


_RECORDS = (
    f'{{"schema":"{SCHEMA}","type":"stanza",',
    '"capture":"c","connection":1,"flow":"f",',
    '"direction":"client","frame":0,"message":0,"at":1.5,',
    '"node":{"tag":"call","attrs":{}},"trailing":0',
    '"type":"closed"',
    '"type":"unread"',
    '"type":"gap"',
    '"type":"summary"',
    '"type":"start"',
    '"type":"lost","records":1',
)


@cache
def _specification() -> Specification:
    return load_specification(None)


@target("events", words=_RECORDS, most_bytes=2000)
def events(data: bytes) -> None:
    """A line of an event file is a record that the inspector takes, or is refused; nothing else is raised."""
    reader, inspector = RecordReader(_NAME), Inspector(_specification(), KeyLog())
    for line in data.split(b"\n"):
        try:
            told = reader.read(line)
        except RecordError as error:
            assert str(error)
            continue
        match told:
            case Sighting():
                inspector.take_sighting(told)
            case WireNotice():
                inspector.take_notice(told)
            case RunEnded():
                inspector.take_end(told.funnel)
            case RecordsLost():
                assert told.count >= 0
    inspector.finish()


@target(
    "document",
    words=("<call ", "<stanzas>", "<preaccept/>", "</call>", "<?xml ?>", "<!DOCTYPE", "<!--", "&a;"),
)
def document(data: bytes) -> None:
    """A document gives stanzas up to its first fault, which is told with its line; no entity is ever read."""
    lines = data.count(b"\n") + data.count(b"\r") + 1
    sightings = Sightings(_NAME, b"")
    try:
        for stanza in iter_xml(data):
            assert 1 <= stanza.line <= max(lines, 65_535)
            _check_logged(stanza, stanza.line, sightings)
    except StanzaError as error:
        word, number, _ = str(error).split(maxsplit=2)
        assert word == "line"
        assert 1 <= int(number.rstrip(":")) <= lines + 1


_CAPTURE_KEYS = (
    "id: ",
    "source:\n  technique: websocket-capture\n",
    "raw:\n  format: hex\n  body: ",
    "00 f8 06 64",
)


@target(
    "capture-file",
    words=(*_CAPTURE_KEYS, "format: xml", "format: json", "format: base64", "body: |\n    <call/>"),
)
def capture_file(data: bytes) -> None:
    """A capture file of wacrg holds a stanza, or is refused at a line of it; nothing else is raised."""
    text = text_of(data)
    file = Path("fuzz.yaml")
    try:
        stanza, technique = read_capture(text, file)
    except SpecError as error:
        assert error.file == file
        assert error.line is None or 1 <= error.line <= len(text.splitlines()) + 1
        return
    assert technique in TECHNIQUES
    _check_logged(stanza, stanza.line, Sightings(_NAME, b""))


@target(
    "recognition",
    words=("SQLite format 3\0", '{"log":', f'{{"schema":"{SCHEMA}"', "12:", "id: ", "<call ", "#\n"),
)
def recognition(data: bytes) -> None:
    """What a file is, is told by its beginning alone; only SourceError is raised."""
    stream = io.BytesIO(data)
    try:
        kind_of(Path(_NAME), stream)
    except SourceError as error:
        assert _NAME in str(error)
    stream.seek(0)
    head = data[:HEAD_BYTES]
    told = evidence_in(head)
    assert told is None or told
    if told in {"flow file", "ringback event file"}:
        assert is_capture(head)


# Flow files: any bytes, and well-formed ones in which something is not what it should be.


_ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1e308,
    float("nan"),
    b"x",
    "x",
    [],
    {},
    [[]],
    {"x": 1},
    "\udc80",
)


@target(
    "flow-file",
    words=(b"9:websocket;", b"4:true!", b"0:~", b"8:messages;", b"2:10#", b"3:1.5^"),
    most_bytes=4096,
)
def flow_file(data: bytes) -> None:
    """A flow file gives messages of sound types, or what is wrong with it is told; nothing else is raised."""
    script = Script(data)
    content = script.rest() if script.number() % 4 == 0 else _odd_flow(script)
    told: list[str] = []
    reading = Reading(lambda notice: told.append(notice.text), HostFilter())
    try:
        for event in read_captures([scratch("fuzz.flows", content)], reading):
            if isinstance(event, Message):
                assert isinstance(event.content, bytes)
                assert math.isfinite(event.at)
    except SourceError as error:
        told.append(str(error))
    assert all(told)
    _check_raw(content)


def _check_raw(content: bytes) -> None:
    """What is found in the bytes of a flow is what mitmproxy reads of it."""
    try:
        raw = maybe_raw(io.BytesIO(content))
        socket = None if raw is None else raw.maybe_socket(_NAME)
    except (ValueError, UnfamiliarError):
        return
    try:
        flow = None if raw is None else raw.flow()
    except Exception:  # noqa: BLE001 - mitmproxy's reader raises anything
        return
    if socket is None:
        assert getattr(flow, "websocket", None) is None
        return
    assert isinstance(flow, HTTPFlow)
    assert flow.websocket is not None
    read = [socket.message(index, 1) for index in range(len(socket.times))]
    assert [(each.number, each.from_client, each.at, each.content, each.binary) for each in read] == [
        (number, each.from_client, each.timestamp, each.content, not each.is_text)
        for number, each in enumerate(flow.websocket.messages)
        if not each.injected
    ]
    assert socket.injected == len(flow.websocket.messages) - len(read)
    assert {each.flow for each in read} <= {flow.id}


def _odd_flow(script: Script) -> bytes:
    state: Any = tnetstring.loads(small_flow((True, b"WA\6\3"), (False, b"\0\0\1x")))
    for _ in range(3):
        _spoil(state, script)
    try:
        return bytes(tnetstring.dumps(state))
    except (ValueError, UnicodeEncodeError):
        return b""


def _spoil(state: Any, script: Script) -> None:
    """Put something odd in some place of the state, three levels down at most."""
    for _ in range(1 + script.number() % 4):
        keys = sorted(state, key=str) if isinstance(state, dict) else list(range(len(state)))
        if not keys:
            return
        key = script.pick(keys)
        if not isinstance(state[key], dict | list) or script.number() % 4 == 0:
            state[key] = copy.deepcopy(script.pick((*_ODD, script.piece())))
            return
        state = state[key]


TARGETS = (har, logs, events, document, capture_file, recognition, flow_file)
