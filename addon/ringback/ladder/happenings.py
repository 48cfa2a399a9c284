"""Copies put together: what was emitted once and seen here and there, and what answers it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from ringback.calls import Emission, Sighting
from ringback.casebook import Case
from ringback.ladder.cast import Cast
from ringback.recognise import StanzaKind, recognise


@dataclass(frozen=True, slots=True)
class Seen:
    """One copy."""

    index: int | None
    """Into `Case.stanzas`; None for a copy that the call knows and the case does not."""
    sighting: Sighting
    lane: int
    """Of the client that saw it."""


@dataclass(slots=True, eq=False)
class Happening:
    """One stanza as it was emitted."""

    kind: StanzaKind
    action: str
    stanza_id: str | None
    sender: int | None
    """Lane of the device that emitted it; None for the server, and where no copy tells."""
    copies: list[Seen] = field(default_factory=list)
    """In order of time; never empty."""
    answers: list[Happening] = field(default_factory=list)
    """Acks and receipts, in order of time."""

    @property
    def sent(self) -> list[Seen]:
        """The sender's own copies."""
        return [copy for copy in self.copies if copy.sighting.sent]

    @property
    def delivered(self) -> list[Seen]:
        """The copies that the server delivered."""
        return [copy for copy in self.copies if not copy.sighting.sent]


def in_order(sightings: Iterable[tuple[int | None, Sighting]]) -> list[tuple[int | None, Sighting]]:
    """By time; at one time by connection, and within a connection as it went over the wire."""
    return sorted(sightings, key=lambda pair: _order(pair[1]))


def seen_of(case: Case) -> list[tuple[int | None, Sighting]]:
    """Everything that was seen of the call, in order, each with its index in `Case.stanzas`.

    An ack that came before the stanza it answers was none of the call's then: it is here without an index.
    """
    indexed = {id(each.sighting) for each in case.stanzas}
    late = (ack for emission in case.call.emissions for ack in emission.acks if id(ack) not in indexed)
    stanzas: Iterable[tuple[int | None, Sighting]] = (
        (index, each.sighting) for index, each in enumerate(case.stanzas)
    )
    return in_order(chain(stanzas, ((None, ack) for ack in late)))


def happenings_of(case: Case, seen: list[tuple[int | None, Sighting]], cast: Cast) -> list[Happening]:
    """What happened, in order of time; what answers something stands with that alone."""
    gathering = _Gathering(case, cast)
    for index, sighting in seen:
        gathering.take(index, sighting)
    return gathering.settle()


class _Gathering:
    def __init__(self, case: Case, cast: Cast) -> None:
        self._cast = cast
        self._emission_of: dict[int, Emission] = {}
        self._answered_by: dict[int, Emission] = {}
        for emission in case.call.emissions:
            self._emission_of.update(dict.fromkeys(map(id, emission.sightings), emission))
            self._answered_by.update(dict.fromkeys(map(id, emission.acks), emission))
        self._all: list[Happening] = []
        self._by_emission: dict[int, Happening] = {}
        self._receipts: dict[tuple[str, str | None, int | None], Happening] = {}
        self._acks: list[tuple[Happening, Emission | None]] = []

    def take(self, index: int | None, sighting: Sighting) -> None:
        recognised = recognise(sighting.node)
        if recognised is None:
            return
        copy = Seen(index, sighting, self._cast.of_connection(sighting))
        action, stanza_id = recognised.action or "", recognised.stanza_id
        if recognised.kind is StanzaKind.CALL:
            emission = self._emission_of.get(id(sighting))
            # A copy that its call has no longer is an emission of its own.
            key = id(sighting if emission is None else emission)
            happening = self._by_emission.get(key)
            if happening is None:
                happening = self._by_emission[key] = self._new(recognised.kind, action, stanza_id, copy)
            if happening.sender is None:
                happening.sender = self._sender(copy)
            happening.copies.append(copy)
        elif recognised.kind is StanzaKind.RECEIPT:
            sender = self._sender(copy)
            receipt = self._receipts.get((action, stanza_id, sender))
            if receipt is None or not _is_other_end(receipt, copy):
                receipt = self._new(recognised.kind, action, stanza_id, copy)
                self._receipts[action, stanza_id, sender] = receipt
            receipt.copies.append(copy)
        else:
            emission = self._answered_by.get(id(sighting))
            named = action or ("" if emission is None else emission.action)
            ack = self._new(recognised.kind, named, stanza_id, copy)
            ack.copies.append(copy)
            self._acks.append((ack, emission))

    def settle(self) -> list[Happening]:
        """Everything in order, answers with what they answer."""
        folded: set[int] = set()
        for ack, emission in self._acks:
            answered = None if emission is None else self._by_emission.get(id(emission))
            if answered is not None:
                answered.answers.append(ack)
                folded.add(id(ack))
        calls = [each for each in self._all if each.kind is StanzaKind.CALL]
        for receipt in (each for each in self._all if each.kind is StanzaKind.RECEIPT):
            answered = _answered(receipt, calls)
            if answered is not None:
                answered.answers.append(receipt)
                folded.add(id(receipt))
        for call in calls:
            call.answers.sort(key=lambda each: _order(each.copies[0].sighting))
        return [each for each in self._all if id(each) not in folded]

    def _new(self, kind: StanzaKind, action: str, stanza_id: str | None, copy: Seen) -> Happening:
        happening = Happening(kind, action, stanza_id, self._sender(copy, kind))
        self._all.append(happening)
        return happening

    def _sender(self, copy: Seen, kind: StanzaKind = StanzaKind.CALL) -> int | None:
        if copy.sighting.sent:
            return copy.lane
        # A delivered ack names whom the stanza went to, and comes from the server.
        return None if kind is StanzaKind.ACK else self._cast.of_address(copy.sighting.node.jid("from"))


def _is_other_end(receipt: Happening, copy: Seen) -> bool:
    """Whether the copy may be another one of that receipt, which nobody sends twice or gets twice."""
    return all(copy.sighting.connection != other.sighting.connection for other in receipt.copies) and not (
        copy.sighting.sent and receipt.sent
    )


def _answered(receipt: Happening, calls: list[Happening]) -> Happening | None:
    """The stanza that a receipt answers: of its id and action, the last one before it that went to, or came
    from, where the receipt was seen."""
    first = receipt.copies[0].sighting
    found = [
        each
        for each in calls
        if receipt.stanza_id is not None
        and each.stanza_id == receipt.stanza_id
        and each.action == receipt.action
        and each.sender != receipt.sender
        and _order(each.copies[0].sighting) <= _order(first)
    ]
    places = {(copy.sighting.connection, copy.sighting.sent) for copy in receipt.copies}

    def rank(each: Happening) -> bool:
        return any((copy.sighting.connection, not copy.sighting.sent) in places for copy in each.copies)

    return max(reversed(found), key=rank, default=None)


def _order(sighting: Sighting) -> tuple[float, int, int, int]:
    place = sighting.evidence.place
    return (place.at, sighting.connection, place.message, place.frame)
