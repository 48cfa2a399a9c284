"""An annotated stanza as text: where its notes stand."""

from __future__ import annotations

import pytest

from ringback.sanitize import Placeholders
from ringback.view.marks import ASCII, UNICODE, Marks
from ringback.view.stanza_text import annotated_text
from support.viewing import observed_call


def lines(width: int, *, breaks: bool = True) -> list[str]:
    """The pre-accept of a call."""
    _, preaccept, _ = observed_call()
    shown = annotated_text(preaccept, Placeholders(), UNICODE, width=width, breaks=breaks)
    return [text.plain for text in shown]


def test_notes_stand_in_one_column_where_there_is_room() -> None:
    """Every note begins right behind the longest line that has one."""
    shown = [line for line in lines(120) if line.endswith("required")]
    assert len({line.rindex("  ") for line in shown}) == 1
    assert len(shown) > 3


def test_a_note_that_does_not_fit_stands_under_its_line() -> None:
    """Flush right, so that it is no part of the stanza; only where lines may be broken."""
    narrow = lines(40)
    assert f"{'probable, required':>40}" in narrow
    assert len(lines(40, breaks=False)) < len(narrow)


@pytest.mark.parametrize(("marks", "mark"), [(UNICODE, "✓   <preaccept "), (ASCII, "=   <preaccept ")])
def test_marks_are_those_that_are_asked_for(marks: Marks, mark: str) -> None:
    """A screen without Unicode gets none."""
    _, preaccept, _ = observed_call()
    shown = annotated_text(preaccept, Placeholders(), marks, width=80, breaks=True)
    assert any(text.plain.startswith(mark) for text in shown)
