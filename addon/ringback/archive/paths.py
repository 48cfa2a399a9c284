"""Where captures lie: files of this machine, and addresses of file systems that fsspec knows."""

from __future__ import annotations

import glob
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import realpath
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from ringback.errors import SourceError
from ringback.sources.flows import Names
from ringback.sources.folder import unfolded
from ringback.sources.keylog_file import SUFFIX
from ringback.sources.notice import Notice, Tell

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer
    from fsspec import AbstractFileSystem

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_MAGIC = re.compile(r"[*?\[]")
_LOCAL = re.compile(r"(?:file|local)://")
_WEB = ("http://", "https://")
_ABSENT = frozenset({404, 410})
"""What a web server answers where there is no such file."""
_CAPTURE = ".flows"
"""What captures are called in a folder that is an address: to look into each would take too long."""
_READ_AHEAD = 1 << 20
"""Bytes that are asked of a file system at once, at least."""


@dataclass(frozen=True, slots=True)
class Place:
    """One capture, wherever it lies."""

    location: str
    """A path of this machine, or an address such as `s3://bucket/mine.flows`."""
    capture: str
    """What findings call it."""
    size_bytes: int = 0
    """0 where that is not known."""


def is_address(named: str) -> bool:
    """Whether it names something in a file system of fsspec's, such as `s3://bucket/mine.flows`."""
    return _ADDRESS.match(named) is not None


def places_of(named: Sequence[str], tell: Tell) -> list[Place]:
    """Every capture that is named, each once: files, folders, patterns and addresses of them.

    Raises:
        SourceError: there is none, it is standard input, or its file system cannot be reached.
    """
    names, seen, places = Names(), set[str](), list[Place]()
    for each in named:
        own = _LOCAL.sub("", each, count=1) if _LOCAL.match(each) else each
        matched = set[str]()
        for location, real, size in _addressed(own) if is_address(own) else _local(own, tell):
            if location in matched:
                # A pattern matches a folder and what is in it.
                continue
            matched.add(location)
            if real in seen:
                tell(Notice(f"{location} was named twice: it is read once"))
                continue
            seen.add(real)
            places.append(Place(location, names.of(PurePath(_split(location)[0]).name), size))
    return places


def key_log_of(location: str) -> str | None:
    """The address of `NAME.keys` beside that of `NAME.flows`; None where it has no suffix to replace. What
    stands behind the name stays."""
    own, behind = _split(location)
    stem, dot, suffix = own.rpartition(".")
    has_suffix = dot and stem and "/" not in suffix and not stem.endswith("/")
    return f"{stem}{SUFFIX}{behind}" if has_suffix and f".{suffix}" != SUFFIX else None


def _split(location: str) -> tuple[str, str]:
    """What names the file, and what stands behind that in an address: a query of the web, and in what the
    file lies (`zip://a.flows::s3://bucket/all.zip`)."""
    if not is_address(location):
        return location, ""
    own = location.partition("::")[0]
    if own.startswith(_WEB):
        own = own.partition("?")[0]
    return own, location[len(own) :]


@contextmanager
def opened_there(location: str) -> Iterator[BinaryIO]:
    """The bytes at an address.

    Raises:
        SourceError: there is no such file, or its file system is not installed.
        OSError: its file system cannot be reached now, or could not while the block ran, whatever was made of
            that there.
    """
    system, path = _system_of(location)
    try:
        stream = system.open(path, "rb")
    except Exception as error:
        if _is_absent(error, system):
            raise SourceError(f"{location} does not exist; check the address") from None
        raise OSError(f"it cannot be opened: {_said(error)}") from error
    with stream:
        watched = _Watched(stream)
        try:
            yield io.BufferedReader(watched, _READ_AHEAD)
        finally:
            if watched.failure is not None:
                raise OSError(f"it cannot be read on: {_said(watched.failure)}") from watched.failure


class _Watched(io.RawIOBase):
    """A stream of a file system that is elsewhere, which remembers that it has failed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        try:
            read = self._stream.read(len(view))
        except Exception as error:
            self.failure = error
            raise
        view[: len(read)] = read
        return len(read)


def _said(error: Exception) -> str:
    """The error in its own words, or by its kind where it has none."""
    if isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception):
        return _said(error.__cause__)
    return str(error) or type(error).__name__


def _is_absent(error: Exception, system: AbstractFileSystem) -> bool:
    """Whether it is clear that there is no such file. On the web fsspec calls every failure so, whatever was
    answered."""
    if not isinstance(error, FileNotFoundError):
        return False
    cause = error.__cause__
    if cause is None or isinstance(cause, FileNotFoundError) or "http" not in system.protocol:
        return True
    return getattr(cause, "status", None) in _ABSENT


def exists_there(location: str) -> bool:
    """Whether there is a file at the address.

    Raises:
        OSError: its file system cannot be reached now.
    """
    system, path = _system_of(location)
    try:
        # Not `isfile`, for which every failure is an absence.
        return bool(system.info(path)["type"] == "file")
    except Exception as error:
        if _is_absent(error, system):
            return False
        raise OSError(f"its key log cannot be looked for: {_said(error)}") from error


def _local(named: str, tell: Tell) -> Iterator[tuple[str, str, int]]:
    """Path, real path and size of each."""
    if named == "-":
        raise SourceError("standard input is for one process; name a file, or leave --jobs and --cluster out")
    paths = [Path(named)]
    if _MAGIC.search(named) and not paths[0].exists():
        paths = [Path(found) for found in sorted(glob.glob(named, recursive=True))]  # noqa: PTH207 - any path
        if not paths:
            raise SourceError(f"{named} matches no file; check the pattern")
    for path in unfolded(paths, tell):
        try:
            size = path.stat().st_size
        except OSError:
            # Whoever reads it says what is wrong with it.
            size = 0
        yield str(path), realpath(path), size


def _addressed(named: str) -> Iterator[tuple[str, str, int]]:
    """Address, what tells it from all others, and size of each."""
    system, path = _system_of(named)
    is_pattern = _MAGIC.search(_split(named)[0]) is not None
    try:
        found = _found(system, path, is_pattern=is_pattern)
    except Exception as error:
        if not _is_absent(error, system):
            raise SourceError(f"{named} cannot be listed: {_said(error)}") from error
        found = {}
    if not found:
        raise SourceError(f"{named} holds no capture; check the address")
    for each, size in found.items():
        location = named if each == path and not is_pattern else _address_of(each, named, path, system)
        yield location, f"{hash(system)} {each}", size


def _address_of(found: str, named: str, path: str, system: AbstractFileSystem) -> str:
    """The address of what was found under the one that was named, with its host, which is not in every
    system's paths."""
    own, behind = _split(named)
    start = own if own.endswith(path) else own.rstrip("/")
    if is_address(found) or not start.endswith(path):
        return str(system.unstrip_protocol(found))
    return f"{start.removesuffix(path)}{found}{behind}"


def _found(system: AbstractFileSystem, path: str, *, is_pattern: bool) -> dict[str, int]:
    """Path and size of each file that is meant, in order of their names."""
    if is_pattern:
        told: dict[str, dict[str, Any]] = system.glob(path, detail=True)
    elif system.isdir(path):
        told = system.glob(f"{path.rstrip('/')}/*{_CAPTURE}", detail=True)
    else:
        told = {path: system.info(path)}
    return {name: int(told[name].get("size") or 0) for name in sorted(told) if told[name]["type"] == "file"}


def _system_of(location: str) -> tuple[AbstractFileSystem, str]:
    try:
        import fsspec  # noqa: PLC0415 - only addresses need it
    except ModuleNotFoundError:
        raise SourceError(f"{location} is an address, which takes fsspec: pip install fsspec") from None
    try:
        system, path = fsspec.core.url_to_fs(location)
    except ImportError as error:
        # fsspec says which package there is to install.
        raise SourceError(f"{location} cannot be read here: {error}") from None
    except ValueError as error:
        raise SourceError(f"{location} cannot be read: {error}") from None
    return system, str(path)
