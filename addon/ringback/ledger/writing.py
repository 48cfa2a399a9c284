"""One observation into the tables. What enters here enters under pseudonyms; nothing raw reaches SQLite.

A row that is there already is joined with what comes, by rules in which order and number do not matter: the
least time, the longest trailing, the completest connection. That makes recording twice, and merging, a union.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ringback.calls import Sighting
from ringback.findings import Evidence, Finding
from ringback.ledger.changes import NEVER, beginning
from ringback.ledger.names import PlainNames, digest_of_finding
from ringback.ledger.textform import (
    digest,
    printable,
    write_detail,
    write_node,
    write_statement,
    write_time,
    write_value,
)
from ringback.observations import FindingMade, Observation, StanzaObserved
from ringback.pseudonyms import Pseudonyms
from ringback.recent import Recent
from ringback.sanitize import keep
from ringback.sanitize.named import identities_of
from ringback.stanza import Node
from ringback.wire.events import ClientIdentified, FramePlace

NO_DEVICE = -1
"""Stands for a client without a device number."""

INSERT_OBSERVATION = "INSERT INTO observation (connection, direction, frame, message, at) "
JOIN_OBSERVATION = """ON CONFLICT (connection, direction, frame) DO UPDATE SET
    message = min(message, excluded.message), at = min(at, excluded.at)
    WHERE message > excluded.message OR at > excluded.at"""
INSERT_STANZA = "INSERT INTO stanza (observation, realm, node, owner, trailing, complete) "
JOIN_STANZA = """ON CONFLICT (observation, realm) DO UPDATE SET
    node = min(node, excluded.node), owner = max(owner, excluded.owner),
    trailing = max(trailing, excluded.trailing), complete = max(complete, excluded.complete)
    WHERE node > excluded.node OR owner < excluded.owner
    OR trailing < excluded.trailing OR complete < excluded.complete"""
"""What is there already and stays as it is counts as no change."""

KNOWN = """SELECT id, message, at FROM observation
    WHERE connection = ? AND direction = ? AND frame = ?"""
_OBSERVATION = INSERT_OBSERVATION + "VALUES (?, ?, ?, ?, ?) " + JOIN_OBSERVATION + " RETURNING id"
_STANZA = INSERT_STANZA + "VALUES (?, ?, ?, ?, ?, ?) " + JOIN_STANZA
TIME = "SELECT at FROM observation WHERE id = ?"
WATCHED = """SELECT 1 FROM observation JOIN sight ON observation = id
    WHERE connection = ? AND technique = ? LIMIT 1"""

MAX_WATCHED = 4_096
"""Connections that are remembered to have been watched by the technique before."""


class Recorder:
    """Writes observations under one realm, inside a transaction of its caller."""

    def __init__(self, database: sqlite3.Connection, pseudonyms: Pseudonyms, technique: str) -> None:
        """Write to `database` what was observed by `technique`."""
        self._database = database
        self._pseudonyms = pseudonyms
        self._technique = technique
        self._names = PlainNames(database, pseudonyms)
        self._rows: dict[Evidence, int] = {}
        self._watched: Recent[int, None] = Recent(MAX_WATCHED)
        self.changed_at = NEVER
        """The earliest time of what was changed, for `ringback.ledger.changes.mark`; whoever takes it sets it
        back."""

    def record(self, observation: Observation) -> None:
        """Write it. What a connection tells besides its client is not kept."""
        self._rows.clear()
        if isinstance(observation, StanzaObserved):
            self._stanza(observation.sighting)
            self._findings(observation.findings, observation.sighting.node)
        elif isinstance(observation, FindingMade):
            self._findings((observation.finding,), None)
        elif isinstance(observation.event, ClientIdentified):
            self._client(observation.flow, observation.event)

    def _stanza(self, sighting: Sighting) -> None:
        self._note(sighting)
        node = self._names.node(self._pseudonyms.node(sighting.node, at=sighting.at))
        owner = None if sighting.owner is None else self._pseudonyms.jid(sighting.owner)
        observation = self._observation(sighting.evidence)
        before = self._database.total_changes
        self._database.execute(
            _STANZA,
            (
                observation,
                self._pseudonyms.realm,
                write_node(node),
                write_value(owner),
                sighting.trailing,
                sighting.complete,
            ),
        )
        if self._database.total_changes > before:
            # The row may have an earlier time than this sighting.
            (at,) = self._database.execute(TIME, (observation,)).fetchone()
            self._change(at)

    def _change(self, at: float | None) -> None:
        if at is not None:
            self.changed_at = min(at, self.changed_at)

    def _note(self, sighting: Sighting) -> None:
        identities = identities_of(sighting.node)
        if sighting.owner is not None:
            identities.add_name(sighting.owner.user)
        self._names.note(identities)

    def _findings(self, findings: Iterable[Finding], about: Node | None) -> None:
        hiding = None if about is None else identities_of(about)
        for raw in findings:
            finding = self._names.finding(self._pseudonyms.finding(raw, hiding=hiding))
            call = write_value(finding.call_id)
            expected, got = write_value(finding.expected), write_value(finding.got)
            body = write_statement(finding)
            statement = self._one("statement", "digest", digest(body), body=body)
            observations = [self._observation(evidence) for evidence in finding.evidence]
            places = map(_place, finding.evidence)
            name = digest_of_finding(body, self._pseudonyms.realm, call, expected, got, places=places)
            row = self._one(
                "finding",
                "digest",
                name,
                statement=statement,
                realm=self._pseudonyms.realm,
                call=call,
                expected=expected,
                got=got,
            )
            self._database.executemany(
                "INSERT INTO evidence VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(row, observation) for observation in observations],
            )

    def _client(self, flow: str, client: ClientIdentified) -> None:
        told = self._pseudonyms.client(client)
        device = NO_DEVICE if told.device is None else told.device
        connection = self._one("connection", "flow", printable(flow))
        before = self._database.total_changes
        self._database.execute(
            "INSERT INTO client VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                connection,
                printable(told.platform),
                printable(told.version),
                device,
                write_detail(told.detail),
            ),
        )
        if self._database.total_changes > before:
            self._change(beginning(self._database, connection))

    def _observation(self, evidence: Evidence) -> int:
        """Its row, looked for once while one observation is written."""
        if evidence not in self._rows:
            self._rows[evidence] = self._join(evidence)
        return self._rows[evidence]

    def _join(self, evidence: Evidence) -> int:
        place = evidence.place
        connection = self._one("connection", "flow", printable(evidence.flow))
        self._watch(connection)
        observation = self._placed(connection, place)
        self._database.execute(
            "INSERT INTO sight VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (observation, self._technique, self._capture(evidence.capture), evidence.connection),
        )
        return observation

    def _placed(self, connection: int, place: FramePlace) -> int:
        frame, at = (connection, place.direction.value, place.frame), write_time(place.at)
        known = self._database.execute(KNOWN, frame).fetchone()
        if known is not None and known[1] <= place.message and known[2] <= at:
            return int(known[0])
        self._change(at if known is None else min(at, known[2]))
        (row,) = self._database.execute(_OBSERVATION, (*frame, place.message, at)).fetchone()
        return int(row)

    def _watch(self, connection: int) -> None:
        """A technique that is new on a connection may be what all of it counts for."""
        if connection in self._watched:
            return
        self._watched[connection] = None
        if self._database.execute(WATCHED, (connection, self._technique)).fetchone() is None:
            self._change(beginning(self._database, connection))

    def _capture(self, name: str) -> str:
        """The name of a capture, or a keyed one where it holds a number or an address."""
        if keep.is_plain_file(name):
            return printable(name)
        _, _, letters = self._pseudonyms.text(name).rpartition("-")
        return f"capture-{letters}.flows"

    def _one(self, table: str, key: str, value: str, **columns: str | int) -> int:
        """The id of the row with that key, made where there is none."""
        found = self._database.execute(f"SELECT id FROM {table} WHERE {key} = ?", (value,)).fetchone()  # noqa: S608
        if found is None:
            names, marks = ", ".join((key, *columns)), ", ".join("?" * (len(columns) + 1))
            found = self._database.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id",  # noqa: S608
                (value, *columns.values()),
            ).fetchone()
        return int(found[0])


def _place(evidence: Evidence) -> str:
    """What names the frame, whoever recorded it."""
    return f"{printable(evidence.flow)} {evidence.place.direction.value} {evidence.place.frame}"
