"""The tables, and the ordered steps that lead to them.

Each migration has a name and runs in one transaction together with its record: a step that fails leaves
nothing behind, a step that was done is never run again. A ledger that knows a step that this ringback does
not know is of a newer one, and refused before anything in it is touched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ringback.errors import LedgerError

APPLICATION_ID = 0x72624C31
"""`rbL1`, in the header of every ledger. Source: SQLite file format 1.3.2, application id at offset 68."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    name: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "observations",
        (
            # At most one realm has its secret here: that under which this ledger records.
            "CREATE TABLE realm (id TEXT PRIMARY KEY, secret BLOB) WITHOUT ROWID",
            "CREATE TABLE connection (id INTEGER PRIMARY KEY, flow TEXT NOT NULL UNIQUE)",
            """CREATE TABLE client (
                connection INTEGER NOT NULL REFERENCES connection,
                platform TEXT NOT NULL, version TEXT NOT NULL,
                device INTEGER NOT NULL, detail TEXT NOT NULL,
                PRIMARY KEY (connection, platform, version, device, detail)) WITHOUT ROWID""",
            """CREATE TABLE observation (
                id INTEGER PRIMARY KEY,
                connection INTEGER NOT NULL REFERENCES connection,
                direction TEXT NOT NULL CHECK (direction IN ('client', 'server')),
                frame INTEGER NOT NULL, message INTEGER NOT NULL, at REAL NOT NULL,
                UNIQUE (connection, direction, frame))""",
            # Who saw it where: every technique, capture and number of the connection in it.
            """CREATE TABLE sight (
                observation INTEGER NOT NULL REFERENCES observation,
                technique TEXT NOT NULL, capture TEXT NOT NULL, number INTEGER NOT NULL,
                PRIMARY KEY (observation, technique, capture, number)) WITHOUT ROWID""",
            # What it was, in the pseudonyms of each realm that saw it.
            """CREATE TABLE stanza (
                observation INTEGER NOT NULL REFERENCES observation,
                realm TEXT NOT NULL REFERENCES realm,
                node TEXT NOT NULL, owner TEXT NOT NULL,
                trailing INTEGER NOT NULL, complete INTEGER NOT NULL,
                PRIMARY KEY (observation, realm)) WITHOUT ROWID""",
            "CREATE INDEX observation_by_time ON observation (at)",
        ),
    ),
    Migration(
        "findings",
        (
            # What findings say, each once; a few hundred however many findings there are.
            """CREATE TABLE statement (
                id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, body TEXT NOT NULL)""",
            """CREATE TABLE finding (
                id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE,
                statement INTEGER NOT NULL REFERENCES statement,
                realm TEXT NOT NULL REFERENCES realm,
                call TEXT NOT NULL, expected TEXT NOT NULL, got TEXT NOT NULL)""",
            """CREATE TABLE evidence (
                finding INTEGER NOT NULL REFERENCES finding,
                observation INTEGER NOT NULL REFERENCES observation,
                PRIMARY KEY (finding, observation)) WITHOUT ROWID""",
            "CREATE INDEX finding_by_statement ON finding (statement)",
        ),
    ),
    Migration(
        "names",
        (
            # Undocumented names of tags and attributes, a few however many stanzas have them.
            "CREATE TABLE name (spelling TEXT PRIMARY KEY) WITHOUT ROWID",
            # Whose name none of them may be.
            """CREATE TABLE identity (
                realm TEXT NOT NULL REFERENCES realm, mark TEXT NOT NULL,
                PRIMARY KEY (realm, mark)) WITHOUT ROWID""",
        ),
    ),
    Migration(
        "first times",
        (
            # When each connection began, by which they are numbered, without a look at all that was seen.
            "CREATE INDEX observation_of_connection ON observation (connection, at)",
        ),
    ),
    Migration(
        "counts",
        (
            # For each specification that calls were counted by: from when on that no longer holds.
            """CREATE TABLE tally (
                id INTEGER PRIMARY KEY, model TEXT NOT NULL UNIQUE,
                since REAL NOT NULL, changed REAL NOT NULL, taken REAL NOT NULL, turn INTEGER NOT NULL,
                evidence TEXT NOT NULL, doubtful TEXT NOT NULL)""",
            # What was counted, each value once: calls that went alike share one.
            """CREATE TABLE count (
                id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, body BLOB NOT NULL)""",
            """CREATE TABLE counted (
                id INTEGER PRIMARY KEY,
                tally INTEGER NOT NULL REFERENCES tally, call TEXT NOT NULL,
                first_at REAL NOT NULL, touched_at REAL NOT NULL,
                durations BLOB NOT NULL, count INTEGER NOT NULL REFERENCES count)""",
            "CREATE INDEX counted_of_tally ON counted (tally, call)",
            "CREATE INDEX counted_by_count ON counted (count)",
        ),
    ),
)
"""In order; one that was ever released is never changed."""

_RECORD = """CREATE TABLE IF NOT EXISTS migration (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID"""


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one transaction that no other writer can come between."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        # SQLite may have rolled back by itself, as it does where the disk is full.
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def applied(database: sqlite3.Connection) -> tuple[str, ...]:
    """Names of the migrations that the database has seen, in order; none for an empty one."""
    has_record = database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").fetchone()
    if has_record is None:
        return ()
    return tuple(name for (name,) in database.execute("SELECT name FROM migration ORDER BY number"))


@cache
def columns() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The types that each column of each table takes, in the words of SQLite's `typeof`, quoted."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        migrate(database, Path(":memory:"))
        tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (table,) in tables:
            told = database.execute(f"PRAGMA table_info({table})")
            found[table] = {
                name: (f"'{declared.lower()}'", *(() if is_needed or is_key else ("'null'",)))
                for _, name, declared, is_needed, _, is_key in told
            }
    return found


def check(database: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """How many migrations are still to be run.

    Raises:
        LedgerError: the database is none of ours, was tampered with, or is of a newer ringback.
    """
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and tables:
        raise LedgerError(f"{path}: a database of something else; it was left as it is: name another file")
    done, known = applied(database), tuple(migration.name for migration in migrations)
    if done != known[: len(done)]:
        newest = next((name for name in reversed(done) if name not in known), done[-1])
        raise LedgerError(
            f"{path}: written by a newer ringback: its schema has {len(done)} steps, the last {newest!r}, "
            f"this one knows {len(known)}; it was left as it is: update ringback"
        )
    # They would run with whatever is recorded, or read.
    foreign = database.execute("SELECT 1 FROM sqlite_schema WHERE type IN ('trigger', 'view')").fetchone()
    if foreign is not None:
        raise LedgerError(f"{path}: holds triggers or views, which no ledger has: do not use it")
    return len(known) - len(done)


def migrate(database: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Run what is still to be run; nothing where nothing is.

    Raises:
        LedgerError: as for `check`.
        sqlite3.Error: a step failed; those before it stay done, of it nothing does.
    """
    while check(database, path, migrations):
        with transaction(database):
            # Another process may have run it while this one waited.
            number = len(applied(database))
            if number < len(migrations):
                _run(database, number, migrations[number])


def _run(database: sqlite3.Connection, number: int, migration: Migration) -> None:
    if number == 0:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(_RECORD)
    for statement in migration.statements:
        database.execute(statement)
    database.execute("INSERT INTO migration VALUES (?, ?)", (number + 1, migration.name))
