"""A file system of its own, a few megabytes large, that gets full or read-only; only root can mount one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringback.commands.writing import write_file
from ringback.errors import EventFileError, ExportError, LedgerError
from ringback.eventfile import EventFile
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.outlet import LedgerOutlet
from ringback.ledger.verify import verify
from ringback.observations import Funnel
from ringback.sanitize import Placeholders
from support.ledgers import filled, in_flow, observed
from support.sightings import Tape, good_call

CALL = observed(*good_call(Tape()))


def mounted(*words: str) -> bool:
    try:
        return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in a folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)):
        pytest.skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_full(disk: Path) -> None:
    """Ledger and event file say it once each time that it happens, and hold whole records; once there is room
    the ledger has everything and the event file tells how much it lacks."""
    ballast = disk / "ballast"
    ledger, events = LedgerOutlet(Ledger(disk / "ledger.db")), EventFile(disk / "events.jsonl")
    ballast.write_bytes(bytes(15_800_000))
    told: list[str] = []
    for number in range(300):
        each = in_flow(CALL[number % len(CALL)], f"flow-{number}")
        try:
            ledger.show(each)
        except LedgerError as error:
            told.append(str(error))
        try:
            events.write(each, Placeholders())
        except EventFileError as error:
            told.append(str(error))
    assert f"{disk}/ledger.db: the disk is full: make room, or name a ledger elsewhere" in told
    assert sum("ledger.db" in line for line in told) == 1
    with pytest.raises(ExportError, match="No space left on device"):
        write_file(disk / "report.html", "x" * 5_000_000)
    assert {path.name for path in disk.iterdir()} <= {
        "ballast",
        "events.jsonl",
        *(f"ledger.db{suffix}" for suffix in ("", "-wal", "-shm")),
    }
    assert (disk / "events.jsonl").read_bytes().endswith(b"}\n")
    ballast.unlink()
    ledger.close(Funnel())
    events.close()
    assert verify(disk / "ledger.db").is_sound
    assert StoredLedger(disk / "ledger.db").stats().stanzas == 300


def test_read_only(disk: Path) -> None:
    """What was written can be read; each that would write says that it cannot, and what to do."""
    filled(disk / "ledger.db", *CALL).close()
    EventFile(disk / "events.jsonl").close()
    assert mounted("-o", "remount,ro", str(disk))
    assert StoredLedger(disk / "ledger.db").stats().stanzas == len(CALL)
    for name in ("ledger.db", "new.db"):
        with pytest.raises(LedgerError, match="the file system is read-only: name a file elsewhere"):
            Ledger(disk / name)
    for name in ("events.jsonl", "new.jsonl"):
        with pytest.raises(EventFileError, match="the file system is read-only: name a file elsewhere"):
            EventFile(disk / name)
    with pytest.raises(ExportError, match="Read-only file system"):
        write_file(disk / "report.html", "x")
