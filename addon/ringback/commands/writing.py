"""Files that a command makes: whole or not at all, for their owner alone, never over somebody's evidence."""

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
_THERE = os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_OWNER_ONLY = 0o600
_FOLDER_OF_OWNER = 0o700
_DESCRIPTORS = re.compile(r"/dev/fd|/proc/(?:self|[0-9]+)(?:/task/[0-9]+)?/fd")
_MOST_LINKS = 40
"""Symbolic links in a row that are followed, as many as Linux does."""


def write_file(path: Path, content: str | bytes) -> None:
    """Write the whole content or nothing of it; text is written as UTF-8.

    A new file, and folders that are made for it, are for their owner alone; one of one's own that is there is
    replaced at once, and keeps its mode. A symbolic link is not followed. What is no regular file, and an
    open descriptor such as `/dev/stdout`, is written to as it is.

    Raises:
        ExportError: it cannot be written, is a symbolic link, or holds evidence; what was there is left as
            it was.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        refuse_evidence(path)
        there = _opened(path)
        if there is None:
            _replace(path, data)
        else:
            _write(there, data)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written ({error.strerror}); name another file") from error


def refuse_evidence(path: Path) -> None:
    """Refuse a file that is no output of a command.

    Raises:
        ExportError: it is a folder, a symbolic link, or a flow file, key log, ledger or event file.
    """
    try:
        if path.is_symlink() and _descriptor(path) is None:
            raise ExportError(f"{path}: is a symbolic link: name the file that it points to")
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
    _make_folders(target.parent)
    mode = _mode_to_keep(target)
    beside = target.with_name(f".ringback-{secrets.token_hex(8)}.new")
    descriptor = os.open(beside, _NEW, _OWNER_ONLY)
    try:
        _write(descriptor, data, sync=True)
        if mode is not None:
            beside.chmod(mode)
        beside.replace(target)
    finally:
        # Also after Ctrl-C: nothing half written stays.
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _make_folders(folder: Path) -> None:
    """Make it and those above it that are not there."""
    missing = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    for each in reversed(missing):
        each.mkdir(mode=_FOLDER_OF_OWNER, exist_ok=True)


def _mode_to_keep(target: Path) -> int | None:
    """The mode that a file of one's own has; somebody else's could have been laid there to be read."""
    try:
        status = target.lstat()
    except FileNotFoundError:
        return None
    is_own = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
    return stat.S_IMODE(status.st_mode) if is_own else None


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
