"""The newest calls of a large ledger, each whole: from when on what it holds has to be read for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

AFTER_S = 10.0
"""What still belongs to a call comes within so long behind its last stanza that names it: acks name none."""

CALLS = """SELECT min(at), max(at) FROM (
        SELECT realm, at, substr(node, instr(node, 'call-id="') + 9, 32) AS named
        FROM stanza JOIN observation ON observation = observation.id
        WHERE instr(node, 'call-id="')) GROUP BY realm, substr(named, 1, instr(named, '"')) ORDER BY 1 DESC"""
"""When each call was first and last named, the call that began last first."""


class _Span(NamedTuple):
    first_at: float
    last_at: float


@dataclass(frozen=True, slots=True)
class Window:
    """The newest calls of a ledger."""

    since: float
    """Seconds since the epoch: everything from here on is read. The start of time for all of it."""
    calls: int
    """How many calls lie behind that, none of them cut."""
    of: int
    """How many the ledger holds, those of each secret apart."""

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.calls == self.of


def newest(database: sqlite3.Connection, calls: int) -> Window:
    """At least so many of the calls that began last, and more where they would be cut otherwise."""
    spans = [_Span(first, last) for first, last in database.execute(CALLS)]
    taken = _taken(spans, calls)
    since = spans[taken - 1].first_at if taken < len(spans) else float("-inf")
    return Window(since, taken, len(spans))


def _taken(spans: Iterable[_Span], calls: int) -> int:
    """How many of the spans, the one that begins last first: no other may reach into them."""
    ordered = list(spans)
    # By index: the latest end of all spans that begin earlier.
    ends = [float("-inf")] * (len(ordered) + 1)
    for index in range(len(ordered) - 1, -1, -1):
        ends[index] = max(ends[index + 1], ordered[index].last_at)
    for taken in range(max(1, calls), len(ordered)):
        if ends[taken] + AFTER_S < ordered[taken - 1].first_at:
            return taken
    return len(ordered)
