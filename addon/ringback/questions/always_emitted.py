"""Open question 1: is a pre-accept always emitted?

Unit of counting: one callee device that was offered a call and was able to ring, per call. It is counted only
where somebody watched it from the offer to the end of its ringing: the caller's socket watches every device,
a device's own socket itself. A success is a device whose pre-accept came before its ringing ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ringback.questions.advice import next_capture, one_sided
from ringback.questions.conditions import CONDITIONS, traits
from ringback.questions.counts import Counted, EmittedCount, RungCount
from ringback.questions.deciding import Kind, decide
from ringback.questions.evidence import CallEvidence
from ringback.questions.offered import MAX_DEVICES, lists_too_many
from ringback.questions.rule import Rule
from ringback.questions.rung import Outcome, RungDevice
from ringback.questions.states import DeviceState
from ringback.questions.unit import Unit, call_ids, split, tally
from ringback.questions.verdict import Counts, Split, Verdict
from ringback.wording import agreeing, counted

DEVICE_STATE = "device state"
SEEN_FROM = "seen from"
DIMENSIONS = (*CONDITIONS, DEVICE_STATE, SEEN_FROM)

FIRST_CAPTURE = "a call from the caller's socket, from the offer until it is answered or ends"


def count_emitted(evidence: CallEvidence, rung: Sequence[RungDevice]) -> EmittedCount:
    """What the call says; `rung` are its devices."""
    return EmittedCount(tuple(_count(evidence, each) for each in rung), lists_too_many(evidence))


def _count(evidence: CallEvidence, rung: RungDevice) -> RungCount:
    known = traits(evidence, rung.device)
    if rung.state.is_told_apart:
        known[DEVICE_STATE] = rung.state.value
    if rung.watched:
        sides = {"caller" if watch.by_caller else "callee" for watch in rung.watched}
        known[SEEN_FROM] = " and ".join(sorted(sides, reverse=True))
    return RungCount(rung.state, rung.outcome, tuple(known.items()))


@dataclass(frozen=True, slots=True)
class _Rung:
    """An offered device as a unit, counted or not."""

    rung: RungCount
    unit: Unit


def judge_always_emitted(rule: Rule, calls: Sequence[Counted]) -> Verdict:
    """The verdict on the question out of these calls, in any order."""
    seen = [
        _Rung(rung, Unit(call.call_id, rung.outcome is Outcome.EMITTED, dict(rung.traits)))
        for call in calls
        for rung in call.count.rules.emitted.devices
    ]
    units = [each.unit for each in seen if each.rung.counts]
    # What the vantage was cannot be what an emission depends on.
    decision = decide(units, (*CONDITIONS, DEVICE_STATE), Kind.ALWAYS)
    return Verdict(
        question=rule.question,
        asked=rule.asks,
        unit=rule.unit,
        success=rule.success,
        answer=decision.answer,
        condition=decision.condition,
        tally=tally(units),
        splits=(*(split(units, each) for each in DIMENSIONS if each != DEVICE_STATE), _by_state(seen)),
        apart=Counts.of(
            "not counted",
            "one offered device",
            (each.rung.why_apart for each in seen if not each.rung.counts),
        ),
        counts=(),
        spreads=(),
        calls=call_ids(units),
        exceptions=call_ids(unit for unit in units if not unit.success),
        weakened_by=(*_weakened_by(seen, units), *_too_long(calls)),
        next_capture=next_capture(units, decision.answer, FIRST_CAPTURE),
    )


def _by_state(seen: Sequence[_Rung]) -> Split:
    """Busy, hosted and offline devices too: they do not count, yet whether they emit is asked as well."""
    told = [each.unit for each in seen if each.rung.outcome.is_told]
    return split(
        told, DEVICE_STATE, "holds the devices too that were not able to ring, which are not counted"
    )


def _weakened_by(seen: Sequence[_Rung], units: Sequence[Unit]) -> list[str]:
    sentences = []
    alone = sum(each.rung.counts and each.rung.state is DeviceState.PREACCEPT_ONLY for each in seen)
    if alone:
        sentences.append(
            f"{alone} of {len(units)} {agreeing(alone, 'is', 'are')} known to have been able "
            "to ring by a pre-accept alone: devices that were silent in the same position are not counted."
        )
    mute = sum(
        each.rung.state is DeviceState.OFFLINE and each.rung.outcome is Outcome.SILENT for each in seen
    )
    if mute:
        sentences.append(
            f"{mute} gave no sign in time, not even a receipt, and "
            f"{agreeing(mute, 'is', 'are')} taken to have been offline: "
            "an idle device whose receipt does not reach the caller would look the same."
        )
    return [*sentences, *one_sided(units, CONDITIONS)]


def _too_long(calls: Sequence[Counted]) -> list[str]:
    cut = sum(call.count.rules.emitted.is_cut for call in calls)
    told = f"{counted(cut, 'call')} {agreeing(cut, 'lists', 'list')} more than {MAX_DEVICES} devices"
    return [f"{told}: the rest was not looked at."] if cut else []


RULE = Rule(
    question="call-preaccept/1",
    asks="Is a pre-accept always emitted, or only under certain client versions or network conditions?",
    words=("always", "emitted"),
    unit="one offered callee device that was able to ring, per call, watched until its ringing ended",
    success="its pre-accept came before its ringing ended",
    judge=judge_always_emitted,
)
