"""Streams of bytes: opened by name, and looked at without being read."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from ringback.errors import SourceError

STDIN = Path("-")


@contextmanager
def opened(path: Path, already: Mapping[Path, BinaryIO] | None = None) -> Iterator[BinaryIO]:
    """The file's bytes; standard input for `-`, and what is open `already` as it is.

    Raises:
        SourceError: it cannot be opened.
    """
    if already and path in already:
        yield already[path]
        return
    if path == STDIN:
        if sys.stdin is None:  # it is where the caller closed it
            raise SourceError("standard input is closed; name a file, or pipe one in")
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"{path} does not exist; check the name") from None
    except IsADirectoryError:
        raise SourceError(f"{path} is a folder; name the flow files in it") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror})") from error
    with stream:
        yield stream


def peek(stream: BinaryIO, length: int) -> bytes:
    """What the stream goes on with, at most `length` bytes; nothing of it is consumed.

    A pipe may give less than will come.
    """
    if isinstance(stream, BufferedReader):
        return stream.peek(length)[:length]
    position = stream.tell()
    start = stream.read(length)
    stream.seek(position)
    return start
