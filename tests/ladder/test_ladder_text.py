"""The ladder in the terminal: as drawn before, within its width, and nothing that a terminal would obey."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.calls import Sighting
from ringback.ladder import Ladder, ladder_of
from ringback.ladder.text import LEAST_WIDTH, plain_text, render_text
from ringback.sanitize import Raw
from ringback.view.marks import ASCII, UNICODE, Marks
from support.casing import HOSTILE, any_sightings, case_of, casebook_of, shipped
from support.sightings import CALLEE, CALLER, CREATOR, OFFER_IN, Tape, action, offer_to

GOLDEN = Path(__file__).parent / "golden"


def multi_device() -> Ladder:
    book = shipped("multi-device")
    return ladder_of(book.cases[0], book.placeholders)


@pytest.mark.parametrize(("name", "marks"), [("unicode", UNICODE), ("ascii", ASCII)])
def test_the_shipped_call_is_drawn_as_before(name: str, marks: Marks) -> None:
    """The multi-device capture at 100 columns, letter by letter."""
    golden = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert plain_text(multi_device(), width=100, marks=marks) == golden


def test_ascii_is_ascii() -> None:
    """Without Unicode no other character is used."""
    assert plain_text(multi_device(), width=120, marks=ASCII).isascii()


@pytest.mark.parametrize("width", [1, 80, 81, 100, 120, 250])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    """From 80 columns on; a narrower screen gets 80."""
    lines = render_text(multi_device(), width=width, marks=UNICODE)
    assert max(line.cell_len for line in lines) <= max(width, LEAST_WIDTH)


def test_lanes_are_straight() -> None:
    """Every row of the drawing has its lane, a crossing, or an end of a line in the columns of the lanes,
    unless a label stands there."""
    rows = plain_text(multi_device(), width=120).splitlines()
    columns = [index for index, character in enumerate(rows[2]) if character in "│┊"]
    assert len(columns) == 6
    lines = [row for row in rows[3:] if "▶" in row or "◀" in row]
    assert lines
    assert all(row[column] in "│┊┼" for row in lines for column in columns)


def test_an_unseen_leg_is_dotted() -> None:
    """The way from the sender to the server, where only the delivered copy was seen."""
    case, book = case_of(lambda tape: [tape.delivered(OFFER_IN, CALLEE)])
    text = plain_text(ladder_of(case, book.placeholders))
    assert "┄▶│──" in text


def test_many_lanes_fit_in_80_columns() -> None:
    """A call to thirty devices: the names are short, the last lane is for the rest, a sentence says so."""
    devices = [f"22222222222222:{number}@lid" for number in range(1, 31)]
    case, book = case_of(lambda tape: [tape.sent(offer_to(*devices), CALLER, owner=CREATOR)])
    rows = plain_text(ladder_of(case, book.placeholders), width=80).splitlines()
    assert rows[0].split()[2:] == ["A:1", "srv", *(f"B:{n}" for n in range(1, 10)), "+21"]
    assert rows[-1] == "● 21 devices share the last lane: a ladder has 12 lanes."


def test_names_that_do_not_fit_are_numbers() -> None:
    """Cut off, two of them could look the same: a legend above tells which is which."""
    devices = [f"22222222222222:{number}@lid" for number in range(1, 10)]
    case, _ = case_of(lambda tape: [tape.sent(offer_to(*devices), CALLER, owner=CREATOR)])
    rows = plain_text(ladder_of(case, Raw()), width=80).splitlines()
    assert rows[0] == "1 11111111111111:1@lid  2 server  3 22222222222222:1@lid  4 22222222222222:2@lid"
    heads = next(row for row in rows if "time (UTC)" in row)
    assert heads.split()[2:] == [str(number) for number in range(1, 12)]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile: str) -> None:
    """Raw values too: what a terminal would obey is spelled out, and no line gets wider."""

    def play(tape: Tape) -> list[Sighting]:
        sighting = tape.delivered(action("terminate", stanza_id="T", from_=CREATOR), CALLEE)
        attrs = sighting.node.children[0].attrs
        assert isinstance(attrs, dict)
        attrs["reason"] = hostile
        return [sighting]

    case, book = case_of(play)
    for placeholders in (Raw(), book.placeholders):
        lines = render_text(ladder_of(case, placeholders), width=80, marks=UNICODE)
        assert all(line.plain.isprintable() and line.cell_len <= 80 for line in lines)


@settings(max_examples=60, deadline=None)
@given(any_sightings(), st.integers(80, 130), st.sampled_from([UNICODE, ASCII]), st.booleans())
def test_any_ladder_is_drawn(sightings: list[Sighting], width: int, marks: Marks, raw: bool) -> None:
    """Within its width, printable, and so that every arrow's time is told."""
    book = casebook_of(sightings)
    for case in book.cases:
        ladder = ladder_of(case, Raw() if raw else book.placeholders)
        lines = render_text(ladder, width=width, marks=marks)
        assert all(line.cell_len <= width and line.plain.isprintable() for line in lines)
        drawn = "\n".join(line.plain for line in lines)
        assert all(arrow.clock in drawn for arrow in ladder.arrows)
