"""Clients' logs and documents with stanzas as sources: what stands in them, as if it was opened just now.

A record that cannot be read is told with its line and skipped; a document ends at its first fault.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ringback.errors import RingbackError, SourceError, StanzaError
from ringback.eventreading import Told
from ringback.observations import WireNotice
from ringback.sources.documents import MAX_DOCUMENT_BYTES, iter_xml, read_capture
from ringback.sources.flows import Reading
from ringback.sources.lines import Problems, iter_lines
from ringback.sources.log_lines import MAX_LINE_BYTES, maybe_parse_line
from ringback.sources.logged import INSTRUMENTATION, LoggedStanza, Sightings
from ringback.sources.notice import Notice, Urgency
from ringback.sources.recognition import SourceKind
from ringback.sources.streams import opened
from ringback.wire.events import ClientIdentified

_NO_STANZA = (
    "is no recording, and no line of it tells a stanza; record with mitmdump -w FILE, or let the client log "
    "at level trace or debug; `ringback docs sources` lists what can be read"
)
_PLATFORM_OF_BROWSERS = "WEB"
"""Only a capture inside a browser tells the version of its app."""


def read_log(path: Path, name: str, reading: Reading, technique: str | None = None) -> Iterator[Told]:
    """The stanzas that the lines of a log tell, in their order; `name` is what the capture is called.

    `technique` is the one that the stanzas were observed by; by default a client library was made to tell
    them. See `ringback.sources.log_lines` for the forms.

    Raises:
        SourceError: the file cannot be read, or not one line of it tells a stanza.
    """
    with opened(path, reading.opened) as stream:
        problems = Problems(path, reading.tell, "lines hold no stanza that can be read and are skipped")
        lines = iter_lines(path, stream, reading, MAX_LINE_BYTES)
        first = next(lines, b"")
        sightings = Sightings(name, first, technique or INSTRUMENTATION)
        told = 0
        for number, line in enumerate(itertools.chain((first,), lines), start=1):
            stanza = _of_line(line, number, problems)
            if stanza is not None:
                told += 1
                yield from _with_client(stanza, name, sightings)
        problems.sum_up()
        if not told:
            raise SourceError(f"{path} {_NO_STANZA}")


def _of_line(line: bytes, number: int, problems: Problems) -> LoggedStanza | None:
    if len(line) > MAX_LINE_BYTES:
        problems.report(number, "a line of more than 64 MiB; it is skipped")
        return None
    try:
        return maybe_parse_line(line.decode("utf-8", "surrogateescape"), number)
    except StanzaError as error:
        problems.report(number, f"{error}; the line is skipped")
        return None


def _with_client(stanza: LoggedStanza, name: str, sightings: Sightings) -> Iterator[Told]:
    """The stanza, and before the first of its session who speaks there, where that is told."""
    is_new = not sightings.knows(stanza.session)
    sighting = sightings.of(stanza)
    if is_new and stanza.version:
        client = ClientIdentified(_PLATFORM_OF_BROWSERS, stanza.version, None, None)
        yield WireNotice(name, sighting.connection, sighting.evidence.flow, client)
    yield sighting


def read_document(path: Path, name: str, reading: Reading, technique: str | None = None) -> Iterator[Told]:
    """The stanzas of an XML document, in their order.

    Raises:
        SourceError: the file cannot be read, or is too large.
    """
    with opened(path, reading.opened) as stream:
        data = _whole(path, stream)
    sightings = Sightings(name, data, technique or INSTRUMENTATION)
    used = "nothing of it is used"
    try:
        for stanza in iter_xml(data):
            if reading.stop():
                return
            used = "what stands before is used"
            yield sightings.of(stanza)
    except StanzaError as error:
        reading.tell(Notice(f"{path}: {error}; {used}", Urgency.ERROR))


def read_capture_file(
    path: Path, name: str, reading: Reading, technique: str | None = None
) -> Iterator[Told]:
    """The stanza of a capture file of wacrg's corpus; it names its technique itself.

    Raises:
        SourceError: the file cannot be read, or is too large.
    """
    with opened(path, reading.opened) as stream:
        data = _whole(path, stream)
    try:
        stanza, named = read_capture(data.decode(), path)
    except (RingbackError, UnicodeDecodeError) as error:
        reading.tell(Notice(f"{error}; it is left out", Urgency.ERROR))
        return
    yield Sightings(name, data, technique or named).of(stanza)


def _whole(path: Path, stream: BinaryIO) -> bytes:
    data = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        raise SourceError(f"{path} is larger than {MAX_DOCUMENT_BYTES >> 20} MiB: split the document")
    return data


READERS = {
    SourceKind.LOG: read_log,
    SourceKind.DOCUMENT: read_document,
    SourceKind.CAPTURE_FILE: read_capture_file,
}
"""What reads the sources whose stanzas something else has opened."""
