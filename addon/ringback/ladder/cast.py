"""Who takes part in a call: devices as connections and addresses show them, one lane for each.

Two sights are of one device where they share a connection or an address. An account's phone number and its
LID are one account where a stanza of the call names both, and a device has the same number under either.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ringback.calls import Call, Sighting, addressing_mode, joined
from ringback.ladder.model import Lane, Role
from ringback.recognise import PREACCEPT, Recognised, StanzaKind, action_child, recognise
from ringback.sanitize import Placeholders
from ringback.sanitize.placeholders import SAME_PERSON
from ringback.stanza import Jid, Node
from ringback.view.stanza_line import NOBODY

MAX_LANES = 12
"""Lanes of a ladder, the server's included. Against an offer to a thousand devices: the others share one."""
MAX_DESTINATIONS = 256
"""Devices that are read out of one offer. Against an offer to a million devices."""

_ANSWERS = frozenset({PREACCEPT, "accept", "reject"})
"""What only a device does that was called."""
_Account = tuple[str, str]


@dataclass(slots=True)
class _Device:
    """What was seen of one device."""

    addresses: list[Jid] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)
    offers: bool = False
    """Sent an offer: what is known of a client without address."""
    rings: bool = False
    """Was offered the call, or answered it."""
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class _Sight:
    """Addresses and connections that are of one device."""

    addresses: tuple[Jid, ...] = ()
    connections: frozenset[int] = frozenset()
    offers: bool = False
    rings: bool = False
    speaks: bool = False


class Cast:
    """The lanes of a call, and which of them an address or a connection belongs to."""

    def __init__(self, call: Call, seen: list[Sighting], placeholders: Placeholders) -> None:
        """Of the call and of everything that was seen of it, in order of time."""
        self._aliases = _aliases(seen)
        self._creator = next(filter(None, map(_creator, seen)), None)
        sights = [*_actors(call, seen), *_offered(seen)]
        known = {account for sight in sights for account in map(self._account, sight.addresses)}
        sights += [sight for sight in _addressed(call, seen) if self._adds(sight, known)]
        marks = [self._marks(sight) for sight in sights]
        devices = [
            (frozenset().union(*(marks[index] for index in group)), _device([sights[i] for i in group]))
            for group in joined(marks)
        ]
        # In order of first appearance, those that were only spoken of at the end; what comes last goes first.
        devices.sort(key=lambda pair: not pair[1].speaks)
        kept, rest = devices[: MAX_LANES - 1], devices[MAX_LANES - 1 :]
        if rest:
            kept, rest = devices[: MAX_LANES - 2], devices[MAX_LANES - 2 :]
        unread = max((count_destinations(each.node) - MAX_DESTINATIONS for each in seen), default=0)
        self.crowded_out = len(rest) + max(0, unread)
        """Devices that share the last lane."""
        self.lanes: tuple[Lane, ...] = ()
        """From left to right."""
        self.server = 0
        """Index of the server's lane."""
        self._by_mark: dict[Hashable, int] = {}
        self._place(kept, rest, placeholders)

    def of_connection(self, sighting: Sighting) -> int:
        """The lane of the client whose connection saw it."""
        return self._by_mark[_connection_mark(sighting.connection)]

    def of_address(self, jid: Jid | None) -> int | None:
        """The lane of that address; None for the server, for none, and for one that has no lane."""
        return None if jid is None else self._by_mark.get(self._mark(jid))

    def _mark(self, jid: Jid) -> tuple[str, str, int]:
        mode = addressing_mode(jid) or jid.server
        return (*self._aliases.get((mode, jid.user), (mode, jid.user)), jid.device or 0)

    def _account(self, jid: Jid) -> _Account:
        return self._mark(jid)[:2]

    def _adds(self, sight: _Sight, known: set[_Account]) -> bool:
        """Whether it names a device: a bare address may stand for all those of its account."""
        return any(jid.device or self._account(jid) not in known for jid in sight.addresses)

    def _marks(self, sight: _Sight) -> frozenset[Hashable]:
        connections = map(_connection_mark, sight.connections)
        return frozenset((*map(self._mark, sight.addresses), *connections))

    def _place(
        self,
        kept: list[tuple[frozenset[Hashable], _Device]],
        rest: list[tuple[frozenset[Hashable], _Device]],
        placeholders: Placeholders,
    ) -> None:
        roles = [self._role(device) for _, device in kept]
        callers = [pair for pair, role in zip(kept, roles, strict=True) if role is Role.CALLER]
        others = [pair for pair, role in zip(kept, roles, strict=True) if role is not Role.CALLER]
        ordered = [*reversed(callers), *others]
        self.server = len(callers)
        lanes = _named(
            [(device, self._role(device), self._is_seen(marks, device)) for marks, device in ordered],
            placeholders,
        )
        lanes.insert(self.server, Lane("server", "srv", Role.SERVER))
        for index, (marks, _) in enumerate(ordered):
            lane = index + (index >= self.server)
            self._by_mark.update(dict.fromkeys(marks, lane))
        if rest:
            for marks, _ in rest:
                self._by_mark.update(dict.fromkeys(marks, len(lanes)))
            lanes.append(Lane(f"{self.crowded_out} more devices", f"+{self.crowded_out}", Role.REST))
        self.lanes = tuple(lanes)

    def _role(self, device: _Device) -> Role:
        accounts = {self._account(jid) for jid in device.addresses if addressing_mode(jid) is not None}
        if not accounts:
            if device.addresses:
                return Role.OTHER
            return Role.CALLER if device.offers else Role.CALLEE
        is_creator = self._creator is not None and self._account(self._creator) in accounts
        return Role.CALLER if is_creator else Role.CALLEE

    def _is_seen(self, marks: frozenset[Hashable], device: _Device) -> bool:
        """Whether it was seen in its role: the account alone makes no device the caller."""
        if self._role(device) is Role.CALLER:
            return device.offers or (self._creator is not None and self._mark(self._creator) in marks)
        return device.rings


def is_server(jid: Jid) -> bool:
    """Whether it is a server's own address: one without a user."""
    return not jid.user


def destinations(node: Node) -> list[Jid]:
    """The devices that a stanza's action names as its receivers, of the first `MAX_DESTINATIONS` of them."""
    found = (child.jid("jid") for child in islice(_receivers(node), MAX_DESTINATIONS))
    return [jid for jid in found if jid is not None and not is_server(jid)]


def count_destinations(node: Node) -> int:
    """How many receivers a stanza's action names, whatever it calls them."""
    return sum(1 for _ in _receivers(node))


def _receivers(node: Node) -> Iterator[Node]:
    action = action_child(node)
    destination = None if action is None else action.child("destination")
    if destination is not None:
        yield from (child for child in destination.children if child.tag == "to")


def _actors(call: Call, seen: list[Sighting]) -> Iterator[_Sight]:
    """Everybody who sent something, and the clients of all connections, in order of time."""
    clients = call.clients()
    emissions = {id(copy): emission for emission in clients for copy in emission.sightings}
    for sighting in seen:
        recognised = recognise(sighting.node)
        emission = emissions.get(id(sighting))
        sender = sighting.sender if emission is None else clients[emission]
        addresses = tuple(jid for jid in sender.jids if not is_server(jid))
        if _is_spoken(recognised, sighting) and (addresses or sender.connections):
            offers = recognised is not None and _is_offer(recognised)
            yield _Sight(addresses, sender.connections, offers, _is_answer(recognised), speaks=True)
        owner = () if sighting.owner is None or is_server(sighting.owner) else (sighting.owner,)
        is_rung = recognised is not None and _is_offer(recognised) and not sighting.sent
        yield _Sight(owner, frozenset({sighting.connection}), rings=is_rung, speaks=True)


def _offered(seen: list[Sighting]) -> Iterator[_Sight]:
    for sighting in seen:
        recognised = recognise(sighting.node)
        if recognised is not None and _is_offer(recognised):
            yield from (_Sight((jid,), rings=True) for jid in destinations(sighting.node))


def _addressed(call: Call, seen: list[Sighting]) -> Iterator[_Sight]:
    """Whom stanzas were sent to that nobody was seen to get."""
    arrived = {id(copy) for emission in call.emissions if emission.delivered for copy in emission.sent}
    for sighting in seen:
        recognised = recognise(sighting.node)
        to = sighting.node.jid("to")
        if recognised is None or recognised.kind is not StanzaKind.CALL or to is None or is_server(to):
            continue
        if sighting.sent and id(sighting) not in arrived and not destinations(sighting.node):
            yield _Sight((to,))


def _is_offer(recognised: Recognised) -> bool:
    return recognised.kind is StanzaKind.CALL and recognised.action == "offer"


def _is_answer(recognised: Recognised | None) -> bool:
    return recognised is not None and recognised.kind is StanzaKind.CALL and recognised.action in _ANSWERS


def _is_spoken(recognised: Recognised | None, sighting: Sighting) -> bool:
    """Whether its sender is a device: an ack that is delivered comes from the server, whatever it names."""
    return sighting.sent or recognised is None or recognised.kind is not StanzaKind.ACK


def _device(sights: list[_Sight]) -> _Device:
    device = _Device()
    for sight in sights:
        device.addresses += [jid for jid in sight.addresses if jid not in device.addresses]
        device.connections |= sight.connections
        device.offers |= sight.offers
        device.rings |= sight.rings
        device.speaks |= sight.speaks
    # An address that names its device says more than a bare one, which may stand for the account.
    device.addresses.sort(key=lambda jid: jid.device is None)
    return device


def _named(devices: list[tuple[_Device, Role, bool]], placeholders: Placeholders) -> list[Lane]:
    addresses = [tuple(str(placeholders.jid(jid)) for jid in device.addresses) for device, _, _ in devices]
    shorts = [placed[0].partition("@")[0] if placed else "" for placed in addresses]
    nameless = sum(not placed for placed in addresses)
    lanes = []
    for (device, role, is_seen), placed, short in zip(devices, addresses, shorts, strict=True):
        names = tuple(dict.fromkeys(placed))
        connections = tuple(sorted(device.connections))
        if not names:
            number = ", ".join(map(str, connections))
            name = NOBODY if nameless == 1 else f"client of connection {number}"
            lanes.append(
                Lane(
                    name, "client" if nameless == 1 else f"#{number}", role, (), connections, is_seen=is_seen
                )
            )
            continue
        brief = short if short and shorts.count(short) == 1 else names[0]
        lanes.append(Lane(names[0], brief, role, names, connections, not device.speaks, is_seen))
    return lanes


def _aliases(seen: list[Sighting]) -> dict[_Account, _Account]:
    """The account under its phone number to the same under its LID, where a stanza names both."""
    aliases: dict[_Account, _Account] = {}
    for sighting in seen:
        action = action_child(sighting.node)
        for node in filter(None, (sighting.node, action)):
            for names in SAME_PERSON:
                by_mode = {
                    mode: jid.user
                    for jid in map(node.jid, names)
                    if jid is not None and (mode := addressing_mode(jid)) is not None
                }
                if len(by_mode) == 2:
                    aliases.setdefault(("pn", by_mode["pn"]), ("lid", by_mode["lid"]))
    return aliases


def _creator(sighting: Sighting) -> Jid | None:
    action = action_child(sighting.node)
    return None if action is None else action.jid("call-creator")


def _connection_mark(connection: int) -> Hashable:
    return connection
