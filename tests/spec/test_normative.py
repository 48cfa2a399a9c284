"""Normative text: which lines are blocks, and which sentences are listed."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ringback.spec.normative import Normative, read_normative

FILE = Path("part.yaml")


def read(text: str, line: int = 1) -> Normative:
    return read_normative(text, FILE, line)


def listed(text: str) -> list[tuple[int, tuple[str, ...], str]]:
    return [(one.line, one.keywords, one.text) for one in read(text).prose]


def refused(text: str) -> list[str]:
    return [str(one) for one in read(text).refused]


def test_indented_block_is_a_template() -> None:
    """Four columns after an empty line make a block, also at the start and with an empty line inside."""
    (root,) = read("    <call>\n\n      <x/>\n    </call>\n\nWords.\n", line=30).templates
    assert [(one.path, one.line) for one in root.elements()] == [("call", 30), ("call/x", 32)]


def test_fenced_block_is_a_template() -> None:
    """A fence makes a block at any indentation, and one that is not closed reaches to the end."""
    (root,) = read("Words:\n```xml\n<call/>\n```\nMore.").templates
    assert (root.tag, root.line) == ("call", 3)
    assert read("- Words:\n  ```\n  <call/>").templates[0].line == 3
    assert read("```\n```").templates == []


def test_indented_line_within_a_paragraph_is_none() -> None:
    """A paragraph or list item goes on over indented lines; only an empty line lets a block begin."""
    text = "- `<a>` MUST\n    <wave/>\n      and more.\n"
    assert read(text).templates == []
    assert listed(text) == [(1, ("MUST",), "`<a>` MUST <wave/> and more.")]


def test_block_that_is_no_template_is_refused_with_its_line() -> None:
    """Chains of arrows, formulas and faulty templates are kept as refusals, and the rest is read."""
    text = "Order MUST be:\n\n    a → b\n\nand\n\n    <call>\n      word\n    </call>\n\n    <ack/>\n"
    assert refused(text) == [
        "part.yaml:3: block 'a → b' is not read: expected one that starts with <",
        "part.yaml:8: text ('word'): expected bytes in hex, or a placeholder such as {bytes}",
    ]
    assert read(text).templates == []
    assert [one.tag for one in read("    <ack/>\n\nNext:\n\n    <call/>").templates] == ["ack", "call"]


def test_sentences_with_key_words_are_listed() -> None:
    """Sentences are told apart within a paragraph; the line is that of their first word."""
    text = (
        "One may do so. Two MUST\ndo so. Three\nMUST NOT, and\nSHOULD not; MUST NOT at all.\n\n1. OPTIONAL."
    )
    assert listed(text) == [
        (1, ("MUST",), "Two MUST do so."),
        (2, ("MUST NOT", "SHOULD"), "Three MUST NOT, and SHOULD not; MUST NOT at all."),
        (6, ("OPTIONAL",), "OPTIONAL."),
    ]


def test_list_items_are_sentences_of_their_own() -> None:
    """Items need no full stop to be apart; their marks are left out, small letters are no key words."""
    text = "All:\n- `a` MUST be\n- `b` may be\n  10. `c` MAY be\n* **Bold.** Next MUST be"
    assert listed(text) == [
        (2, ("MUST",), "`a` MUST be"),
        (4, ("MAY",), "`c` MAY be"),
        (5, ("MUST",), "**Bold.** Next MUST be"),
    ]


def test_key_words_in_blocks_are_no_prose() -> None:
    """A block is not searched for sentences."""
    assert listed("    <call/> ; MUST\n\n```\nMUST\n```") == []


_lines = st.sampled_from(
    ("", "    <call/>", "    <x>", "```", "- MUST.", "Words MAY. More MUST", "      deep", "1. SHALL", "  ")
)


@given(st.lists(_lines, max_size=12))
def test_every_block_is_read_or_refused(lines: list[str]) -> None:
    """No text raises, and what is found lies within it, in order."""
    found = read("\n".join(lines))
    for places in (
        [one.line for one in found.templates],
        [one.line for one in found.prose],
    ):
        assert places == sorted(places)
        assert all(1 <= line <= len(lines) for line in places)
    assert sum("<call/>" in line for line in lines) >= len(found.templates)
