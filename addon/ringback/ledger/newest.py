"""The newest calls of a large ledger, each whole: from when on what it holds has to be read for them, and
what of that is another call's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ringback.calls import CallBook, Sighting
from ringback.ledger.alignment import Alignment
from ringback.ledger.restore import restore_text

AFTER_S = 10.0
"""An ack comes within so long behind the stanza that it answers, which alone tells whose it is."""

CALLS = """SELECT realm, substr(named, 1, instr(named, '"')), min(at), max(at) FROM (
        SELECT realm, at, substr(node, instr(node, 'call-id="') + 9, 32) AS named
        FROM stanza JOIN observation ON observation = observation.id
        WHERE instr(node, 'call-id="')) GROUP BY 1, 2"""
"""When each call was first and last named, under each secret."""


class _Span(NamedTuple):
    name: str
    """As all secrets spell it, with the quotation mark behind it: names are known by what is around them."""
    first_at: float
    last_at: float


@dataclass(frozen=True, slots=True)
class Window:
    """The newest calls of a ledger."""

    since: float
    """Seconds since the epoch: nothing from before is told. The start of time for all of it."""
    calls: int
    """How many calls are told, none of them cut."""
    of: int
    """How many the ledger holds; what several secrets saw and is told to be one counts once."""
    left_out: frozenset[str] = frozenset()
    """Call-ids, as in `Call`, of those that began before and go on into that time, or nearly."""

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.calls == self.of

    @property
    def begin(self) -> float:
        """From when on has to be read, in seconds since the epoch."""
        return self.since - AFTER_S if self.left_out else self.since

    def told(self, sightings: Iterable[Sighting]) -> Iterator[Sighting]:
        """Those of the stanzas from `begin` on that are of these calls, or of none."""
        if not self.left_out:
            yield from sightings
            return
        book = CallBook()
        for sighting in sightings:
            call = book.add(sighting).call
            if sighting.at >= self.since and (call is None or call.call_id not in self.left_out):
                yield sighting


def newest(database: sqlite3.Connection, calls: int) -> Window:
    """So many of the calls that began last."""
    ordered = sorted(_spans(database), key=lambda span: (-span.first_at, span.name))
    if calls >= len(ordered):
        return Window(float("-inf"), len(ordered), len(ordered))
    since = ordered[calls - 1].first_at
    left_out = (
        restore_text(span.name.removesuffix('"'), 0.0)
        for span in ordered[calls:]
        if span.last_at + AFTER_S >= since
    )
    return Window(since, calls, len(ordered), frozenset(left_out))


def _spans(database: sqlite3.Connection) -> Iterable[_Span]:
    alignment = Alignment(database)
    spans: dict[str, _Span] = {}
    for realm, named, first_at, last_at in database.execute(CALLS):
        name = alignment.spell(realm, named)
        known = spans.get(name, _Span(name, first_at, last_at))
        spans[name] = _Span(name, min(first_at, known.first_at), max(last_at, known.last_at))
    return spans.values()
