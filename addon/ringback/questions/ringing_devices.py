"""Open question 3: do all ringing devices of an account send a pre-accept, and how does the caller aggregate
them?

Unit of counting: one call with two or more callee devices that were able to ring, watched by the caller's
socket until the ringing ended. A success is a call in which each of these devices was heard, late ones too.
The answer is about the first half of the question; the tables and durations answer the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from ringback.questions.advice import next_capture, one_sided
from ringback.questions.aggregation import (
    CallerView,
    Dismissal,
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
from ringback.questions.counts import Counted, Durations, HeardCount, RingingCount, Traits
from ringback.questions.deciding import Kind, decide
from ringback.questions.evidence import CallEvidence
from ringback.questions.rule import Rule
from ringback.questions.rung import Outcome, RungDevice
from ringback.questions.states import DeviceState
from ringback.questions.unit import NOT_KNOWN, Unit, call_ids, split, tally
from ringback.questions.verdict import Counts, Spread, Verdict, milliseconds
from ringback.wording import agreeing, counted

DEVICE_STATES = "device states"
DIMENSIONS = (CALL_KIND, CALLER_MEDIUM, CALLER_LATENCY, PLATFORM, CLIENT_VERSION, DEVICE_KIND, DEVICE_STATES)
"""Of a call; those of devices hold the values of all devices that were able to ring."""
_OF_DEVICES = (PLATFORM, CLIENT_VERSION, DEVICE_KIND)

MIN_DEVICES = 2
FIRST_CAPTURE = "a call to an account with two or more devices online, from the caller's socket until it ends"
MILESTONES = ("after the first pre-accept", "after the second pre-accept", "after the accept")


def count_ringing(
    evidence: CallEvidence, rung: Sequence[RungDevice]
) -> tuple[RingingCount | None, Durations]:
    """What the call says, None where no offer of it was seen, and how long things took; `rung` are its
    devices."""
    if not evidence.offers:
        return None, Durations()
    view = maybe_caller_view(evidence, rung)
    why_apart = _why_apart(rung, view)
    states = [] if why_apart else [each.state for each in rung]
    able = [each for each in rung if each.state.could_ring]
    dismissed = dismissals(evidence, rung)
    is_told = view is not None and len(rung) >= MIN_DEVICES
    count = RingingCount(
        why_apart=why_apart,
        success=not why_apart and all(map(is_heard, able)),
        traits=() if why_apart else _traits(evidence, able),
        heard=_heard(view) if view is not None and is_told else None,
        dismissals=tuple(map(str, dismissed)),
        mute=states.count(DeviceState.OFFLINE),
        alone=states.count(DeviceState.PREACCEPT_ONLY),
    )
    return count, _durations(view, dismissed, is_told=is_told)


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


def _traits(evidence: CallEvidence, able: Sequence[RungDevice]) -> Traits:
    each_traits = [traits(evidence, each.device) for each in able]
    known = {name: each_traits[0][name] for name in DIMENSIONS if name in each_traits[0]}
    for name in _OF_DEVICES:
        values = sorted({each.get(name, NOT_KNOWN) for each in each_traits})
        known[name] = NOT_KNOWN if NOT_KNOWN in values else ", ".join(values)
    if all(each.state.is_told_apart for each in able):
        known[DEVICE_STATES] = ", ".join(sorted({each.state.value for each in able}))
    return tuple(known.items())


def _heard(view: CallerView) -> HeardCount:
    return HeardCount(
        heard_of_offered(view),
        order_of_kinds(view),
        view.late,
        tuple(rejects_around(view)),
        tuple(sent_after(view)),
    )


def _durations(view: CallerView | None, dismissed: Sequence[Dismissal], *, is_told: bool) -> Durations:
    if view is None:
        return Durations()
    heard = [copy.at for copy in view.heard] if is_told else []
    accept = view.accept
    ends = [] if accept is None else [each.at - accept.at for each in dismissed if each.at >= accept.at]
    return Durations(
        first=milliseconds(at - view.offer.at for at in heard[:1]),
        gap=milliseconds(at - heard[0] for at in heard[1:2]),
        every=milliseconds(at - view.offer.at for at in heard),
        dismissed=milliseconds(ends),
    )


def judge_ringing_devices(rule: Rule, calls: Sequence[Counted]) -> Verdict:
    """The verdict on the question out of these calls, in any order."""
    seen = [(call, call.count.rules.ringing) for call in calls]
    offered = [ringing for _, ringing in seen if ringing is not None]
    units = [
        Unit(call.call_id, ringing.success, dict(ringing.traits))
        for call, ringing in seen
        if ringing is not None and not ringing.why_apart
    ]
    decision = decide(units, DIMENSIONS, Kind.ALWAYS)
    return Verdict(
        question=rule.question,
        asked=rule.asks,
        unit=rule.unit,
        success=rule.success,
        answer=decision.answer,
        condition=decision.condition,
        tally=tally(units),
        splits=tuple(split(units, each) for each in DIMENSIONS),
        apart=Counts.of("not counted", "one call", (each.why_apart for each in offered if each.why_apart)),
        counts=(*_counts([each.heard for each in offered if each.heard is not None]), _dismissals(offered)),
        spreads=tuple(_spreads([call.durations for call in calls])),
        calls=call_ids(units),
        exceptions=call_ids(unit for unit in units if not unit.success),
        weakened_by=tuple(_weakened_by(offered, units)),
        next_capture=next_capture(units, decision.answer, FIRST_CAPTURE),
    )


def _counts(heard: Sequence[HeardCount]) -> Iterator[Counts]:
    one_call = "one call to two or more devices, on the caller's socket"
    yield Counts.of("offered and heard", one_call, (each.heard for each in heard))
    yield Counts.of("order in which devices were heard", one_call, (each.order for each in heard))
    yield Counts.of("late", one_call, (f"{each.late} heard after the accept" for each in heard))
    rejects = (reject for each in heard for reject in each.rejects)
    yield Counts.of("rejects around them", "one reject", rejects)
    sent = [pair for each in heard for pair in each.sent]
    for milestone in MILESTONES:
        of_milestone = (what for name, what in sent if name == milestone)
        yield Counts.of(f"caller sends {milestone}", "one call, each kind of stanza once", of_milestone)


def _dismissals(offered: Sequence[RingingCount]) -> Counts:
    texts = (text for each in offered for text in each.dismissals)
    return Counts.of("dismissal of the other devices", "one terminate: by whom, reason, to whom", texts)


def _spreads(durations: Sequence[Durations]) -> Iterator[Spread]:
    named = (
        ("offer to first pre-accept", (each.first for each in durations)),
        ("first to second pre-accept", (each.gap for each in durations)),
        ("offer to each pre-accept", (each.every for each in durations)),
        ("accept to dismissal", (each.dismissed for each in durations)),
    )
    spreads = (Spread.maybe_of_whole(name, chain.from_iterable(values)) for name, values in named)
    yield from (each for each in spreads if each is not None)


def _weakened_by(offered: Sequence[RingingCount], units: Sequence[Unit]) -> list[str]:
    mute, alone = sum(each.mute for each in offered), sum(each.alone for each in offered)
    sentences = []
    if mute:
        devices = f"{counted(mute, 'offered device')} gave no sign and {agreeing(mute, 'is', 'are')}"
        sentences.append(f"{devices} taken to have been offline.")
    if alone:
        devices = f"{counted(alone, 'device')} {agreeing(alone, 'is', 'are')} known to have been able to ring"
        sentences.append(f"{devices} by {agreeing(alone, 'its', 'their')} pre-accept alone.")
    return [*sentences, *one_sided(units, DIMENSIONS)]


RULE = Rule(
    question="call-preaccept/3",
    asks=(
        "In multi-device, do all ringing devices send a pre-accept, and how does the caller aggregate them?"
    ),
    words=("multi-device", "ringing devices"),
    unit="one call with two or more callee devices able to ring, watched by the caller until they stopped",
    success="each of these devices was heard, in time or late",
    judge=judge_ringing_devices,
)
