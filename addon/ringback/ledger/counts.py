"""What is counted of the calls of a ledger, brought up to date where something has changed.

What a stanza says of other calls than the one that it names, as an ack does, it says of those that are in the
book when it comes: the `MAX_CALLS` that were named last. So counted anew are those that were in the book when
the first change was seen, and those that anything names since; of all others what is kept still holds. The
stanzas are gone through from where the book had all that the first of these calls found in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from heapq import nlargest
from pathlib import Path

from msgspec import structs

from ringback.calls import Call, CallBook, Correlated, Sighting, book
from ringback.errors import LedgerError
from ringback.ledger import countstore
from ringback.ledger.changes import ALWAYS, NEVER
from ringback.ledger.countstore import Span, Turn
from ringback.ledger.failure import reading, refusal, refused
from ringback.ledger.kinship import read_kinship
from ringback.ledger.opening import open_existing
from ringback.ledger.reading import connection_numbers, iter_sightings, snapshot
from ringback.ledger.torn import Torn
from ringback.questions.counts import CallCount, Counted
from ringback.recognise import StanzaKind, recognise

MAX_PENDING = 256
"""Calls that are counted and not yet kept: so many an end of the process can cost."""
_PROGRESS_STANZAS = 64
_SIZE = "SELECT count(*) FROM observation WHERE at >= ?"
_OVER = "another process has begun to count it"


@dataclass(frozen=True, slots=True)
class Counting:
    """How calls are counted."""

    model: str
    """Names all that decides what comes of it: the specification, and this very way of counting."""
    count: Callable[[Call, Collection[int]], Counted]
    """Takes a call and the connections of which not everything was read while it went on."""
    fits: Callable[[CallCount], bool]
    """Whether a count that was kept can be one of these."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of the calls of a ledger."""

    calls: tuple[Counted, ...]
    """In no particular order."""
    doubtful: frozenset[str] = frozenset()
    """As in `Kinship`."""
    unkept: str = ""
    """Why what was counted now is not kept; empty where it is, and where nothing had to be counted."""
    is_whole: bool = True
    """Whether all were counted, and the counting was not stopped before."""


@dataclass(frozen=True, slots=True)
class Going:
    """What happens while stanzas are gone through."""

    advance: Callable[[int, int], None] = lambda _number, _total: None
    """Is told how many of how many frames were gone through."""
    stop: Callable[[], bool] = lambda: False
    """Whether to end it, asked between two stanzas."""


def tallied(path: Path, counting: Counting, going: Going) -> Tally:
    """The counts of all calls of the ledger at `path`: those that are kept and still hold, and the others
    counted now, and kept where the ledger can be written.

    Raises:
        LedgerError: the ledger cannot be read, or is damaged.
    """
    kept = _maybe_kept(path, counting)
    if kept is not None:
        return kept
    with ExitStack() as stack:
        try:
            writer = stack.enter_context(closing(open_existing(path)))
            with refused(path):
                turn = Turn.take(writer, counting.model)
        except LedgerError as error:
            stream = _Stream(path, counting, going, ALWAYS)
            return _answered(path, [each for each, _ in stream], stream, str(error))
        return _brought_up_to_date(path, counting, turn, going)


def _maybe_kept(path: Path, counting: Counting) -> Tally | None:
    """What is kept, where all of it holds."""
    with refused(path), snapshot(path) as database:
        state = countstore.state_of(database, counting.model)
        if state is None or state.begin < NEVER or state.evidence != countstore.evidence_of(database):
            return None
        calls = countstore.read_counted(database, state.tally, counting.fits)
        doubtful = countstore.read_doubtful(state)
    return None if calls is None or doubtful is None else Tally(tuple(calls), doubtful)


def _brought_up_to_date(path: Path, counting: Counting, turn: Turn, going: Going) -> Tally:
    # All is read after the turn was taken: what is written in between is told to be counted once more.
    with refused(path), snapshot(path) as database:
        evidence = countstore.evidence_of(database)
        kept = countstore.read_counted(database, turn.tally, counting.fits) if turn.begin > ALWAYS else None
        spans = [] if kept is None else countstore.spans_of(database, turn.tally)
    anew: set[str] | None = None
    begin, holding = ALWAYS, list[Counted]()
    if kept is not None:
        named, since = _named_since(path, turn.changed, going), _in_the_book(spans, turn.begin)
        again = [each for each in spans if each.call in named or each.touched_at >= since]
        anew = {each.call for each in again}
        begin = min((turn.begin, *(each.first_at for each in again)))
        begin = _with_all_in_the_book(spans, begin)
        holding = [each for each in kept if each.call_id not in anew]
    stream = _Stream(path, counting, going, begin, frozenset(each.call_id for each in holding))
    keeper = _Keeper(path, turn, anew)
    tally = _answered(path, [*holding, *keeper.kept(stream)], stream, keeper.unkept)
    if tally.is_whole and not keeper.unkept:
        try:
            with refused(path):
                turn.end(evidence, tally.doubtful)
        except LedgerError as error:
            return replace(tally, unkept=str(error))
    return tally


def _answered(path: Path, calls: list[Counted], stream: _Stream, unkept: str) -> Tally:
    if stream.is_stopped:
        return Tally(tuple(calls), frozenset(), unkept, is_whole=False)
    return Tally(tuple(calls), read_kinship(path).doubtful_calls, unkept)


def _in_the_book(spans: Iterable[Span], begin: float) -> float:
    """Calls that were named since that time were in the book when `begin` came, whatever came since."""
    before = nlargest(book.MAX_CALLS, (each.touched_at for each in spans if each.touched_at < begin))
    return before[-1] if before else begin


def _with_all_in_the_book(spans: Sequence[Span], begin: float) -> float:
    """From when on stanzas have to be looked at for calls that began at `begin` to find in the book what they
    found when they came."""
    before = _in_the_book(spans, begin)
    return min((begin, *(each.first_at for each in spans if each.touched_at >= before)))


def _named_since(path: Path, since: float, going: Going) -> set[str]:
    """The calls that any stanza names from then on; those that were found until it is stopped."""
    named: set[str] = set()
    if since == NEVER:
        return named
    with closing(iter_sightings(path, since)) as sightings:
        for number, sighting in enumerate(sightings):
            if number % _PROGRESS_STANZAS == 0 and going.stop():
                break
            recognised = recognise(sighting.node)
            if recognised is not None and recognised.call_id is not None:
                named.add(recognised.call_id)
    return named


def holds(path: Path, counting: Counting, calls: int) -> bool:
    """Whether what is kept of the newest calls, at least so many, is what would be counted of them now; where
    nothing is kept that would be taken for that, it does.

    Raises:
        LedgerError: the ledger cannot be read, or is damaged.
    """
    kept = _maybe_kept(path, counting)
    if kept is None or not kept.calls:
        return True
    with refused(path), snapshot(path) as database:
        state = countstore.state_of(database, counting.model)
        spans = [] if state is None else countstore.spans_of(database, state.tally)
    newest = sorted(kept.calls, key=lambda each: each.at)[-calls:]
    known = {each.call_id for each in kept.calls if each.at < newest[0].at}
    stream = _Stream(path, counting, Going(), _with_all_in_the_book(spans, newest[0].at), known)
    told = sorted((each for each, _ in stream), key=_order)
    return told == sorted((each for each in kept.calls if each.call_id not in known), key=_order)


def _order(each: Counted) -> tuple[float, str]:
    return (each.at, each.call_id)


class _Stream:
    """Calls that are counted as they prove to be over, each with when it was last named."""

    def __init__(
        self,
        path: Path,
        counting: Counting,
        going: Going,
        begin: float,
        known: Collection[str] = (),
    ) -> None:
        """Of the stanzas from `begin` on; calls that are `known` are passed over."""
        self.is_stopped = False
        self._path = path
        self._counting = counting
        self._begin = begin
        self._known = known
        self._going = going
        self._book = CallBook()
        self._leaving: list[Call] = []
        self._touched: dict[str, float] = {}
        self._same_ids: dict[int, dict[int, Call]] = {}
        self._known_counts: dict[str, CallCount] = {}
        self._last_at = begin

    def __iter__(self) -> Iterator[tuple[Counted, float]]:
        with reading(self._path), snapshot(self._path) as database:
            (total,) = database.execute(_SIZE, (self._begin,)).fetchone()
            self._torn = Torn(database, connection_numbers(database))
        with closing(iter_sightings(self._path, self._begin)) as sightings:
            for number, sighting in enumerate(sightings):
                if number % _PROGRESS_STANZAS == 0:
                    self._going.advance(number, total)
                    self.is_stopped |= self._going.stop()
                if self.is_stopped:
                    return
                self._add(sighting)
                yield from self._counted()
        while self._book.calls:
            self.is_stopped |= self._going.stop()
            if self.is_stopped:
                return
            self._leaving.append(self._book.calls.popitem(last=False)[1])
            yield from self._counted()

    @property
    def begin(self) -> float:
        """Where another would have to begin for what is not counted yet."""
        open_calls = [call for call in (*self._leaving, *self._book.calls.values()) if self._is_new(call)]
        return min((self._last_at, *(copy.at for call in open_calls for copy in call.sightings())))

    def _add(self, sighting: Sighting) -> None:
        self._torn.reach(sighting)
        correlated = self._book.add(sighting)
        self._leaving.extend(correlated.evicted)
        self._last_at = sighting.at
        if correlated.call is not None and not _is_ack(correlated):
            self._touched[correlated.call.call_id] = sighting.at
        if correlated.call is not None and correlated.call.same_ids and _is_looked_at(correlated):
            held = self._same_ids.setdefault(id(correlated.call), {})
            held.update((id(other), other) for other in correlated.call.same_ids)

    def _together(self, call: Call) -> Call:
        """The call with those that have a stanza id in common with it, as far as `Inspector` holds them
        against it: those included that were in the book when a stanza of it came, and left it since."""
        others = self._same_ids.pop(id(call), {})
        others.update((id(other), other) for other in call.same_ids)
        call.same_ids = list(others.values())
        return call

    def _counted(self) -> Iterator[tuple[Counted, float]]:
        while self._leaving:
            call = self._leaving[0]
            touched_at = self._touched.pop(call.call_id)
            if self._is_new(call):
                counted = self._counting.count(self._together(call), self._torn.on(call))
                yield self._shared(counted), touched_at
            del self._leaving[0]

    def _shared(self, counted: Counted) -> Counted:
        """The same; counts that are equal are one value."""
        name = countstore.name_of(countstore.packed(counted.count))
        return structs.replace(counted, count=self._known_counts.setdefault(name, counted.count))

    def _is_new(self, call: Call) -> bool:
        return call.call_id not in self._known


def _is_ack(correlated: Correlated) -> bool:
    return correlated.recognised is not None and correlated.recognised.kind is StanzaKind.ACK


def _is_looked_at(correlated: Correlated) -> bool:
    return correlated.emission is None or correlated.emission.action in book.KEPT_ACTIONS


class _Keeper:
    """Keeps what is counted, a few calls at a time."""

    def __init__(self, path: Path, turn: Turn, anew: Collection[str] | None) -> None:
        """What is kept of the calls `anew` goes as they are counted, None for all at once."""
        self.unkept = ""
        """Why it is not kept any more; empty while it is."""
        self._path = path
        self._turn = turn
        self._stale = None if anew is None else set(anew)
        self._floor = ALWAYS if anew is None else turn.begin
        self._pending: list[tuple[Counted, float]] = []

    def kept(self, stream: _Stream) -> Iterator[Counted]:
        """The counts, kept as they come."""
        for each in stream:
            self._pending.append(each)
            yield each[0]
            if len(self._pending) >= MAX_PENDING:
                self._store(stream.begin)
        self._store(stream.begin, is_last=not stream.is_stopped)

    def _store(self, begin: float, *, is_last: bool = False) -> None:
        if self.unkept:
            return
        pending, self._pending = self._pending, []
        # Those that are still to be counted anew stay until then: an end before loses none that was counted.
        without = self._stale
        if without is not None and not is_last:
            without = without & {each.call_id for each, _ in pending}
        self._stale = set() if self._stale is None or without is None else self._stale - without
        # While it comes to where the turn began it stands no better than before.
        begin = max(begin, self._floor)
        try:
            self.unkept = "" if self._turn.store(pending, begin, without=without) else _OVER
        except sqlite3.Error as error:
            self.unkept = str(refusal(self._path, error))
