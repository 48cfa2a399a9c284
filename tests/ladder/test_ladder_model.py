"""What a ladder can be asked."""

from __future__ import annotations

import pytest

from ringback.calls import Sighting
from ringback.ladder import ladder_of
from ringback.ladder.model import delta, duration, legs
from support.casing import case_of, shipped
from support.sightings import CALLEE, OFFER_IN, Tape


def test_a_stanza_leads_to_its_arrow_and_back() -> None:
    """Each stanza of the shipped call is shown by one arrow, folded or not."""
    book = shipped("multi-device")
    case = book.cases[0]
    for unfold in (False, True):
        ladder = ladder_of(case, book.placeholders, unfold=unfold)
        shown = [stanza for arrow in ladder.arrows for stanza in arrow.shown]
        assert sorted(shown) == list(range(len(case.stanzas)))
        for arrow in ladder.arrows:
            assert all(ladder.arrow_of(stanza) is arrow for stanza in arrow.shown)
    assert ladder.arrow_of(len(case.stanzas)) is None


def test_a_leg_that_nobody_saw_is_told_from_one_that_was_seen() -> None:
    """Of a delivered copy the way from the server was seen, the way to it was not."""
    case, book = case_of(lambda tape: [tape.delivered(OFFER_IN, CALLEE)])
    ladder = ladder_of(case, book.placeholders)
    assert [(lane.name, lane.role.value) for lane in ladder.lanes] == [
        ("A:1@lid", "caller"),
        ("server", "server"),
        ("this client", "callee"),
    ]
    assert legs(ladder, ladder.arrows[0]) == ((0, 1, False), (1, 2, True))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 ms"),
        (0.0456, "46 ms"),
        (0.99949, "999 ms"),
        (1.0, "1.00 s"),
        (75.4, "75 s"),
        (-0.01, "-10 ms"),
        (1e30, "?"),
        (float("nan"), "?"),
        (float("-inf"), "?"),
    ],
)
def test_durations_are_told_in_three_digits_or_so(seconds: float, text: str) -> None:
    """What no clock can have measured is a question mark."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.3444, "+0.344"), (-0.01, "-0.010"), (float("inf"), ""), (1e6, "")],
)
def test_deltas_have_their_sign(seconds: float | None, text: str) -> None:
    """What no call lasts is left out."""
    assert delta(seconds) == text


def test_an_arrow_says_that_it_was_sent_again() -> None:
    """Two copies of one stanza on one connection are one arrow that says so."""

    def play(tape: Tape) -> list[Sighting]:
        return [tape.sent(OFFER_IN, CALLEE, owner="22222222222222:17@lid") for _ in range(2)]

    case, book = case_of(play)
    (arrow,) = ladder_of(case, book.placeholders).arrows
    assert arrow.label == "offer, sent 2 times"
