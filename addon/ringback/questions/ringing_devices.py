"""Open question 3: do all ringing devices of an account send a pre-accept, and how does the caller aggregate
them?

Unit of counting: one call with two or more callee devices that were able to ring, watched by the caller's
socket until the ringing ended. A success is a call in which each of these devices was heard, late ones too.
The answer is about the first half of the question; the tables and durations answer the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ringback.questions.advice import next_capture, one_sided
from ringback.questions.aggregation import (
    CallerView,
    dismissals,
    heard_of_offered,
    is_heard,
    maybe_caller_view,
    order_of_kinds,
    rejects_around,
    sent_after,
)
from ringback.questions.conditions import (
    CALL_KIND,
    CALLER_LATENCY,
    CALLER_MEDIUM,
    CLIENT_VERSION,
    DEVICE_KIND,
    PLATFORM,
    traits,
)
from ringback.questions.deciding import Kind, decide
from ringback.questions.evidence import CallEvidence
from ringback.questions.rule import Rule
from ringback.questions.rung import Outcome, RungDevice, rung_devices
from ringback.questions.states import DeviceState
from ringback.questions.unit import NOT_KNOWN, Unit, call_ids, split, tally
from ringback.questions.verdict import Counts, Spread, Verdict

DEVICE_STATES = "device states"
DIMENSIONS = (CALL_KIND, CALLER_MEDIUM, CALLER_LATENCY, PLATFORM, CLIENT_VERSION, DEVICE_KIND, DEVICE_STATES)
"""Of a call; those of devices hold the values of all devices that were able to ring."""
_OF_DEVICES = (PLATFORM, CLIENT_VERSION, DEVICE_KIND)

MIN_DEVICES = 2
FIRST_CAPTURE = "a call to an account with two or more devices online, from the caller's socket until it ends"
MILESTONES = ("after the first pre-accept", "after the second pre-accept", "after the accept")


@dataclass(frozen=True, slots=True)
class _SeenCall:
    """One call with what the rule made of it."""

    evidence: CallEvidence
    rung: tuple[RungDevice, ...]
    view: CallerView | None
    why_apart: str
    """Why the call does not count; empty where it does."""

    @property
    def able(self) -> list[RungDevice]:
        """The devices that were able to ring."""
        return [each for each in self.rung if each.state.could_ring]


def weigh_ringing_devices(rule: Rule, calls: Sequence[CallEvidence]) -> Verdict:
    """The verdict on the question out of these calls, in any order."""
    seen = [_seen(evidence) for evidence in calls if evidence.offers]
    units = [_unit(each) for each in seen if not each.why_apart]
    decision = decide(units, DIMENSIONS, Kind.ALWAYS)
    views = [each.view for each in seen if each.view is not None and len(each.rung) >= MIN_DEVICES]
    return Verdict(
        question=rule.question,
        asked=rule.asks,
        unit=rule.unit,
        success=rule.success,
        answer=decision.answer,
        condition=decision.condition,
        tally=tally(units),
        splits=tuple(split(units, each) for each in DIMENSIONS),
        apart=Counts.of("not counted", "one call", (each.why_apart for each in seen if each.why_apart)),
        counts=(*_counts(views), _dismissals(seen)),
        spreads=tuple(_spreads(views, seen)),
        calls=call_ids(units),
        exceptions=call_ids(unit for unit in units if not unit.success),
        weakened_by=tuple(_weakened_by(seen, units)),
        next_capture=next_capture(units, decision.answer, FIRST_CAPTURE),
    )


def _seen(evidence: CallEvidence) -> _SeenCall:
    rung = tuple(rung_devices(evidence))
    view = maybe_caller_view(evidence, rung)
    return _SeenCall(evidence, rung, view, _why_apart(rung, view))


def _why_apart(rung: Sequence[RungDevice], view: CallerView | None) -> str:
    if view is None:
        return "the caller's socket was not captured"
    if len(rung) < MIN_DEVICES:
        return "fewer than two devices were offered the call"
    able = [each for each in rung if each.state.could_ring]
    if len(able) < MIN_DEVICES:
        return "fewer than two of the devices were able to ring"
    if not all(any(watch.by_caller for watch in each.watched) for each in able):
        return "not watched by the caller from the offer to the end of the ringing"
    is_short = any(each.outcome is Outcome.TOO_SHORT for each in able)
    return "a silent device rang for less than 2 s" if is_short else ""


def _unit(seen: _SeenCall) -> Unit:
    each_traits = [traits(seen.evidence, each.device) for each in seen.able]
    known = {name: each_traits[0][name] for name in DIMENSIONS if name in each_traits[0]}
    for name in _OF_DEVICES:
        values = sorted({each.get(name, NOT_KNOWN) for each in each_traits})
        known[name] = NOT_KNOWN if NOT_KNOWN in values else ", ".join(values)
    if all(each.state.is_told_apart for each in seen.able):
        known[DEVICE_STATES] = ", ".join(sorted({each.state.value for each in seen.able}))
    return Unit(seen.evidence.call.call_id, all(map(is_heard, seen.able)), known)


def _counts(views: Sequence[CallerView]) -> Iterator[Counts]:
    one_call = "one call to two or more devices, on the caller's socket"
    yield Counts.of("offered and heard", one_call, map(heard_of_offered, views))
    yield Counts.of("order in which devices were heard", one_call, map(order_of_kinds, views))
    yield Counts.of("late", one_call, (f"{view.late} heard after the accept" for view in views))
    rejects = (each for view in views for each in rejects_around(view))
    yield Counts.of("rejects around them", "one reject", rejects)
    sent = [each for view in views for each in sent_after(view)]
    for milestone in MILESTONES:
        of_milestone = (what for name, what in sent if name == milestone)
        yield Counts.of(f"caller sends {milestone}", "one call, each kind of stanza once", of_milestone)


def _dismissals(seen: Sequence[_SeenCall]) -> Counts:
    texts = (str(each) for call in seen for each in dismissals(call.evidence, call.rung))
    return Counts.of("dismissal of the other devices", "one terminate: by whom, reason, to whom", texts)


def _spreads(views: Sequence[CallerView], seen: Sequence[_SeenCall]) -> Iterator[Spread]:
    first = [view.heard[0].at - view.offer.at for view in views if view.heard]
    gaps = [view.heard[1].at - view.heard[0].at for view in views if len(view.heard) > 1]
    every = [copy.at - view.offer.at for view in views for copy in view.heard]
    dismissed = [
        each.at - call.view.accept.at
        for call in seen
        if call.view is not None and call.view.accept is not None
        for each in dismissals(call.evidence, call.rung)
        if each.at >= call.view.accept.at
    ]
    named = (
        ("offer to first pre-accept", first),
        ("first to second pre-accept", gaps),
        ("offer to each pre-accept", every),
        ("accept to dismissal", dismissed),
    )
    yield from (each for name, seconds in named if (each := Spread.maybe_of(name, seconds)) is not None)


def _weakened_by(seen: Sequence[_SeenCall], units: Sequence[Unit]) -> list[str]:
    counted = [each for each in seen if not each.why_apart]
    mute = sum(rung.state is DeviceState.OFFLINE for each in counted for rung in each.rung)
    alone = sum(rung.state is DeviceState.PREACCEPT_ONLY for each in counted for rung in each.rung)
    sentences = []
    if mute:
        sentences.append(f"{mute} offered devices gave no sign and are taken to have been offline.")
    if alone:
        sentences.append(f"{alone} devices are known to have been able to ring by their pre-accept alone.")
    return [*sentences, *one_sided(units, DIMENSIONS)]


RULE = Rule(
    question="call-preaccept/3",
    asks=(
        "In multi-device, do all ringing devices send a pre-accept, and how does the caller aggregate them?"
    ),
    words=("multi-device", "ringing devices"),
    unit="one call with two or more callee devices able to ring, watched by the caller until they stopped",
    success="each of these devices was heard, in time or late",
    weigh=weigh_ringing_devices,
)
