"""What correlation yields: a call, the stanzas emitted in it, and each sighting of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from ringback.calls.addresses import addressing_mode, same_device
from ringback.findings import Evidence
from ringback.spec.model import WEBSOCKET_CAPTURE, Vantage
from ringback.stanza import Jid, Node
from ringback.wire.events import Direction


@dataclass(frozen=True, slots=True)
class Sighting:
    """One stanza as one connection saw it."""

    node: Node
    evidence: Evidence
    owner: Jid | None
    """The address of the client on this connection, where it is known."""
    trailing: int = 0
    """Bytes that followed the root node in its frame."""
    complete: bool = True
    """Whether its connection was read from the handshake on and without a gap. Where it was not, the absence
    of an earlier stanza says nothing."""
    technique: str = WEBSOCKET_CAPTURE
    """Id of the technique by which it was observed."""

    @property
    def at(self) -> float:
        """Seconds since the epoch."""
        return self.evidence.place.at

    @property
    def connection(self) -> int:
        """Number of the connection in its capture."""
        return self.evidence.connection

    @property
    def sent(self) -> bool:
        """Whether it is the copy that the client of this connection sent; else it was delivered to it."""
        return self.evidence.place.direction is Direction.CLIENT

    @property
    def vantage(self) -> Vantage:
        """Which copy it is."""
        return Vantage.SENT if self.sent else Vantage.DELIVERED

    @property
    def sender(self) -> Sender:
        """Who sent it, as far as this copy alone tells."""
        if self.sent:
            return Sender((self.owner,) if self.owner else (), frozenset({self.connection}))
        origin = self.node.jid("from")
        return Sender((origin,) if origin else (), frozenset())


@dataclass(frozen=True, slots=True)
class Sender:
    """A client as an emission shows it: by addresses, by the connections it sent on, or both."""

    jids: tuple[Jid, ...]
    """Its addresses, those in delivered `from` attributes first; empty where none is known."""
    connections: frozenset[int]
    """Connections that it sent on; empty where only delivered copies were seen."""

    def __str__(self) -> str:
        """Its address, else whose client it is: `the client of connection 2`."""
        if self.jids:
            return str(self.jids[0])
        if not self.connections:
            return "an unnamed client"
        return "the client of connection " + ", ".join(map(str, sorted(self.connections)))

    def same_as(self, other: Sender) -> bool | None:
        """Whether both are one client; None where that cannot be told."""
        if self.connections & other.connections:
            return True
        answers = {same_device(one, two) for one in self.jids for two in other.jids}
        if True in answers:
            return True
        return False if False in answers else None

    @property
    def marks(self) -> frozenset[Hashable]:
        """What it shares with every other sight of the same client, as far as that can be told."""
        accounts = (jid for jid in self.jids if addressing_mode(jid) is not None)
        devices = ((addressing_mode(jid), jid.user, jid.device or 0) for jid in accounts)
        return frozenset(devices) | self.connections


def sender_of(sightings: Iterable[Sighting]) -> Sender:
    """Who sent what these sightings show, given that it was one client."""
    senders = [(sighting.sent, sighting.sender) for sighting in sightings]
    senders.sort(key=lambda pair: pair[0])
    jids = dict.fromkeys(jid for _, sender in senders for jid in sender.jids)
    return Sender(tuple(jids), frozenset().union(*(sender.connections for _, sender in senders)))


@dataclass(slots=True, eq=False)
class Emission:
    """One stanza as it was emitted, seen once or more.

    The sender's copy and the delivered copies have the same stanza id, action and call-id: one emission. Its
    identity is its own: two emissions are never equal.
    """

    action: str
    stanza_id: str | None
    call_id: str | None
    sightings: list[Sighting] = field(default_factory=list)
    """In order of time; never empty once it is part of a call."""
    acks: list[Sighting] = field(default_factory=list)
    """The server's to the sender and the receivers' to the server, in order of time."""

    @property
    def at(self) -> float:
        """When it was first seen, in seconds since the epoch."""
        return self.sightings[0].at

    @property
    def sent(self) -> list[Sighting]:
        """The sender's copies: more than one where it was sent again under the same id."""
        return [sighting for sighting in self.sightings if sighting.sent]

    @property
    def delivered(self) -> list[Sighting]:
        """The copies that the server delivered."""
        return [sighting for sighting in self.sightings if not sighting.sent]

    @property
    def sender(self) -> Sender:
        """Who emitted it, as far as its own copies tell: `Call.clients` knows more."""
        return sender_of(self.sightings)

    def is_seen_in(self, sighting: Sighting) -> bool:
        """Whether the sighting shows this emission and not one by another client that uses the same id.

        Id, action and call-id of the two are the same already. Without an id that cannot be told: no.
        """
        return self.stanza_id is not None and any(_shows_same(seen, sighting) for seen in self.sightings)

    def follows(self, other: Emission) -> bool:
        """Whether it came after the other, on every connection that saw both; where none did, by the clock.

        Stanzas that cross on the wire, each before the other on its sender's connection, follow neither way.
        """
        mine, theirs = self._first_by_connection(), other._first_by_connection()
        common = mine.keys() & theirs.keys()
        if common:
            return all(mine[connection] > theirs[connection] for connection in common)
        return self.at > other.at

    def _first_by_connection(self) -> dict[int, tuple[int, int]]:
        first: dict[int, tuple[int, int]] = {}
        for sighting in self.sightings:
            place = (sighting.evidence.place.message, sighting.evidence.place.frame)
            first[sighting.connection] = min(place, first.get(sighting.connection, place))
        return first


def _shows_same(one: Sighting, other: Sighting) -> bool:
    """Two copies with one id are one emission unless their senders are known to differ. Two connections that
    both sent it are two clients, unless the owner is known to be one; and nobody is handed his own stanza."""
    same = one.sender.same_as(other.sender)
    if one.sent and other.sent:
        return same is True
    to_itself = one.sent is not other.sent and one.connection == other.connection
    return same is not False and not to_itself


@dataclass(slots=True, eq=False)
class Call:
    """All that was seen of one call-id in one capture."""

    call_id: str
    emissions: list[Emission] = field(default_factory=list)
    """In order of time."""
    receipts: list[Sighting] = field(default_factory=list)
    """Receipts that name the call, in order of time."""
    capture: str = ""
    """The capture's name, as in `Evidence`."""
    dropped: int = 0
    """Emissions, sightings, acks and receipts that no longer fitted the limits of `ringback.calls.book`."""
    lost: int = 0
    """Of the dropped: pre-accepts and what they are checked against."""
    reopened: bool = False
    """Whether it was kept before and pushed out, so that its earlier stanzas are forgotten."""
    same_ids: list[Call] = field(default_factory=list, repr=False)
    """Other calls with a stanza of the same id at the same place: one connection in one direction."""

    @property
    def is_whole(self) -> bool:
        """Whether all that the checks look at and that was seen is kept: else absence says nothing."""
        return not self.lost and not self.reopened

    def of(self, *actions: str) -> list[Emission]:
        """The emissions with any of these actions, in order of time."""
        return [emission for emission in self.emissions if emission.action in actions]

    def sightings(self) -> Iterator[Sighting]:
        """Everything seen of the call, acks and receipts included, in no particular order."""
        for emission in self.emissions:
            yield from emission.sightings
            yield from emission.acks
        yield from self.receipts

    @property
    def last_at(self) -> float:
        """When something of it was last seen, in seconds since the epoch; the start of time for nothing."""
        return max((sighting.at for sighting in self.sightings()), default=float("-inf"))

    def clients(self) -> dict[Emission, Sender]:
        """Who emitted each, with all that the client's other emissions tell about it.

        Emissions of one connection, and emissions with one address, are of one client: they share one object,
        and no two clients do.
        """
        groups = joined([emission.sender.marks for emission in self.emissions])
        clients: dict[Emission, Sender] = {}
        for group in groups:
            emissions = [self.emissions[index] for index in group]
            sender = sender_of(copy for emission in emissions for copy in emission.sightings)
            clients.update(dict.fromkeys(emissions, sender))
        return clients


def joined(marks: list[frozenset[Hashable]]) -> list[list[int]]:
    """Indices in groups, two of one group where a chain of shared marks leads from one to the other."""
    parents = list(range(len(marks)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first_with: dict[Hashable, int] = {}
    for index, own in enumerate(marks):
        for mark in own:
            parents[root(first_with.setdefault(mark, index))] = root(index)
    groups: dict[int, list[int]] = {}
    for index in range(len(marks)):
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())
