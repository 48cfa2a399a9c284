"""How a caller aggregates the pre-accepts of a call: what it hears in which order, and what it then sends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ringback.calls import Emission, Sender, Sighting, same_device
from ringback.check.subject import action_value, listed_devices
from ringback.questions.evidence import CallEvidence, place_on_wire
from ringback.questions.offered import is_phone
from ringback.questions.ringing import is_device, targets_of
from ringback.questions.rung import Outcome, RungDevice
from ringback.questions.words import plain_word
from ringback.recognise import PREACCEPT
from ringback.stanza import Jid

NOTHING = "nothing"
NO_REASON = "no reason"


@dataclass(frozen=True, slots=True)
class CallerView:
    """One call as the caller's socket had it."""

    evidence: CallEvidence
    rung: tuple[RungDevice, ...]
    connection: int
    """The socket that sent the offer; the first one, where there are several."""
    offer: Sighting
    heard: tuple[Sighting, ...]
    """The first pre-accept of each device of the callee as it was handed over, in order."""
    accept: Sighting | None
    """The first accept that was handed over."""

    @property
    def milestones(self) -> tuple[tuple[str, Sighting], ...]:
        """The first and the second pre-accept and the accept, those that came, in order."""
        named = (
            ("after the first pre-accept", self.heard[0] if self.heard else None),
            ("after the second pre-accept", self.heard[1] if len(self.heard) > 1 else None),
            ("after the accept", self.accept),
        )
        found = ((name, copy) for name, copy in named if copy is not None)
        return tuple(sorted(found, key=lambda each: place_on_wire(each[1])))

    @property
    def late(self) -> int:
        """Devices of which the first pre-accept came after the accept."""
        end = self.accept
        return 0 if end is None else sum(place_on_wire(copy) > place_on_wire(end) for copy in self.heard)


def maybe_caller_view(evidence: CallEvidence, rung: Sequence[RungDevice]) -> CallerView | None:
    """The call as its caller saw it, None where the caller's socket was not captured."""
    if not evidence.calling_connections:
        return None
    connection = min(evidence.calling_connections)
    offers = _on(evidence.offers, connection)
    heard = [_on(preaccepts, connection)[:1] for _, preaccepts in evidence.ringing_clients()]
    accepts = [copy for copy in _on(evidence.call.of("accept"), connection) if not copy.sent]
    return CallerView(
        evidence,
        tuple(rung),
        connection,
        offers[0],
        tuple(sorted((copy for copies in heard for copy in copies), key=place_on_wire)),
        accepts[0] if accepts else None,
    )


def _on(emissions: Sequence[Emission], connection: int) -> list[Sighting]:
    copies = [copy for each in emissions for copy in each.sightings if copy.connection == connection]
    return sorted(copies, key=place_on_wire)


def heard_of_offered(view: CallerView) -> str:
    """`2 of 4 offered devices heard`."""
    heard = sum(bool(rung.preaccepts) for rung in view.rung)
    return f"{heard} of {len(view.rung)} offered devices heard"


def order_of_kinds(view: CallerView) -> str:
    """`companion, then phone`: the devices heard by their kind."""
    senders = view.evidence.senders
    emissions = {id(copy): each for each in view.evidence.call.of(PREACCEPT) for copy in each.sightings}
    kinds = (
        "phone" if is_phone(senders[emissions[id(copy)]], view.evidence) else "companion"
        for copy in view.heard
    )
    return ", then ".join(kinds) or NOTHING


def rejects_around(view: CallerView) -> Iterator[str]:
    """Each reject with its reason and its place among the pre-accepts: `busy, before all pre-accepts`."""
    for copy in _on(view.evidence.call.of("reject"), view.connection):
        earlier = sum(place_on_wire(heard) < place_on_wire(copy) for heard in view.heard)
        yield f"{_reason(copy)}, {_standing(earlier, len(view.heard))}"


def _standing(earlier: int, heard: int) -> str:
    if heard == 0:
        return "without any pre-accept"
    if earlier in (0, heard):
        return "after all pre-accepts" if earlier else "before all pre-accepts"
    return "between the pre-accepts"


def sent_after(view: CallerView) -> Iterator[tuple[str, str]]:
    """For each milestone: each kind of stanza that the caller sent before the next, or `NOTHING`."""
    sent = [
        (place_on_wire(copy), _action(each.action, copy))
        for each in view.evidence.call.emissions
        for copy in each.sent
        if copy.connection == view.connection
    ]
    milestones = view.milestones
    places = [place_on_wire(copy) for _, copy in milestones]
    for index, (name, _) in enumerate(milestones):
        start, end = places[index], next(iter(places[index + 1 :]), None)
        between = {what for place, what in sent if place > start and (end is None or place < end)}
        for what in sorted(between) or [NOTHING]:
            yield name, what


def _action(action: str, copy: Sighting) -> str:
    return f"terminate ({_reason(copy)})" if action == "terminate" else plain_word(action)


def _reason(copy: Sighting) -> str:
    reason = action_value(copy, "reason")
    return plain_word(str(reason)) if reason else NO_REASON


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A terminate, after somebody accepted, to devices that did not."""

    by: str
    reason: str
    to: str
    at: float
    """Seconds since the epoch."""

    def __str__(self) -> str:
        """`caller, accepted_elsewhere, one list: every other offered device`."""
        return f"{self.by}, {self.reason}, {self.to}"


def dismissals(evidence: CallEvidence, rung: Sequence[RungDevice]) -> list[Dismissal]:
    """Every dismissal of siblings in the call, from whichever socket it was seen, in order of time."""
    accepts = evidence.call.of("accept")
    found = (
        _maybe_dismissal(evidence, rung, terminate, accepts)
        for terminate in evidence.call.of("terminate")
        if any(terminate.follows(accept) for accept in accepts)
        or _reason(terminate.sightings[0]).endswith("_elsewhere")
    )
    return [each for each in found if each is not None]


def _maybe_dismissal(
    evidence: CallEvidence, rung: Sequence[RungDevice], terminate: Emission, accepts: Sequence[Emission]
) -> Dismissal | None:
    answered = [evidence.senders[accept] for accept in accepts]
    offered = [each.device for each in rung]
    targets = [jid for jid in _targets(terminate) if any(_is_at(device, jid) for device in offered)]
    is_answered = any(client.same_as(Sender((jid,), frozenset())) for client in answered for jid in targets)
    to_whom = _to_whom(terminate, targets, offered, answered)
    if is_answered or to_whom is None:
        return None
    copy = terminate.sightings[0]
    return Dismissal(_by_whom(evidence, terminate), _reason(copy), to_whom, copy.at)


def _targets(terminate: Emission) -> tuple[Jid, ...]:
    """The devices that it names as its sender wrote it; else those that are known to have been handed it."""
    named = [jid for copy in terminate.sent for jid in targets_of(copy)]
    handed = [copy.owner for copy in terminate.delivered if copy.owner is not None]
    return tuple(dict.fromkeys(named or handed))


def _by_whom(evidence: CallEvidence, terminate: Emission) -> str:
    sender = evidence.senders[terminate]
    if evidence.is_caller(sender):
        return "caller"
    return "device of the callee" if is_device(sender) else "server"


def _to_whom(
    terminate: Emission, targets: Sequence[Jid], offered: Sequence[Sender], answered: Sequence[Sender]
) -> str | None:
    if not targets:
        return None
    if not terminate.sent:
        return f"handed to {len(targets)} device" + ("s" if len(targets) > 1 else "")
    is_list = any(listed_devices(copy) for copy in terminate.sent)
    form = "one list" if is_list else "one device by address"
    others = [device for device in offered if not any(device.same_as(client) for client in answered)]
    is_all = bool(others) and all(any(_is_at(device, jid) for jid in targets) for device in others)
    return f"{form}: {'every' if is_all else 'not every'} other offered device"


def _is_at(device: Sender, jid: Jid) -> bool:
    return any(same_device(own, jid) for own in device.jids)


def is_heard(rung: RungDevice) -> bool:
    """Whether a pre-accept of the device was seen, in time or late."""
    return rung.outcome in (Outcome.EMITTED, Outcome.LATE)
