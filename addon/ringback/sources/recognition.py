"""What a source is, told by its first bytes: whatever it is called, and whether it is a file or a pipe."""

from __future__ import annotations

import enum
import re
from pathlib import Path
from typing import BinaryIO

from ringback.errors import SourceError
from ringback.eventschema import SCHEMA
from ringback.sources.har import HAR_BEGINNING
from ringback.sources.streams import peek

HEAD_BYTES = 1024
"""Bytes that tell what a file is."""
_SQLITE = b"SQLite format 3\0"
"""Source: SQLite file format 1.3.1."""
_DOCUMENT = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_CAPTURE_FILE = re.compile(rb"(?:\s*#[^\n]*\n)*\s*id:\s")
_FLOW = re.compile(rb"[0-9]{1,12}:[^0-9]|[0-9]{3,12}:")
"""A flow file begins with the length of its first flow; a clock has two digits before its colon, and behind.
Source: mitmproxy 11.0.2 io/tnetstring.py (read)."""
_TEXT = re.compile(rb"[^\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]+")
"""Bytes that stand in a log: no control characters but those of lines and colours."""
_WRITE_AHEAD = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
"""How what SQLite puts beside a database begins. Source: SQLite file format, section 4.1."""
_KEYS = re.compile(rb"^[A-Z0-9_]+[ \t]+(?:\*|[0-9A-Fa-f]{64})[ \t]+[0-9A-Fa-f]{64}", re.MULTILINE)
"""A line of a key log, of TLS too."""
_STANZAS = re.compile(rb"<(?:call|ack|receipt)[\s/>]")
_LOG_LINE = re.compile(rb"^(?:\{|[^\n]*DEBUG\] <)", re.MULTILINE)
_RECORD = re.compile(rb'\s*\{\s*"schema"\s*:\s*"(ringback-events/[^"]*)"')


class SourceKind(enum.Enum):
    """What can be read."""

    FLOWS = "flow file"
    """Or a HAR file, or what is none of the others: the reader of flow files says what is wrong with it."""
    EVENTS = "event file"
    LEDGER = "ledger"
    """Or another SQLite file: the ledger says so."""
    LOG = "client's log"
    DOCUMENT = "XML document"
    CAPTURE_FILE = "capture file"
    """One of wacrg's corpus."""


def kind_of(path: Path, stream: BinaryIO) -> SourceKind:
    """What the stream holds, which stands at its beginning; nothing of it is consumed.

    Raises:
        SourceError: it is an event file of another version.
    """
    head = peek(stream, HEAD_BYTES)
    if head.startswith(_SQLITE):
        return SourceKind.LEDGER
    record = _RECORD.match(head)
    if record is None:
        otherwise = SourceKind.LOG if _TEXT.fullmatch(head) else SourceKind.FLOWS
        return next((kind for kind, begins in _BEGINNINGS if begins.match(head)), otherwise)
    if record[1] != SCHEMA.encode():
        raise SourceError(f"{path} is an event file of another version than {SCHEMA}; use its own ringback")
    return SourceKind.EVENTS


def evidence_in(head: bytes) -> str | None:
    """What a file that begins so is, where it holds evidence that nobody has a second time; else None.

    Logs and documents are not told from what ringback writes, and are no evidence here.
    """
    if head.startswith((_SQLITE, *_WRITE_AHEAD)):
        return "database or ledger"
    if _RECORD.match(head):
        return "ringback event file"
    if _FLOW.match(head) or HAR_BEGINNING.match(head):
        return "flow file"
    return "key log" if _KEYS.search(head) else None


def is_capture(head: bytes) -> bool:
    """Whether a file that begins so plainly is a source: asked of a file that nobody has named."""
    told = evidence_in(head)
    if told is not None:
        return told != "key log" and not head.startswith(_WRITE_AHEAD)
    is_document = _DOCUMENT.match(head) and _STANZAS.search(head)
    return bool(is_document or _CAPTURE_FILE.match(head) or _LOG_LINE.search(head))


_BEGINNINGS = (
    (SourceKind.FLOWS, HAR_BEGINNING),
    (SourceKind.DOCUMENT, _DOCUMENT),
    (SourceKind.CAPTURE_FILE, _CAPTURE_FILE),
    (SourceKind.FLOWS, _FLOW),
)
"""In the order in which they are tried. What is none of these is a log where it is text."""
