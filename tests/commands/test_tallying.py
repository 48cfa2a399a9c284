"""What a command says while a ledger is counted, and when that is ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringback.cli import main
from ringback.commands import tallying
from ringback.commands.interrupt import Interruptions
from ringback.errors import LedgerError
from ringback.ledger import Ledger, counts
from ringback.status import ExitCode
from support.ledgers import filled, observed, raw
from support.sightings import Tape, good_call


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    filled(path, *observed(*good_call(Tape(1_700_000_000.0)))).close()
    return path


def export(path: Path) -> ExitCode:
    return ExitCode(main(["export", "questions", "--ledger", str(path)]))


def test_ctrl_c_ends_the_counting_and_nothing_is_printed(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was counted by then is kept: it says so, and the next time goes on."""

    class Interrupted(Interruptions):
        def __init__(self) -> None:
            super().__init__()
            self.count = 1

    monkeypatch.setattr(tallying, "Interruptions", Interrupted)
    assert export(path) is ExitCode.INTERRUPTED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "interrupted: 0 calls of" in shown.err
    assert "the next time goes on from there" in shown.err
    monkeypatch.undo()
    assert export(path) is ExitCode.OK
    assert "# Open questions" in capsys.readouterr().out


def test_a_long_counting_is_announced_once(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it begins; what is kept needs no word."""
    monkeypatch.setattr(tallying, "MANY", 8)
    for is_said in (True, False):
        assert export(path) is ExitCode.OK
        assert ("9 frames are gone through" in capsys.readouterr().err) is is_said


def test_a_ledger_that_cannot_be_written_says_why_it_takes_long(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every time, of a large one."""

    def refuse(_path: Path) -> None:
        raise LedgerError("it is read-only")

    monkeypatch.setattr(tallying, "MANY", 8)
    monkeypatch.setattr(counts, "open_existing", refuse)
    for _ in range(2):
        assert export(path) is ExitCode.OK
        shown = capsys.readouterr()
        assert "what was counted is not kept, the next time takes as long: it is read-only" in shown.err
        assert "# Open questions" in shown.out


def test_verify_takes_counts_away_that_do_not_hold(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that were changed, and those that are not what is counted now; the next look finds nothing."""
    for damage in ("UPDATE count SET body = x'00'", "UPDATE counted SET durations = x'9491079107910790'"):
        assert export(path) is ExitCode.OK
        assert main(["ledger", "verify", "--ledger", str(path)]) == ExitCode.OK
        with raw(path) as database:
            database.execute(damage)
        capsys.readouterr()
        assert main(["ledger", "verify", "--ledger", str(path)]) == ExitCode.INPUT
        assert "counted again when it is asked for" in capsys.readouterr().out
        with raw(path) as database:
            assert database.execute("SELECT count(*) FROM counted").fetchone() == (0,)
        assert main(["ledger", "verify", "--ledger", str(path)]) == ExitCode.OK
    Ledger(path).close()
