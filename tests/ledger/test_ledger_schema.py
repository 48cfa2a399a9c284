"""Migrations: ordered, each whole or not at all, done once, and never against a newer ledger."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ringback.errors import LedgerError
from ringback.ledger import Ledger
from ringback.ledger.opening import open_for_reading
from ringback.ledger.schema import APPLICATION_ID, MIGRATIONS, Migration, applied, check, migrate, transaction
from support.ledgers import filled, observed, raw
from support.sightings import Tape, good_call

PATH = Path("ledger.db")
NEXT = Migration("shapes", ("CREATE TABLE shape (id INTEGER PRIMARY KEY)", "INSERT INTO shape VALUES (1)"))


@pytest.fixture
def database() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def tables(database: sqlite3.Connection) -> list[str]:
    return [sql for (sql,) in database.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY 1")]


def test_an_empty_database_gets_every_step_in_order(database: sqlite3.Connection) -> None:
    """And says afterwards what it is."""
    migrate(database, PATH)
    assert applied(database) == tuple(migration.name for migration in MIGRATIONS)
    assert applied(database) == ("observations", "findings", "names", "first times", "counts")
    assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert not database.in_transaction


def test_running_again_does_nothing(database: sqlite3.Connection) -> None:
    """No statement that could change anything is run."""
    migrate(database, PATH)
    before, changes = tables(database), database.total_changes
    migrate(database, PATH)
    assert (tables(database), database.total_changes) == (before, changes)


@pytest.mark.parametrize("known", range(len(MIGRATIONS) + 1))
def test_each_earlier_schema_is_brought_up_to_date(database: sqlite3.Connection, known: int) -> None:
    """The steps that are missing are run, and lead to the same tables."""
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    migrate(fresh, PATH)
    migrate(database, PATH, MIGRATIONS[:known])
    assert check(database, PATH) == len(MIGRATIONS) - known
    migrate(database, PATH)
    assert tables(database) == tables(fresh)


@pytest.mark.parametrize("broken", range(1, len(NEXT.statements) + 2))
def test_a_step_that_fails_leaves_nothing_behind(database: sqlite3.Connection, broken: int) -> None:
    """Whichever of its statements fails: neither tables nor its record; run without the fault it is done."""
    migrate(database, PATH)
    before = tables(database)
    statements = (
        *NEXT.statements[: broken - 1],
        "INSERT INTO nowhere VALUES (1)",
        *NEXT.statements[broken - 1 :],
    )
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(database, PATH, (*MIGRATIONS, Migration("shapes", statements)))
    assert (tables(database), len(applied(database))) == (before, len(MIGRATIONS))
    assert not database.in_transaction
    migrate(database, PATH, (*MIGRATIONS, NEXT))
    assert applied(database)[-1] == "shapes"


def test_the_first_step_that_fails_leaves_an_empty_database(database: sqlite3.Connection) -> None:
    """Not even the mark that it is a ledger."""
    with pytest.raises(sqlite3.OperationalError):
        migrate(database, PATH, (Migration("observations", ("CREATE TABLE x (id)", "nonsense")),))
    assert tables(database) == []
    assert database.execute("PRAGMA application_id").fetchone() == (0,)


def test_a_newer_ledger_is_refused_with_the_reason(tmp_path: Path) -> None:
    """Named are what it has, what this ringback knows, and what to do; nothing in it is touched."""
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    with raw(path) as database:
        database.execute("INSERT INTO migration VALUES (6, 'shapes')")
    before = path.read_bytes()
    for opening in (Ledger, open_for_reading):
        with pytest.raises(
            LedgerError, match=r"newer ringback: its schema has 6 steps, the last 'shapes', this one knows 5"
        ):
            opening(path)
    assert path.read_bytes() == before


def test_a_ledger_with_other_steps_is_refused(database: sqlite3.Connection) -> None:
    """Steps that were renamed or left out lead to tables that nobody knows."""
    migrate(database, PATH, (MIGRATIONS[0], NEXT))
    with pytest.raises(LedgerError, match="the last 'shapes'"):
        check(database, PATH)


def test_an_older_ledger_cannot_be_merged_before_it_is_updated(tmp_path: Path) -> None:
    """Reading changes nothing, and so cannot update; it says what does."""
    path = tmp_path / "ledger.db"
    filled(path, *observed(*good_call(Tape()))).close()
    with raw(path) as database:
        database.execute("DELETE FROM migration WHERE number = 5")
    with pytest.raises(LedgerError, match="older ringback: `ringback ledger verify` updates it"):
        open_for_reading(path)


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    """A file that some other program keeps its data in."""
    path = tmp_path / "other.db"
    with raw(path) as database:
        database.execute("CREATE TABLE migration (number, name)")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="a database of something else"):
        Ledger(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "foreign",
    [
        "CREATE TRIGGER hide AFTER INSERT ON stanza BEGIN DELETE FROM stanza; END",
        "CREATE VIEW long AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n",
    ],
)
def test_a_ledger_that_brings_statements_of_its_own_is_refused(tmp_path: Path, foreign: str) -> None:
    """It may come from anybody: nothing in it runs when it is opened, recorded into, read or merged."""
    path, own = tmp_path / "ledger.db", tmp_path / "own.db"
    filled(path, *observed(*good_call(Tape()))).close()
    with raw(path) as database:
        database.execute(foreign)
    before = path.read_bytes()
    with Ledger(own) as ledger, pytest.raises(LedgerError, match="holds triggers or views"):
        ledger.merge(path)
    for opening in (Ledger, open_for_reading):
        with pytest.raises(LedgerError, match="which no ledger has: do not use it"):
            opening(path)
    assert path.read_bytes() == before


def test_a_transaction_is_whole_or_nothing(database: sqlite3.Connection) -> None:
    """Also where it is broken off by what is no error of SQLite's."""
    database.execute("CREATE TABLE x (id)")

    def interrupted() -> None:
        with transaction(database):
            database.execute("INSERT INTO x VALUES (1)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert database.execute("SELECT count(*) FROM x").fetchone() == (0,)
    with transaction(database):
        database.execute("INSERT INTO x VALUES (1)")
    assert database.execute("SELECT count(*) FROM x").fetchone() == (1,)
