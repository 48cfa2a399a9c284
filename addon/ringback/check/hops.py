"""A call as hops: which stanza went from whom to whom, as flows of the specification tell it.

A stanza that a client sends to another crosses the server, so one emission is up to three hops: to the server
(the sender's copy), from the server (each delivered copy), and from end to end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ringback.calls import Call, Emission, Sender, Sighting, same_account
from ringback.check.subject import action_jid
from ringback.spec.model import Specification
from ringback.stanza import Jid


class Role(Enum):
    """Who somebody is in a call."""

    CALLER = "caller"
    """The client that offered it, and all of its account."""
    CALLEE = "callee"
    """Any other client."""
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Route:
    """What went from whom to whom."""

    stanza: str
    """Id of its stanza file."""
    sender: Role
    receiver: Role
    answers: str | None = None
    """Of an ack: id of the stanza file of what it answers."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One route taken once."""

    route: Route
    sightings: tuple[Sighting, ...]
    """What shows it, in order of time; never empty."""


class Roles:
    """Who is who in one call."""

    def __init__(self, call: Call) -> None:
        """Tell the caller by its offers, else by the `call-creator` that the stanzas name."""
        self._clients = call.clients()
        offers = call.of("offer")
        self._offering = frozenset(copy.connection for offer in offers for copy in offer.sent)
        told = [jid for offer in offers for jid in self._clients[offer].jids]
        self._creators = (*told, *_creators(call))

    def of_emission(self, emission: Emission) -> Role:
        """Who emitted it."""
        return self._role(self._clients[emission])

    def of_connection(self, sighting: Sighting) -> Role:
        """Whose connection the sighting was made on."""
        owner = () if sighting.owner is None else (sighting.owner,)
        return self._role(Sender(owner, frozenset({sighting.connection})))

    def _role(self, client: Sender) -> Role:
        by_address = any(same_account(jid, each) for jid in client.jids for each in self._creators)
        return Role.CALLER if by_address or client.connections & self._offering else Role.CALLEE


def hops_of(call: Call, specification: Specification, roles: Roles) -> list[Hop]:
    """Every hop of every stanza that a file of the specification is about, in order of time."""
    hops: list[Hop] = []
    ack = specification.for_action("ack", None)
    for emission in call.emissions:
        spec = specification.for_action("call", emission.action)
        if spec is None:
            continue
        hops += _of_emission(emission, spec.id, roles)
        if ack is not None:
            hops += (_of_ack(each, ack.id, spec.id, roles) for each in emission.acks)
    return sorted(hops, key=lambda hop: hop.sightings[0].at)


def _of_emission(emission: Emission, stanza: str, roles: Roles) -> Iterator[Hop]:
    sender = roles.of_emission(emission)
    other = Role.CALLEE if sender is Role.CALLER else Role.CALLER
    everything = tuple(emission.sightings)
    # What was delivered has been sent, whether or not its sender was watched.
    yield Hop(Route(stanza, sender, Role.SERVER), tuple(emission.sent) or everything)
    by_receiver: dict[Role, list[Sighting]] = {}
    for copy in emission.delivered:
        by_receiver.setdefault(roles.of_connection(copy), []).append(copy)
    for receiver, copies in by_receiver.items():
        yield Hop(Route(stanza, Role.SERVER, receiver), tuple(copies))
    for receiver in by_receiver or (other,):
        yield Hop(Route(stanza, sender, receiver), everything)


def _of_ack(ack: Sighting, stanza: str, answered: str, roles: Roles) -> Hop:
    client = roles.of_connection(ack)
    ends = (client, Role.SERVER) if ack.sent else (Role.SERVER, client)
    return Hop(Route(stanza, *ends, answered), (ack,))


def _creators(call: Call) -> list[Jid]:
    named = (action_jid(copy, "call-creator") for each in call.emissions for copy in each.sightings)
    return list(dict.fromkeys(jid for jid in named if jid is not None))
