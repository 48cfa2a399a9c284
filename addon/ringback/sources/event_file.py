"""Event files as sources: read once from beginning to end, or followed while a ringback writes.

What a line tells is for `ringback.eventreading`. A line that is no record is told with its number and
skipped, the next one is not affected. The last line may be incomplete: a run was killed, or is writing it
just now.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from os import stat_result
from pathlib import Path
from typing import BinaryIO

from ringback.eventreading import MAX_LINE_BYTES, RecordError, RecordReader, RecordsLost, RunEnded, Told
from ringback.sources.flows import Reading
from ringback.sources.lines import Problems, iter_lines
from ringback.sources.notice import Notice, Tell, Urgency
from ringback.sources.streams import opened

MAX_POLL_RECORDS = 1_000
"""Lines that one poll takes unless it is told otherwise: some tenths of a second of work."""
TAIL_BYTES = 160
"""Bytes before the position that are compared when the file has changed: a file that was replaced by a longer
one, or got the old inode number, is told apart by them."""


def read_events(path: Path, name: str, reading: Reading) -> Iterator[Told]:
    """What the records of one event file tell, in order; `name` is that of the file, as captures are named.

    Raises:
        SourceError: the file cannot be read.
    """
    with opened(path, reading.opened) as stream:
        records = _Records(path, name, reading.tell)
        for line in iter_lines(path, stream, reading, MAX_LINE_BYTES):
            told = records.take(line)
            if told is not None:
                yield told
        records.sum_up()


class EventFollower:
    """An event file that may grow, be cut, be replaced, or not exist yet. Raises nothing."""

    def __init__(self, path: Path, name: str, tell: Tell) -> None:
        """Follow `path` by `poll`; `tell` gets each notice once."""
        self.path = path
        self.trouble = ""
        """Why nothing comes of the file now, as it was told; empty where it could be read."""
        self.is_behind = False
        """Whether the last poll left complete lines for the next one."""
        self._tell = tell
        self._records = _Records(path, name, tell)
        self._inode: tuple[int, int] | None = None
        self._seen: tuple[int, int, int, int] | None = None
        self._offset = 0
        self._tail = b""
        self._is_skipping = False

    def poll(self, most: int = MAX_POLL_RECORDS) -> list[Told]:
        """What was added since the last poll, of at most so many lines."""
        try:
            status = self.path.stat()
            seen = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
            if seen == self._seen and not self.is_behind:
                return []
            if not stat.S_ISREG(status.st_mode):
                self._say("is no regular file: name the file that ringback writes events to")
                return []
            with self.path.open("rb") as stream:
                told = self._follow(stream, status, most)
            self._seen, self.trouble = seen, ""
        except FileNotFoundError:
            there = (
                "is gone: waiting for it to come back" if self._offset else "is not there yet: waiting for it"
            )
            self._say(there, Urgency.INFO)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self._say(f"cannot be read ({why}): make it readable; ringback keeps trying")
        else:
            return told
        return []

    def _follow(self, stream: BinaryIO, status: stat_result, most: int) -> list[Told]:
        inode = (status.st_dev, status.st_ino)
        if self._offset and self._is_another(stream, inode, status.st_size):
            self._records.restart()
            self._offset, self._tail, self._is_skipping = 0, b"", False
            self._tell(Notice(f"{self.path} was replaced or cut: reading it from its start", Urgency.INFO))
        self._inode = inode
        stream.seek(self._offset)
        told = []
        for _ in range(most):
            line = stream.readline(MAX_LINE_BYTES + 1)
            if not line.endswith(b"\n") and len(line) <= MAX_LINE_BYTES:
                # It is still being written, or will be taken away: the next poll reads it again.
                self.is_behind = False
                break
            self._offset += len(line)
            self._tail = (self._tail + line[-TAIL_BYTES:])[-TAIL_BYTES:]
            found = None if self._is_skipping else self._records.take(line)
            self._is_skipping = not line.endswith(b"\n")
            if found is not None:
                told.append(found)
        else:
            self.is_behind = True
        return told

    def _is_another(self, stream: BinaryIO, inode: tuple[int, int], size: int) -> bool:
        if inode != self._inode or size < self._offset:
            return True
        stream.seek(self._offset - len(self._tail))
        return stream.read(len(self._tail)) != self._tail

    def _say(self, text: str, urgency: Urgency = Urgency.WARNING) -> None:
        """Tell it unless it was the last thing told: a state is told when it is entered."""
        if text != self.trouble:
            self.trouble = text
            self._tell(Notice(f"{self.path} {text}", urgency))


class _Records:
    """The lines of one file, counted; what is wrong with them is told."""

    def __init__(self, path: Path, name: str, tell: Tell) -> None:
        self.count = 0
        self._path = path
        self._tell = tell
        self._reader = RecordReader(name)
        self._problems = Problems(path, tell, "lines are no records and skipped")

    def restart(self) -> None:
        self.count = 0
        self._reader.restart()

    def take(self, line: bytes) -> Told | None:
        self.count += 1
        try:
            told = self._reader.read(line)
        except RecordError as error:
            self._report(line, error)
            return None
        if isinstance(told, RecordsLost):
            text = f"{told.count} records are missing, for the disk was full or failed"
            self._tell(Notice(f"{self._path}:{self.count}: {text}"))
        if isinstance(told, RunEnded) and told.funnel.incomplete:
            text = "a source was not read to its end by the run that wrote this; replay what was captured"
            self._tell(Notice(f"{self._path}:{self.count}: {text}", Urgency.ERROR))
        return told

    def sum_up(self) -> None:
        """Say how many lines were skipped without a word of their own."""
        self._problems.sum_up()

    def _report(self, line: bytes, error: RecordError) -> None:
        if not line.endswith(b"\n") and len(line) <= MAX_LINE_BYTES:
            text = "the last line is incomplete: its run was killed, or is going on; it is left out"
            self._tell(Notice(f"{self._path}:{self.count}: {text}"))
            return
        self._problems.report(self.count, f"{error}; the line is skipped")
