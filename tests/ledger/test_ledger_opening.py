"""Whose the file is, who may read it, and what it must not be."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ringback.errors import LedgerError
from ringback.ledger import Ledger, StoredLedger, default_path
from ringback.ledger.opening import open_for_reading
from support.ledgers import filled, identified, observed, raw
from support.processes import in_child
from support.sightings import Tape, good_call

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes and users are those of POSIX")
STANZAS = observed(*good_call(Tape()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def modes(path: Path) -> dict[str, int]:
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.glob(f"{path.name}*")}


@POSIX
def test_only_the_owner_reads_it(path: Path) -> None:
    """The file and what SQLite puts beside it, whatever the umask, and whoever could read it before."""
    before = os.umask(0)
    try:
        with filled(path, *STANZAS):
            assert modes(path) == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}
        path.chmod(0o664)
        with filled(path, identified()):
            assert set(modes(path).values()) == {0o600}
    finally:
        os.umask(before)


def test_it_is_written_ahead(path: Path) -> None:
    """Readers and one writer at a time do not wait for each other."""
    with filled(path, *STANZAS) as ledger, raw(path) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        with Ledger(path) as other:
            other.record(identified())
        assert len(list(ledger.sightings())) == len(STANZAS)


def test_reading_sees_one_state(path: Path) -> None:
    """What is written while it is read belongs to the next reading."""
    with filled(path, *STANZAS[:3]) as ledger:
        sightings = ledger.sightings()
        next(sightings)
        ledger.record(*STANZAS)
        assert len(list(sightings)) == 2
        assert len(list(ledger.sightings())) == len(STANZAS)


@pytest.mark.parametrize("opening", [Ledger, open_for_reading])
def test_no_symbolic_link_is_followed(path: Path, opening: Callable[[Path], object]) -> None:
    """Neither to a ledger nor to nothing; what it points to is not touched."""
    target = path.with_name("target.db")
    path.symlink_to(target)
    with pytest.raises(LedgerError, match="symbolic link"):
        opening(path)
    assert not target.exists()
    filled(target, *STANZAS).close()
    with pytest.raises(LedgerError, match="symbolic link: name the file that it points to"):
        opening(path)


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_no_symbolic_link_beside_it_is_followed(path: Path, suffix: str) -> None:
    """SQLite would write through it."""
    filled(path, *STANZAS).close()
    target = path.with_name("target")
    path.with_name(path.name + suffix).symlink_to(target)
    with pytest.raises(LedgerError, match=f"{suffix}: a symbolic link"):
        Ledger(path)
    assert not target.exists()


@POSIX
def test_only_a_regular_file_is_a_ledger(path: Path) -> None:
    """No folder, and no pipe, which would block."""
    with pytest.raises(LedgerError, match="no regular file"):
        Ledger(path.parent)
    os.mkfifo(path)
    with pytest.raises(LedgerError, match="no regular file"):
        Ledger(path)


@pytest.mark.parametrize(
    "content", [b"not a database, and long enough for a header" * 9, b"SQLite format 3\0" * 200]
)
def test_what_is_no_ledger_is_left_as_it_is(path: Path, content: bytes) -> None:
    """A file of another kind, named by mistake."""
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"no ledger: it was left as it is|damaged"):
        Ledger(path)
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_told(path: Path) -> None:
    """With what to do about it."""
    with pytest.raises(LedgerError, match="its folder does not exist: make it first"):
        Ledger(path.parent / "missing" / "ledger.db")
    with pytest.raises(LedgerError, match="cannot be opened: No such file"):
        open_for_reading(path)
    assert not path.exists()


@POSIX
def test_a_file_of_somebody_else_is_refused(path: Path) -> None:
    """One that may be read but not written is told at once, not with the first stanza."""

    def attempt(folder: Path) -> str:
        try:
            Ledger(folder / "ledger.db")
        except LedgerError as error:
            return str(error)
        return "opened"

    def prepare(folder: Path) -> None:
        filled(folder / "ledger.db", *STANZAS).close()
        (folder / "ledger.db").chmod(0o444)

    told = in_child(attempt, prepare=prepare, without_privileges=True)
    assert "read-only" in told or "others can read it" in told


@POSIX
def test_a_read_only_folder_can_be_read(path: Path) -> None:
    """A ledger on a medium that takes nothing, to be merged from there."""

    def prepare(folder: Path) -> None:
        filled(folder / "ledger.db", *STANZAS).close()
        (folder / "ledger.db").chmod(0o444)
        folder.chmod(0o555)

    def merge(folder: Path) -> str:
        own = Path(os.environ["RINGBACK_TEST_FOLDER"]) / "own.db"
        with Ledger(own) as ledger:
            ledger.merge(folder / "ledger.db")
            return str(ledger.stats().stanzas)

    assert in_child(merge, prepare=prepare, without_privileges=True) == str(len(STANZAS))


def test_the_default_lies_in_the_users_data_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`$XDG_DATA_HOME` where it is an absolute path, else the platform's own place."""
    assert default_path({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "ringback" / "ledger.db"
    monkeypatch.setattr(sys, "platform", "linux")
    home = Path.home() / ".local" / "share" / "ringback" / "ledger.db"
    assert default_path({}) == default_path({"XDG_DATA_HOME": "relative"}) == home
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_path({}) == Path.home() / "Library" / "Application Support" / "ringback" / "ledger.db"
    monkeypatch.setattr(sys, "platform", "win32")
    assert default_path({"LOCALAPPDATA": str(tmp_path)}) == tmp_path / "ringback" / "ledger.db"


def test_nothing_is_left_beside_it(path: Path) -> None:
    """Once nobody has it open, and whether it was written, read or merged: one file, ready to be copied."""
    filled(path, *STANZAS).close()
    with Ledger(path.with_name("other.db")) as other:
        other.merge(path)
        assert len(list(other.sightings())) == len(STANZAS)
    assert len(list(StoredLedger(path).sightings())) == len(STANZAS)
    assert sorted(each.name for each in path.parent.iterdir()) == ["ledger.db", "other.db"]
