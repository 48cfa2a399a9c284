"""Files that a command makes: whole or not at all, and never over somebody's evidence."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from ringback.errors import ExportError
from ringback.sources.recognition import evidence_in

_HEAD_BYTES = 1 << 16
"""How much of a file is looked at before it is replaced."""
_NEW = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_THERE = os.O_WRONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_DESCRIPTORS = re.compile(r"/dev/fd|/proc/(?:self|[0-9]+)(?:/task/[0-9]+)?/fd")
_MOST_LINKS = 40
"""Symbolic links in a row that are followed, as many as Linux does."""


def write_file(path: Path, content: str | bytes) -> None:
    """Write the whole content or nothing of it; text is written as UTF-8.

    A file that is there is replaced at once, and keeps its mode; of a symbolic link that to which it points.
    Folders are made where they are not. What is no regular file, and an open descriptor such as
    `/dev/stdout`, is written to as it is.

    Raises:
        ExportError: it cannot be written, or holds evidence; what was there before is left as it was.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        refuse_evidence(path)
        there = _opened(path)
        if there is None:
            _replace(Path(os.path.realpath(path)), data)
        else:
            _write(there, data)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written ({error.strerror}); name another file") from error


def refuse_evidence(path: Path) -> None:
    """Refuse a file that is no output of a command.

    Raises:
        ExportError: it is a folder, or a flow file, key log, ledger or event file.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ExportError(f"{path}: cannot be written: it is a folder; name a file in it")
        if not stat.S_ISREG(mode):
            return
        with path.open("rb") as stream:
            kind = evidence_in(stream.read(_HEAD_BYTES))
    except OSError:
        # Not there, or not to be read: writing it tells what is wrong.
        return
    if kind is not None:
        raise ExportError(f"{path}: is a {kind}; it was left as it is: name another file, or remove it first")


def _opened(path: Path) -> int | None:
    """A descriptor of what cannot be replaced, None where the name is that of a file, or free."""
    number = _descriptor(path)
    if number is not None:
        return os.dup(number)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    return None if stat.S_ISREG(mode) else os.open(path, _THERE)


def _descriptor(path: Path) -> int | None:
    """Which descriptor of this process the path names, if any: opened anew it would begin at its start."""
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(path.parent)
        if _DESCRIPTORS.fullmatch(folder) and path.name.isdecimal():
            is_own = folder == "/dev/fd" or folder.startswith(f"/proc/{os.getpid()}/")
            return int(path.name) if is_own else None
        if not path.is_symlink():
            return None
        path = Path(folder, path.readlink())
    return None


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    beside = target.with_name(f".ringback-{secrets.token_hex(8)}.new")
    descriptor = os.open(beside, _NEW, 0o666 if mode is None else 0o600)
    try:
        _write(descriptor, data, sync=True)
        if mode is not None:
            beside.chmod(mode)
        beside.replace(target)
    finally:
        # Also after Ctrl-C: nothing half written stays.
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _write(descriptor: int, data: bytes, *, sync: bool = False) -> None:
    """Write and close it."""
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
