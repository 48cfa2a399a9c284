"""`ringback.archive.evidence`: a ledger that travels holds what was observed, and no secret."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path

import pytest

from ringback.archive.evidence import TravellingLedger, merge_packed
from ringback.errors import LedgerError
from ringback.ledger import Ledger
from ringback.observations import Funnel
from support.ledgers import filled
from test_captures import report

SECRET = bytes(range(32))


def packed(name: str) -> bytes:
    """All that a shipped capture shows."""
    with TravellingLedger(SECRET) as ledger:
        for observation in report(name).observations:
            ledger.show(observation)
        ledger.close(Funnel())
        return ledger.packed()


def test_it_is_merged_as_if_it_was_recorded_here(tmp_path: Path) -> None:
    """Once or twice, under the same secret."""
    with Ledger(tmp_path / "merged.db") as merged, Ledger(tmp_path / "recorded.db") as recorded:
        for ledger in (merged, recorded):
            ledger.adopt(SECRET)
        recorded.record(*report("single-callee").observations)
        for _ in range(2):
            merge_packed(merged, packed("single-callee"))
        assert merged.content() == recorded.content()
        assert merged.own_secret() == SECRET


def test_the_secret_stays(tmp_path: Path) -> None:
    """Not one byte of what travels tells it."""
    data = zlib.decompress(packed("single-callee"))
    assert data.startswith(b"SQLite format 3")
    assert SECRET not in data
    assert SECRET[:8] not in data


def test_the_secret_is_in_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is killed while it records leaves its folder behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with TravellingLedger(SECRET) as ledger:
        for observation in report("single-callee").observations:
            ledger.show(observation)
        ledger.close(Funnel())
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {path.name for path in files} >= {"task.db"}
        assert sum(path.stat().st_size for path in files) > 10_000
        assert not any(SECRET in path.read_bytes() for path in files)
    assert not list(tmp_path.iterdir())


def test_what_is_none_is_refused(tmp_path: Path) -> None:
    """Bytes that are no ledger harm nothing."""
    with filled(tmp_path / "own.db", *report("no-preaccept").observations) as ledger:
        before = ledger.content()
        with pytest.raises(LedgerError):
            merge_packed(ledger, zlib.compress(b"x" * 5000))
        assert ledger.content() == before
