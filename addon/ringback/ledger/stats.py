"""How much a ledger holds, which SQLite counts, and a name for all of it, for which everything is read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ringback.findings import Severity
from ringback.ledger.alignment import Alignment
from ringback.ledger.failure import reading
from ringback.ledger.reading import snapshot
from ringback.ledger.textform import digest, read_statement

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
    (SELECT count(DISTINCT observation) FROM stanza),
    (SELECT count(*) FROM realm), (SELECT count(*) FROM realm WHERE secret IS NOT NULL),
    (SELECT min(at) FROM observation), (SELECT max(at) FROM observation)"""
_CALLS = """SELECT DISTINCT realm, substr(named, 1, instr(named, '"')) FROM (
        SELECT realm, substr(node, instr(node, 'call-id="') + 9, 32) AS named
        FROM stanza WHERE instr(node, 'call-id="'))"""
_FOUND = """SELECT body, count(*) FROM (SELECT DISTINCT statement, realm, call FROM finding)
    JOIN statement ON statement.id = statement GROUP BY statement"""
_FOUND_APART = "SELECT DISTINCT body, call, realm FROM finding JOIN statement ON statement.id = statement"


@dataclass(frozen=True, slots=True)
class Stats:
    """What a ledger comes to."""

    connections: int
    observations: int
    """Frames, those included that are no stanzas and stand as evidence of a finding."""
    stanzas: int
    calls: int
    """That the stanzas name; what was seen under several secrets and told to be one counts once."""
    findings: Mapping[Severity, int]
    """By severity: what is said of a call counts once, however many of its stanzas, and copies, show it."""
    realms: int
    """Secrets under which it was recorded, in how many ledgers whatever."""
    can_record: bool
    """Whether one of the secrets is its own; else the next observation brings a new one."""
    first_at: float | None
    """Seconds since the epoch; None where nothing was observed."""
    last_at: float | None


def read_stats(path: Path) -> Stats:
    """Count the ledger at `path`.

    Raises:
        LedgerError: it cannot be read.
    """
    with reading(path), snapshot(path) as database:
        connections, observations, stanzas, realms, own, *times = database.execute(_COUNTS).fetchone()
        alignment = Alignment(database)
        # The quotation mark behind a name is left in: names are known by what is around them.
        calls = {alignment.spell(realm, named) for realm, named in database.execute(_CALLS)}
        found = _found(database, alignment, several=realms > 1)
    return Stats(connections, observations, stanzas, len(calls), found, realms, own > 0, *times)


def _found(database: sqlite3.Connection, alignment: Alignment, *, several: bool) -> dict[Severity, int]:
    if several:
        rows = database.execute(_FOUND_APART)
        once = {tuple(alignment.spell(realm, text) for text in said) for *said, realm in rows}
        counts: Iterable[tuple[str, int]] = Counter(body for body, _ in once).items()
    else:
        counts = database.execute(_FOUND)
    found: Counter[Severity] = Counter()
    for body, count in counts:
        found[read_statement(body).severity] += count
    return found


def read_content_name(path: Path) -> str:
    """A name for everything but the secret: equal for ledgers that hold the same. All of it is read.

    Raises:
        LedgerError: it cannot be read.
    """
    with reading(path), snapshot(path) as database:
        return _name_of(_rows(database))


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
