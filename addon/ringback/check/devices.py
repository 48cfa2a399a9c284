"""Rules about devices: whether the ringing one was offered the call, rings once, and is not the caller's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator

from ringback.calls import Emission, Sender, Sighting, same_account
from ringback.check import timeline_codes as codes
from ringback.check.subject import Subject, action_jid, listed_devices
from ringback.findings import Finding
from ringback.stanza import Jid

_FROM = "call/@from"
_PATH = "call/preaccept"


def device_offered(subject: Subject) -> Iterator[Finding]:
    """The offer was delivered to the device, or lists it, or the offer's ack does."""
    by_mark: dict[Hashable, list[Sighting]] = {}
    for sighting, devices in _offered(subject):
        for mark in devices.marks:
            by_mark.setdefault(mark, []).append(sighting)
    for emission in subject.preaccepts:
        marks = subject.clients[emission].marks
        shown_by = [sighting for mark in marks for sighting in by_mark.get(mark, ())]
        if shown_by:
            yield subject.finding(codes.DEVICE_OFFERED, _FROM, emission.sightings, shown_by)


def device_not_offered(subject: Subject) -> Iterator[Finding]:
    """A list of all offered devices was seen, in the device's addressing mode, and it is not among them.

    The caller's connection has to be read in full: another offer may list the device.
    """
    offered = _offered(subject)
    lists = _lists(subject)
    for emission in subject.preaccepts:
        client = subject.clients[emission]
        listings = [sighting for sighting, devices in lists if devices.same_as(client) is False]
        listings = [sighting for sighting in listings if subject.shows_absence(sighting)]
        if listings and not any(devices.same_as(client) for _, devices in offered):
            yield subject.finding(
                codes.DEVICE_NOT_OFFERED, _FROM, emission.sightings, listings, got=_jid(client)
            )


def _offered(subject: Subject) -> list[tuple[Sighting, Sender]]:
    """What shows whom the call was offered to, each with the clients it shows, taken as one."""
    copies = (copy for offer in subject.offers for copy in offer.delivered)
    return [*((copy, _receiver(copy)) for copy in copies), *_lists(subject)]


def _receiver(copy: Sighting) -> Sender:
    return Sender((copy.owner,) if copy.owner else (), frozenset({copy.connection}))


def _lists(subject: Subject) -> list[tuple[Sighting, Sender]]:
    """Offers as the caller sent them, and acks of them, with all devices that they list."""
    found = (sighting for offer in subject.offers for sighting in (*offer.sent, *offer.acks))
    return [(sighting, Sender(tuple(_targets(sighting)), frozenset())) for sighting in found]


def _targets(sighting: Sighting) -> list[Jid]:
    """The devices that an offer, or an ack of it, lists; of an offer without a list the one it goes to."""
    listed = listed_devices(sighting)
    target = sighting.node.jid("to")
    single = sighting.node.tag == "call" and target is not None and target.device is not None
    return [target] if single and not listed and target is not None else listed


def preaccept_repeated(subject: Subject) -> Iterator[Finding]:
    """One device sent several; one finding for the device."""
    by_client: dict[int, list[Emission]] = {}
    for emission in subject.preaccepts:
        by_client.setdefault(id(subject.clients[emission]), []).append(emission)
    for group in by_client.values():
        ids = {emission.stanza_id for emission in group} - {None}
        if len(ids) > 1 or _sent_again(group):
            copies = [sighting for emission in group for sighting in emission.sightings]
            yield subject.finding(codes.PREACCEPT_REPEATED, _PATH, copies)


def _sent_again(group: list[Emission]) -> bool:
    """Whether one connection sent two, whatever their ids. On another connection it may be one stanza, sent
    again after a reconnect; and what is delivered again the server may have repeated."""
    connections = Counter(sighting.connection for emission in group for sighting in emission.sent)
    return any(count > 1 for count in connections.values())


def preaccept_by_creator(subject: Subject) -> Iterator[Finding]:
    """It comes from the account that created the call, or from the client that sent the offer."""
    for emission in subject.preaccepts:
        client = subject.clients[emission]
        offering = [offer for offer in subject.offers if subject.clients[offer] is client]
        creators = _creators(subject.offers or [emission])
        own = [jid for jid in client.jids if any(same_account(jid, creator) for creator in creators)]
        if offering or own:
            shown_by = [copy for offer in offering for copy in offer.sightings]
            yield subject.finding(
                codes.PREACCEPT_BY_CREATOR, _FROM, emission.sightings, shown_by, got=_jid(client)
            )


def _creators(emissions: list[Emission]) -> set[Jid]:
    """Creators named as addresses, by whichever spelling of the wire."""
    values = (
        action_jid(sighting, "call-creator") for emission in emissions for sighting in emission.sightings
    )
    return {value for value in values if value is not None}


def _jid(client: Sender) -> Jid | None:
    return client.jids[0] if client.jids else None
