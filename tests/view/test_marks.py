from __future__ import annotations

from dataclasses import asdict

import pytest
from rich.cells import cell_len

from ringback.findings import Severity, Stance
from ringback.view.marks import ASCII, LEGEND, MEANINGS, UNICODE, Marks, marks_for, style_of


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [
        ("utf-8", UNICODE),
        ("UTF8", UNICODE),
        ("ascii", ASCII),
        ("latin-1", ASCII),
        ("cp1252", ASCII),
        ("x", ASCII),
    ],
)
def test_the_encoding_decides(encoding: str, marks: Marks) -> None:
    """Signs are Unicode where the terminal can carry all of them, else ASCII, also in an unknown encoding."""
    assert marks_for(encoding) is marks


@pytest.mark.parametrize("marks", [UNICODE, ASCII])
def test_marks_can_be_told_apart(marks: Marks) -> None:
    """The four verdicts have four marks, each one column wide, in either spelling."""
    verdicts = [marks.of(stance) for stance in Stance]
    assert len(set(verdicts)) == len(Stance)
    assert {cell_len(mark) for mark in verdicts} == {1}


def test_the_ascii_signs_are_ascii() -> None:
    """The fallback needs nothing beyond ASCII."""
    assert all(sign.isascii() for sign in asdict(ASCII).values())


def test_only_an_unexercised_fact_is_faint() -> None:
    """What was not exercised is faint, but a warning about something absent is not."""
    assert style_of(Stance.SILENT, Severity.OK) == "dim"
    assert (
        style_of(Stance.SILENT, Severity.WARNING) == style_of(Stance.CONTRADICTS, Severity.WARNING) != "dim"
    )


def test_the_legend_explains_each_sign_in_both_spellings() -> None:
    """Verdicts, directions and the notice's bullet are in the legend, each with its ASCII form, on a line
    that fits a screen of 80 columns."""
    lines = LEGEND.splitlines()[1:]
    assert {stance.value for stance in Stance} <= set(MEANINGS)
    assert [line.split()[:3:2] for line in lines] == [
        [asdict(UNICODE)[name], asdict(ASCII)[name]] for name in MEANINGS
    ]
    assert max(map(len, lines)) < 80
