"""The ledger as an outlet: a failure is told once, harms nothing, and what can be kept later is kept."""

from __future__ import annotations

import resource
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringback.errors import LedgerError
from ringback.ledger import Ledger
from ringback.ledger import outlet as module
from ringback.ledger.outlet import LedgerOutlet
from ringback.ledger.verify import verify
from ringback.ledger.writing import Recorder
from ringback.observations import Funnel, Observation
from support.ledgers import filled, identified, in_flow, observed, raw
from support.processes import in_child
from support.sightings import Tape, good_call

CALL = observed(*good_call(Tape()))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits and users are those of POSIX")


def many(count: int) -> Iterator[Observation]:
    """Stanzas of flows without end."""
    for number in range(count):
        yield in_flow(CALL[number % len(CALL)], f"flow-{number}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def stanzas(path: Path) -> int:
    with Ledger(path) as ledger:
        assert ledger.verify().is_sound
        return ledger.stats().stanzas


def test_what_was_shown_is_kept_at_once(path: Path) -> None:
    """Another process sees it before the outlet returns."""
    outlet = LedgerOutlet(Ledger(path))
    for number, each in enumerate(CALL, start=1):
        outlet.show(each)
        with raw(path) as other:
            assert other.execute("SELECT count(*) FROM stanza").fetchone() == (number,)
    outlet.close(Funnel())
    assert stanzas(path) == len(CALL)
    assert not list(path.parent.glob("*-wal"))


class TestLockedByAnotherProcess:
    @pytest.fixture
    def locked(self, path: Path) -> Iterator[sqlite3.Connection]:
        Ledger(path).close()
        with raw(path) as other:
            yield other

    def test_it_is_told_once_and_written_later(self, path: Path, locked: sqlite3.Connection) -> None:
        """What came in between is written as soon as the lock is gone, nothing is lost."""
        outlet = LedgerOutlet(Ledger(path))
        locked.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="another process is writing to it"):
            outlet.show(CALL[0])
        for each in CALL[1:5]:
            outlet.show(each)
        locked.execute("ROLLBACK")
        for each in CALL[5:]:
            outlet.show(each)
        outlet.close(Funnel())
        assert stanzas(path) == len(CALL)

    def test_each_failure_is_told(self, path: Path, locked: sqlite3.Connection) -> None:
        """Once it could be written again, the next failure is another one."""
        outlet = LedgerOutlet(Ledger(path))
        for _ in range(2):
            locked.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerError):
                outlet.show(CALL[0])
            locked.execute("ROLLBACK")
            outlet.show(CALL[1])
        outlet.close(Funnel())

    def test_what_is_not_kept_is_told_at_the_end(self, path: Path, locked: sqlite3.Connection) -> None:
        """With the number of observations; the file is given back nevertheless."""
        outlet = LedgerOutlet(Ledger(path))
        locked.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError):
            outlet.show(CALL[0])
        outlet.show(CALL[1])
        with pytest.raises(LedgerError, match=r"another process .*; 2 observations were not kept"):
            outlet.close(Funnel())
        locked.execute("ROLLBACK")
        assert stanzas(path) == 0

    def test_the_backlog_is_bounded(
        self, path: Path, locked: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """At the limit nothing is lost; one more, and the oldest is, which is told."""
        monkeypatch.setattr(module, "MAX_BACKLOG", 3)
        for count, kept in ((3, 3), (4, 3), (9, 3)):
            path.unlink()
            Ledger(path).close()
            with raw(path) as other:
                outlet = LedgerOutlet(Ledger(path))
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(LedgerError):
                    outlet.show(CALL[0])
                for each in CALL[1:count]:
                    outlet.show(each)
                other.execute("ROLLBACK")
            if count == kept:
                outlet.close(Funnel())
            else:
                with pytest.raises(LedgerError, match=f"{count - kept} observations were not kept"):
                    outlet.close(Funnel())
            assert stanzas(path) == kept

    def test_attempts_grow_rare(
        self, path: Path, locked: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A thousand observations while it is locked cost nine attempts, each after twice as many."""
        ledger = Ledger(path)
        outlet = LedgerOutlet(ledger)
        locked.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError):
            outlet.show(CALL[0])
        attempts: list[int] = []

        def fail(*observations: Observation) -> None:
            attempts.append(len(observations))
            raise LedgerError("still locked")

        monkeypatch.setattr(ledger, "record", fail)
        for each in many(1000):
            outlet.show(each)
        assert attempts == [2**power for power in range(1, 10)]
        with pytest.raises(LedgerError):
            outlet.close(Funnel())


@POSIX
@pytest.mark.parametrize("room", [40_000, 131_072, 300_000])
def test_a_full_disk_damages_nothing(room: int, tmp_path: Path) -> None:
    """Wherever it becomes full: told once, and what was kept by then is all there and sound."""

    def fill(folder: Path) -> tuple[int, list[str]]:
        outlet = LedgerOutlet(Ledger(folder / "ledger.db"))
        told: list[str] = []
        kept = 0
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        for each in many(600):
            try:
                outlet.show(each)
                kept += not told
            except LedgerError as error:
                told.append(str(error))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with raw(folder / "ledger.db") as other:
            (on_disk,) = other.execute("SELECT count(*) FROM stanza").fetchone()
        assert on_disk == kept
        outlet.close(Funnel())
        assert verify(folder / "ledger.db").is_sound
        return stanzas(folder / "ledger.db"), told

    kept, told = in_child(fill)
    assert kept == 600
    assert len(told) == 1
    assert "disk" in told[0]


@POSIX
def test_a_ledger_that_becomes_read_only_is_told_once(path: Path) -> None:
    """What was kept stays, what comes is counted, the outlet goes on."""

    def record(folder: Path) -> tuple[list[str], int]:
        told: list[str] = []
        outlet = LedgerOutlet(filled(folder / "ledger.db", *CALL[:3]))
        outlet._ledger._database.execute("PRAGMA query_only = ON")
        for each in CALL[3:]:
            try:
                outlet.show(each)
            except LedgerError as error:
                told.append(str(error))
        with pytest.raises(LedgerError, match="6 observations were not kept"):
            outlet.close(Funnel())
        return told, stanzas(folder / "ledger.db")

    told, kept = in_child(record, without_privileges=True)
    assert kept == 3
    assert len(told) == 1
    assert "read-only" in told[0]


def test_a_secret_that_was_not_kept_is_not_used(path: Path) -> None:
    """Where the first observation fails, the next one must not be told in pseudonyms of a lost secret."""
    with Ledger(path) as ledger:
        with raw(path) as other:
            other.execute(
                "CREATE TRIGGER full BEFORE INSERT ON stanza BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
            with pytest.raises(LedgerError):
                ledger.record(CALL[0])
            other.execute("DROP TRIGGER full")
        ledger.record(*CALL, identified())
        assert ledger.verify().is_sound
        assert ledger.stats().realms == 1
    with Ledger(path) as ledger:
        before = ledger.content()
        ledger.record(*CALL)
        assert ledger.content() == before


def test_one_that_is_a_fault_costs_no_other(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and told again at the end with the number; all around it is kept."""
    record = Recorder.record

    def faulty(self: Recorder, observation: Observation) -> None:
        if observation is CALL[1]:
            raise KeyError
        record(self, observation)

    monkeypatch.setattr(Recorder, "record", faulty)
    outlet = LedgerOutlet(Ledger(path))
    with pytest.raises(KeyError):
        outlet.show(*CALL[:3])
    outlet.show(CALL[3])
    with pytest.raises(LedgerError, match="1 observations were not kept"):
        outlet.close(Funnel())
    assert stanzas(path) == 3
