"""The key log file, read from the start and followed while it grows.

A client writes it line by line while ringback reads, so every state of a file that is being written, replaced
or not there yet is normal here: it is told once, and the next poll looks again. Nothing is ever written.
"""

from __future__ import annotations

import stat
import time
from os import stat_result
from pathlib import Path
from typing import BinaryIO

from ringback.sources.notice import Notice, Tell, Urgency
from ringback.wire.keylog import KeyLog

MAX_POLL_BYTES = 4 << 20
"""Read in one poll. Stops a huge file from holding up the proxied sockets; the next poll goes on."""

MAX_POLL_S = 0.01
"""After so long a poll reads no further chunk, in seconds: lines take time by their number, not by bytes."""

CHUNK_BYTES = 64 << 10

TAIL_BYTES = 160
"""Bytes before the position that are compared when the file has changed, about a line: a file rewritten in
place to the same or a greater length, or one that got the old inode number, is told apart by them."""

MAX_PROBLEMS_TOLD = 3
"""Malformed lines that are told one by one; a file that is no key log does not flood the log."""

KEYLOG_VARIABLE = "RINGBACK_KEYLOGFILE"
"""Environment variable that names the key log where no option does."""

SUFFIX = ".keys"
"""`NAME.keys` is looked for beside `NAME.flows` where no key log was named."""


class KeyLogFile:
    """Feeds a `KeyLog` from a file that may grow, be cut, be replaced, or not exist yet. Raises nothing."""

    def __init__(self, path: Path, keys: KeyLog, tell: Tell) -> None:
        """Read `path` into `keys` by `poll` or `read_whole`; `tell` gets each notice once."""
        self.path = path
        self._keys = keys
        self._tell = tell
        self._told = ""
        self._problems_told = keys.problem_count
        self._overflow_told = False
        self._seen: tuple[int, int, int, int] | None = None
        self._inode: tuple[int, int] | None = None
        self._offset = 0
        self._tail = b""

    @property
    def trouble(self) -> str:
        """Why no keys come of the file now, as it was told; empty where they do."""
        return self._told

    def poll(self) -> bool:
        """Read what was added, as far as `MAX_POLL_BYTES` and `MAX_POLL_S` go; whether keys were gained."""
        before = self._keys.size
        self._read()
        return self._keys.size > before

    def read_whole(self) -> bool:
        """Read all that is there now, a last line without newline too; whether keys were gained."""
        size, position = self._keys.size, -1
        self._read()
        end = 0 if self._seen is None else self._seen[2]
        while position < self._offset < end:
            position = self._offset
            self._read()
        self._keys.finish()
        self._tell_problems()
        if self._seen is not None and not self._keys.size:
            self._say(f"key log {self.path} holds no key: name the file that the client wrote its keys to")
        return self._keys.size > size

    def _read(self) -> None:
        try:
            status = self.path.stat()
            seen = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
            is_changed = seen != self._seen or self._offset < status.st_size
            if is_changed and self._is_usable(status):
                with self.path.open("rb") as stream:
                    self._follow(stream, status)
                self._seen = seen
        except FileNotFoundError:
            self._say(
                f"key log {self.path} is not there yet: waiting for the client to write it", Urgency.INFO
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self._say(f"key log {self.path} cannot be read ({why}): make it readable; ringback keeps trying")

    def _is_usable(self, status: stat_result) -> bool:
        if stat.S_ISREG(status.st_mode):
            return True
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
        self._say(f"key log {self.path} is {kind}: name the file that the client writes its keys to")
        return False

    def _follow(self, stream: BinaryIO, status: stat_result) -> None:
        inode = (status.st_dev, status.st_ino)
        if self._offset and self._is_another(stream, inode, status.st_size):
            self._keys.restart()
            self._offset, self._tail = 0, b""
            self._say(f"key log {self.path} was replaced or cut: reading it from its start", Urgency.INFO)
        self._inode = inode
        stream.seek(self._offset)
        left = MAX_POLL_BYTES
        until = time.perf_counter() + MAX_POLL_S
        while left > 0 and (chunk := stream.read(min(CHUNK_BYTES, left))):
            self._keys.feed(chunk)
            self._offset += len(chunk)
            self._tail = (self._tail + chunk)[-TAIL_BYTES:]
            left = 0 if time.perf_counter() > until else left - len(chunk)
        self._told = ""
        self._tell_problems()

    def _is_another(self, stream: BinaryIO, inode: tuple[int, int], size: int) -> bool:
        if inode != self._inode or size < self._offset:
            return True
        stream.seek(self._offset - len(self._tail))
        return stream.read(len(self._tail)) != self._tail

    def _tell_problems(self) -> None:
        count = self._keys.problem_count
        for problem in self._keys.problems[self._problems_told : MAX_PROBLEMS_TOLD]:
            self._tell(Notice(f"key log {self.path}:{problem.line}: {problem.reason}; the line is skipped"))
        if self._problems_told <= MAX_PROBLEMS_TOLD < count:
            self._tell(Notice(f"key log {self.path}: further malformed lines are skipped without a word"))
        self._problems_told = count
        if self._keys.overflow and not self._overflow_told:
            self._overflow_told = True
            self._tell(Notice(f"key log {self.path} holds more keys than are kept: start a new file"))

    def _say(self, text: str, urgency: Urgency = Urgency.WARNING) -> None:
        """Tell `text` unless it was the last thing told: a state is told when it is entered."""
        if text != self._told:
            self._told = text
            self._tell(Notice(text, urgency))


def key_log_beside(capture: Path) -> Path | None:
    """The key log shipped with a capture: `NAME.keys` beside `NAME.flows`; None where there is none."""
    candidate = capture.with_suffix(SUFFIX)
    return candidate if candidate != capture and candidate.is_file() else None
