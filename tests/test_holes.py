"""When absence says nothing: exactly as far as is known, and never less than that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback import holes
from ringback.holes import Holes
from ringback.wire.events import Direction

CLIENT, SERVER = Direction.CLIENT, Direction.SERVER
ALWAYS, NEVER = float("-inf"), float("inf")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holes, "MAX_HOLES", 8)


def test_a_hole_counts_where_and_when_it_was() -> None:
    """On its connection of its capture, for whatever touches its time."""
    known = Holes()
    known.add(("a", 1), 10.0, 12.0)
    known.add(("b", 2), 10.0, 12.0)
    assert known.on("a", 12.0, 20.0) == known.on("a", 0.0, 10.0) == {1}
    assert known.on("a", 12.1, 20.0) == known.on("a", 0.0, 9.9) == known.on("c", 0.0, 20.0) == set()


@pytest.mark.usefixtures("few")
def test_frames_that_follow_each_other_become_one_hole_where_room_is_short() -> None:
    """A connection without a key, whose every frame stays closed, costs no other connection anything."""
    known = Holes()
    known.add(("a", 2), 5.0, 5.0, direction=SERVER, frame=1)
    for frame in range(1000):
        known.add(("a", 1), 100.0 + frame, 100.0 + frame, direction=CLIENT, frame=frame)
    assert known.forgotten == 0
    assert known.on("a", 150.0, 160.0) == {1}
    assert known.on("a", 4.0, 6.0) == {2}
    assert known.on("a", 6.0, 99.0) == set()


@pytest.mark.usefixtures("few")
def test_frames_between_which_one_was_read_stay_apart() -> None:
    """So do those of the two directions, of two connections, and of two captures."""
    known = Holes()
    places = [("a", 1, CLIENT, 1), ("a", 1, SERVER, 2), ("a", 2, CLIENT, 2), ("b", 1, CLIENT, 2)]
    places.append(("a", 1, CLIENT, 3))
    for at, (capture, number, direction, frame) in enumerate(places):
        known.add((capture, number), at, at, direction=direction, frame=frame)
    for frame in range(100):
        known.add(("c", 9), 50.0, 50.0, direction=CLIENT, frame=frame)
    assert known.forgotten == 0
    assert [known.on("a", at + 0.1, at + 0.9) for at in range(4)] == [set()] * 4


@pytest.mark.usefixtures("few")
def test_at_the_limit_all_are_known_and_past_it_the_forgotten_time_silences_all() -> None:
    """From the first to the last that was forgotten nothing is certain anywhere; before and after it is."""
    known = Holes()
    for number in range(8):
        known.add(("a", number), 10.0 * number, 10.0 * number)
    assert (known.forgotten, known.on("b", 0.0, 99.0)) == (0, set())
    known.add(("a", 8), 80.0, 80.0)
    assert known.forgotten == 3
    assert known.on("b", 0.0, 5.0) is known.on("a", 15.0, 16.0) is None
    assert known.on("b", -5.0, -1.0) == known.on("a", 21.0, 29.0) == set()
    assert known.on("a", 21.0, 30.0) == {3}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.integers(1, 3),
            st.sampled_from([CLIENT, SERVER, None]),
            st.integers(0, 3),
            st.one_of(st.integers(0, 30).map(float), st.just(ALWAYS)),
            st.one_of(st.integers(0, 30).map(float), st.just(NEVER)),
        ),
        max_size=40,
    )
)
def test_whatever_is_forgotten_silences_at_least_as_much(told: list[tuple[object, ...]]) -> None:
    """Beside a book without a limit: what that calls uncertain is never called certain."""
    limit, holes.MAX_HOLES = holes.MAX_HOLES, 4
    try:
        known = Holes()
        for capture, number, direction, frame, start, end in told:
            known.add((capture, number), start, end, direction=direction, frame=frame)  # type: ignore[arg-type]
    finally:
        holes.MAX_HOLES = limit
    for first in range(0, 30, 3):
        for capture in "ab":
            last = first + 2
            exact = {
                number
                for where, number, _, _, start, end in told
                if where == capture and start <= last and end >= first  # type: ignore[operator]
            }
            found = known.on(capture, first, last)
            assert found is None or found >= exact
