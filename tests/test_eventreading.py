"""What the records of an event file tell, line by line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.calls import Sighting
from ringback.errors import DecodeError
from ringback.eventreading import MAX_LINE_BYTES, RecordError, RecordReader, RecordsLost, RunEnded, Told
from ringback.eventrecords import records_of, summary_record
from ringback.observations import Funnel, WireNotice
from ringback.sanitize import Placeholders
from ringback.wire.events import (
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

PLACE = FramePlace(Direction.SERVER, 5, 9, 1000.25)
ERROR = DecodeError(3, "call/preaccept", "a node", "end of data")
EVENTS: list[WireEvent] = [
    ConnectionRecognised(4, 3, None),
    ConnectionResumed(Direction.CLIENT, 17),
    ConnectionIgnored("no intro"),
    HandshakeFinished("IK"),
    ClientIdentified("WEB", "2.3000.1039501489", 7, None, (("release channel", "BETA"),)),
    ClientIdentified("ANDROID", "", None, None),
    FrameClosed(PLACE, ClosedReason.NO_KEY, 120, dropped=True),
    FrameUnread(PLACE, 4, ERROR, b"", "call"),
    FrameUnread(PLACE, 4, ERROR, b"", None),
    CounterJumped(PLACE, 3),
]
STANZA: dict[str, Any] = {
    "type": "stanza",
    "capture": "a.flows",
    "connection": 1,
    "flow": "f",
    "direction": "client",
    "frame": 3,
    "message": 4,
    "at": 1000.5,
    "trailing": 0,
    "owner": "A:7@lid",
    "node": {"tag": "call", "attrs": {"id": "ID-0001"}, "content": []},
}


def line(**record: Any) -> bytes:
    return json.dumps({"schema": "ringback-events/1", **record}).encode() + b"\n"


def read(*records: dict[str, Any]) -> list[Told | None]:
    reader = RecordReader("a.jsonl")
    return [reader.read(line(**record)) for record in records]


def sighting(*before: dict[str, Any], **changes: Any) -> Sighting:
    told = read(*before, {**STANZA, **changes})[-1]
    assert isinstance(told, Sighting)
    return told


def written(event: WireEvent) -> dict[str, Any]:
    notice = WireNotice("a.flows", 1, "f", event)
    return dict(next(records_of(notice, Placeholders())))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_a_connection_told_comes_back(event: WireEvent) -> None:
    assert read(written(event)) == [WireNotice("a.jsonl: a.flows", 1, "f", event)]


def test_the_end_of_a_run_comes_back() -> None:
    funnel = Funnel(connections=2, frames=9, opened=7, closed={"no key": 2}, findings={"note": 1})
    assert read(dict(summary_record(funnel))) == [RunEnded(funnel)]


def test_a_stanza_comes_back_as_a_sighting() -> None:
    seen = sighting()
    assert seen.evidence.capture == "a.jsonl: a.flows"
    assert (seen.at, seen.sent, seen.complete, seen.trailing) == (1000.5, True, True, 0)
    assert seen.owner is not None
    assert (seen.owner.device, seen.owner.server) == (7, "lid")
    assert sighting(owner=None).owner is None


def test_a_file_from_before_there_were_owners_is_read() -> None:
    record = {key: value for key, value in STANZA.items() if key != "owner"}
    told = read(record)[0]
    assert isinstance(told, Sighting)
    assert told.owner is None


@pytest.mark.parametrize(
    "event", [each for each in EVENTS if isinstance(each, ConnectionResumed | CounterJumped | FrameClosed)]
)
def test_behind_a_gap_a_connection_is_not_whole(event: WireEvent) -> None:
    """Only the connection with the gap; and a new run begins anew."""
    assert not sighting(written(event)).complete
    assert sighting(written(event), connection=2).complete
    assert sighting(written(event), {"type": "start"}).complete


def test_behind_lost_records_nothing_is_whole() -> None:
    assert read({"type": "lost", "records": 3}) == [RecordsLost(3)]
    assert not sighting({"type": "lost", "records": 3}).complete


def test_what_a_newer_ringback_writes_is_passed_over() -> None:
    """A type or a key that is not known is no error, and findings are made anew."""
    assert (
        read({"type": "weather"}, {"type": ["x"]}, {"type": "finding"}, {"type": "recovered"}) == [None] * 4
    )
    assert sighting(more=1) == sighting()


def test_the_first_start_begins_the_first_run() -> None:
    assert sighting({"type": "recovered"}, {"type": "start"}).evidence.capture == "a.jsonl#2: a.flows"
    assert sighting({"type": "start"}).evidence.capture == "a.jsonl: a.flows"
    assert sighting(STANZA, {"type": "start"}).evidence.capture == "a.jsonl#2: a.flows"


def test_no_time_is_the_start_of_all_time() -> None:
    assert sighting(at=None).at == 0.0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"direction": "up"}, "neither client nor server"),
        ({"direction": None}, "neither client nor server"),
        ({"capture": 1}, "capture is no text"),
        ({"connection": "1"}, "connection is no number"),
        ({"connection": True}, "connection is no number"),
        ({"frame": -1}, "frame is no number"),
        ({"message": 1e99}, "message is no number"),
        ({"message": 10**30}, "message is no number"),
        ({"at": "now"}, "at is no time"),
        ({"at": 1e300}, "at is no time"),
        ({"at": 10**400}, "at is no time"),
        ({"node": None}, "an object with a tag"),
        ({"node": {"tag": "call", "content": [{}]}}, "an object with a tag"),
    ],
)
def test_a_stanza_that_is_none_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        sighting(**changes)


@pytest.mark.parametrize(
    "record",
    [
        {**written(EVENTS[6]), "reason": "bad luck"},
        {**written(EVENTS[3]), "pattern": "\x1b[31m"},
        {**written(EVENTS[4]), "further": {"model": 3}},
        {**written(EVENTS[7]), "error": None},
        {"type": "summary", "frames": 3},
        {"type": "lost"},
    ],
)
def test_a_record_that_is_not_what_its_type_says_is_refused(record: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        read(record)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"nonsense",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b"[1]",
        b"{}",
        b'{"schema": "ringback-events/1", "type": "lost", "records": ' + b"9" * 10_000 + b"}",
        b'{"schema": "ringback-events/1", "type": "lost", "records": NaN}',
        b'{"schema": "ringback-events/2", "type": "start"}',
        b" " * (MAX_LINE_BYTES + 1),
    ],
    ids=lambda content: repr(content[:24]),
)
def test_a_line_that_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(RecordError):
        RecordReader("a").read(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(kind=st.sampled_from(["stanza", *(written(each)["type"] for each in EVENTS)]), data=st.data())
def test_any_record_tells_something_or_is_refused(kind: str, data: st.DataObject) -> None:
    """Whatever one key holds: a value, or the one error that the next line is not affected by."""
    whole = STANZA if kind == "stanza" else next(w for w in map(written, EVENTS) if w["type"] == kind)
    key = data.draw(st.sampled_from(sorted(whole)))
    reader = RecordReader("a")
    try:
        reader.read(line(**{**whole, key: data.draw(json_values)}))
    except RecordError:
        """The one error."""
    assert reader.read(line(**whole)) is not None
