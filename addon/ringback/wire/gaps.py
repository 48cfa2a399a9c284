"""Where to look for the counter of a frame that does not open at the expected one, at a bounded cost.

The theory. Frames are missing, or this one is damaged: nothing in clear tells. So a frame that does not open
is searched for over a window of gaps, and a search has a price, or a stream of frames that never open would
cost a hundred times what a good one costs. Searches are paid from a credit that holds `FULL_CREDIT` trials;
each counter that the stream moves on by earns `EARNED_TRIALS`. Without credit only `NEAR_GAPS` are tried,
which is next to nothing.

The way back. Where frames fail one after the other, the gap is larger than the window, and the same for all
of them. So the window moves on with each paid search: to the first window a second time, since the first
frame may just have been damaged, then to the next one, and after `WINDOWS` of them from the start again. A
gap within `WINDOWS * COUNTER_WINDOW` is therefore found in the end; a frame that opens ends the row.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

COUNTER_WINDOW = 1024
"""Counters that one search tries, from the expected one on."""

NEAR_GAPS = 8
"""Gaps that are tried for every frame: a few lost ones, as a capture that drops messages loses them."""

WINDOWS = 16
"""Windows that the search moves over, one after the other."""

FULL_CREDIT = WINDOWS * COUNTER_WINDOW
"""Trials that may be spent in a row. Some hundredths of a second."""

EARNED_TRIALS = 16
"""Trials that each counter earns: one window for 64 frames that never open."""


class GapSearch:
    """The gaps to try for the failing frames of one direction. Knows no key; counts only."""

    __slots__ = ("_credit", "_expected", "_failures")

    def __init__(self) -> None:
        """Start with the full credit."""
        self._credit = FULL_CREDIT
        self._expected = 0
        self._failures = 0

    def gaps(self, counter: int) -> Iterable[int]:
        """How many counters to skip, in order of trial, for a frame that did not open at `counter`.

        Call it once for each such frame; `counter` is one further on where the last such frame was given up
        and none was opened since.
        """
        passed = counter - self._expected
        self._expected = counter + 1
        if passed:
            self._failures = 0
        self._credit = min(FULL_CREDIT, self._credit + EARNED_TRIALS * (1 + passed))
        near = range(1, NEAR_GAPS + 1)
        if self._credit < COUNTER_WINDOW:
            return near
        self._credit -= COUNTER_WINDOW
        window = max(0, self._failures - 1) % WINDOWS
        self._failures += 1
        start = window * COUNTER_WINDOW
        far = range(max(start, NEAR_GAPS + 1), start + COUNTER_WINDOW)
        return chain(near, far)
