"""Each offered device in one value: who watched it, its state, what it sent, and whether it counts.

Both rules that ask who rang build on it, so that a device cannot be able to ring in one and not in the other.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from ringback.calls import Emission, Sender
from ringback.questions.evidence import CallEvidence
from ringback.questions.offered import offered_devices
from ringback.questions.ringing import Watch, watches
from ringback.questions.states import DeviceState, device_state
from ringback.recognise import PREACCEPT

MIN_RINGING_S = 2.0
"""A device that was silent and whose ringing was ended for it sooner says nothing: pre-accepts were seen 0.33
to 0.44 s after the offer (Cobalt's published fixtures, commit dce2b51a), and a slow phone may take a few
times as long."""


class Outcome(enum.Enum):
    """What the pre-accept of one offered device came to: the whole set."""

    EMITTED = "emitted"
    SILENT = "silent"
    LATE = "pre-accept only after its ringing had ended"
    TOO_SHORT = "silent, and its ringing was ended for it within 2 s"
    NOT_WATCHED = "not watched from the offer to the end of its ringing"

    @property
    def is_told(self) -> bool:
        """Whether it says that the device emits, or that it does not."""
        return self in (Outcome.EMITTED, Outcome.SILENT)


@dataclass(frozen=True, slots=True)
class RungDevice:
    """One offered device of the callee in one call."""

    device: Sender
    state: DeviceState
    watched: tuple[Watch, ...]
    preaccepts: tuple[Emission, ...]
    """In order of time."""
    outcome: Outcome


def rung_devices(evidence: CallEvidence) -> list[RungDevice]:
    """Every callee device that the call was offered to, ordered by address."""
    return [_rung(evidence, device) for device in offered_devices(evidence)]


def _rung(evidence: CallEvidence, device: Sender) -> RungDevice:
    watched = tuple(watches(evidence, device))
    preaccepts = tuple(evidence.by(device, PREACCEPT))
    state = device_state(evidence, device, watched)
    return RungDevice(device, state, watched, preaccepts, _outcome(watched, preaccepts))


def _outcome(watched: Sequence[Watch], preaccepts: Sequence[Emission]) -> Outcome:
    if not watched:
        return Outcome.NOT_WATCHED
    if any(watch.saw_before_end(each) for watch in watched for each in preaccepts):
        return Outcome.EMITTED
    if preaccepts:
        return Outcome.LATE
    had_time = any(watch.ended_by_device or watch.seconds >= MIN_RINGING_S for watch in watched)
    return Outcome.SILENT if had_time else Outcome.TOO_SHORT
