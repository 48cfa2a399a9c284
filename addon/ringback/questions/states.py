"""In which state a callee's device was while it was called, from what its stanzas show.

A pre-accept is left out of account on purpose: a state that was read off the pre-accept could not explain it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence

from ringback.calls import Sender, Sighting
from ringback.check.subject import action_value
from ringback.questions.evidence import CallEvidence, place_on_wire
from ringback.questions.offered import is_phone
from ringback.questions.ringing import Watch
from ringback.recognise import PREACCEPT
from ringback.stanza import Jid

HOSTED_SERVERS = frozenset({"hosted", "hosted.lid"})
"""Servers of devices that a business has hosted.

Source: read in Baileys 7.0.0-rc13, lib/WABinary/jid-utils, domain types of AD_JID.
"""


class DeviceState(enum.Enum):
    """The state of one device in one call: the whole set."""

    ONLINE_PHONE = "online phone"
    """Took part beyond receipt and pre-accept, or was handed the offer on a socket of the capture."""
    ONLINE_COMPANION = "online companion"
    """The same of any device but the phone."""
    IDLE = "idle"
    """The offer reached it, for it sent a receipt; a pre-accept apart it sent nothing else."""
    OFFLINE = "offline"
    """Not even a receipt while the caller's socket was watched all the time it rang, or the offer came to it
    as a replay, or after the call had ended."""
    BUSY = "busy"
    """It rejected the call as busy."""
    HOSTED = "hosted"
    """It is hosted, or answered that it cannot be called."""
    CANNOT_DECRYPT = "cannot decrypt"
    """It rejected the call for it could not open the offer."""
    PREACCEPT_ONLY = "known by its pre-accept alone"
    """Nothing else was seen of it."""
    UNKNOWN = "unknown"
    """Nothing was seen of it, and nobody watched."""

    @property
    def could_ring(self) -> bool:
        """Whether a device in this state was able to ring."""
        return self in _ABLE

    @property
    def is_told_apart(self) -> bool:
        """Whether the state is known from anything but the pre-accept itself."""
        return self not in (DeviceState.PREACCEPT_ONLY, DeviceState.UNKNOWN)


_ABLE = frozenset(
    {
        DeviceState.ONLINE_PHONE,
        DeviceState.ONLINE_COMPANION,
        DeviceState.IDLE,
        DeviceState.PREACCEPT_ONLY,
    }
)

_REASONS = {
    "busy": DeviceState.BUSY,
    "uncallable": DeviceState.HOSTED,
    "enc": DeviceState.CANNOT_DECRYPT,
}
"""Reason with which a device gives up, and what it tells of it.

Source: oxidezap/whatsapp-rust 1489b7d (busy) and its issue 1494 (enc); purpshell/meowcaller issue 35
(uncallable).
"""


def device_state(evidence: CallEvidence, device: Sender, watched: Sequence[Watch]) -> DeviceState:
    """The state of the device; `watched` is `ringback.questions.ringing.watches` of it."""
    return _maybe_unable(evidence, device) or _maybe_present(evidence, device, watched) or _unseen(watched)


def _maybe_unable(evidence: CallEvidence, device: Sender) -> DeviceState | None:
    reasons = (
        _reason(copy) for each in evidence.by(device, "reject", "terminate") for copy in each.sightings
    )
    given_up = next((_REASONS[reason] for reason in reasons if reason in _REASONS), None)
    if given_up is None and any(jid.server in HOSTED_SERVERS for jid in _spellings(evidence, device)):
        return DeviceState.HOSTED
    handed = _handed(evidence, device)
    is_late = bool(handed) and all(map(_is_replay, handed))
    return given_up or (DeviceState.OFFLINE if is_late else None)


def _maybe_present(evidence: CallEvidence, device: Sender, watched: Sequence[Watch]) -> DeviceState | None:
    if _handed(evidence, device) or _took_part(evidence, device):
        return DeviceState.ONLINE_PHONE if is_phone(device, evidence) else DeviceState.ONLINE_COMPANION
    if any(_came_in_time(receipt, watched) for receipt in _receipts(evidence, device)):
        return DeviceState.IDLE
    return DeviceState.PREACCEPT_ONLY if evidence.by(device, PREACCEPT) else None


def _unseen(watched: Sequence[Watch]) -> DeviceState:
    return DeviceState.OFFLINE if any(watch.by_caller for watch in watched) else DeviceState.UNKNOWN


def _handed(evidence: CallEvidence, device: Sender) -> list[Sighting]:
    """The offers that its own socket got."""
    copies = (copy for offer in evidence.offers for copy in offer.delivered)
    return [copy for copy in copies if copy.connection in device.connections]


def _reason(copy: Sighting) -> str | None:
    reason = action_value(copy, "reason")
    return None if reason is None else str(reason)


def _spellings(evidence: CallEvidence, device: Sender) -> Iterator[Jid]:
    """Its addresses, also those under which it speaks."""
    yield from device.jids
    for emission in evidence.by(device):
        yield from evidence.senders[emission].jids


def _is_replay(offer: Sighting) -> bool:
    """Whether the server delivered the offer late: from its queue, or of a call that is over.

    Source: oxidezap/whatsapp-rust 1489b7d, test offline_delivery_flag; purpshell/meowcaller 6d9b7b2, engine
    (is_call_ended).
    """
    is_over = any("is_call_ended" in child.attrs for child in offer.node.children[:1])
    return "offline" in offer.node.attrs or is_over


def _took_part(evidence: CallEvidence, device: Sender) -> bool:
    return any(emission.action != PREACCEPT for emission in evidence.by(device))


def _receipts(evidence: CallEvidence, device: Sender) -> Iterator[Sighting]:
    """Receipts of the device for the offer."""
    for receipt in evidence.call.receipts:
        if receipt.sender.same_as(device) and receipt.node.child("offer") is not None:
            yield receipt


def _came_in_time(receipt: Sighting, watched: Sequence[Watch]) -> bool:
    """Whether the receipt came while the device rang; where nobody watched the ringing, it counts as such."""
    here = [watch for watch in watched if watch.connection == receipt.connection]
    return all(place_on_wire(receipt) < place_on_wire(watch.end) for watch in here)
