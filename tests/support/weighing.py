"""Calls out of synthetic worlds and shipped captures, ready to be weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from ringback.calls import Call, Sighting
from ringback.findings import Evidence
from ringback.inspector import Inspector
from ringback.observations import Message, Observation, StanzaObserved, WireNotice
from ringback.questions import ClientFacts, Weighing, weigh
from ringback.sources.flows import Reading, read_captures
from ringback.sources.hosts import HostFilter
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.wire.events import ClientIdentified, Direction, FramePlace
from ringback.wire.keylog import KeyLog
from support.sightings import book_of
from synthetic.generate import CAPTURES
from synthetic.world import World


@dataclass(frozen=True)
class Seen:
    """Everything that was sighted, connections numbered uniquely, and who speaks on them."""

    sightings: tuple[Sighting, ...]
    clients: dict[int, ClientFacts]

    @property
    def calls(self) -> list[Call]:
        return list(book_of(self.sightings).calls.values())

    def weigh(self, specification: Specification | None = None) -> Weighing:
        return weigh(self.calls, self.clients, specification or load_specification(None))


def together(parts: Iterable[Seen]) -> Seen:
    """Several captures side by side: the connections are numbered anew, as a store of many captures does."""
    sightings: list[Sighting] = []
    clients: dict[int, ClientFacts] = {}
    for part in parts:
        offset = 1000 * (1 + max(clients, default=0) // 1000)
        clients |= {offset + number: facts for number, facts in part.clients.items()}
        sightings += [_moved(sighting, offset) for sighting in part.sightings]
    return Seen(tuple(sightings), clients)


def _moved(sighting: Sighting, offset: int) -> Sighting:
    evidence = replace(sighting.evidence, connection=sighting.connection + offset)
    return replace(sighting, evidence=evidence)


@cache
def shipped(*names: str) -> Seen:
    """What the shipped captures show, read from their files with their keys."""
    return together(_shipped(name) for name in names)


def _shipped(name: str) -> Seen:
    flows = CAPTURES / "synthetic" / f"{name}.flows"
    log = KeyLog()
    log.feed(flows.with_suffix(".keys").read_bytes())
    log.finish()
    inspector = Inspector(load_specification(None), log)
    sightings: list[Sighting] = []
    clients: dict[int, ClientFacts] = {}
    observations: list[Observation] = []
    for event in read_captures([flows], Reading(lambda _: None, HostFilter())):
        if isinstance(event, Message):
            observations += inspector.receive(event)
        else:
            observations += inspector.close_connection(event.capture, event.connection)
    for each in [*observations, *inspector.finish()]:
        if isinstance(each, StanzaObserved):
            sightings.append(each.sighting)
        elif isinstance(each, WireNotice) and isinstance(each.event, ClientIdentified):
            clients[each.connection] = ClientFacts.of(each.event)
    return Seen(tuple(sightings), clients)


WEB = ClientFacts("WEB", "2.3000.1000000001", 17)


def seen_in(world: World, clients: Mapping[int, ClientFacts] | None = None) -> Seen:
    """What crossed the wires of a world, without sealing and opening it; connections as they were opened.

    Every client is the one of the shipped captures, except those in `clients`, by number of the connection.
    """
    sightings = [
        Sighting(written.node, _evidence(world, number, index, written.ms, written.direction), client.jid)
        for number, client in enumerate(world.clients, start=1)
        for index, written in enumerate(sorted(client.wire, key=lambda each: each.ms))
        if written.node is not None
    ]
    facts = dict.fromkeys(range(1, len(world.clients) + 1), WEB)
    return Seen(tuple(sightings), facts | dict(clients or {}))


def _evidence(world: World, connection: int, index: int, ms: int, direction: Direction) -> Evidence:
    return Evidence(
        world.name, connection, f"flow-{connection}", FramePlace(direction, index, index, world.seconds(ms))
    )
