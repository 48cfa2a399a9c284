"""The interval beside every share: Wilson's score interval."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z_95 = 1.959963984540054
"""Standard normal quantile at 0.975: two sides of 2.5 % make 95 %."""


class Interval(NamedTuple):
    """A range for a share, both ends within 0 to 1."""

    low: float
    high: float

    def __str__(self) -> str:
        """`0.34 to 1.00`."""
        return f"{self.low:.2f} to {self.high:.2f}"


NOTHING_COUNTED = Interval(0.0, 1.0)


def wilson(k: int, n: int) -> Interval:
    """The 95 % interval for the share of which `k` successes among `n` are a sample; 0 to 1 for none.

    It holds its shape at k = 0 and k = n, which is where most questions end, and always contains k/n.

    Raises:
        ValueError: `k` is not within 0 to `n`.

    Source: Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} successes among {n}")
    if n == 0:
        return NOTHING_COUNTED
    share, z2 = k / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # At k = 0 and k = n one end is the share itself, which rounding may miss.
    return Interval(max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share)))
