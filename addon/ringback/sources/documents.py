"""Stanzas written down by hand or by tools: XML as in the specification's examples, one or many, and the
capture files of its corpus."""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from ringback.errors import DecodeError, SpecError, StanzaError
from ringback.recognise import CALL_TAGS
from ringback.sources.log_lines import read_json, read_node
from ringback.sources.logged import LoggedStanza
from ringback.spec.document import parse_document
from ringback.spec.entry import Entry, Shape
from ringback.spec.model import CONFIDENCES, TECHNIQUES
from ringback.spec.wacrg import STATUSES
from ringback.stanza import Node
from ringback.stanza.element_reader import from_element
from ringback.stanza.xml import what_is_wrong
from ringback.wire.wabinary import decode, token_table

MAX_DOCUMENT_BYTES = 64 << 20
"""Most that is read of a document. Against a wrong path that fills memory."""
_WRAPPER = b"<stanzas>"
_WRAPPER_END = b"</stanzas>"
_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}\?>")
_ROOTS = CALL_TAGS
_DICTIONARY = 3
"""Token table of plaintexts in capture files: what current clients speak."""

CAPTURE = Shape(
    "a capture",
    required=("id", "source", "stanza_tag", "direction", "confidence", "raw", "sanitized"),
    optional=("title", "status", "decoded", "attributes", "notes"),
)
SOURCE = Shape("a source", ("technique",), ("issue", "contributor", "captured_at", "tools"))
RAW = Shape("a raw capture", ("format", "body"))
"""Source: wacrg corpus/schema/capture.schema.json (commit 0114515)."""

_DIRECTIONS = {"outgoing": True, "incoming": False, "bidirectional": None}


def iter_xml(data: bytes) -> Iterator[LoggedStanza]:
    """The stanzas of an XML text: its root, the roots that follow each other, or those inside of one element.

    Raises:
        StanzaError: it is not well-formed from some line on, or an element is no stanza; what stands before
            that was yielded.
    """
    body = data.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARATION.match(body)
    if declared is not None:
        # Its line breaks stay, so that lines are those of the document.
        body = b"\n" * declared[0].count(b"\n") + body[declared.end() :]
    reader = _Reader()
    try:
        for piece in (_WRAPPER, body, _WRAPPER_END):
            reader.parser.feed(piece)
            yield from reader.finished()
        reader.parser.close()
    except etree.XMLSyntaxError as error:
        yield from reader.finished()
        line = error.lineno or 1
        if b"<!DOCTYPE" in b"".join(body.splitlines()[line - 1 : line]):
            raise StanzaError(f"line {line}: a document type is refused; take <!DOCTYPE ...> out") from error
        raise StanzaError(f"line {line}: no XML: {what_is_wrong(error)}") from error


class _Reader:
    """Elements of a wrapped text, as soon as each is complete."""

    def __init__(self) -> None:
        self.parser = etree.XMLPullParser(
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._levels: list[str] = []

    def finished(self) -> Iterator[LoggedStanza]:
        """Those that are complete by now and stand where a stanza can."""
        for event, element in self.parser.read_events():
            if event == "start":
                self._levels.append(str(element.tag))
                continue
            self._levels.pop()
            if self._is_stanza(element):
                yield LoggedStanza(from_element(element), element.sourceline or 1)
            if len(self._levels) == 1:
                element.clear()

    def _is_stanza(self, element: etree._Element) -> bool:
        """A child of the wrapper, or where that is no stanza but holds some, one of these."""
        above = self._levels[1:]
        if not above:
            return bool(self._levels) and (
                element.tag in _ROOTS or not any(child.tag in _ROOTS for child in element)
            )
        return len(above) == 1 and above[0] not in _ROOTS and element.tag in _ROOTS


def read_capture(text: str, file: Path) -> tuple[LoggedStanza, str]:
    """The stanza of a capture file, and the technique that it names.

    Raises:
        SpecError: it is no capture file; the line says where.
        StanzaError: its body is no stanza.
    """
    entry = Entry.read(parse_document(text, file), CAPTURE, file)
    source = entry.maybe_entry("source", SOURCE)
    raw = entry.maybe_entry("raw", RAW)
    assert source is not None  # noqa: S101 - the shape requires both
    assert raw is not None  # noqa: S101
    entry.word("confidence", CONFIDENCES)
    if "status" in entry.fields.values:
        entry.word("status", STATUSES)
    technique = source.word("technique", TECHNIQUES)
    form = raw.word("format", tuple(_BODIES))
    try:
        node = _BODIES[form](raw.sentence("body"))
    except (StanzaError, DecodeError, ValueError) as error:
        raise SpecError(file, raw.line("body"), f"the body is no stanza in {form}: {error}") from error
    direction = entry.word("direction", tuple(_DIRECTIONS))
    return LoggedStanza(node, raw.line("body"), _DIRECTIONS[direction]), technique


def _one_of_xml(body: str) -> Node:
    stanzas = [stanza.node for stanza in iter_xml(body.encode())]
    if len(stanzas) != 1:
        raise StanzaError(f"expected one stanza, got {len(stanzas)}")
    return stanzas[0]


def _of_plaintext(plaintext: bytes) -> Node:
    return decode(plaintext, token_table(_DICTIONARY)).node


_BODIES: dict[str, Callable[[str], Node]] = {
    "xml": _one_of_xml,
    "json": lambda body: read_node(read_json(body)),
    "hex": lambda body: _of_plaintext(bytes.fromhex(body)),
    "base64": lambda body: _of_plaintext(base64.b64decode("".join(body.split()), validate=True)),
}
