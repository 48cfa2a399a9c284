"""The page on the screen is true to the letter: its example is what is printed, its tables are the code's."""

from __future__ import annotations

import re
from pathlib import Path

import ringback
from ringback.findings import FactRef
from ringback.ladder import ladder_of
from ringback.ladder.text import plain_text
from ringback.observations import FindingMade, Funnel
from ringback.view.marks import ASCII, MEANINGS, UNICODE
from ringback.view.terminal import TerminalView
from support.casing import shipped
from support.viewing import finding, observed_call, printed, printed_all

PAGE = (Path(ringback.__file__).parent / "docs/screen.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_is_what_is_printed() -> None:
    """The screen in the page is a call as the view prints it at 80 columns."""
    example, _ = EXAMPLES
    assert example == printed_all(observed_call(inside='<audio enc="opus" rate="16000"/>'))


def test_the_ladder_is_what_is_drawn() -> None:
    """The ladder in the page is the call of a shipped capture, at 80 columns."""
    book = shipped("violations")
    _, example = EXAMPLES
    assert example == plain_text(ladder_of(book.cases[18], book.placeholders), width=80)


def test_the_signs_are_those_of_the_legend() -> None:
    """The page's first table is the legend, sign by sign."""
    rows = [f"| `{getattr(UNICODE, name)}` | `{getattr(ASCII, name)}` |" for name in MEANINGS]
    told = [f"{row} {meaning} |" for row, meaning in zip(rows, MEANINGS.values(), strict=True)]
    assert "\n".join(told) in PAGE


def test_every_label_of_the_summary_is_explained() -> None:
    """The page's second table has the summary's labels, in the order in which they stand."""
    counted = Funnel(held=1, dropped=1, unread=1, evicted=1, forgotten=1, ignored=1, closed={"no key": 1})

    def show(view: TerminalView) -> None:
        for observation in observed_call():
            view.show(observation)
        step = FactRef("a-flow", "steps/1", "probable", ())
        view.show(FindingMade(finding(code="flow-step-taken", fact=step)))
        view.summary(counted)

    summary = printed(show).partition("── ringback ")[2].splitlines()[1:]
    labels = [line[:11].strip() for line in summary if line[:3].strip()]
    assert labels == re.findall(r"^\| `([a-z -]+)` \| [a-z]", PAGE, re.MULTILINE)
