"""To whom a call was offered: the callee's devices, each once, however it is spelled."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from ringback.calls import Sender, Sighting, addressing_mode
from ringback.check.subject import listed_devices
from ringback.questions.evidence import CallEvidence
from ringback.stanza import Jid

MAX_DEVICES = 512
"""Devices looked at in one call: a group call of 32 accounts with 5 devices each has 160. Against an offer
that lists a million."""


@dataclass(slots=True)
class _Group:
    """Marks, addresses and connections of one device, as they are found to belong together."""

    marks: set[Hashable] = field(default_factory=set)
    jids: dict[Jid, None] = field(default_factory=dict)
    connections: set[int] = field(default_factory=set)

    def add(self, marks: Iterable[Hashable], jids: Iterable[Jid], connections: Iterable[int]) -> None:
        self.marks.update(marks)
        self.jids.update(dict.fromkeys(jids))
        self.connections.update(connections)

    @property
    def device(self) -> Sender:
        return Sender(tuple(sorted(self.jids, key=str)), frozenset(self.connections))


def offered_devices(evidence: CallEvidence) -> list[Sender]:
    """The devices that an offer lists, that its ack lists, or that were handed one, ordered by address.

    The caller's own devices, which a group's offer lists too, are not among them. Of a list that is too long
    only the beginning is taken: `lists_too_many`.
    """
    groups: dict[Hashable, _Group] = {}
    for device in [*_handed(evidence), *_listed(evidence)[:MAX_DEVICES]]:
        for speaking in (device, *_speaking(evidence, device)):
            _join(groups, device, speaking)
    devices = [group.device for group in {id(group): group for group in groups.values()}.values()]
    return sorted((device for device in devices if not evidence.is_caller(device)), key=_order)


def lists_too_many(evidence: CallEvidence) -> bool:
    """Whether its offers and their acks list more than `offered_devices` looks at."""
    return len(_listed(evidence)) > MAX_DEVICES


def is_phone(device: Sender, evidence: CallEvidence) -> bool:
    """Whether it is the account's first device, the phone; any other is a companion."""
    if device.jids:
        return all(not jid.device for jid in device.jids)
    facts = (evidence.clients.get(connection) for connection in device.connections)
    return any(each is not None and each.device == 0 for each in facts)


def _listed(evidence: CallEvidence) -> list[Sender]:
    found = (copy for offer in evidence.offers for copy in (*offer.sent, *offer.acks))
    jids = dict.fromkeys(jid for copy in found for jid in _devices(copy))
    return [Sender((jid,), frozenset()) for jid in jids]


def _devices(copy: Sighting) -> list[Jid]:
    listed = [jid for jid in listed_devices(copy) if addressing_mode(jid) is not None]
    to = copy.node.jid("to")
    # An offer without a list rings the one device it is sent to.
    alone = copy.node.tag == "call" and to is not None and addressing_mode(to) is not None
    return [to] if not listed and alone and to is not None else listed


def _handed(evidence: CallEvidence) -> list[Sender]:
    copies = (copy for offer in evidence.offers for copy in offer.delivered)
    return [Sender((copy.owner,) if copy.owner else (), frozenset({copy.connection})) for copy in copies]


def _speaking(evidence: CallEvidence, device: Sender) -> list[Sender]:
    """The device as what it sent in this call shows it: that may tell its other address."""
    senders = {id(sender): sender for sender in evidence.senders.values()}
    return [sender for sender in senders.values() if sender.marks & device.marks]


def _join(groups: dict[Hashable, _Group], *devices: Sender) -> None:
    marks = {mark for device in devices for mark in device.marks}
    joined = _Group()
    for group in {id(groups[mark]): groups[mark] for mark in marks if mark in groups}.values():
        joined.add(group.marks, group.jids, group.connections)
    for device in devices:
        joined.add(device.marks, device.jids, device.connections)
    groups.update(dict.fromkeys(joined.marks, joined))


def _order(device: Sender) -> tuple[list[str], list[int]]:
    return ([str(jid) for jid in device.jids], sorted(device.connections))
