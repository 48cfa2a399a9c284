"""Stanzas as text: XML, JSON, what clients print, addresses and names; and what is shown of hostile ones."""

from __future__ import annotations

import io
import json
import unicodedata
from functools import cache

from msgspec.structs import replace
from rich.console import Console

from fuzz.target import Script, target, text_of
from ringback.calls import Sighting
from ringback.errors import DecodeError, StanzaError
from ringback.eventreading import RecordReader
from ringback.eventrecords import record_line, records_of
from ringback.findings import Evidence, Severity
from ringback.inspector import Inspector
from ringback.keyednames import KeyedName
from ringback.ledger.restore import restore_node, restore_text
from ringback.nodejson import node_from_json, node_to_json
from ringback.pseudonyms import Pseudonyms
from ringback.sanitize import Placeholders
from ringback.sources.nodetext import parse_node_text
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.stanza import Jid, Node, from_text, to_text
from ringback.stanza.escape import escape_name, escape_text, escape_user, unescape_name, unescape_text
from ringback.view.terminal import TerminalView
from ringback.view.visible import visible
from ringback.wire.events import Direction, FramePlace
from ringback.wire.keylog import KeyLog
from ringback.wire.wabinary import decode, encode, token_table

_MOST_LEVELS = 128
_XML = ("<call ", "<preaccept", "</call>", "/>", ' rb:text="', ' rb:content="bytes"', "_x003A_", ":7@lid")
_MARK = ' xmlns:rb="urn:ringback:stanza:1"'


@target("stanza-xml", words=(*_XML, _MARK, "<!--", "<?x ", "<!DOCTYPE", "&#x41;", "<![CDATA["))
def stanza_xml(data: bytes) -> None:
    """XML is a stanza that comes back from its own text, or is refused with its line."""
    for document in (data, text_of(data)):
        try:
            node = from_text(document)
        except StanzaError as error:
            _check_line(str(error), data)
            continue
        assert from_text(to_text(node)) == from_text(to_text(node, pretty=False)) == node
        assert _levels(node) <= _MOST_LEVELS


def _check_line(message: str, data: bytes) -> None:
    word, number, _ = message.split(maxsplit=2)
    assert word == "line"
    assert 1 <= int(number.rstrip(":")) <= data.count(b"\n") + data.count(b"\r") + 1


def _levels(node: Node) -> int:
    return 1 + max(map(_levels, node.children), default=0)


@target("stanza-json", words=('{"tag":', '"attrs":{', '"content":', '{"hex":"', '"repeated":[[', "null"))
def stanza_json(data: bytes) -> None:
    """JSON is a stanza that is written as the same JSON again, or is refused; nothing else is raised."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    try:
        node = node_from_json(value)
    except StanzaError:
        return
    written = json.loads(json.dumps(node_to_json(node)))
    assert node_from_json(written) == node
    assert node_to_json(node_from_json(written)) == written


@target("node-text", words=("<call ", "='", '="', "</call>", "/>", "<!-- 12 bytes -->", "'>", "0a0b"))
def node_text(data: bytes) -> None:
    """What a client prints is a stanza, or is refused at a character of it; nothing else is raised."""
    text = text_of(data)
    try:
        node = parse_node_text(text)
    except StanzaError as error:
        told = str(error)
        if told.startswith("character"):
            assert 1 <= int(told.split()[1].rstrip(":")) <= len(text) + 1
        return
    assert _levels(node) <= _MOST_LEVELS
    assert from_text(to_text(node)) == node


@target("names", words=("_x0041_", "@s.whatsapp.net", ":7@lid", "-1@interop", "c-H32-qhtzkrwbvn", "T+12"))
def names(data: bytes) -> None:
    """Escapes come back, an address has one spelling, what is shown holds nothing that a terminal obeys."""
    text = text_of(data)
    assert unescape_name(escape_name(text)) == text
    assert unescape_text(escape_text(text)) == unescape_text(escape_user(text)) == text
    jid = Jid.maybe_parse(text)
    assert jid is None or str(jid) == text
    name = KeyedName.maybe_parse(text)
    # Leading zeros in the length are the one thing that is not written.
    assert name is None or KeyedName.maybe_parse(str(name)) == name
    assert len(restore_text(text, 1.7e9)) <= max(len(text) + 8, 4096)
    shown = visible(text)
    assert all(each == " " or unicodedata.category(each)[0] not in "CZ" for each in shown)
    assert text == shown or not text.isascii() or not text.isprintable() or "\\" in text


# What becomes of a stanza behind the wire.


_CAPTURE = "fuzz.flows"
_NOTHING_OBEYS = frozenset("\t\n")


@cache
def _specification() -> Specification:
    return load_specification(None)


@target(
    "inspection", words=tuple(bytes.fromhex(text) for text in ("ec12", "fc04", "f80664", "f8", "fa", "f7"))
)
def inspection(data: bytes) -> None:
    """Stanzas off the wire are checked, shown, written and read again; nothing is obeyed or raised."""
    script = Script(data)
    inspector = Inspector(_specification(), KeyLog())
    placeholders = Placeholders()
    stream = io.StringIO()
    console = Console(file=stream, width=80, highlight=False, markup=False, emoji=False, _environ={})
    view, reader = TerminalView(console, Severity.OK, placeholders), RecordReader(_CAPTURE)
    for number in range(6):
        if script.is_over:
            break
        sighting = _maybe_sighting(script, number)
        if sighting is None:
            continue
        _check_hidden(sighting.node, sighting.at)
        for observation in inspector.take_sighting(sighting):
            view.show(observation)
            for record in records_of(observation, placeholders):
                reader.read(record_line(record).encode())
    for observation in inspector.finish():
        view.show(observation)
    view.summary(inspector.funnel)
    obeyed = {each for each in stream.getvalue() if unicodedata.category(each)[0] == "C"}
    assert obeyed <= _NOTHING_OBEYS


def _maybe_sighting(script: Script, number: int) -> Sighting | None:
    control = script.number()
    plaintext = b"\0" + script.piece()
    try:
        node = decode(plaintext, token_table(3)).node
    except DecodeError:
        return None
    direction = Direction.SERVER if control & 1 else Direction.CLIENT
    place = FramePlace(direction, number, number, 1.7e9 + number * (control >> 2))
    owner = Jid("100001", "lid", 7) if control & 2 else None
    return Sighting(node, Evidence(_CAPTURE, 1 + (control >> 1 & 1), "flow", place), owner)


@cache
def _pseudonyms() -> Pseudonyms:
    return Pseudonyms(bytes(32))


def _check_hidden(node: Node, at: float) -> None:
    """Pseudonyms keep the shape of a stanza, can be kept in a ledger, and are given back as a stanza."""
    hidden = _pseudonyms().node(node, at=at)
    assert from_text(to_text(hidden, pretty=False)) == hidden
    restored = restore_node(hidden, at)
    assert [len(each.attrs) + len(each.repeated) for each in node.walk()] == [
        len(each.attrs) + len(each.repeated) for each in restored.walk()
    ]
    encode(replace(restored, tag=restored.tag or "x"), token_table(3))


TARGETS = (stanza_xml, stanza_json, node_text, names, inspection)
