"""Wilson's interval."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.questions import Tally, wilson

samples = st.integers(0, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_known_values(k: int, n: int, low: float, high: float) -> None:
    """Published values come out: the last row is the example of Newcombe (1998), the others are textbook."""
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-5)


def test_nothing_counted_says_nothing() -> None:
    """Without a unit the share may be anything."""
    assert Tally(0, 0).interval == (0.0, 1.0)


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(k: int, n: int) -> None:
    """More successes than units, or fewer than none, are a mistake of the caller."""
    with pytest.raises(ValueError, match=f"{k} successes among {n}"):
        wilson(k, n)


@given(samples)
def test_within_bounds_and_around_the_share(sample: tuple[int, int]) -> None:
    """It lies within 0 to 1 and contains k/n."""
    k, n = sample
    low, high = wilson(k, n)
    assert 0 <= low <= high <= 1
    assert n == 0 or low <= k / n <= high


@given(samples)
def test_mirrors(sample: tuple[int, int]) -> None:
    """Counting the failures instead mirrors it."""
    k, n = sample
    low, high = wilson(k, n)
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low))


def test_more_of_the_same_narrows_it() -> None:
    """The lower end of n out of n rises with n."""
    ends = [wilson(n, n).low for n in range(1, 60)]
    assert all(one < other for one, other in pairwise(ends))
