"""Observations as records of the event file. Every value passes through placeholders here."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from ringback.eventschema import (
    SCHEMA,
    Connected,
    Fact,
    FindingRecord,
    Record,
    Sight,
    StanzaRecord,
    StartRecord,
    SummaryRecord,
    UnreadRecord,
)
from ringback.findings import Evidence, FactRef, Finding
from ringback.nodejson import content_to_json, node_to_json
from ringback.observations import FindingMade, Funnel, Observation, StanzaObserved, WireNotice
from ringback.sanitize import Placeholders
from ringback.tableguess import TableGuesses
from ringback.version import VERSION
from ringback.wire.events import (
    ClientIdentified,
    ConnectionIgnored,
    ConnectionRecognised,
    ConnectionResumed,
    CounterJumped,
    FrameClosed,
    FramePlace,
    FrameUnread,
    HandshakeFinished,
)


def records_of(
    observation: Observation, placeholders: Placeholders, guesses: TableGuesses | None = None
) -> Iterator[Record]:
    """The records of one observation, in the order in which they belong into the file.

    `guesses` has noted what came before; without it no stanza is said to be read with a guessed table.
    None for a frame that opened without being a stanza of a call, and for one that waits for its key: the
    summary counts them.
    """
    if isinstance(observation, StanzaObserved):
        yield _stanza(observation, placeholders, guesses or TableGuesses())
        for finding in observation.fresh:
            yield _finding(finding, placeholders)
    elif isinstance(observation, FindingMade):
        yield _finding(observation.finding, placeholders)
    else:
        record = _of_frame(observation, placeholders) or _of_connection(observation, placeholders)
        if record is not None:
            yield record


def record_line(record: Record) -> str:
    """The record as a line of JSON, its end included; ASCII alone."""
    return json.dumps({"schema": SCHEMA, **record}, allow_nan=False) + "\n"


def start_record() -> StartRecord:
    """The record that opens a run."""
    return {"type": "start", "ringback": VERSION}


def summary_record(funnel: Funnel) -> SummaryRecord:
    """The record that closes a run."""
    return {
        "type": "summary",
        "connections": funnel.connections,
        "ignored": funnel.ignored,
        "frames": funnel.frames,
        "opened": funnel.opened,
        "unread": funnel.unread,
        "held": funnel.held,
        "dropped": funnel.dropped,
        "closed": dict(funnel.closed),
        "stanzas": funnel.stanzas,
        "calls": funnel.calls,
        "preaccepts": funnel.preaccepts,
        "evicted": funnel.evicted,
        "forgotten": funnel.forgotten,
        "findings": dict(funnel.findings),
        "incomplete": funnel.incomplete,
    }


def _stanza(observed: StanzaObserved, placeholders: Placeholders, guesses: TableGuesses) -> StanzaRecord:
    sighting = observed.sighting
    if observed.spec is not None:
        placeholders.admit(observed.spec)
    # First: whoever the stanza names is then known, should the action be called after somebody.
    node = placeholders.node(sighting.node)
    return {
        "type": "stanza",
        **_sight(sighting.evidence, sighting.evidence.place, placeholders),
        "action": placeholders.name(observed.action),
        "call": None if observed.call is None else placeholders.call_id(observed.call.call_id),
        "spec": None if observed.spec is None else observed.spec.id,
        "trailing": sighting.trailing,
        "complete": sighting.complete,
        "guessed_table": guesses.table_for(sighting.evidence),
        "node": node_to_json(node),
        "owner": None if sighting.owner is None else str(placeholders.jid(sighting.owner)),
    }


def _finding(raw: Finding, placeholders: Placeholders) -> FindingRecord:
    finding = placeholders.finding(raw)
    return {
        "type": "finding",
        "code": finding.code,
        "severity": finding.severity.value,
        "stance": finding.stance.value,
        "place": finding.place,
        "message": finding.message,
        "fact": None if finding.fact is None else _fact(finding.fact),
        "questions": list(finding.questions),
        "call": finding.call_id,
        "expected": content_to_json(finding.expected),
        "got": content_to_json(finding.got),
        "evidence": [_sight(each, each.place, placeholders) for each in finding.evidence],
    }


def _of_frame(notice: WireNotice, placeholders: Placeholders) -> Record | None:
    event = notice.event
    if isinstance(event, FrameClosed):
        return {
            "type": "closed",
            **_sight(notice, event.place, placeholders),
            "reason": event.reason.value,
            "advice": event.reason.advice,
            "size": event.size,
            "dropped": event.dropped,
        }
    if isinstance(event, FrameUnread):
        return _unread(notice, event, placeholders)
    if isinstance(event, CounterJumped):
        return {"type": "gap", **_sight(notice, event.place, placeholders), "skipped": event.skipped}
    return None


def _unread(notice: WireNotice, event: FrameUnread, placeholders: Placeholders) -> UnreadRecord:
    error = placeholders.error(event.error)
    return {
        "type": "unread",
        **_sight(notice, event.place, placeholders),
        "counter": event.counter,
        "tag": None if event.tag is None else placeholders.name(event.tag),
        "error": {"offset": error.offset, "path": error.path, "expected": error.expected, "got": error.got},
        "plaintext": content_to_json(placeholders.value(event.plaintext)),
    }


def _of_connection(notice: WireNotice, placeholders: Placeholders) -> Record | None:
    event = notice.event
    told: Connected = {
        "capture": placeholders.capture(notice.capture),
        "connection": notice.connection,
        "flow": notice.flow,
    }
    if isinstance(event, ConnectionRecognised):
        return {"type": "recognised", **told, "dictionary": event.dictionary, "table": event.table}
    if isinstance(event, ConnectionResumed):
        return {"type": "resumed", **told, "direction": event.direction.value, "counter": event.counter}
    if isinstance(event, ConnectionIgnored):
        return {"type": "ignored", **told, "why": event.why}
    if isinstance(event, HandshakeFinished):
        return {"type": "handshake", **told, "pattern": event.pattern}
    if isinstance(event, ClientIdentified):
        client = placeholders.client(event)
        return {
            "type": "client",
            **told,
            "platform": client.platform,
            "version": client.version,
            "device": client.device,
            "further": dict(client.detail),
        }
    return None


def _fact(fact: FactRef) -> Fact:
    return {
        "spec": fact.spec,
        "path": fact.path,
        "confidence": fact.confidence,
        "techniques": list(fact.techniques),
    }


def _sight(seen: Evidence | WireNotice, place: FramePlace, placeholders: Placeholders) -> Sight:
    return {
        "capture": placeholders.capture(seen.capture),
        "connection": seen.connection,
        "flow": seen.flow,
        "direction": place.direction.value,
        "frame": place.frame,
        "message": place.message,
        # JSON knows no infinity: a time that is none is null.
        "at": round(place.at, 6) if math.isfinite(place.at) else None,
    }
