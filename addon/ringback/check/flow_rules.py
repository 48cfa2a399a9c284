"""The rule about flows: what the flow that a call follows best says of each of its steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ringback.calls import Call, Emission, Sighting
from ringback.check import flow_codes as codes
from ringback.check.code import Code
from ringback.check.flow import FlowMatch, Outcome, best_match
from ringback.check.subject import MAX_EVIDENCE, in_order
from ringback.findings import Evidence, Finding
from ringback.recognise import StanzaKind
from ringback.spec.flow import FlowStep
from ringback.spec.model import Specification

_CODES: dict[Outcome, Code] = {
    Outcome.TAKEN: codes.FLOW_STEP_TAKEN,
    Outcome.OUT_OF_ORDER: codes.FLOW_STEP_MISPLACED,
    Outcome.MISSING: codes.FLOW_STEP_MISSING,
    Outcome.NOT_VISIBLE: codes.FLOW_STEP_NOT_VISIBLE,
}


def flow_steps(call: Call, specification: Specification, unreliable: Collection[int]) -> Iterator[Finding]:
    """One finding for each step that is a stanza, and for each sort of stanza that no step has.

    They are made once a call is settled, since any stanza that comes may fit it to another flow.
    """
    match = best_match(call, specification, unreliable)
    if match is None:
        return
    offers = tuple(copy for offer in call.of("offer") for copy in offer.sightings)
    for taken in match.steps:
        code, step = _CODES.get(taken.outcome), taken.step
        if code is None:
            continue
        evidence = _evidence(taken.sightings or offers)
        yield code.finding(
            match.flow,
            _path(step, specification),
            evidence,
            call_id=call.call_id,
            fact=step,
            about=evidence,
            addition=f"Step {step.number} of {match.flow.id}: {step.sender} to {step.receiver}.",
        )
    yield from _unexpected(call, match)


def _path(step: FlowStep, specification: Specification) -> tuple[str, ...]:
    spec = specification.stanzas.get(step.stanza or "")
    if spec is None:
        return (StanzaKind.CALL.value,)
    is_one_action = spec.tag == StanzaKind.CALL.value and len(spec.actions) == 1
    return (spec.tag, *spec.actions) if is_one_action else (spec.tag,)


def _unexpected(call: Call, match: FlowMatch) -> Iterator[Finding]:
    by_action: dict[str, list[Emission]] = {}
    for emission in match.unexpected:
        by_action.setdefault(emission.action, []).append(emission)
    for action, emissions in by_action.items():
        evidence = _evidence(copy for emission in emissions for copy in emission.sightings)
        yield codes.FLOW_UNEXPECTED.finding(
            match.flow,
            (StanzaKind.CALL.value, action) if action else (StanzaKind.CALL.value,),
            evidence,
            call_id=call.call_id,
            about=evidence,
            addition=f"The flow is {match.flow.id}.",
        )


def _evidence(sightings: Iterable[Sighting]) -> tuple[Evidence, ...]:
    return tuple(in_order(sighting.evidence for sighting in sightings)[:MAX_EVIDENCE])
