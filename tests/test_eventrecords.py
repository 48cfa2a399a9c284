from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import ringback
from ringback import eventschema
from ringback.calls import Call, Sighting
from ringback.errors import DecodeError
from ringback.eventrecords import records_of, summary_record
from ringback.eventschema import Record
from ringback.findings import Evidence, FactRef, Finding, Severity, Stance
from ringback.nodejson import node_to_json
from ringback.observations import FindingMade, Funnel, Observation, StanzaObserved, WireNotice
from ringback.sanitize import Placeholders, Raw
from ringback.stanza import Jid, Node, Value
from ringback.wire.events import (
    ClientIdentified,
    ClosedReason,
    ConnectionIgnored,
    ConnectionRecognised,
    ConnectionResumed,
    CounterJumped,
    Direction,
    FrameClosed,
    FrameHeld,
    FrameOpened,
    FramePlace,
    FrameUnread,
    HandshakeFinished,
    WireEvent,
)
from sanitize.test_leaks import Marked, assert_clean, stanzas
from support.ledgers import observed
from support.sightings import CALL_ID, Tape, preaccept

PAGE = Path(ringback.__file__).parent / "docs" / "events.md"
PLACE = FramePlace(Direction.SERVER, 5, 9, 1000.25)
EVIDENCE = Evidence("synthetic.flow", 2, "flow-2", PLACE)
FACT = FactRef("call-preaccept", "call/@from", "probable", ("websocket-capture",))
PARTS = {
    "frames": eventschema.Sight,
    "facts": eventschema.Fact,
    "errors": eventschema.Unreadable,
}


def finding(**values: Any) -> Finding:
    made: dict[str, Any] = {
        "code": "attribute-type",
        "severity": Severity.ERROR,
        "stance": Stance.CONTRADICTS,
        "path": ("call", "@from"),
        "message": "The value does not have the form of the attribute's type.",
        "fact": FACT,
        "questions": ("call-preaccept/1",),
        "call_id": CALL_ID,
        "evidence": (EVIDENCE,),
        "expected": "jid",
        "got": "15550000001",
    }
    return Finding(**{**made, **values})


def notice(event: WireEvent) -> WireNotice:
    return WireNotice("synthetic.flow", 2, "flow-2", event)


def told(observation: Observation) -> list[dict[str, Any]]:
    """The records as a reader of the file gets them."""
    return [json.loads(json.dumps(record)) for record in records_of(observation, Placeholders())]


SIGHT = {
    "capture": "synthetic.flow",
    "connection": 2,
    "flow": "flow-2",
    "direction": "server",
    "frame": 5,
    "message": 9,
    "at": 1000.25,
}
CONNECTED = {"capture": "synthetic.flow", "connection": 2, "flow": "flow-2"}

NOTICES: list[tuple[WireEvent, dict[str, Any]]] = [
    (
        ConnectionRecognised(4, 3, b"15550000001"),
        {"type": "recognised", **CONNECTED, "dictionary": 4, "table": 3},
    ),
    (
        ConnectionResumed(Direction.CLIENT, 17),
        {"type": "resumed", **CONNECTED, "direction": "client", "counter": 17},
    ),
    (ConnectionIgnored("no intro"), {"type": "ignored", **CONNECTED, "why": "no intro"}),
    (HandshakeFinished("IK"), {"type": "handshake", **CONNECTED, "pattern": "IK"}),
    (
        ClientIdentified("WEB", "2.3000.1039501489", 7, "15550000001", (("os", "Mac OS"),)),
        {
            "type": "client",
            **CONNECTED,
            "platform": "WEB",
            "version": "2.3000.1039501489",
            "device": 7,
            "further": {"os": "Mac OS"},
        },
    ),
    (
        FrameClosed(PLACE, ClosedReason.NO_KEY, 120, dropped=True),
        {
            "type": "closed",
            **SIGHT,
            "reason": "no key",
            "advice": ClosedReason.NO_KEY.advice,
            "size": 120,
            "dropped": True,
        },
    ),
    (
        FrameUnread(PLACE, 4, DecodeError(3, "call/15550000001", "a byte", "end of data"), b"secret", "call"),
        {
            "type": "unread",
            **SIGHT,
            "counter": 4,
            "tag": "call",
            "error": {
                "offset": 3,
                "path": "call/NAME-PLACEHOLDER-0001",
                "expected": "a byte",
                "got": "end of data",
            },
            "plaintext": "CIPHERTEXT-PLACEHOLDER-6-BYTES",
        },
    ),
    (CounterJumped(PLACE, 3), {"type": "gap", **SIGHT, "skipped": 3}),
]


@pytest.mark.parametrize(("event", "record"), NOTICES, ids=[record["type"] for _, record in NOTICES])
def test_what_a_connection_tells_is_one_record(event: WireEvent, record: dict[str, Any]) -> None:
    """Each event of a connection has its record; routing info, account and plaintext are in none."""
    assert told(notice(event)) == [record]


@pytest.mark.parametrize(
    "event", [FrameHeld(PLACE), FrameOpened(PLACE, 1, "iq", Node("iq"), 10, compressed=False)]
)
def test_frames_without_news_have_no_record(event: WireEvent) -> None:
    """Frames that opened and frames that wait are counted by the summary only."""
    assert told(notice(event)) == []


def test_a_stanza_and_what_is_new_about_it() -> None:
    """A stanza record is followed by the findings that no other copy has shown, all with placeholders."""
    sighting = Tape(capture="synthetic.flow").sent(preaccept(), trailing=2)
    fresh = finding(got=Jid("11111111111111", "lid", 1))
    observation = StanzaObserved(
        sighting, "preaccept", Call(CALL_ID), None, None, (finding(), fresh), (fresh,)
    )
    stanza, first = told(observation)
    node = {
        "tag": "call",
        "attrs": {"to": "A:1@lid", "id": "ID-0001"},
        "content": [
            {
                "tag": "preaccept",
                "attrs": {"call-id": CALL_ID, "call-creator": "A:1@lid"},
                "content": None,
            }
        ],
    }
    assert stanza == {
        "type": "stanza",
        "capture": "synthetic.flow",
        "connection": 2,
        "flow": "flow-2",
        "direction": "client",
        "frame": 0,
        "message": 0,
        "at": 1000.0,
        "action": "preaccept",
        "call": CALL_ID,
        "spec": None,
        "trailing": 2,
        "complete": True,
        "guessed_table": None,
        "node": node,
        "owner": None,
    }
    assert (first["type"], first["got"]) == ("finding", "A:1@lid")


def test_a_capture_named_by_a_number_is_placed_everywhere() -> None:
    """One placeholder in the stanza, in the findings about it, and in what its connection told."""
    raw = "15550000001.flows"
    sighting = Tape(capture=raw).sent(preaccept())
    fresh = finding(evidence=(sighting.evidence,))
    seen = StanzaObserved(sighting, "preaccept", Call(CALL_ID), None, None, (fresh,), (fresh,))
    placeholders = Placeholders()
    observations = (WireNotice(raw, 2, "flow-2", ConnectionRecognised(3, 3, None)), seen)
    records = [record for each in observations for record in records_of(each, placeholders)]
    assert [record["type"] for record in records] == ["recognised", "stanza", "finding"]
    assert raw not in json.dumps(records)
    assert json.dumps(records).count('"capture": "capture-1.flows"') == 3


def test_a_finding() -> None:
    """A finding says everything that it knows, its values by placeholders."""
    assert told(FindingMade(finding(got=b"\x01\x05", path=("call", "capability")))) == [
        {
            "type": "finding",
            "code": "attribute-type",
            "severity": "error",
            "stance": "contradicts",
            "place": "/call/capability",
            "message": "The value does not have the form of the attribute's type.",
            "fact": {
                "spec": "call-preaccept",
                "path": "call/@from",
                "confidence": "probable",
                "techniques": ["websocket-capture"],
            },
            "questions": ["call-preaccept/1"],
            "call": CALL_ID,
            "expected": "jid",
            "got": {"hex": "0105"},
            "evidence": [SIGHT],
        }
    ]
    assert told(FindingMade(finding(fact=None, call_id=None, got=None)))[0]["fact"] is None


@pytest.mark.parametrize("at", [math.nan, math.inf])
def test_a_time_that_is_none_is_null(at: float) -> None:
    """JSON knows no infinity, so a source without a clock writes null."""
    place = FramePlace(Direction.SERVER, 5, 9, at)
    assert told(notice(CounterJumped(place, 3)))[0]["at"] is None


def test_the_raw_mapping_writes_what_was_there() -> None:
    """With the explicit switch the plaintext of an unreadable frame is written as hex."""
    event = FrameUnread(PLACE, 4, DecodeError(3, "", "a byte", "end of data"), b"secret", None)
    (record,) = records_of(notice(event), Raw())
    assert json.loads(json.dumps(record))["plaintext"] == {"hex": b"secret".hex()}


def test_the_summary_has_the_whole_funnel() -> None:
    """Every stage of the funnel is a key of the summary."""
    funnel = Funnel(frames=7, closed={"no key": 2}, findings={"ok": 3})
    record = summary_record(funnel)
    assert {name for name in record if name != "type"} == set(Funnel.__dataclass_fields__)
    assert (record["frames"], record["closed"], record["findings"]) == (7, {"no key": 2}, {"ok": 3})


def sections() -> dict[str, set[str]]:
    """Keys by section of the page, in lower case; `as in` rows name their keys as well."""
    found: dict[str, set[str]] = {}
    for part in re.split(r"(?m)^###? ", PAGE.read_text(encoding="utf-8"))[1:]:
        title, _, body = part.partition("\n")
        rows = re.findall(r"(?m)^\| (`[^|]*`) \|", body)
        found[title.strip().lower()] = {key for row in rows for key in re.findall("`([^`]+)`", row)}
    return found


def record_types() -> dict[str, Any]:
    """The class of each record type."""
    return {get_args(get_type_hints(record)["type"])[0]: record for record in get_args(Record)}


def test_the_page_lists_every_record_with_every_key() -> None:
    """The page has a section for each record type, and its table names exactly the keys in the code."""
    page = sections()
    for name, record in record_types().items():
        assert page[name] == set(get_type_hints(record)) - {"type"}, name
    for name, part in PARTS.items():
        assert page[name] == set(get_type_hints(part)), name
    node = Node("x", {"a": "1"}, None, (("a", "2"),))
    assert page["nodes"] == set(node_to_json(node))


def test_the_page_lists_no_record_that_is_not_there() -> None:
    """No section describes what ringback does not write."""
    text = PAGE.read_text(encoding="utf-8")
    records = text.partition("\n## Records\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"(?m)^### (\w+)$", records)) == set(record_types())


def test_the_page_names_schema_reasons_and_placeholders() -> None:
    """Examples on the page are of this version; reasons and kinds of placeholders are those of the code."""
    text = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"ringback-events/\d+", text)) == {eventschema.SCHEMA}
    assert all(f"`{reason.value}`" in text for reason in ClosedReason)
    for example in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
        for line in example.splitlines():
            record = json.loads(line)
            assert set(record) - {"schema"} == set(get_type_hints(record_types()[record["type"]]))
    placeholders = text.partition("\n## Placeholders\n")[2]
    shown = re.findall(r"`([A-Z]+(?:-[A-Z]+)*-\d+(?:-[A-Z]+)?|T[+-]\d+)`", placeholders)
    assert {re.sub(r"\d+", "N", each) for each in shown} == {
        "CALLID-N",
        "ID-N",
        "T+N",
        "T-N",
        "CIPHERTEXT-PLACEHOLDER-N-BYTES",
        "TEXT-PLACEHOLDER-N-CHARS",
        "NAME-PLACEHOLDER-N",
    }


@pytest.mark.parametrize(("event", "record"), NOTICES, ids=[record["type"] for _, record in NOTICES])
def test_every_record_has_the_keys_of_its_class(event: WireEvent, record: dict[str, Any]) -> None:
    """Keys are never left out: what is not known is null."""
    assert set(told(notice(event))[0]) == set(get_type_hints(record_types()[record["type"]]))


@settings(max_examples=50, deadline=None)
@given(stanzas(), st.data())
def test_no_marked_identity_gets_into_a_record(case: tuple[Marked, Node], data: st.DataObject) -> None:
    """Wherever an identity stands in a stanza, and however it is spelled there, its records hold none: the
    action, the stanza, what was found in it, and who sent it."""
    marked, node = case
    stray = next(child for child in node.children if child.tag != "offer")
    name = data.draw(st.sampled_from((marked.push_name.lower(), stray.tag, "preaccept")))
    session: dict[str, Value] = {"call-id": marked.call_id, "call-creator": Jid(marked.number, "lid", 1)}
    roots = (node, structs.replace(node, content=(Node(name, session, (stray,)),)))
    placeholders = Placeholders()
    owner = Jid(marked.lid, "lid", 3)
    seen = [Sighting(root, EVIDENCE, owner) for root in data.draw(st.permutations(roots))]
    observations = [each for sighting in seen for each in observed(sighting)]
    made = [record for each in observations for record in records_of(each, placeholders)]
    assert {record["type"] for record in made} >= {"stanza"}
    assert_clean(marked, json.dumps(made, ensure_ascii=False))
