"""`ringback.stanza.escape`."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from ringback.stanza.escape import escape_name, escape_text, escape_user, unescape_name, unescape_text

ANY_TEXT = st.text(st.characters()) | st.text("_x0041F\x01 :", max_size=16)
"""`st.characters()` includes the surrogates."""

NAMES = [
    ("call", "call"),
    ("call-id", "call-id"),
    ("mute_v2", "mute_v2"),
    ("enc.v2", "enc.v2"),
    ("_", "_"),
    ("stream:error", "stream_x003A_error"),
    ("two words", "two_x0020_words"),
    ("2fa", "_x0032_fa"),
    ("-a", "_x002D_a"),
    (".a", "_x002E_a"),
    ("", "_x_"),
    ("_x_", "_x005F_x_"),
    ("xmlns", "_x0078_mlns"),
    ("xmlns2", "xmlns2"),
    ("\0", "_x0000_"),
    ("\udcff", "_xDCFF_"),
    ("é", "_x00E9_"),
    ("\U0010ffff", "_x10FFFF_"),
    ("_x0041_", "_x005F_x0041_"),
    ("_x0041", "_x005F_x0041"),
    ("_x004g", "_x004g"),
    ("a\nb\n", "a_x000A_b_x000A_"),
]

TEXTS = [
    ("", ""),
    ("opus", "opus"),
    ("a\tb\nc\rd", "a\tb\nc\rd"),
    ("é \U0001f600 :", "é \U0001f600 :"),
    ("\x00\x0b\x7f", "_x0000__x000B_\x7f"),
    ("\ufffd\ufffe\uffff", "\ufffd_xFFFE__xFFFF_"),
    ("\ud800", "_xD800_"),
    ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
    ("_x0041\x01", "_x005F_x0041_x0001_"),
    ("_x_", "_x_"),
]


@pytest.mark.parametrize(("name", "spelled"), NAMES)
def test_a_name_has_one_spelling(name: str, spelled: str) -> None:
    """What XML does not allow in a name is a group; what it allows stands as it is."""
    assert escape_name(name) == spelled
    assert unescape_name(spelled) == name


@pytest.mark.parametrize(("text", "spelled"), TEXTS)
def test_a_text_has_one_spelling(text: str, spelled: str) -> None:
    """What XML does not allow in text is a group; what it allows stands as it is."""
    assert escape_text(text) == spelled
    assert unescape_text(spelled) == text


def test_a_users_separators_are_escaped() -> None:
    """In a marked address the user holds no separator."""
    assert escape_user("1:2.3-4@5_6") == "1_x003A_2_x002E_3_x002D_4_x0040_5_6"


@pytest.mark.parametrize("text", ["_x110000_", "_xFFFFFF_", "_x041_", "_x004a_", "_X0041_", "x0041_"])
def test_what_is_no_group_stays(text: str) -> None:
    """A group has four or five upper-case digits, or six from 10FFFF down; all else is text."""
    assert unescape_text(text) == text


@given(ANY_TEXT)
@example("_x0041\x01")
@example("_x_x0041_")
def test_names_come_back(name: str) -> None:
    """Any string at all is a name that XML accepts, and is read back unchanged."""
    spelled = escape_name(name)
    assert etree.Element(spelled).tag == spelled
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.\-]*", spelled)
    assert unescape_name(spelled) == name


@given(ANY_TEXT)
def test_texts_come_back(text: str) -> None:
    """Any string at all is a value that XML accepts, and is read back unchanged."""
    spelled = escape_text(text)
    etree.Element("a").set("b", spelled)
    assert unescape_text(spelled) == text
    assert unescape_text(escape_user(text)) == text


@given(ANY_TEXT, ANY_TEXT)
def test_spellings_differ(one: str, other: str) -> None:
    """Two names never share a spelling."""
    assert (escape_name(one) == escape_name(other)) == (one == other)
