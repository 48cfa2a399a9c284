"""The event file: JSON lines, appended and never rewritten, one system call per record.

A record is in the kernel when `write` returns, so that ending the process in any way, `kill -9` included,
loses none that was reported. Only a crash of the machine can; the file is synced once, when it is closed.
A line that was cut off is taken away before anything is appended, and a `recovered` record says so.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ringback.errors import EventFileError
from ringback.eventrecords import record_line, records_of, start_record, summary_record
from ringback.eventschema import SCHEMA
from ringback.observations import Funnel, Observation
from ringback.sanitize import Placeholders
from ringback.tableguess import TableGuesses

if sys.platform != "win32":
    import fcntl

_FLAGS = (
    os.O_RDWR
    | os.O_CREAT
    | os.O_APPEND
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_OWNER_ONLY = 0o600
_BLOCK = 65536
"""Bytes read at once on the way back to the last line end."""
_ANY_VERSION = b'{"schema": "ringback-events/'
_THIS_VERSION = f'{{"schema": "{SCHEMA}", '.encode()
"""How every line begins, and so the first one."""
_REFUSALS = {
    errno.EISDIR: "a folder: name a file in it",
    errno.ELOOP: "a symbolic link: name the file that it points to",
    errno.ENOENT: "its folder does not exist: make it first",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.EACCES: "permission denied: name a file that you may write",
    errno.EPERM: "permission denied: name a file that you may write",
    errno.EROFS: "the file system is read-only: name a file elsewhere",
    errno.ENXIO: "a socket or a device: name a regular file",
}


class EventFile:
    """An event file, open and locked for this process alone. A context manager."""

    def __init__(self, path: Path) -> None:
        """Open `path` for appending; make it, readable by its owner only, where it does not exist.

        Raises:
            EventFileError: it cannot be used; the message says why and what to do.
        """
        self._path = path
        self._guesses = TableGuesses()
        self._lost = 0
        self._torn_at: int | None = None
        try:
            self._fd = os.open(path, _FLAGS, _OWNER_ONLY)
        except OSError as error:
            raise self._refused(error) from error
        try:
            self._claim()
            self._start(removed=self._take_away_torn_line())
        except OSError as error:
            os.close(self._fd)
            raise self._refused(error) from error
        except EventFileError:
            os.close(self._fd)
            raise

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file, also after an error."""
        self.close()

    def write(self, observation: Observation, placeholders: Placeholders) -> None:
        """Append the records of an observation; they are safe from the end of this process afterwards.

        Raises:
            EventFileError: the file can take no more. Raised once: later records are counted instead and
                reported by a `lost` record as soon as the file takes records again.
        """
        self._guesses.note(observation)
        for record in records_of(observation, placeholders, self._guesses):
            self._append(record_line(record))

    def lose(self, observation: Observation, placeholders: Placeholders) -> None:
        """Count the records of an observation as lost, which the next record says."""
        self._guesses.note(observation)
        self._lost += len(list(records_of(observation, placeholders, self._guesses)))

    def summary(self, funnel: Funnel) -> None:
        """Append the record that closes a run.

        Raises:
            EventFileError: as for `write`.
        """
        self._append(record_line(summary_record(funnel)))

    def take_over(self, run: Sequence[str]) -> None:
        """Append the lines of a whole run of another process, its start and its summary included: all of
        them in one piece, or none where the file takes no more.

        Raises:
            EventFileError: as for `write`.
        """
        self._append(*run)

    def close(self) -> None:
        """Give the file back. Closing twice does nothing.

        Raises:
            EventFileError: the system could not bring the last records to the disk.
        """
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        try:
            os.fsync(fd)
        except OSError as error:
            raise EventFileError(f"{self._path}: {error.strerror}: its last records may be lost") from error
        finally:
            os.close(fd)

    def _claim(self) -> None:
        status = os.fstat(self._fd)
        if not stat.S_ISREG(status.st_mode):
            raise EventFileError(f"{self._path}: no regular file: name one, or leave the option out")
        if sys.platform == "win32":  # has neither flock nor modes: the rest holds there too
            return
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EventFileError(
                f"{self._path}: another ringback is writing to it: stop that one, or name another file"
            ) from error
        if stat.S_IMODE(status.st_mode) != _OWNER_ONLY:
            os.fchmod(self._fd, _OWNER_ONLY)

    def _take_away_torn_line(self) -> int:
        """Cut the file after its last complete line and return how many bytes that took.

        Raises:
            EventFileError: the file holds something else; nothing is cut then.
        """
        self._check_first_line()
        size = os.fstat(self._fd).st_size
        end = self._end_of_last_line(size)
        if end < size:
            os.ftruncate(self._fd, end)
        return size - end

    def _check_first_line(self) -> None:
        os.lseek(self._fd, 0, os.SEEK_SET)
        beginning = os.read(self._fd, len(_THIS_VERSION))
        if _THIS_VERSION.startswith(beginning):
            return
        if beginning.startswith(_ANY_VERSION):
            reason = f"an event file of another version than {SCHEMA}"
        else:
            reason = "no event file"
        raise EventFileError(f"{self._path}: {reason}; it was left as it is: name another file")

    def _end_of_last_line(self, size: int) -> int:
        end = size
        while end > 0:
            start = max(0, end - _BLOCK)
            os.lseek(self._fd, start, os.SEEK_SET)
            found = os.read(self._fd, end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
        return 0

    def _start(self, *, removed: int) -> None:
        if removed:
            self._write_lines(record_line({"type": "recovered", "removed": removed}))
        self._write_lines(record_line(start_record()))

    def _append(self, *lines: str) -> None:
        try:
            if self._lost:
                # In one piece: a `lost` record that fits where the next one does not would repeat itself.
                self._write_lines(record_line({"type": "lost", "records": self._lost}), *lines)
                self._lost = 0
            else:
                self._write_lines(*lines)
        except OSError as error:
            is_first = not self._lost
            self._lost += len(lines)
            if is_first:
                raise EventFileError(
                    f"{self._path}: {error.strerror}: records are lost until it can be written again"
                ) from error

    def _write_lines(self, *told: str) -> None:
        self._mend()
        lines = "".join(told).encode()
        start = os.fstat(self._fd).st_size
        written = 0
        try:
            while written < len(lines):
                written += os.write(self._fd, lines[written:])
        except OSError:
            # Now, for this may be the last write; and before the next line, should it fail now.
            self._torn_at = start if written else None
            self._mend()
            raise

    def _mend(self) -> None:
        if self._torn_at is not None:
            os.ftruncate(self._fd, self._torn_at)
            self._torn_at = None

    def _refused(self, error: OSError) -> EventFileError:
        reason = _REFUSALS.get(error.errno or 0, f"cannot be used: {error.strerror}")
        return EventFileError(f"{self._path}: {reason}")
