"""Stanzas in XML documents, and capture files of the specification's corpus."""

from __future__ import annotations

import base64
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import SpecError, StanzaError
from ringback.nodejson import node_to_json
from ringback.sources.documents import iter_xml, read_capture
from ringback.sources.logged import LoggedStanza, is_sent
from ringback.stanza import Jid, Node, to_text
from ringback.wire.wabinary import encode, token_table
from support.printed_nodes import PREACCEPT
from support.specfiles import edited

FILE = Path("a-capture.yaml")


def tags(text: str) -> list[str]:
    return [stanza.node.tag for stanza in iter_xml(text.encode())]


def test_one_stanza_is_read_as_it_stands() -> None:
    """The form that the specification's examples have, with a comment before it."""
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- seen -->\n{to_text(PREACCEPT)}\n'
    assert list(iter_xml(text.encode())) == [LoggedStanza(PREACCEPT, 3)]
    assert list(iter_xml(b"\xef\xbb\xbf" + text.encode())) == [LoggedStanza(PREACCEPT, 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("<call/>\n<ack class='call'/>", ["call", "ack"]),
        ("<log><call/><receipt/></log>", ["call", "receipt"]),
        ("<call><offer><call/></offer></call>", ["call"]),
        ("<log><page><call/></page></log>", ["log"]),
        ("<iq/><call/>", ["iq", "call"]),
    ],
)
def test_one_or_many(text: str, expected: list[str]) -> None:
    """Roots that follow each other, or stanzas inside of one element; what stands deeper is content."""
    assert tags(text) == expected


def test_what_stands_before_a_fault_is_read() -> None:
    """The fault is told with its line."""
    stanzas = iter_xml(b"<call/>\n<ack/>\n<call to=A/>")
    assert [next(stanzas).node.tag, next(stanzas).node.tag] == ["call", "ack"]
    with pytest.raises(StanzaError, match=r"line 3: no XML"):
        next(stanzas)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<!DOCTYPE call>\n<call/>", "line 1: a document type is refused; take <!DOCTYPE ...> out"),
        ("<!-- a -->\n<!DOCTYPE call [<!ENTITY e 'x'>]>\n<call/>", "line 2: a document type is refused"),
        ("<call/>\n<!DOCTYPE call>", "line 2: a document type is refused"),
        ("\n" + "<a>" * 300, "line 2: no XML: it is nested deeper than a stanza can be"),
        (f"<a>{'x' * 10_500_000}</a>", "line 1: no XML: a text or a name is larger than a stanza's can be"),
        ("<call>\n<a></call>", "line 2: no XML: Opening and ending tag mismatch: a line 2 and call"),
    ],
)
def test_a_refusal_says_what_is_wrong_in_its_own_words(text: str, told: str) -> None:
    """Neither places in what the text is wrapped in, nor advice to programmers of libxml2."""
    with pytest.raises(StanzaError) as refused:
        list(iter_xml(text.encode()))
    assert str(refused.value).startswith(told)
    assert not re.search("HUGE|column", str(refused.value))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE call [<!ENTITY e SYSTEM "file:///etc/hostname">]><call to="&e;"/>',
        "<call>&e;</call>",
        "</stanzas><stanzas><call/>",
        "<call>text<offer/></call>",
    ],
)
def test_nothing_but_stanzas_is_read(text: str) -> None:
    """No document type, no entity, nothing that ends what the text is wrapped in, no mixed content."""
    with pytest.raises(StanzaError):
        list(iter_xml(text.encode()))


@given(
    st.text("<>/&;'\"= callack!-?\n", max_size=60)
    | st.binary(max_size=40).map(lambda data: data.decode("latin-1"))
)
def test_any_text_gives_stanzas_or_a_refusal(text: str) -> None:
    """Nothing but StanzaError is raised, whatever the text is."""
    with suppress(StanzaError):
        tags(text)


@pytest.mark.parametrize(
    ("attrs", "sent"),
    [
        ({"to": "A@lid"}, True),
        ({"from": "A@lid", "t": "1"}, False),
        ({"from": "A@lid", "to": "B@lid"}, True),
        ({}, True),
    ],
)
def test_which_copy_it_is_shows_in_its_addresses(attrs: dict[str, str], sent: bool) -> None:
    """A delivered copy has a sender and is marked with a time; the source's own word counts for more."""
    node = Node("call", {name: Jid.maybe_parse(value) or value for name, value in attrs.items()})
    assert is_sent(LoggedStanza(node, 1)) is sent
    assert is_sent(LoggedStanza(node, 1, sent=not sent)) is not sent


CAPTURE = """\
id: a-capture
title: A pre-accept
status: draft
source:
  technique: frida-hooking
  contributor: someone
stanza_tag: call
direction: outgoing
confidence: probable
raw:
  format: {form}
  body: |
{body}
decoded: Words.
attributes:
  - name: to
    value: A@lid
notes: Words.
sanitized: true
"""
BODIES = {
    "xml": to_text(PREACCEPT),
    "json": json.dumps(node_to_json(PREACCEPT)),
    "hex": encode(PREACCEPT, token_table(3)).hex(),
    "base64": base64.b64encode(encode(PREACCEPT, token_table(3))).decode(),
}


def capture(form: str, body: str) -> str:
    return CAPTURE.format(form=form, body="\n".join(f"    {line}" for line in body.splitlines()))


@pytest.mark.parametrize("form", BODIES)
def test_a_capture_file_tells_its_stanza(form: str) -> None:
    """In each form that the corpus has, with technique and direction."""
    assert read_capture(capture(form, BODIES[form]), FILE) == (
        LoggedStanza(PREACCEPT, 12, True),
        "frida-hooking",
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("technique: frida-hooking", "technique: frida-hook", "unknown technique 'frida-hook'; did you mean"),
        ("direction: outgoing", "direction: out", "unknown direction 'out'"),
        ("format: xml", "format: text", "unknown format 'text'"),
        ("<call ", "<call", "the body is no stanza in xml"),
        ("sanitized: true\n", "", "has no 'sanitized'"),
        ("notes: Words.", "note: Words.", "unknown key 'note' in a capture; did you mean 'notes'"),
    ],
)
def test_a_faulty_capture_file_is_refused(old: str, new: str, told: str) -> None:
    """With the line and what was expected, as a stanza file is."""
    with pytest.raises(SpecError, match=told) as refusal:
        read_capture(edited(old, new, capture("xml", BODIES["xml"])), FILE)
    assert refusal.value.line is not None
