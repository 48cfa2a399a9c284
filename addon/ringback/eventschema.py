"""The records of an event file, key by key. `docs/events.md` is their page; a test holds it against this."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

from ringback.nodejson import JsonValue

SCHEMA = "ringback-events/1"
"""Name and version of the format, the first key of every line.

A new record type or a new key keeps the version: readers skip what they do not know. A key that goes away or
changes its meaning raises it.
"""


class Sight(TypedDict):
    """A frame, as other records point at it."""

    capture: str
    connection: int
    flow: str
    direction: str
    frame: int
    message: int
    at: float | None


class Fact(TypedDict):
    """The fact of the specification that a finding speaks to."""

    spec: str
    path: str
    confidence: str
    techniques: list[str]


class Unreadable(TypedDict):
    """Why a plaintext is no stanza."""

    offset: int
    path: str
    expected: str
    got: str


class Connected(TypedDict):
    """What the records about a connection as a whole have in common."""

    capture: str
    connection: int
    flow: str


class StartRecord(TypedDict):
    """A run of ringback begins; a placeholder means the same from here to the next `start`."""

    type: Literal["start"]
    ringback: str


class RecoveredRecord(TypedDict):
    """The run before was ended while it wrote a line; the incomplete line was taken away."""

    type: Literal["recovered"]
    removed: int


class LostRecord(TypedDict):
    """Records could not be written here, because the disk was full or failed."""

    type: Literal["lost"]
    records: int


class RecognisedRecord(Connected):
    """A connection speaks the protocol."""

    type: Literal["recognised"]
    dictionary: int
    table: int


class ResumedRecord(Connected):
    """The capture began in the middle of a connection, and a key opened it nevertheless."""

    type: Literal["resumed"]
    direction: str
    counter: int


class IgnoredRecord(Connected):
    """A connection is none of the protocol's."""

    type: Literal["ignored"]
    why: str


class HandshakeRecord(Connected):
    """A handshake is complete."""

    type: Literal["handshake"]
    pattern: str


class ClientRecord(Connected):
    """Which client speaks on a connection; never whose."""

    type: Literal["client"]
    platform: str
    version: str
    device: int | None
    further: dict[str, str]


class StanzaRecord(Sight):
    """A stanza that belongs to a call; the findings about it follow."""

    type: Literal["stanza"]
    action: str
    call: str | None
    spec: str | None
    trailing: int
    complete: bool
    guessed_table: int | None
    node: dict[str, JsonValue]
    owner: str | None


class FindingRecord(TypedDict):
    """A finding about a stanza or a call."""

    type: Literal["finding"]
    code: str
    severity: str
    stance: str
    place: str
    message: str
    fact: Fact | None
    questions: list[str]
    call: str | None
    expected: JsonValue
    got: JsonValue
    evidence: list[Sight]


class ClosedRecord(Sight):
    """A frame was given up unopened."""

    type: Literal["closed"]
    reason: str
    advice: str
    size: int
    dropped: bool


class UnreadRecord(Sight):
    """A frame opened and is no stanza."""

    type: Literal["unread"]
    counter: int
    tag: str | None
    error: Unreadable
    plaintext: JsonValue


class GapRecord(Sight):
    """Frames are missing before this one."""

    type: Literal["gap"]
    skipped: int


class SummaryRecord(TypedDict):
    """What came through each stage of a run that ended in order."""

    type: Literal["summary"]
    connections: int
    ignored: int
    frames: int
    opened: int
    unread: int
    held: int
    dropped: int
    closed: dict[str, int]
    stanzas: int
    calls: int
    preaccepts: int
    evicted: int
    forgotten: int
    findings: dict[str, int]
    incomplete: bool


Record: TypeAlias = (
    StartRecord
    | RecoveredRecord
    | LostRecord
    | RecognisedRecord
    | ResumedRecord
    | IgnoredRecord
    | HandshakeRecord
    | ClientRecord
    | StanzaRecord
    | FindingRecord
    | ClosedRecord
    | UnreadRecord
    | GapRecord
    | SummaryRecord
)
"""A line of the file, the `schema` key not counted."""
