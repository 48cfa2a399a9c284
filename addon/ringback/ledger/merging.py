"""Two ledgers into one: a union, in which order, grouping and repeats do not matter.

Rows are matched by what they are, never by their numbers: a connection by its flow, an observation by
connection, direction and frame, a finding by its digest. Secrets are not taken over.
"""

from __future__ import annotations

import sqlite3

from ringback.ledger.changes import mark
from ringback.ledger.writing import INSERT_OBSERVATION, INSERT_STANZA, JOIN_OBSERVATION, JOIN_STANZA

SOURCE = "theirs"
"""Name under which the ledger to merge is attached."""

STEPS = (
    "INSERT INTO realm (id) SELECT id FROM theirs.realm WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO connection (flow) SELECT flow FROM theirs.connection WHERE true ON CONFLICT DO NOTHING",
    """INSERT INTO temp.connections SELECT other.id, own.id
        FROM theirs.connection other JOIN main.connection own USING (flow)""",
    """INSERT INTO client SELECT own_id, platform, version, device, detail
        FROM theirs.client JOIN temp.connections ON their_id = connection WHERE true
        ON CONFLICT DO NOTHING""",
    INSERT_OBSERVATION  # noqa: S608 - no value of anybody is in it
    + """SELECT own_id, direction, frame, message, at
        FROM theirs.observation JOIN temp.connections ON their_id = connection WHERE true """
    + JOIN_OBSERVATION,
    """INSERT INTO temp.observations SELECT other.id, own.id
        FROM theirs.observation other JOIN temp.connections ON their_id = other.connection
        JOIN main.observation own
        ON own.connection = own_id AND own.direction = other.direction AND own.frame = other.frame""",
    """INSERT INTO sight SELECT own_id, technique, capture, number
        FROM theirs.sight JOIN temp.observations ON their_id = observation WHERE true
        ON CONFLICT DO NOTHING""",
    INSERT_STANZA  # noqa: S608
    + """SELECT own_id, realm, node, owner, trailing, complete
        FROM theirs.stanza JOIN temp.observations ON their_id = observation WHERE true """
    + JOIN_STANZA,
    """INSERT INTO statement (digest, body) SELECT digest, body
        FROM theirs.statement WHERE true ON CONFLICT DO NOTHING""",
    """INSERT INTO finding (digest, statement, realm, call, expected, got)
        SELECT other.digest, own.id, realm, call, expected, got
        FROM theirs.finding other JOIN theirs.statement said ON said.id = other.statement
        JOIN main.statement own ON own.digest = said.digest WHERE true ON CONFLICT DO NOTHING""",
    """INSERT INTO evidence SELECT own.id, own_id
        FROM theirs.evidence JOIN theirs.finding other ON other.id = finding
        JOIN main.finding own ON own.digest = other.digest
        JOIN temp.observations ON their_id = observation WHERE true ON CONFLICT DO NOTHING""",
    "INSERT INTO name SELECT spelling FROM theirs.name WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO identity SELECT realm, mark FROM theirs.identity WHERE true ON CONFLICT DO NOTHING",
)
OLDEST = """SELECT min((SELECT min(at) FROM observation WHERE connection = own_id))
    FROM temp.connections"""
"""When the first of the connections began of which anything was taken over."""
_MAPS = ("connections", "observations")
"""Tables that tell which of our rows is which of theirs; they live in memory."""


def prepare_maps(database: sqlite3.Connection) -> None:
    """Make the tables that `merge_attached` fills; not possible inside a transaction."""
    database.execute("PRAGMA temp_store = MEMORY")
    for name in _MAPS:
        database.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {name} (their_id INTEGER PRIMARY KEY, own_id INTEGER)"
        )


def merge_attached(database: sqlite3.Connection) -> None:
    """Take everything over from the database attached as `SOURCE`, inside a transaction of the caller."""
    for name in _MAPS:
        database.execute(f"DELETE FROM temp.{name}")  # noqa: S608
    has_changed = False
    for step in STEPS:
        before = database.total_changes
        database.execute(step)
        has_changed |= database.total_changes > before and not step.startswith("INSERT INTO temp.")
    if has_changed:
        (since,) = database.execute(OLDEST).fetchone()
        mark(database, since)
