"""Opening the file: whose it is, who may read it, and what it must not be.

The file and those that SQLite puts beside it (`-wal`, `-shm`) are their owner's alone and never symbolic
links. An existing file is looked at, not opened: closing a second descriptor of it would take SQLite's own
locks away from this process (SQLite, How To Corrupt, 2.2).
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from ringback.errors import LedgerError
from ringback.ledger import schema
from ringback.ledger.failure import OutdatedError, damaged, refused

OPENING_TIMEOUT_S = 5.0
"""How long another writer is waited for while the ledger is opened."""

_OPCODES = 1_000_000
"""Steps of SQLite's between two looks at what came meanwhile: tens of milliseconds."""
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_OWNER_ONLY = 0o600
_WRITABLE = 0o222
_BESIDE = ("-wal", "-shm", "-journal")
_REASONS = {
    errno.ENOENT: "its folder does not exist: make it first",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.EACCES: "permission denied: name a file that you may write",
    errno.EPERM: "permission denied: name a file that you may write",
    errno.EROFS: "the file system is read-only: name a file elsewhere",
    errno.ENOSPC: "the disk is full: make room, or name a ledger elsewhere",
}


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The ledger at `path`, made where there is none, its schema brought up to date.

    Raises:
        LedgerError: it cannot be used; the message says why and what to do.
    """
    _make(path)
    before = _checked(path)
    _refuse_read_only(path)
    _keep_to_owner(path, before)
    return _opened(path, before)


def open_existing(path: Path) -> sqlite3.Connection:
    """The ledger that lies at `path`, its schema brought up to date, to keep beside what was recorded what
    follows from it: who may read it stays as it is.

    Raises:
        LedgerError: there is none, or it cannot be written; the message says why and what to do.
    """
    before = _checked(path)
    _refuse_read_only(path)
    if not os.access(path, os.W_OK):
        raise LedgerError(f"{path}: it is read-only: make it writable, or name another ledger")
    return _opened(path, before)


def _opened(path: Path, before: os.stat_result) -> sqlite3.Connection:
    with refused(path):
        database = _connect(f"{path.absolute().as_uri()}?mode=rw")
        try:
            _prepare(database, path)
            _check_same(path, before)
        except BaseException:
            database.close()
            raise
    return database


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing.

    Raises:
        OutdatedError: it was written by an older ringback.
        LedgerError: there is none or nothing in it, it cannot be read, or it was written by a newer ringback.
    """
    _checked(path)
    with refused(path):
        try:
            database, missing = _look(path)
        except sqlite3.OperationalError as error:
            if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_IOERR_SHM"):
                raise
            database, missing = _look(path, alone=True)
    if missing:
        with closing(database), refused(path):
            raise _without_migrations(database, path, missing)
    return database


def _without_migrations(database: sqlite3.Connection, path: Path, missing: int) -> LedgerError:
    if missing < len(schema.MIGRATIONS):
        return OutdatedError(f"{path}: written by an older ringback: `ringback ledger verify` updates it")
    if database.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None:
        return LedgerError(f"{path}: empty, nothing was recorded there: `ringback replay --ledger` records")
    return damaged(path)


def _look(path: Path, *, alone: bool = False) -> tuple[sqlite3.Connection, int]:
    """A connection that changes nothing, and how many migrations the ledger lacks.

    `alone` keeps others out and needs no `-shm`, for which a full disk has no room. Source: SQLite,
    Write-Ahead Logging, section 8.
    """
    database = _connect(_readable(path))
    try:
        if alone:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA query_only = ON")
        # However long SQLite is at something, Python gets to look after its signals: see `refused`.
        database.set_progress_handler(lambda: False, _OPCODES)
        return database, schema.check(database, path)
    except BaseException:
        database.close()
        raise


def attachable(path: Path) -> str:
    """The ledger as SQLite is to attach it: read-only, so that no lock is taken on it.

    In a folder that takes nothing SQLite must be told that the file does not change; and beside a file that
    nobody may write it would leave a `-shm` that nobody may write either, once the file is made writable.
    """
    alone = not Path(f"{path}-wal").exists()
    is_fixed = not path.lstat().st_mode & _WRITABLE or not os.access(path.absolute().parent, os.W_OK)
    unchanging = alone and is_fixed
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if unchanging else ''}"


def _readable(path: Path) -> str:
    """Where it could be written it is opened so: only then SQLite takes away what it put beside the file."""
    could_write = os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)
    return f"{path.absolute().as_uri()}?mode=rw" if could_write else attachable(path)


def _connect(uri: str) -> sqlite3.Connection:
    # One thread at a time: whoever hands it to another one sees to that.
    database = sqlite3.connect(
        uri, uri=True, timeout=OPENING_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    database.execute("PRAGMA foreign_keys = ON")
    database.execute("PRAGMA trusted_schema = OFF")
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    schema.check(database, path)
    (journal,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
    if journal != "wal":
        raise LedgerError(f"{path}: its file system cannot hold a ledger (no WAL): name a local one")
    # A commit is in the kernel's hands when it returns: the end of this process cannot undo it, that of the
    # machine can undo the last ones, but not damage the file.
    database.execute("PRAGMA synchronous = NORMAL")
    # A name that is hidden later leaves nothing behind in the file.
    database.execute("PRAGMA secure_delete = ON")
    schema.migrate(database, path)
    with schema.transaction(database):
        """Nothing: that it can be written at all shows here."""


def _make(path: Path) -> None:
    try:
        os.close(os.open(path, _CREATE, _OWNER_ONLY))
    except FileExistsError:
        return
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"cannot be made: {error.strerror}")
        raise LedgerError(f"{path}: {reason}") from error


def _checked(path: Path) -> os.stat_result:
    """The state of the file itself, after a look at those beside it."""
    for suffix in _BESIDE:
        beside = Path(f"{path}{suffix}")
        if beside.is_symlink():
            raise LedgerError(f"{beside}: a symbolic link, which is none of SQLite's: remove it")
    try:
        status = os.lstat(path)
    except OSError as error:
        raise LedgerError(f"{path}: cannot be opened: {error.strerror}") from error
    if stat.S_ISLNK(status.st_mode):
        raise LedgerError(f"{path}: a symbolic link: name the file that it points to")
    if not stat.S_ISREG(status.st_mode):
        raise LedgerError(f"{path}: no regular file: name one")
    return status


def _refuse_read_only(path: Path) -> None:
    """SQLite says no more than that it cannot open it."""
    if hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY:
        raise LedgerError(f"{path}: {_REASONS[errno.EROFS]}")


def _keep_to_owner(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if mode & ~_OWNER_ONLY and os.name != "nt":
        try:
            path.chmod(mode & _OWNER_ONLY)
        except OSError as error:
            raise LedgerError(f"{path}: others can read it, and it is not yours to change that") from error


def _check_same(path: Path, before: os.stat_result) -> None:
    """SQLite opens by name: what lies there now must still be what was looked at."""
    if not os.path.samestat(before, _checked(path)):
        raise LedgerError(f"{path}: was replaced while it was opened: try again")
