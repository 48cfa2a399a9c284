"""How long a device rang, and who watched it: without a watcher, silence is no evidence.

A caller's socket sees the pre-accepts of all devices that it rang, a device's own socket only its own. Either
watches a device if it saw the offer and what ended the ringing, with nothing missing in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ringback.calls import Emission, Sender, Sighting, addressing_mode
from ringback.check.subject import listed_devices
from ringback.questions.evidence import CallEvidence, place_on_wire
from ringback.stanza import Jid


@dataclass(frozen=True, slots=True)
class Watch:
    """One device's ringing from offer to end, as one connection saw it without a gap."""

    connection: int
    by_caller: bool
    """Whether it is the caller's socket; else it is the device's own."""
    offer: Sighting
    end: Sighting
    ended_by_device: bool
    """Whether the device itself accepted or rejected; else the ringing was ended for it."""

    @property
    def seconds(self) -> float:
        """How long it rang."""
        return self.end.at - self.offer.at

    def saw_before_end(self, emission: Emission) -> bool:
        """Whether the emission came before the end, by this wire, or by the clock where it passed another."""
        here = [copy for copy in emission.sightings if copy.connection == self.connection]
        if not here:
            return emission.at <= self.end.at
        return any(place_on_wire(copy) < place_on_wire(self.end) for copy in here)


def watches(evidence: CallEvidence, device: Sender) -> list[Watch]:
    """Everybody who watched the device's ringing, the caller first."""
    own = device.connections - evidence.calling_connections
    found = (_watch(evidence, device, each) for each in (*sorted(evidence.calling_connections), *sorted(own)))
    return [watch for watch in found if watch is not None]


def _watch(evidence: CallEvidence, device: Sender, connection: int) -> Watch | None:
    offers = _copies(evidence.offers, connection)
    ends = [end for end in _ends(evidence, device, connection) if offers and _after(end[0], offers[0])]
    if not offers or not ends:
        return None
    end, by_device = min(ends, key=lambda found: place_on_wire(found[0]))
    by_caller = connection in evidence.calling_connections
    is_whole = offers[0].complete and end.complete
    return Watch(connection, by_caller, offers[0], end, by_device) if is_whole else None


def _after(one: Sighting, other: Sighting) -> bool:
    return place_on_wire(one) > place_on_wire(other)


def _copies(emissions: list[Emission], connection: int) -> list[Sighting]:
    copies = (copy for emission in emissions for copy in emission.sightings)
    return sorted((copy for copy in copies if copy.connection == connection), key=place_on_wire)


def _ends(evidence: CallEvidence, device: Sender, connection: int) -> Iterator[tuple[Sighting, bool]]:
    """What ended the device's ringing as that connection saw it, each with whether the device did it."""
    for emission in evidence.call.of("accept", "reject", "terminate"):
        own = evidence.senders[emission].same_as(device) is True
        for copy in emission.sightings:
            if copy.connection == connection and (own or _ends_for(evidence, emission, copy, device)):
                yield copy, own and emission.action != "terminate"


def _ends_for(evidence: CallEvidence, emission: Emission, copy: Sighting, device: Sender) -> bool:
    """Whether a stanza of somebody else ends the device's ringing: any accept does, no reject does, and a
    terminate does that reaches it."""
    if emission.action != "terminate":
        return emission.action == "accept"
    if copy.connection in device.connections:
        return True
    sender = evidence.senders[emission]
    if not evidence.is_caller(sender) and is_device(sender):
        return False  # A sibling that gives up, as a hosted device does, ends its own ringing only.
    return reached(copy, device)


def reached(terminate: Sighting, device: Sender) -> bool:
    """Whether a terminate goes to the device: it lists it, or is sent to it, or names no single device."""
    targets = targets_of(terminate)
    return not targets or Sender(targets, frozenset()).same_as(device) is not False


def targets_of(terminate: Sighting) -> tuple[Jid, ...]:
    """The single devices that a terminate names, by list or by address; empty where it goes to the account,
    and for the copy that a device was handed.

    Source: Cobalt's published fixtures (commit dce2b51a) for the list; oxidezap/whatsapp-rust 1489b7d, test
    terminate_is_per_device_with_id_and_no_destination, for the address.
    """
    listed = tuple(listed_devices(terminate))
    to = terminate.node.jid("to")
    return listed or ((to,) if to is not None and to.device is not None else ())


def is_device(sender: Sender) -> bool:
    """Whether it is a device of an account: the server speaks as nobody, or as the call itself."""
    return bool(sender.connections) or any(addressing_mode(jid) is not None for jid in sender.jids)
