"""Lines of a file or pipe, one by one, and what is said of those that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ringback.sources.flows import Reading
from ringback.sources.notice import Notice, Tell, Urgency

MAX_PROBLEMS_TOLD = 3
"""Lines that are told one by one; further ones are summed up."""
_PROGRESS_LINES = 256


def iter_lines(path: Path, stream: BinaryIO, reading: Reading, most_bytes: int) -> Iterator[bytes]:
    """Each line with its end, until there is none or the reading is to stop; of one that is longer than
    `most_bytes` only its beginning, one byte longer than that."""
    size = path.stat().st_size if path.is_file() else 0
    count = 0
    while not reading.stop() and (line := _next_piece(stream, reading, most_bytes)):
        if reading.progress is not None and size and count % _PROGRESS_LINES == 0:
            reading.progress(path, stream.tell(), size)
        count += 1
        yield line
        piece = line
        while piece and not piece.endswith(b"\n"):
            piece = _next_piece(stream, reading, most_bytes)


def _next_piece(stream: BinaryIO, reading: Reading, most_bytes: int) -> bytes:
    try:
        with reading.waiting():
            return stream.readline(most_bytes + 1)
    except KeyboardInterrupt:
        return b""


class Problems:
    """What could not be read of one file: the first few are told, the others counted."""

    def __init__(self, path: Path, tell: Tell, others: str) -> None:
        """`others` says what the others are, such as `lines are no records and skipped`."""
        self._path = path
        self._tell = tell
        self._others = others
        self._count = 0

    def report(self, line: int, why: str) -> None:
        """Something on that line, from 1, is left out."""
        self._count += 1
        if self._count <= MAX_PROBLEMS_TOLD:
            self._tell(Notice(f"{self._path}:{line}: {why}", Urgency.ERROR))

    def sum_up(self) -> None:
        """Say how many were left out without a word of their own."""
        more = self._count - MAX_PROBLEMS_TOLD
        if more > 0:
            self._tell(Notice(f"{self._path}: {more} more {self._others}", Urgency.ERROR))
