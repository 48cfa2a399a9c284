"""SQLite's errors in words that say what to do."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from ringback.errors import LedgerError, StanzaError


class OutdatedError(LedgerError):
    """A ledger of an older ringback, to be brought up to date before it can be read."""


class DamagedError(LedgerError):
    """A ledger that is not whole, or that something else has written to."""


class LockedError(LedgerError):
    """A ledger that another process is writing to; it may be tried again."""


DAMAGE = (StanzaError, ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError)
"""What comes of reading a value that no ringback has written: in a file that was damaged, or that somebody
made, any value may stand anywhere."""

_DAMAGED = "it is damaged: see `ringback ledger verify`, or read the captures into a new one"
_REASONS = {
    "SQLITE_FULL": "the disk is full: make room, or name a ledger elsewhere",
    "SQLITE_READONLY": "it, or the folder that it lies in, is read-only: name a ledger that you may write",
    "SQLITE_BUSY": "another process is writing to it: let that one finish",
    "SQLITE_LOCKED": "another process is writing to it: let that one finish",
    "SQLITE_CANTOPEN": "it cannot be opened: name a file in a folder that exists and that you may write",
    "SQLITE_NOTADB": "no ledger: it was left as it is, name another file",
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_ERROR": _DAMAGED,
    "SQLITE_IOERR": "the disk failed or is full: make room, or name a ledger elsewhere",
    "SQLITE_PERM": "permission denied: name a ledger that you may write",
    "OperationalError": _DAMAGED,
    "SQLITE_TOOBIG": "a stanza is larger than SQLite takes",
}
"""By primary result code; Python's own error, which has none, is about text that is no UTF-8. The general one
is about a table or column that is not there: nothing else can be wrong about what is asked. Source: SQLite,
Result and Error Codes."""
_LOCKED = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED"})


def damaged(path: Path) -> DamagedError:
    """What is told of a ledger that is not whole."""
    return DamagedError(f"{path}: {_DAMAGED}")


def refusal(path: Path, error: sqlite3.Error) -> LedgerError:
    """What an error of SQLite on the ledger at `path` means. Holds nothing that was to be stored."""
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    primary = "_".join(name.split("_")[:2])
    reason = _REASONS.get(primary, f"cannot be used ({name})")
    if reason == _DAMAGED:
        return damaged(path)
    kind = LockedError if primary in _LOCKED else LedgerError
    return kind(f"{path}: {reason}")


def refused(path: Path) -> AbstractContextManager[None]:
    """Run the block; an error of SQLite in it comes out as a `LedgerError` about the ledger at `path`, and
    Ctrl-C, which ends what SQLite is at, as what it is."""
    return _Refused(path)


def reading(path: Path) -> AbstractContextManager[None]:
    """Run the block, which reads what the ledger at `path` holds; as `refused`, and a value in it that no
    ringback has written comes out as a `LedgerError`, too."""
    return _Reading(path)


class _Refused(AbstractContextManager[None]):
    """No generator: from Python 3.12 on an error that one turns into another stays in a circle with what it
    passed through, and holds the file open until garbage is collected."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Turn it into what is told of it, where it is about the ledger."""
        if isinstance(error, sqlite3.Error):
            if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                raise KeyboardInterrupt from None
            raise refusal(self._path, error) from error
        # SQLite's message quotes the file, and Python takes it for text; a size in it may be that of nothing.
        if isinstance(error, (UnicodeDecodeError, MemoryError)):
            raise damaged(self._path) from error


class _Reading(_Refused):
    __slots__ = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The same, and where it is about a value."""
        super().__exit__(kind, error, trace)
        if isinstance(error, DAMAGE):
            raise damaged(self._path) from error
