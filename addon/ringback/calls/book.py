"""Correlation: sightings in, in any order, calls with their emissions out.

The result depends on what was added, not on the order in which it came, as long as no limit is reached: keys
may come late, and flow files are read one flow after another.
"""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from ringback.calls.addresses import same_value
from ringback.calls.model import Call, Emission, Sighting
from ringback.recognise import PREACCEPT, Recognised, StanzaKind, recognise
from ringback.wire.events import Direction

MAX_CALLS = 1024
"""Calls kept; a new one pushes out the one not touched for longest. Against endless offers."""
MAX_EVICTED = 4096
"""Calls remembered to have been pushed out, by their call-id alone."""
MAX_EMISSIONS_PER_ACTION = 64
"""Emissions kept of each action that the checks look at, and receipts, in one call. The most that is known
of a call is one pre-accept from each device of a group."""
MAX_OTHER_EMISSIONS = 256
"""Emissions kept of all other actions of one call together. Against long calls that talk without end."""
MAX_SIGHTINGS_PER_EMISSION = 16
"""Sightings, and acks, kept of one emission. Against a stanza that is repeated without end."""
MAX_PENDING_ACKS = 4096
"""Places remembered at which an ack was seen, so that it finds a stanza that comes later."""
MAX_CALLS_PER_STANZA_ID = 16
"""Calls remembered to share one stanza id at one place. Against one id used for everything."""

KEPT_ACTIONS = frozenset({"offer", PREACCEPT, "accept", "reject", "terminate"})
"""Actions that the checks look at: other actions take no room from them."""


class _Place(NamedTuple):
    """Where a stanza with some id passes; its ack passes the other way."""

    capture: str
    connection: int
    direction: Direction
    stanza_id: str | None


class _CallKey(NamedTuple):
    capture: str
    call_id: str


@dataclass(frozen=True, slots=True)
class Correlated:
    """Where a sighting belongs."""

    recognised: Recognised | None = None
    """What the stanza is to calls; None where it is nothing to them."""
    call: Call | None = None
    """Its call; None where it names none, or for an ack whose stanza has not been seen."""
    emission: Emission | None = None
    """Of a `<call>` its emission, of an ack the emission it answers; None for a receipt, and for a stanza
    that its full call refused. A later sighting may show that two emissions are one, which lives on in
    `call`."""
    evicted: tuple[Call, ...] = ()
    """Calls that were pushed out to make room: what is to be said of them must be said now."""


@dataclass(slots=True)
class Evictions:
    """What was dropped at the limits, in total."""

    calls: int = 0
    stanzas: int = 0
    """Emissions, sightings, acks and receipts of calls that are, or were, kept."""
    acks: int = 0
    """Acks that no stanza had come for, or too many of one."""


@dataclass(slots=True)
class CallBook:
    """The calls of all captures given to it."""

    calls: OrderedDict[_CallKey, Call] = field(default_factory=OrderedDict)
    """By capture and call-id, the one touched last at the end."""
    evictions: Evictions = field(default_factory=Evictions)
    _acks: OrderedDict[_Place, list[Sighting]] = field(default_factory=OrderedDict)
    _holders: dict[_Place, dict[_CallKey, Call]] = field(default_factory=dict)
    _evicted: OrderedDict[_CallKey, None] = field(default_factory=OrderedDict)

    def add(self, sighting: Sighting) -> Correlated:
        """Take one stanza of any kind and tell where it belongs. Nothing is raised for any node."""
        recognised = recognise(sighting.node)
        if recognised is None:
            return Correlated()
        if recognised.kind is StanzaKind.ACK:
            return self._add_ack(sighting, recognised)
        if recognised.call_id is None:
            return Correlated(recognised)
        call, evicted = self._open(_CallKey(sighting.evidence.capture, recognised.call_id))
        if recognised.kind is StanzaKind.RECEIPT:
            self._keep(call, call.receipts, sighting, MAX_EMISSIONS_PER_ACTION)
            return Correlated(recognised, call, None, evicted)
        return Correlated(recognised, call, self._add_stanza(call, sighting, recognised), evicted)

    def _open(self, key: _CallKey) -> tuple[Call, tuple[Call, ...]]:
        call = self.calls.get(key)
        if call is None:
            call = Call(key.call_id, capture=key.capture, reopened=key in self._evicted)
            self.calls[key] = call
        self.calls.move_to_end(key)
        if len(self.calls) <= MAX_CALLS:
            return call, ()
        oldest_key, oldest = self.calls.popitem(last=False)
        self.evictions.calls += 1
        self._remember(oldest_key)
        self._forget(oldest)
        return call, (oldest,)

    def _remember(self, evicted: _CallKey) -> None:
        self._evicted[evicted] = None
        self._evicted.move_to_end(evicted)
        if len(self._evicted) > MAX_EVICTED:
            self._evicted.popitem(last=False)

    def _forget(self, call: Call) -> None:
        key = _CallKey(call.capture, call.call_id)
        for emission in call.emissions:
            self._release(key, emission)
        for other in call.same_ids:
            other.same_ids.remove(call)
        call.same_ids.clear()

    def _release(self, key: _CallKey, emission: Emission) -> None:
        for sighting in emission.sightings:
            place = _place(sighting, emission.stanza_id)
            holders = self._holders.get(place, {})
            holders.pop(key, None)
            if not holders:
                self._holders.pop(place, None)

    def _add_stanza(self, call: Call, sighting: Sighting, recognised: Recognised) -> Emission | None:
        emission = self._emission(call, sighting, recognised)
        if emission is None:
            return None
        if not self._keep_copy(call, emission, sighting):
            # Nothing would let go of its place, nor of the call by that.
            return emission
        place = _place(sighting, recognised.stanza_id)
        self._hold(place, call)
        for ack in self._acks.get(place, ()):
            self._answer(place, ack)
        return emission

    def _emission(self, call: Call, sighting: Sighting, recognised: Recognised) -> Emission | None:
        """The emission that the sighting shows: a known one, several that prove to be one, or a new one; None
        where a new one has no room."""
        key = (recognised.action, recognised.stanza_id)
        same_key = [each for each in call.emissions if (each.action, each.stanza_id) == key]
        known = [each for each in same_key if each.is_seen_in(sighting)]
        if not known:
            return self._new(call, recognised)
        emission, *others = known
        for other in others:
            self._absorb(call, emission, other)
        return emission

    def _new(self, call: Call, recognised: Recognised) -> Emission | None:
        emission = Emission(recognised.action or "", recognised.stanza_id, recognised.call_id)
        if emission.action in KEPT_ACTIONS:
            used, limit = len(call.of(emission.action)), MAX_EMISSIONS_PER_ACTION
        else:
            others = (each for each in call.emissions if each.action not in KEPT_ACTIONS)
            used, limit = sum(1 for _ in others), MAX_OTHER_EMISSIONS
        if used < limit:
            return emission
        self._count(call, emission)
        return None

    def _keep_copy(self, call: Call, emission: Emission, sighting: Sighting) -> bool:
        """Add a copy, and the emission itself to its call at its place in time; whether there was room."""
        is_kept = self._keep(call, emission.sightings, sighting, MAX_SIGHTINGS_PER_EMISSION, emission)
        if emission.sightings[0] is sighting:
            if len(emission.sightings) > 1:
                call.emissions.remove(emission)
            insort(call.emissions, emission, key=lambda each: _order(each.sightings[0]))
        return is_kept

    def _absorb(self, call: Call, emission: Emission, other: Emission) -> None:
        call.emissions.remove(other)
        for sighting in other.sightings:
            if not self._keep_copy(call, emission, sighting):
                self._leave(call, _place(sighting, emission.stanza_id))
        for ack in other.acks:
            self._attach(call, emission, ack)

    def _leave(self, call: Call, place: _Place) -> None:
        """Hold the place for the call no longer, unless another of its copies stands there."""
        holders = self._holders.get(place, {})
        stands = (_place(copy, each.stanza_id) == place for each in call.emissions for copy in each.sightings)
        if not any(stands):
            holders.pop(_CallKey(call.capture, call.call_id), None)
        if not holders:
            self._holders.pop(place, None)

    def _hold(self, place: _Place, call: Call) -> None:
        holders = self._holders.setdefault(place, {})
        key = _CallKey(call.capture, call.call_id)
        if key in holders or len(holders) >= MAX_CALLS_PER_STANZA_ID or place.stanza_id is None:
            return
        for other in holders.values():
            if other not in call.same_ids:
                call.same_ids.append(other)
                other.same_ids.append(call)
        holders[key] = call

    def _add_ack(self, ack: Sighting, recognised: Recognised) -> Correlated:
        place = _answered(ack, recognised.stanza_id)
        waiting = self._acks.setdefault(place, [])
        if len(waiting) < MAX_SIGHTINGS_PER_EMISSION:
            waiting.append(ack)
        else:
            self.evictions.acks += 1
        self._bound_acks()
        found = self._answer(place, ack)
        exact = [pair for pair in found if pair[1].action == recognised.action]
        call_, emission_ = next(iter(exact + found), (None, None))
        return Correlated(recognised, call_, emission_)

    def _answer(self, place: _Place, ack: Sighting) -> list[tuple[Call, Emission]]:
        """Attach an ack to what it answers: of each action that has its id, the last stanza before it there.

        One that came to be attached while that stanza was still unknown is detached from the earlier one.
        """
        held = self._held(place)
        last: dict[str, tuple[tuple[bool, int, int], Emission]] = {}
        for _, emission in held:
            rank = _rank_before(emission, place, ack)
            if rank is not None and rank > last.get(emission.action, (_NO_RANK,))[0]:
                last[emission.action] = (rank, emission)
        answered = [emission for _, emission in last.values()]
        for call, emission in held:
            if emission in answered:
                self._attach(call, emission, ack)
            elif ack in emission.acks:
                emission.acks.remove(ack)
        return [(call, emission) for call, emission in held if emission in answered]

    def _held(self, place: _Place) -> list[tuple[Call, Emission]]:
        return [
            (call, emission)
            for call in self._holders.get(place, {}).values()
            for emission in call.emissions
            if emission.stanza_id == place.stanza_id
        ]

    def _bound_acks(self) -> None:
        while len(self._acks) > MAX_PENDING_ACKS:
            place, acks = self._acks.popitem(last=False)
            if place not in self._holders:
                self.evictions.acks += len(acks)

    def _attach(self, call: Call, emission: Emission, ack: Sighting) -> None:
        if ack not in emission.acks:
            self._keep(call, emission.acks, ack, MAX_SIGHTINGS_PER_EMISSION, emission)

    def _keep(
        self,
        call: Call,
        kept: list[Sighting],
        sighting: Sighting,
        limit: int,
        emission: Emission | None = None,
    ) -> bool:
        if len(kept) < limit:
            insort(kept, sighting, key=_order)
            return True
        self._count(call, emission)
        return False

    def _count(self, call: Call, emission: Emission | None) -> None:
        """Count what the call had no room for, a part of `emission` or all of it."""
        call.dropped += 1
        call.lost += emission is not None and emission.action in KEPT_ACTIONS
        self.evictions.stanzas += 1


_NO_RANK = (False, -1, -1)


def _rank_before(emission: Emission, place: _Place, ack: Sighting) -> tuple[bool, int, int] | None:
    """How well a stanza goes with an ack: by address, then the later the better; None where no copy of it
    stands before the ack at that place."""
    name, original = ("to", "from") if ack.sent else ("from", "to")
    end = ack.evidence.place.message
    ranks = [
        (
            same_value(copy.node.attrs.get(original), ack.node.attrs.get(name)) is not False,
            copy.evidence.place.message,
            copy.evidence.place.frame,
        )
        for copy in emission.sightings
        if copy.evidence.place.message < end and _place(copy, emission.stanza_id) == place
    ]
    return max(ranks, default=None)


def _order(sighting: Sighting) -> tuple[float, int, int, int]:
    """By time; at one time by connection, and within a connection as it went over the wire."""
    place = sighting.evidence.place
    return (place.at, sighting.connection, place.message, place.frame)


def _place(sighting: Sighting, stanza_id: str | None) -> _Place:
    evidence = sighting.evidence
    return _Place(evidence.capture, evidence.connection, evidence.place.direction, stanza_id)


def _answered(ack: Sighting, stanza_id: str | None) -> _Place:
    """The place of the stanza that the ack answers: the same connection, the other direction."""
    direction = Direction.SERVER if ack.sent else Direction.CLIENT
    return _Place(ack.evidence.capture, ack.connection, direction, stanza_id)
