"""Of which connections not everything was read, as whoever goes through a ledger in order of time finds it.

A stanza that says that its connection is not whole tells that something went by unread since the stanza
before it: from then on absence says nothing there. That is found when the stanza comes, not before, as
`Inspector` finds it in what it is told.
"""

from __future__ import annotations

import sqlite3

from ringback.calls import Call, Sighting
from ringback.holes import Holes
from ringback.inspector import ANSWER_S

ANY = "SELECT 1 FROM stanza WHERE complete = 0 LIMIT 1"
FIRST = """SELECT connection, min(at) FROM stanza JOIN observation ON observation = id
    GROUP BY connection, observation HAVING max(complete) = 0 ORDER BY 2"""
BEFORE = """SELECT max(at) FROM observation WHERE connection = ? AND at < ?
    AND EXISTS (SELECT 1 FROM stanza WHERE observation = observation.id)"""


class Torn:
    """What is known of it up to the stanza in hand."""

    def __init__(self, database: sqlite3.Connection, numbers: dict[int, tuple[int, str]]) -> None:
        """Look for what is not whole in the snapshot; `numbers` are those of its connections."""
        self._holes = Holes()
        self._ahead = self._found(database, numbers)

    def _found(
        self, database: sqlite3.Connection, numbers: dict[int, tuple[int, str]]
    ) -> list[tuple[float, int, float]]:
        """When each connection is found not to be whole, its number, and since when it may not be; the last
        first."""
        if database.execute(ANY).fetchone() is None:
            return []
        found: dict[int, tuple[float, int, float]] = {}
        for connection, at in database.execute(FIRST).fetchall():
            if connection not in found:
                (before,) = database.execute(BEFORE, (connection, at)).fetchone()
                since = float("-inf") if before is None else before
                found[connection] = (at, numbers[connection][0], since)
        return sorted(found.values(), reverse=True)

    def reach(self, sighting: Sighting) -> None:
        """This stanza comes next."""
        while self._ahead and self._ahead[-1][0] <= sighting.at:
            _, number, since = self._ahead.pop()
            self._holes.add((sighting.evidence.capture, number), since, float("inf"))

    def on(self, call: Call) -> set[int]:
        """The connections of which not everything was read while the call went on."""
        seen = [(copy.at, copy.connection) for copy in call.sightings()]
        found = self._holes.on(call.capture, min(seen)[0], max(seen)[0] + ANSWER_S)
        return {number for _, number in seen} if found is None else found
