"""What a source is, by its first bytes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ringback.errors import SourceError
from ringback.sources.recognition import SourceKind, kind_of

PATH = Path("source")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", SourceKind.FLOWS),
        (b"1234:3:key,", SourceKind.FLOWS),
        (b"SQLite format 3\0" + bytes(100), SourceKind.LEDGER),
        (b'{"schema": "ringback-events/1", "type": "start"}\n', SourceKind.EVENTS),
        (b'{"schema":"ringback-events/1","type":"start"}', SourceKind.EVENTS),
        (b'{"log": {"entries": []}}', SourceKind.FLOWS),
        (b'\xef\xbb\xbf\n{\n    "log": {', SourceKind.FLOWS),
        (b"\x00\x01", SourceKind.FLOWS),
        (b'{"tag": "call"}\n', SourceKind.LOG),
        (b"12:00:00.000 [Client/Recv DEBUG] <call/>", SourceKind.LOG),
        (b"\x1b[36m[Client/Recv DEBUG] <call/>\x1b[0m", SourceKind.LOG),
        (b"connected to WA\n", SourceKind.LOG),
        (b"<!-- seen -->\n<call/>", SourceKind.DOCUMENT),
        (b'\xef\xbb\xbf<?xml version="1.0"?><call/>', SourceKind.DOCUMENT),
        (b"# a capture\nid: example\nsource:\n", SourceKind.CAPTURE_FILE),
    ],
)
@pytest.mark.parametrize("wrap", [io.BytesIO, lambda head: io.BufferedReader(io.BytesIO(head))])
def test_it_is_known_without_being_consumed(head: bytes, kind: SourceKind, wrap: type[io.BytesIO]) -> None:
    """As other programs write JSON, too; what nothing is known of is left to the reader of flow files."""
    stream = wrap(head)
    assert kind_of(PATH, stream) is kind
    assert stream.read() == head


def test_an_event_file_of_another_version_is_refused() -> None:
    with pytest.raises(SourceError, match="another version than ringback-events/1"):
        kind_of(PATH, io.BytesIO(b'{"schema": "ringback-events/12", "type": "start"}'))
