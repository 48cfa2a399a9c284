"""A folder of captures as sources: the files in it that plainly are some, its key logs beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ringback.errors import SourceError
from ringback.sources.notice import Notice, Tell, Urgency
from ringback.sources.recognition import HEAD_BYTES, evidence_in, is_capture
from ringback.sources.streams import STDIN

_MOST_NAMED = 3
"""Files that are named where some are left out."""


def unfolded(paths: Iterable[Path], tell: Tell) -> Iterator[Path]:
    """The paths, in place of a folder the captures in it in order of their names; folders in it are not
    looked into.

    Raises:
        SourceError: a folder cannot be read, or holds no capture.
    """
    for path in paths:
        if path == STDIN or not path.is_dir():
            yield path
        else:
            yield from _captures_in(path, tell)


def _captures_in(folder: Path, tell: Tell) -> list[Path]:
    try:
        heads = {file: _head(file) for file in sorted(folder.iterdir()) if file.is_file()}
    except OSError as error:
        which = error.filename or folder
        raise SourceError(
            f"{which} cannot be read ({error.strerror}); make it readable, or name the captures one by one"
        ) from error
    captures = [file for file, head in heads.items() if is_capture(head)]
    if not captures:
        raise SourceError(
            f"{folder} is a folder without captures; `ringback docs sources` lists what can be read"
        )
    others = [file.name for file, head in heads.items() if not is_capture(head) and not evidence_in(head)]
    if others:
        named = ", ".join(others[:_MOST_NAMED]) + (", ..." if others[_MOST_NAMED:] else "")
        tell(Notice(f"{folder}: left out what are no captures: {named}", Urgency.INFO))
    return captures


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(HEAD_BYTES)
