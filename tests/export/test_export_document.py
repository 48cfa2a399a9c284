"""Stanza files that are changed in place."""

from __future__ import annotations

import re

import pytest

from ringback.errors import ExportError
from ringback.export.document import StanzaDocument, flow_list
from ringback.spec.load import SHIPPED
from support.diffs import changed_lines

TEXT = SHIPPED.read_text("utf-8")
NAME = "call-preaccept.yaml"


def document(text: str = TEXT) -> StanzaDocument:
    return StanzaDocument(text, NAME)


HAND_WRITTEN = """\
# A comment of the file.
id: call-x    # and one beside a key
tag: call
direction: [outgoing, incoming]
spec_version: "0.1.0"
summary: >
  Wrapped by hand
  in the middle, <b> & "quotes".

  Another paragraph.
children:
  - tag: "x"
    occurrence: '1'

    description: |
      kept as
        it is
notes: plain text that goes on past any usual width, past eighty, past a hundred columns, and still goes on
open_questions:
  - "Quoted?"
  - Plain?
"""


@pytest.mark.parametrize("text", [TEXT, HAND_WRITTEN])
def test_nothing_changed_is_byte_identical(text: str) -> None:
    """Wrapping, quotes, flow lists, comments, blank lines and order stay."""
    assert document(text).text() == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TEXT.replace("  - name: from", "- name: from"), "not YAML|layout would be lost"),
        ("children:\n- tag: x\n", "layout would be lost"),
        ("a: [1,2]\n", "layout would be lost"),
        ("- a\n", "layout would be lost"),
        ("", "layout would be lost"),
        ("a: [1\n", "not YAML"),
        ("a: 1\na: 2\n", "not YAML"),
    ],
)
def test_a_file_that_would_be_reformatted_is_refused(text: str, reason: str) -> None:
    """Rather than a diff in which nobody finds the change."""
    with pytest.raises(ExportError, match=f"^{re.escape(NAME)}: .*({reason})"):
        document(text)


def test_confidence_changes_one_line() -> None:
    """And no other, however deep the fact lies."""
    changed = document()
    changed.set_confidence("call/preaccept/destination/te/@port", "probable")
    assert changed_lines(TEXT, changed.checked_text()) == (
        ["                confidence: speculative"],
        ["                confidence: probable"],
    )


def test_a_source_joins_the_list() -> None:
    """An empty list stays on its line, techniques are named once."""
    changed = document()
    changed.add_provenance("call/@to", ["websocket-capture", "frida-hooking"], "note: x")
    changed.add_provenance("call/@to", ["frida-hooking"], "note: x")
    assert changed_lines(TEXT, changed.checked_text()) == (
        ["      techniques: [websocket-capture]", "      sources: []"],
        ["      techniques: [websocket-capture, frida-hooking]", '      sources: ["note: x"]'],
    )


def test_a_fact_without_provenance_gets_it_by_added_lines() -> None:
    """It stands where wacrg has it: after the description, before attributes and children."""
    changed = document()
    changed.add_provenance("call/preaccept", ["websocket-capture"], "note")
    changed.add_provenance("call/preaccept/destination/te", ["websocket-capture"], "note")
    removed, added = changed_lines(TEXT, changed.checked_text())
    assert removed == []
    assert [line.strip() for line in added] == [
        "provenance:",
        "techniques: [websocket-capture]",
        'sources: ["note"]',
    ] * 2
    inserted = '    provenance:\n      techniques: [websocket-capture]\n      sources: ["note"]\n'
    assert f"      nothing.\n{inserted}    attributes:\n" in changed.text()


def test_questions_are_numbered_from_one() -> None:
    """As findings name them."""
    changed = document()
    assert changed.question(2).startswith("Does pre-accept carry early transport candidates")
    changed.set_question(2, "Other?")
    removed, added = changed_lines(TEXT, changed.checked_text())
    assert (len(removed), added) == (1, ["  - Other?"])


@pytest.mark.parametrize("path", ["call/@nope", "call/nope", "call/preaccept/nope/@x"])
def test_an_unknown_fact_is_refused(path: str) -> None:
    """The file is not the one that the evidence was held against."""
    with pytest.raises(ExportError, match=f"no fact {path.removesuffix('/@x')};"):
        document().set_confidence(path, "probable")


def test_what_ringback_could_not_read_again_is_refused() -> None:
    """A change never makes a file that does not load."""
    changed = document()
    changed.set_confidence("call/@to", "certain")
    with pytest.raises(ExportError, match=r"could not be read again: .*confidence 'certain'"):
        changed.checked_text()


def test_a_flow_list_is_one_line() -> None:
    """As wacrg writes short lists."""
    changed = document()
    changed.add_provenance("call/@id", flow_list(["mitm-tls", "memory-dump"]), "a")
    assert "techniques: [websocket-capture, mitm-tls, memory-dump]" in changed.text()
