"""Where the counts of calls stand in a ledger: what is there, whether it holds, whose turn it is to write.

A tally has the counts of all calls for one specification, and two times. From `since` on something has
changed after the last turn was taken: writers put it back (`ringback.ledger.changes`). From `taken` on the
turn that was taken last has still to count. Both are never where all of it holds. What a turn stores is
stored together with where the next one would have to begin; a turn after which another took one is over. What
had changed before a turn that was not brought to its end stands in `changed` for the next one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import msgspec

from ringback.ledger.changes import ALWAYS, NEVER
from ringback.ledger.reading import CAPTURE
from ringback.ledger.schema import transaction
from ringback.questions.counts import CallCount, Counted, Durations

MAX_TALLIES = 4
"""Specifications by which a ledger keeps counts; the one that was counted by longest ago goes first."""

STATE = "SELECT id, since, changed, taken, evidence, doubtful FROM tally WHERE model = ?"
EVIDENCE = "SELECT count(*), max(id), total(frame) FROM observation"
"""Differs where there are other frames: against rows that nobody told of."""
COUNTED = "SELECT call, first_at, durations, count FROM counted WHERE tally = ?"
BODIES = "SELECT id, body FROM count WHERE id IN (SELECT count FROM counted WHERE tally = ?)"
SPANS = "SELECT call, first_at, touched_at FROM counted WHERE tally = ?"
UNUSED = "DELETE FROM count WHERE NOT EXISTS (SELECT 1 FROM counted WHERE count = count.id)"
REMOVE = "DELETE FROM counted WHERE tally = ? AND call = ?"

_DURATIONS = msgspec.msgpack.Decoder(Durations)
_COUNT = msgspec.msgpack.Decoder(CallCount)
_pack = msgspec.msgpack.Encoder().encode


class State(NamedTuple):
    """What stands in a tally."""

    tally: int
    since: float
    changed: float
    """From when on something has changed that the turn which was taken last has not gone through."""
    taken: float
    evidence: str
    doubtful: str

    @property
    def begin(self) -> float:
        """From when on it has to be counted; never where all of it holds."""
        return min(self.since, self.taken)


class Span(NamedTuple):
    """A call that was counted."""

    call: str
    first_at: float
    """When it was first seen, in seconds since the epoch."""
    touched_at: float
    """When a stanza that names it was last seen."""


def state_of(database: sqlite3.Connection, model: str) -> State | None:
    """The tally of that name, None where there is none."""
    found = database.execute(STATE, (model,)).fetchone()
    return None if found is None else State(*found)


def evidence_of(database: sqlite3.Connection) -> str:
    """A name for the frames that there are."""
    return json.dumps(database.execute(EVIDENCE).fetchone())


def spans_of(database: sqlite3.Connection, tally: int) -> list[Span]:
    """The calls that are counted in a tally."""
    return [Span(*row) for row in database.execute(SPANS, (tally,))]


def read_counted(
    database: sqlite3.Connection, tally: int, fits: Callable[[CallCount], bool]
) -> list[Counted] | None:
    """The counts in a tally, those that are equal as one value; None where one of them is none."""
    try:
        counts = {row: _COUNT.decode(body) for row, body in database.execute(BODIES, (tally,))}
        if not all(map(fits, counts.values())):
            return None
        return [
            Counted(str(call), float(first_at), CAPTURE, _DURATIONS.decode(durations), counts[count])
            for call, first_at, durations, count in database.execute(COUNTED, (tally,))
        ]
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
        return None


def read_doubtful(state: State) -> frozenset[str] | None:
    """The calls in doubt that a tally tells of, None where it tells nothing that can be read."""
    try:
        return frozenset(msgspec.json.decode(state.doubtful, type=list[str]))
    except (msgspec.MsgspecError, TypeError):
        return None


@dataclass(slots=True)
class Turn:
    """The right to write a tally, until somebody else takes it."""

    database: sqlite3.Connection
    tally: int
    number: int
    begin: float
    """From when on it has to be counted."""
    changed: float
    """From when on something has changed; never where a turn was only not brought to its end."""

    @classmethod
    def take(cls, database: sqlite3.Connection, model: str) -> Turn:
        """From here on whoever changes the ledger is heard anew."""
        with transaction(database):
            database.execute(
                "INSERT INTO tally (model, since, changed, taken, turn, evidence, doubtful) "
                "VALUES (?, ?, ?, ?, 0, '', '[]') ON CONFLICT DO NOTHING",
                (model, NEVER, NEVER, ALWAYS),
            )
            state = State(*database.execute(STATE, (model,)).fetchone())
            begin, changed = state.begin, min(state.since, state.changed)
            if begin == NEVER:
                # It was found that it does not hold, though nobody has told so.
                begin = ALWAYS
            if begin == ALWAYS:
                # Nothing is kept of what was counted before any change.
                changed = NEVER
            # Numbers grow over all tallies: that which was counted by longest ago has the least.
            (number,) = database.execute("SELECT max(turn) + 1 FROM tally").fetchone()
            database.execute(
                "UPDATE tally SET since = ?, changed = ?, taken = ?, turn = ? WHERE id = ?",
                (NEVER, changed, begin, number, state.tally),
            )
            old = "SELECT id FROM tally ORDER BY turn DESC LIMIT -1 OFFSET ?"
            for row in database.execute(old, (MAX_TALLIES,)).fetchall():
                database.execute("DELETE FROM counted WHERE tally = ?", row)
                database.execute("DELETE FROM tally WHERE id = ?", row)
        return cls(database, state.tally, number, begin, changed)

    def store(
        self, calls: Iterable[tuple[Counted, float]], begin: float, *, without: Collection[str] | None = ()
    ) -> bool:
        """Keep these, each with when it was last named, and where the next turn would have to begin; take
        away what is kept of the calls `without`, None for all. Whether the turn is still on."""
        with transaction(self.database):
            if not self._is_on():
                return False
            if without is None:
                self.database.execute("DELETE FROM counted WHERE tally = ?", (self.tally,))
            else:
                self.database.executemany(REMOVE, ((self.tally, call) for call in without))
            self.database.executemany(
                "INSERT INTO counted (tally, call, first_at, touched_at, durations, count) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        self.tally,
                        each.call_id,
                        each.at,
                        touched_at,
                        _pack(each.durations),
                        self._row_of(each.count),
                    )
                    for each, touched_at in calls
                ],
            )
            self.database.execute("UPDATE tally SET taken = ? WHERE id = ?", (begin, self.tally))
        return True

    def end(self, evidence: str, doubtful: Collection[str]) -> None:
        """All is counted, of these frames."""
        with transaction(self.database):
            if self._is_on():
                self.database.execute(
                    "UPDATE tally SET changed = ?, taken = ?, evidence = ?, doubtful = ? WHERE id = ?",
                    (NEVER, NEVER, evidence, json.dumps(sorted(doubtful)), self.tally),
                )
                self.database.execute(UNUSED)

    def _is_on(self) -> bool:
        found = self.database.execute("SELECT turn FROM tally WHERE id = ?", (self.tally,)).fetchone()
        return found is not None and found[0] == self.number

    def _row_of(self, count: CallCount) -> int:
        body = _pack(count)
        name = name_of(body)
        found = self.database.execute("SELECT id, body FROM count WHERE digest = ?", (name,)).fetchone()
        if found is not None and found[1] == body:
            return int(found[0])
        (row,) = self.database.execute(
            "INSERT INTO count (digest, body) VALUES (?, ?) "
            "ON CONFLICT (digest) DO UPDATE SET body = excluded.body RETURNING id",
            (name, body),
        ).fetchone()
        return int(row)


def packed(count: CallCount) -> bytes:
    """The count as it is kept."""
    return _pack(count)


def name_of(body: bytes) -> str:
    """What a count is called, by what it says."""
    return sha256(body).hexdigest()
