"""What a source is, told by its first bytes: whatever it is called, and whether it is a file or a pipe."""

from __future__ import annotations

import enum
import re
from pathlib import Path
from typing import BinaryIO

from mitmproxy.io import FlowReader

from ringback.errors import SourceError
from ringback.eventschema import SCHEMA

_HEAD_BYTES = 64
_SQLITE = b"SQLite format 3\0"
"""Source: SQLite file format 1.3.1."""
_RECORD = re.compile(rb'\s*\{\s*"schema"\s*:\s*"(ringback-events/[^"]*)"')


class SourceKind(enum.Enum):
    """What can be read."""

    FLOWS = "flow file"
    """Or what is none of the others: the reader of flow files says what is wrong with it."""
    EVENTS = "event file"
    LEDGER = "ledger"
    """Or another SQLite file: the ledger says so."""


def kind_of(path: Path, stream: BinaryIO) -> SourceKind:
    """What the stream holds, which stands at its beginning; nothing of it is consumed.

    Raises:
        SourceError: it is an event file of another version.
    """
    head = FlowReader(stream).peek(_HEAD_BYTES)[:_HEAD_BYTES]
    if head.startswith(_SQLITE):
        return SourceKind.LEDGER
    record = _RECORD.match(head)
    if record is None:
        return SourceKind.FLOWS
    if record[1] != SCHEMA.encode():
        raise SourceError(f"{path} is an event file of another version than {SCHEMA}; use its own ringback")
    return SourceKind.EVENTS
