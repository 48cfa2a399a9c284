"""How durations are spread."""

from ringback.questions import Spread


def test_a_spread_tells_least_median_and_greatest() -> None:
    """In whole milliseconds; what is no number is left out."""
    assert Spread.maybe_of("wait", (0.4, 0.0331, float("nan"), 2.0)) == Spread("wait", 3, 33, 400, 2000)
    assert Spread.maybe_of("wait", (float("inf"),)) is None


def test_no_duration_is_as_long_as_an_identity() -> None:
    """Where a clock was set, a gap may have seven digits and more, which no report may hold."""
    assert Spread.maybe_of("wait", (-1000.0, 1.0, 5e9)) == Spread("wait", 3, -999_999, 1000, 999_999)
