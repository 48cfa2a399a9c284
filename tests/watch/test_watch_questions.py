"""The open questions as lines: the verdict first, the interval drawn to scale."""

from __future__ import annotations

import pytest

from ringback.questions.verdict import Tally
from ringback.questions.weighing import verdicts_on, weigh
from ringback.view.marks import ASCII, UNICODE
from ringback.watch.questions import bar, board, strip
from ringback.watch.weighing import Weighed
from support.casing import SPECIFICATION, shipped


def weighed(name: str) -> Weighed:
    calls, clients = shipped(name).evidence()
    return Weighed(verdicts_on(calls, clients, SPECIFICATION), len(calls))


def test_the_verdicts_alone_are_those_of_a_weighing() -> None:
    calls, clients = shipped("multi-device").evidence()
    assert weighed("multi-device").verdicts == weigh(calls, clients, SPECIFICATION).verdicts


def test_all_verdicts_on_one_line() -> None:
    """With the numbers, where something was counted."""
    assert strip(weighed("multi-device")).plain == " ?1 open 2/2  ?2 open 0/2  ?3 open 1/1 "
    assert strip(weighed("violations")).plain == " ?1 not exercised  ?2 open 3/26  ?3 not exercised "
    assert strip(Weighed()).plain == " no call was weighed yet"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_board(width: int) -> None:
    """Question, verdict, bar, what weakens it and what to capture next; no line is wider than the screen."""
    lines = list(board(weighed("multi-device"), shipped("multi-device").placeholders, UNICODE, width))
    text = "\n".join(line.plain for line in lines)
    assert all(line.cell_len <= width for line in lines)
    assert text.startswith("?1 Is <preaccept> always emitted")
    order = [text.index(word) for word in ("verdict", "━", "weakened by", "\n  next", "\n  counted", "?2")]
    assert order == sorted(order)
    assert "Out of 1 call, listed or not." in text


@pytest.mark.parametrize(
    ("tally", "drawn"),
    [
        (Tally(0, 0), "0 ──────────────────── 1"),
        (Tally(10, 5), "0 ────━━━━━━●━━━━━──── 1"),
        (Tally(1000, 1000), "0 ───────────────────● 1"),
        (Tally(1000, 0), "0 ●─────────────────── 1"),
    ],
    ids=str,
)
def test_the_bar_is_to_scale(tally: Tally, drawn: str) -> None:
    """From nothing to all; thick is the interval, the dot the share. It is the same in ASCII."""
    assert bar(tally, UNICODE, 20).plain == drawn
    table = str.maketrans(UNICODE.rule + UNICODE.bar + UNICODE.bullet, ASCII.rule + ASCII.bar + ASCII.bullet)
    assert bar(tally, ASCII, 20).plain == drawn.translate(table)
