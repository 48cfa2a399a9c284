"""Counting and judging apart: what is counted of each call by itself comes to what all calls come to."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.confidence import Carry, Level
from ringback.export.washing import Appraisal
from ringback.questions.counting import count_call
from ringback.questions.counts import Counted
from ringback.questions.undocumented import MAX_PLACES, MAX_VALUES, REST
from ringback.questions.weighing import judge
from ringback.spec.load import load_specification
from support.exporting import from_captures
from support.plays import answered, play, ringing
from support.sightings import Tape, book_of
from support.weighing import Seen, shipped
from synthetic.manifest import SCENARIOS

SPECIFICATION = load_specification(None)
ACTS = (ringing(17), ringing(17, 7), ringing(), ringing(7, video=True), answered(17, 7, by=7))


def counts_of(seen: Seen) -> list[Counted]:
    return [count_call(call, seen.clients, SPECIFICATION) for call in seen.calls]


def kept(counts: list[Counted]) -> list[Counted]:
    """The counts as they come back out of bytes, those that are equal as one value."""
    known: dict[bytes, Counted] = {}
    told = []
    for each in counts:
        body = msgspec.msgpack.encode(each.count)
        one = known.setdefault(body, msgspec.msgpack.decode(msgspec.msgpack.encode(each), type=Counted))
        told.append(msgspec.structs.replace(each, count=one.count))
    return told


@settings(max_examples=20)
@given(st.lists(st.sampled_from(ACTS), max_size=5), st.randoms(use_true_random=False))
def test_counts_in_any_order_come_to_the_same(acts: list[object], chance: random.Random) -> None:
    """Each call is counted without the others; kept, shared and shuffled the counts say what they said."""
    seen = play(*acts, devices=(17, 7))  # type: ignore[arg-type]
    counts = kept(counts_of(seen))
    chance.shuffle(counts)
    assert judge(counts, SPECIFICATION) == seen.weigh()


@pytest.mark.parametrize("name", SCENARIOS)
def test_counts_of_captures_come_back_as_they_were(name: str) -> None:
    """Through bytes nothing is lost, whatever a call shows."""
    seen = shipped(name)
    counts = counts_of(seen)
    assert [msgspec.msgpack.decode(msgspec.msgpack.encode(each), type=Counted) for each in counts] == counts
    assert judge(kept(counts)[::-1], SPECIFICATION) == seen.weigh()


@pytest.mark.parametrize("name", SCENARIOS)
def test_levels_by_number_are_those_by_observation(name: str) -> None:
    """Every fact reaches what its single observations carry it to, and stops for the same reasons."""

    def told(each: Carry | Level, *numbers: int) -> tuple[object, ...]:
        return (each.before, each.reached, each.after, each.hindrances, *numbers)

    appraisal = Appraisal(from_captures(name))
    assert {
        key: told(each, each.supporting, each.contradicting) for key, each in appraisal.levels.facts.items()
    } == {
        key: told(each, len(each.supporting), len(each.contradicting))
        for key, each in appraisal.facts.carries.items()
    }
    assert appraisal.levels.total == appraisal.facts.total


def odd_calls(inside: list[str]) -> list[Counted]:
    """A call for each of these, with it in a pre-accept; the first began first."""
    counts = []
    for number, each in enumerate(inside):
        node = f'<call id="1" to="1@lid"><preaccept call-id="C{number:04}">{each}</preaccept></call>'
        (call,) = book_of([Tape(1_700_000_000.0 + number).sent(node)]).calls.values()
        counts.append(count_call(call, {}, SPECIFICATION))
    return counts


def test_the_first_values_of_a_place_count() -> None:
    """Those of the calls that began first, however the counts come."""
    counts = odd_calls(['<x y="1"/>'] * MAX_VALUES + ['<x y="word"/>'] * 5)
    random.Random(7).shuffle(counts)
    (found,) = (each for each in judge(counts, SPECIFICATION).undocumented if each.path.endswith("/x/@y"))
    assert (found.n, found.type_guess, found.shapes.rows) == (
        MAX_VALUES + 5,
        "int",
        (("1 digit", MAX_VALUES),),
    )


def test_places_without_end_are_counted_as_one() -> None:
    """Those that were seen first are told by themselves, the others together; a stanza counts once."""
    inside = ["".join(f"<x{part}-{number}/>" for number in range(300)) for part in range(5)]
    counts = odd_calls(inside)
    counts.reverse()
    found = {each.path: each for each in judge(counts, SPECIFICATION).undocumented}
    assert len(found) == MAX_PLACES + 1
    assert "call/preaccept/x0-0" in found
    assert "call/preaccept/x4-299" not in found
    assert found[REST].n == 2
