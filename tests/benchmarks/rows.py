"""What is measured: a row for each promise, with what it has to come to under each Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.pairing import Ratio


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure has to come to."""

    least: float | None = None
    most: float | None = None

    def holds(self, figure: float) -> bool:
        """Whether `figure` keeps it."""
        return (self.least is None or figure >= self.least) and (self.most is None or figure <= self.most)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    """For the command line and for JSON."""
    what: str
    """For readers."""
    unit: str
    """Put behind each figure: `x` or ` %`."""
    older: Bound
    """What it has to come to before Python 3.13."""
    newer: Bound
    """From Python 3.13 on."""

    @property
    def bound(self) -> Bound:
        """That of the Python that runs."""
        return self.newer if sys.version_info >= (3, 13) else self.older


@dataclass(frozen=True, slots=True)
class Measured:
    """What a row came to."""

    row: Row
    ratio: Ratio
    sides: dict[str, str]
    """What each side took, as text with its unit, by what it is."""

    @property
    def met(self) -> bool:
        """Whether the median keeps the bound."""
        return self.row.bound.holds(self.ratio.median)


Measure = Callable[[], list[Measured]]

ROWS = {
    row.name: row
    for row in (
        Row(
            "mix-baileys",
            "inspection of the small mix: times as fast as Baileys' full pipeline, per core",
            "x",
            Bound(least=16),
            Bound(least=25),
        ),
        Row(
            "tiny-baileys",
            "inspection of frames of 44 to 153 bytes: times as fast as Baileys' full pipeline, per core",
            "x",
            Bound(least=4.5),
            Bound(least=9),
        ),
        Row(
            "mix-bare",
            "inspection of the small mix: times as long as bare decryption",
            "x",
            Bound(most=1.6),
            Bound(most=2.2),
        ),
        Row(
            "large-bare",
            "a compressed frame of 1 to 2 MB that is no call: times as long as bare decryption",
            "x",
            Bound(most=1.3),
            Bound(most=1.3),
        ),
        Row(
            "decode-baileys",
            "full decode of every node: times as fast as Baileys' decoder",
            "x",
            Bound(least=1),
            Bound(least=1),
        ),
        Row(
            "replay-mitmdump",
            "offline reading: times as fast as `mitmdump -r` with the add-on, same findings",
            "x",
            Bound(least=8),
            Bound(least=8),
        ),
        Row(
            "jobs",
            "two worker processes on two cores: times as fast as one, over many captures",
            "x",
            Bound(least=1.8),
            Bound(least=1.8),
        ),
        Row(
            "instructions",
            "instructions a message added to mitmproxy's own, from 1,000 to 5,000 messages",
            " %",
            Bound(most=4),
            Bound(most=4),
        ),
    )
}
