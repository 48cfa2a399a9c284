"""How much a ledger holds, and a name for all of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ringback.ledger.failure import reading
from ringback.ledger.reading import snapshot
from ringback.ledger.textform import digest

_CONTENT = (
    "SELECT 'realm', id FROM realm",
    "SELECT 'connection', flow FROM connection",
    "SELECT 'client', flow, platform, version, device, detail FROM client JOIN connection ON id = connection",
    """SELECT 'observation', flow, direction, frame, message, at
        FROM observation JOIN connection ON connection.id = connection""",
    """SELECT 'sight', flow, direction, frame, technique, capture, number
        FROM sight JOIN observation ON observation.id = observation
        JOIN connection ON connection.id = connection""",
    """SELECT 'stanza', flow, direction, frame, realm, node, owner, trailing, complete
        FROM stanza JOIN observation ON observation.id = observation
        JOIN connection ON connection.id = connection""",
    "SELECT 'statement', digest, body FROM statement",
    """SELECT 'finding', finding.digest, statement.digest, realm, call, expected, got
        FROM finding JOIN statement ON statement.id = statement""",
    """SELECT 'evidence', finding.digest, flow, direction, frame
        FROM evidence JOIN finding ON finding.id = finding JOIN observation ON observation.id = observation
        JOIN connection ON connection.id = connection""",
    "SELECT 'name', spelling FROM name",
    "SELECT 'identity', realm, mark FROM identity",
)
_COUNTS = """SELECT (SELECT count(*) FROM connection), (SELECT count(*) FROM observation),
    (SELECT count(DISTINCT observation) FROM stanza), (SELECT count(*) FROM finding),
    (SELECT count(*) FROM realm), (SELECT count(*) FROM realm WHERE secret IS NOT NULL),
    (SELECT min(at) FROM observation), (SELECT max(at) FROM observation)"""


@dataclass(frozen=True, slots=True)
class Stats:
    """What a ledger comes to."""

    connections: int
    observations: int
    """Frames, those included that are no stanzas and stand as evidence of a finding."""
    stanzas: int
    findings: int
    """As they were reported; what several realms found counts for each."""
    realms: int
    """Secrets under which it was recorded, in how many ledgers whatever."""
    can_record: bool
    """Whether one of the secrets is its own; else the next observation brings a new one."""
    first_at: float | None
    """Seconds since the epoch; None where nothing was observed."""
    last_at: float | None
    content: str
    """Digest of everything but the secret: equal for ledgers that hold the same."""


def read_stats(path: Path) -> Stats:
    """Count the ledger at `path`.

    Raises:
        LedgerError: it cannot be read.
    """
    with reading(path), snapshot(path) as database:
        counts = database.execute(_COUNTS).fetchone()
        content = "\n".join(sorted(_rows(database)))
    connections, observations, stanzas, findings, realms, own, first_at, last_at = counts
    return Stats(
        connections, observations, stanzas, findings, realms, own > 0, first_at, last_at, digest(content)[:16]
    )


def read_content(path: Path) -> list[str]:
    """Every row by its natural key, as JSON, sorted: equal for ledgers that hold the same.

    Raises:
        LedgerError: it cannot be read.
    """
    with reading(path), snapshot(path) as database:
        return sorted(_rows(database))


def _rows(database: sqlite3.Connection) -> Iterator[str]:
    for query in _CONTENT:
        for row in database.execute(query):
            yield json.dumps(row)
