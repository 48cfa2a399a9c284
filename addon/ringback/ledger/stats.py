"""How much a ledger holds, and a name for all of it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ringback.ledger.failure import reading
from ringback.ledger.reading import snapshot
from ringback.ledger.textform import digest

_CONTENT = (
    "SELECT 'client', flow, platform, version, device, detail FROM client JOIN connection ON id = connection",
    "SELECT 'connection', flow FROM connection",
    """SELECT 'evidence', finding.digest, flow, direction, frame
        FROM evidence JOIN finding ON finding.id = finding JOIN observation ON observation.id = observation
        JOIN connection ON connection.id = connection""",
    """SELECT 'finding', finding.digest, statement.digest, realm, call, expected, got
        FROM finding JOIN statement ON statement.id = statement""",
    "SELECT 'identity', realm, mark FROM identity",
    "SELECT 'name', spelling FROM name",
    """SELECT 'observation', flow, direction, frame, message, at
        FROM observation JOIN connection ON connection.id = connection""",
    "SELECT 'realm', id FROM realm",
    """SELECT 'sight', flow, direction, frame, technique, capture, number
        FROM sight JOIN observation ON observation.id = observation
        JOIN connection ON connection.id = connection""",
    """SELECT 'stanza', flow, direction, frame, realm, node, owner, trailing, complete
        FROM stanza JOIN observation ON observation.id = observation
        JOIN connection ON connection.id = connection""",
    "SELECT 'statement', digest, body FROM statement",
)
"""Every row by what it is called whoever recorded it."""
_SUM_BYTES = 16
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
        content = _name_of(_rows(database))
    connections, observations, stanzas, findings, realms, own, first_at, last_at = counts
    return Stats(connections, observations, stanzas, findings, realms, own > 0, first_at, last_at, content)


def read_content(path: Path) -> list[str]:
    """Every row by its natural key, as JSON, sorted: equal for ledgers that hold the same.

    Raises:
        LedgerError: it cannot be read.
    """
    with reading(path), snapshot(path) as database:
        return sorted(_rows(database))


def _name_of(rows: Iterator[str]) -> str:
    """A name for all of them in any order: the sum of their digests. Nothing is sorted or kept, which for a
    million observations would take gigabytes."""
    total = 0
    for row in rows:
        total += int.from_bytes(hashlib.blake2b(row.encode(), digest_size=_SUM_BYTES).digest(), "big")
    return digest(str(total % (1 << 8 * _SUM_BYTES)))[:16]


def _rows(database: sqlite3.Connection) -> Iterator[str]:
    for query in _CONTENT:
        for row in database.execute(query):
            yield json.dumps(row)
