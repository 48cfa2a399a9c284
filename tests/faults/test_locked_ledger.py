"""Another process holds the ledger's lock while recordings are replayed into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ringback.cli import main
from ringback.commands import replay
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.outlet import LedgerOutlet
from ringback.observations import Observation
from ringback.status import ExitCode
from support.recorded import capture

NAME = "single-callee"
BEGIN, END = 5, 25
"""Observations before which the lock is taken, and given back."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "lab.db"
    Ledger(path).close()
    return path


@pytest.fixture
def other(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Another process, which takes the lock in the midst of a replay."""
    monkeypatch.setattr(replay, "PATIENCE_S", 0)
    show, count = LedgerOutlet.show, 0

    def counted(outlet: LedgerOutlet, *observations: Observation) -> None:
        nonlocal count
        count += 1
        if count == BEGIN:
            connection.execute("BEGIN IMMEDIATE")
        elif count == END and connection.in_transaction:
            end()
        show(outlet, *observations)

    def end() -> None:
        connection.execute("ROLLBACK")

    monkeypatch.setattr(LedgerOutlet, "show", counted)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.mark.usefixtures("other")
def test_a_replay_goes_on(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That is told once, nothing is lost."""
    assert main(["replay", "--ledger", str(path), str(capture(NAME))]) == ExitCode.OK
    told = capsys.readouterr().err
    assert (
        told.count("another process is writing to it: let that one finish; what comes is kept in memory") == 1
    )
    locked = StoredLedger(path).stats()
    second = path.with_name("second.db")
    assert main(["replay", "--ledger", str(second), str(capture(NAME))]) == ExitCode.OK
    free = StoredLedger(second).stats()
    assert (locked.stanzas, locked.findings) == (free.stanzas, free.findings)


def test_what_a_replay_could_not_keep_is_told(
    path: Path, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the lock outlasts it: all is printed, the exit code says that the ledger lacks some."""
    monkeypatch.setattr(f"{__name__}.END", -1)
    assert main(["replay", "--ledger", str(path), str(capture(NAME))]) == ExitCode.INPUT
    printed = capsys.readouterr()
    assert "observations were not kept" in printed.err
    assert "findings " in printed.out
    assert other.in_transaction
