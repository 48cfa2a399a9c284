"""Issue bodies as the ingest of the capture form reads them."""

from __future__ import annotations

import re

import pytest

from ringback.export.forms import NO_RESPONSE, attribute_line, fenced, render_form
from support.issue_form import attributes_of, code_of, sections_of


def test_sections_come_back() -> None:
    """Each heading with its text; an empty one is told to be empty, not left out."""
    body = render_form({"Stanza tag": "call", "Tools used": "", "Notes": "one\n\ntwo"})
    assert sections_of(body) == {"stanza tag": "call", "tools used": NO_RESPONSE, "notes": "one\n\ntwo"}


def test_no_text_starts_a_section_of_its_own() -> None:
    """A line that looks like a heading stays within its section."""
    body = render_form({"A": "text\n### B\nmore", "C": "### B"})
    assert list(sections_of(body)) == ["a", "c"]


@pytest.mark.parametrize("text", ["plain", "a\n```\nb", "ends in ```", "````\n```xml\nx\n```"])
def test_a_code_block_holds_all_of_its_text(text: str) -> None:
    """Nothing in it closes the fence."""
    language, body = code_of(fenced(text, "xml"))
    assert language == "xml"
    assert body == re.sub("`{3,}", lambda ticks: "'" * len(ticks[0]), text)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("call-id", "CALLID-0001", ("call-id", "CALLID-0001")),
        ("to", "A:1@lid", ("to", "A:1@lid")),
        ("x", "a = b: c", ("x", "a = b: c")),
        ("empty", "", ("empty", "")),
        ("stream:error", "1", ("stream_x003A_error", "1")),
        ("a=b", "1", ("a_x003D_b", "1")),
        ("-x", "1", ("_x002D_x", "1")),
        ("two", "lines\nhere", ("two", "lines_x000A_here")),
    ],
)
def test_an_attribute_is_one_line(name: str, value: str, read: tuple[str, str]) -> None:
    """Name and value come back apart, whatever signs are in them."""
    assert attributes_of(attribute_line(name, value)) == [read]
