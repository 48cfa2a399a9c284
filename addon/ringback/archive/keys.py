"""The keys of one capture, read where it is gone through: from the key log beside it, or the named one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ringback.archive.paths import exists_there, is_address, key_log_of, opened_there
from ringback.errors import SourceError
from ringback.sources.keylog_file import CHUNK_BYTES, KeyLogFile, key_log_beside
from ringback.sources.notice import Notice, Tell
from ringback.wire.keylog import KeyLog


def keys_for(location: str, keylog: str | None, tell: Tell) -> KeyLog:
    """The keys of the named key log, else of that beside the capture, else none.

    Raises:
        SourceError: the key log that was named cannot be read.
        OSError: a file system cannot be reached now.
    """
    if keylog is not None:
        return _named(keylog, tell)
    if is_address(location):
        there = key_log_of(location)
        return _there(there, tell) if there is not None and exists_there(there) else KeyLog()
    here = key_log_beside(Path(location))
    return KeyLog() if here is None else _here(here, tell)


def _named(keylog: str, tell: Tell) -> KeyLog:
    if is_address(keylog):
        return _there(keylog, tell)
    try:
        status = Path(keylog).stat()
        state = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        with Path(keylog).open("rb"):
            """Nothing: that it can be read shows here."""
    except OSError as error:
        advice = "name the file that the client wrote keys to"
        raise SourceError(f"key log {keylog} cannot be read ({error.strerror}); {advice}") from error
    keys, notices = _kept(keylog, state)
    for notice in notices:
        tell(notice)
    return keys


@lru_cache(maxsize=1)
def _kept(keylog: str, _state: tuple[int, ...]) -> tuple[KeyLog, list[Notice]]:
    """A key log that is the same for all captures, read once as long as the file stays as it is."""
    notices: list[Notice] = []
    return _here(Path(keylog), notices.append), notices


def _here(path: Path, tell: Tell) -> KeyLog:
    keys = KeyLog()
    KeyLogFile(path, keys, tell).read_whole()
    return keys


def _there(location: str, tell: Tell) -> KeyLog:
    keys = KeyLog()
    with opened_there(location) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            keys.feed(chunk)
    keys.finish()
    if keys.problem_count:
        tell(Notice(f"key log {location}: {keys.problem_count} malformed lines are skipped"))
    if not keys.size:
        tell(Notice(f"key log {location} holds no key: name the file that the client wrote its keys to"))
    return keys
