"""Stanzas as client libraries print them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import StanzaError
from ringback.sources.nodetext import MAX_TEXT, parse_node_text
from ringback.stanza import Node
from ringback.wire.wabinary.nodes import MAX_DEPTH
from support.printed_nodes import BAILEYS, PREACCEPT, WHATSMEOW


@pytest.mark.parametrize("text", [BAILEYS, WHATSMEOW, f"\n  {BAILEYS}\r\n"])
def test_both_libraries_print_one_stanza(text: str) -> None:
    """The order of attributes apart, which whatsmeow does not keep."""
    assert parse_node_text(text) == PREACCEPT


def test_values_may_hold_signs_of_xml() -> None:
    """Nothing is escaped: a value ends where an attribute or the end of the tag follows its quote."""
    node = parse_node_text("<call notify='it's <b> & \"so\"' id='1'/>")
    assert node.attrs == {"notify": 'it\'s <b> & "so"', "id": "1"}


def test_bytes_that_were_left_out_keep_their_number() -> None:
    assert parse_node_text('<enc v="2"><!-- 300 bytes --></enc>').content == bytes(300)


def test_an_attribute_that_is_named_twice_is_kept() -> None:
    assert parse_node_text("<a x='1' x='2'/>").repeated == (("x", "2"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "character 1: expected <"),
        ("call", "character 1: expected <"),
        ("<call", "character 6: expected an attribute or the end of the tag"),
        ("<call to='A>", "character 11: expected the ' that ends the value"),
        ("<call>", "character 7: expected </call>"),
        ("<call/> more", "character 8: expected the end of the stanza"),
        ("<a><b/>text</a>", "character 8: expected a child or </a>"),
        ("<a>" * (MAX_DEPTH + 1), "nested deeper than"),
        (f"<a>{'0' * MAX_TEXT}</a>", "a stanza of more than"),
        ("<a><!-- 999999999 bytes --></a>", "bytes left out"),
        (f"<a>{f'<b><!-- {MAX_TEXT // 2} bytes --></b>' * 3}</a>", "bytes left out"),
    ],
)
def test_what_is_no_stanza_is_refused(text: str, told: str) -> None:
    """With the place at which reading ended and what could have stood there."""
    with pytest.raises(StanzaError, match=told):
        parse_node_text(text)


@given(st.text("<>/='\" abé\n0", max_size=40))
def test_any_text_gives_a_stanza_or_a_refusal(text: str) -> None:
    """Nothing but StanzaError is raised, whatever the text is."""
    with suppress(StanzaError):
        assert isinstance(parse_node_text(text), Node)
