"""Sides of a comparison, timed in turn in one run: a machine that slows down slows each of them.

A ratio is taken within a round, between passes that ran one after the other, and of all rounds the median.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Side = Callable[[], float]
"""Does all of the work once and gives the seconds that it took."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """What came of the rounds: one figure each, as median, least and most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, above: Sequence[float], below: Sequence[float]) -> Ratio:
        """`above` divided by `below`, round by round."""
        ratios = [one / other for one, other in zip(above, below, strict=True)]
        return cls(statistics.median(ratios), min(ratios), max(ratios))


def interleaved(sides: Mapping[str, Side], rounds: int) -> dict[str, list[float]]:
    """Seconds of each side, round by round: A B C, A B C, ... after one round that is not counted."""
    # The frames that are kept for the benchmark are nothing that the collector of a user would go through.
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, run in sides.items():
            seconds = run()
            if number:
                times[name].append(seconds)
    return times


def repeated(side: Side, times: int) -> Side:
    """A side whose pass is too short for the clock: one that does it all `times` times."""
    return lambda: sum(side() for _ in range(times))


def timed(prepare: Callable[[], Callable[[], object]]) -> Side:
    """A side in this process, by its processor time: what `prepare` does first is not counted."""

    def run() -> float:
        work = prepare()
        gc.collect()
        start = time.process_time()
        work()
        return time.process_time() - start

    return run
