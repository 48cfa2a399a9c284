"""What the ledger gives back, each read from one snapshot of it: a writer in between changes nothing."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ringback.calls import Sighting
from ringback.findings import Evidence
from ringback.ledger.alignment import Alignment
from ringback.ledger.client import LedgerConnection
from ringback.ledger.failure import reading, refused
from ringback.ledger.opening import open_for_reading
from ringback.ledger.restore import restore_node
from ringback.ledger.textform import read_detail, read_node, read_value
from ringback.ledger.writing import NO_DEVICE
from ringback.seconds import maybe_seconds
from ringback.stanza import Jid
from ringback.wire.events import Direction, FramePlace

CAPTURE = "ledger"
"""Name of the capture in the evidence of all that a ledger gives back."""

CONNECTIONS = """SELECT id, flow FROM (
        SELECT id, flow, (SELECT min(at) FROM observation WHERE connection = connection.id) AS first_at
        FROM connection) ORDER BY first_at IS NULL, first_at, flow"""
STANZAS = """SELECT connection, realm, direction, frame, message, at, node, owner, trailing, complete
    FROM observation CROSS JOIN stanza ON observation = observation.id WHERE at >= ? ORDER BY at"""
"""From a time on; `CROSS JOIN` keeps SQLite to the order of time."""
LOOSE = """SELECT connection, realm, direction, frame, message, at, node, owner, trailing, complete
    FROM observation CROSS JOIN stanza ON observation = observation.id
    WHERE at < ? AND instr(node, '<call') = 1 AND NOT instr(node, 'call-id="') ORDER BY at"""
"""Up to a time: call stanzas that name no call, and so belong to none."""
_SHARES = """SELECT connection, realm, count(*) FROM stanza JOIN observation ON observation = observation.id
    GROUP BY connection, realm"""
_CLIENTS = "SELECT connection, platform, version, device, detail FROM client ORDER BY 1, 2, 3, 4, 5"
_SIGHTS = """SELECT DISTINCT connection, technique, capture FROM sight
    JOIN observation ON observation = observation.id ORDER BY 1, 2, 3"""


class Row(NamedTuple):
    """One stanza in the pseudonyms of one realm."""

    connection: int
    realm: str
    direction: str
    frame: int
    message: int
    at: float
    node: str
    owner: str
    trailing: int
    complete: int


def snapshot(path: Path) -> closing[sqlite3.Connection]:
    """A connection that sees the ledger as it is now until it is closed.

    Raises:
        LedgerError: it cannot be read.
    """
    database = open_for_reading(path)
    try:
        with refused(path):
            database.execute("BEGIN")
            database.execute("SELECT 1 FROM realm").fetchone()
    except BaseException:
        database.close()
        raise
    return closing(database)


def has_several_realms(database: sqlite3.Connection) -> bool:
    """Whether it was recorded under more than one secret: only then anything was seen twice."""
    return len(database.execute("SELECT 1 FROM realm LIMIT 2").fetchall()) > 1


class Realms:
    """In whose pseudonyms each connection is told, where more than one realm saw it.

    That of the most of its stanzas, then that of the most stanzas at all, then the first by name: it follows
    from what the ledger holds, so ledgers with one content tell one story.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        """Weigh the realms of the snapshot."""
        shares = database.execute(_SHARES).fetchall() if has_several_realms(database) else []
        totals: dict[str, int] = {}
        for _, realm, count in shares:
            totals[realm] = totals.get(realm, 0) + count
        self._order = {
            (connection, realm): (-count, -totals[realm], realm) for connection, realm, count in shares
        }

    def rank(self, connection: int, realm: str) -> tuple[int, int, str]:
        """The least comes first; a realm that has no stanza of the connection comes last."""
        return self._order.get((connection, realm), (0, 0, realm))


def connection_numbers(database: sqlite3.Connection) -> dict[int, tuple[int, str]]:
    """Number and flow of each connection by its row: from 1 in order of first time, then of flow."""
    rows = database.execute(CONNECTIONS)
    return {row: (number, flow) for number, (row, flow) in enumerate(rows, start=1)}


def iter_sightings(path: Path, since: float = float("-inf")) -> Generator[Sighting]:
    """Every stanza once, in order of time, as it was seen but for stand-ins (`ringback.ledger.restore`);
    those from `since` on, in seconds since the epoch.

    Raises:
        LedgerError: the ledger cannot be read, or is damaged.
    """
    yield from _iter_told(path, STANZAS, since)


def iter_loose(path: Path, until: float) -> Generator[Sighting]:
    """The call stanzas before `until` that name no call, as `iter_sightings` gives them.

    Raises:
        LedgerError: the ledger cannot be read, or is damaged.
    """
    yield from _iter_told(path, LOOSE, until)


def _iter_told(path: Path, query: str, time: float) -> Generator[Sighting]:
    # Groups hold on to what they come from: as long as the rows are open, so is the file.
    with reading(path), snapshot(path) as database, closing(database.execute(query, (time,))) as rows:
        numbers, realms = connection_numbers(database), Realms(database)
        alignment = Alignment(database)
        for _, simultaneous in itertools.groupby(map(Row._make, rows), key=lambda row: row.at):
            yield from sorted(
                (_sighting(row, numbers) for row in _told_once(simultaneous, realms, alignment)),
                key=_wire_order,
            )


def _told_once(rows: Iterator[Row], realms: Realms, alignment: Alignment) -> Iterator[Row]:
    """Each stanza in the words of one realm, with all that any realm knows of its connection."""
    stanzas: dict[tuple[int, str, int], list[Row]] = {}
    for row in rows:
        stanzas.setdefault((row.connection, row.direction, row.frame), []).append(row)
    for told in stanzas.values():
        best = min(told, key=lambda row: realms.rank(row.connection, row.realm))
        yield best._replace(
            node=alignment.spell(best.realm, best.node),
            owner=max(alignment.spell(row.realm, row.owner) for row in told),
            trailing=max(row.trailing for row in told),
            complete=max(row.complete for row in told),
        )


def _sighting(row: Row, numbers: dict[int, tuple[int, str]]) -> Sighting:
    number, flow = numbers[row.connection]
    place = place_of(row.direction, row.frame, row.message, row.at)
    owner = read_value(row.owner)
    return Sighting(
        restore_node(read_node(row.node), row.at),
        Evidence(CAPTURE, number, flow, place),
        owner if isinstance(owner, Jid) else None,
        row.trailing,
        bool(row.complete),
    )


def place_of(direction: str, frame: int, message: int, at: float) -> FramePlace:
    """Where a frame lies.

    Raises:
        ValueError, TypeError: the values are none of a frame; the ledger is damaged.
    """
    seconds = maybe_seconds(at)
    if seconds is None:
        raise ValueError("no time")
    return FramePlace(Direction(direction), int(frame), int(message), seconds)


def _wire_order(sighting: Sighting) -> tuple[int, int, str, int]:
    place = sighting.evidence.place
    return (sighting.connection, place.message, place.direction.value, place.frame)


def read_connections(path: Path) -> list[LedgerConnection]:
    """Every connection, by its number.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    with reading(path), snapshot(path) as database:
        clients: dict[int, tuple[str, str, int, str]] = {}
        for row, *client in database.execute(_CLIENTS):
            clients.setdefault(row, (client[0], client[1], client[2], client[3]))
        techniques: dict[int, set[str]] = {}
        captures: dict[int, set[str]] = {}
        for row, technique, capture in database.execute(_SIGHTS):
            techniques.setdefault(row, set()).add(technique)
            captures.setdefault(row, set()).add(capture)
        return [
            _connection(
                number,
                flow,
                clients.get(row),
                tuple(sorted(techniques.get(row, ()))),
                tuple(sorted(captures.get(row, ()))),
            )
            for row, (number, flow) in connection_numbers(database).items()
        ]


def _connection(
    number: int,
    flow: str,
    client: tuple[str, str, int, str] | None,
    techniques: tuple[str, ...],
    captures: tuple[str, ...],
) -> LedgerConnection:
    if client is None:
        return LedgerConnection(number, flow, None, None, None, (), techniques, captures)
    platform, version, device, detail = client
    return LedgerConnection(
        number,
        flow,
        platform,
        version,
        None if device == NO_DEVICE else device,
        read_detail(detail),
        techniques,
        captures,
    )
