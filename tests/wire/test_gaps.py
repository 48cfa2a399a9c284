"""Which gaps are tried for frames that do not open: the windows in order, the credit, the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.wire.gaps import COUNTER_WINDOW, EARNED_TRIALS, FULL_CREDIT, NEAR_GAPS, WINDOWS, GapSearch

NEAR = list(range(1, NEAR_GAPS + 1))


def window(number: int) -> list[int]:
    """The gaps of a paid search."""
    start = number * COUNTER_WINDOW
    return NEAR + [gap for gap in range(start, start + COUNTER_WINDOW) if gap > NEAR_GAPS]


def test_the_first_failure_searches_the_window() -> None:
    """Gaps from 1 to the window's edge, each once, the small ones first."""
    assert list(GapSearch().gaps(7)) == list(range(1, COUNTER_WINDOW))


def test_failures_in_a_row_move_the_window() -> None:
    """The first window twice, then one after the other, until the credit is used up."""
    search = GapSearch()
    searched = [list(search.gaps(5 + number)) for number in range(WINDOWS)]
    assert searched == [window(max(0, number - 1)) for number in range(WINDOWS)]
    assert list(search.gaps(5 + WINDOWS)) == NEAR


def test_without_credit_a_search_is_earned() -> None:
    """Junk without end costs the near gaps, and a window once in so many frames, all windows in turn."""
    search = GapSearch()
    every = COUNTER_WINDOW // EARNED_TRIALS
    paid = [gaps for gaps in (list(search.gaps(n)) for n in range(40 * every)) if gaps != NEAR]
    assert len(paid) == WINDOWS + 39
    assert paid[:3] == [window(0), window(0), window(1)]
    assert {max(gaps) // COUNTER_WINDOW for gaps in paid} == set(range(WINDOWS))


def test_a_frame_that_opens_ends_the_row() -> None:
    """After a frame that opened, the next failure starts with the first window, and the credit grows."""
    search = GapSearch()
    for counter in range(WINDOWS + 3):
        last = list(search.gaps(counter))
    assert last == NEAR
    opened = COUNTER_WINDOW // EARNED_TRIALS
    assert list(search.gaps(counter + 1 + opened)) == window(0)


@pytest.mark.parametrize("skipped", [1, 1000, 10**6])
def test_the_credit_has_a_limit(skipped: int) -> None:
    """However much was earned, no more than the full credit is spent in a row."""
    search = GapSearch()
    search.gaps(0)
    paid = [list(search.gaps(1 + skipped + number)) != NEAR for number in range(2 * WINDOWS)]
    assert WINDOWS - 1 <= sum(paid) <= WINDOWS


@given(st.lists(st.integers(0, 3000), max_size=60))
def test_the_sum_is_bounded(passed: list[int]) -> None:
    """All trials together: no more than the credit, what the counters earned, and the near gaps."""
    search = GapSearch()
    trials = counter = 0
    for opened in passed:
        counter += opened
        gaps = list(search.gaps(counter))
        assert gaps == sorted(set(gaps))
        trials += len(gaps)
        counter += 1
    assert trials <= FULL_CREDIT + EARNED_TRIALS * counter + NEAR_GAPS * len(passed)
