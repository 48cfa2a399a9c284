"""Open question 2: does a pre-accept carry early transport candidates, or are they deferred?

Unit of counting: one callee device that pre-accepted a call, per call. A success is a device of whose
pre-accepts at least one carries an endpoint. The tables say where endpoints come first in a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from ringback.calls import Emission, Sender, Sighting
from ringback.questions.advice import next_capture, one_sided
from ringback.questions.conditions import CONDITIONS, traits
from ringback.questions.counts import Counted, EarlyCount, PreacceptCount
from ringback.questions.deciding import Kind, decide
from ringback.questions.evidence import CallEvidence, place_on_wire
from ringback.questions.rule import Rule
from ringback.questions.transport import Material, Origin, materials
from ringback.questions.unit import Unit, call_ids, split, tally
from ringback.questions.verdict import Counts, Verdict
from ringback.questions.words import plain_word
from ringback.recognise import PREACCEPT, StanzaKind, recognise
from ringback.wording import counted

NOWHERE = "nowhere"

FIRST_CAPTURE = "a call in which a device of the callee rings, from either side"


def count_early(evidence: CallEvidence) -> EarlyCount:
    """What the call says."""
    preaccepts = evidence.call.of(PREACCEPT)
    return EarlyCount(
        ringing=tuple(_ringing(evidence)),
        by_creator=sum(evidence.is_caller(evidence.senders[emission]) for emission in preaccepts),
        # Of calls without an offer the beginning is missing.
        first=_first_of_all(evidence) if evidence.offers else None,
        firsts=tuple(_firsts_of_devices(evidence)),
    )


def _ringing(evidence: CallEvidence) -> Iterator[PreacceptCount]:
    for client, preaccepts in evidence.ringing_clients():
        carried = next((found for each in preaccepts if (found := _of_device(each))), ())
        forms = sorted({material.form for material in carried})
        yield PreacceptCount(tuple(traits(evidence, client).items()), len(carried), tuple(forms))


@dataclass(frozen=True, slots=True)
class _Ringing:
    """One client that pre-accepted, in one call."""

    preaccept: PreacceptCount
    unit: Unit


def judge_early_candidates(rule: Rule, calls: Sequence[Counted]) -> Verdict:
    """The verdict on the question out of these calls, in any order."""
    ringing = [
        _Ringing(each, Unit(call.call_id, each.endpoints > 0, dict(each.traits)))
        for call in calls
        for each in call.count.rules.early.ringing
    ]
    units = [each.unit for each in ringing]
    decision = decide(units, CONDITIONS, Kind.EITHER)
    by_creator = sum(call.count.rules.early.by_creator for call in calls)
    return Verdict(
        question=rule.question,
        asked=rule.asks,
        unit=rule.unit,
        success=rule.success,
        answer=decision.answer,
        condition=decision.condition,
        tally=tally(units),
        splits=tuple(split(units, each) for each in CONDITIONS),
        apart=Counts.of("not counted", "one pre-accept", repeat("sent by the call's creator", by_creator)),
        counts=tuple(_counts(calls, ringing)),
        spreads=(),
        calls=call_ids(units),
        exceptions=call_ids(unit for unit in units if not unit.success),
        weakened_by=tuple(one_sided(units, CONDITIONS)),
        next_capture=next_capture(units, decision.answer, FIRST_CAPTURE),
    )


def _counts(calls: Sequence[Counted], ringing: Sequence[_Ringing]) -> Iterator[Counts]:
    carrying = [each.preaccept for each in ringing if each.preaccept.endpoints]
    forms = (form for each in carrying for form in each.forms)
    sizes = (counted(each.endpoints, "endpoint") for each in carrying)
    seen = [call.count.rules.early for call in calls]
    yield Counts.of("forms in pre-accepts", "one device's pre-accept with an endpoint of that form", forms)
    yield Counts.of("endpoints in a pre-accept", "one device's pre-accept that carries any", sizes)
    firsts = (each.first for each in seen if each.first is not None)
    yield Counts.of("first in a call, of whoever", "one call", firsts)
    yield Counts.of(
        "first of a callee's device",
        "one device that pre-accepted or accepted, per call",
        (first for each in seen for first in each.firsts),
    )


def _of_device(emission: Emission) -> tuple[Material, ...]:
    """The device's own endpoints, on whichever copy shows most."""
    return max((_own(copy) for copy in emission.sightings), key=len)


def _own(copy: Sighting) -> tuple[Material, ...]:
    return tuple(each for each in materials(copy.node) if each.origin is Origin.DEVICE)


def _first_of_all(evidence: CallEvidence) -> str:
    """Where endpoints of anybody, the server's relays included, come first in the call."""
    carrying = (copy for copy in evidence.call.sightings() if any(True for _ in materials(copy.node)))
    first = min(carrying, key=lambda copy: (copy.at, copy.connection, place_on_wire(copy)), default=None)
    return NOWHERE if first is None else _place_of(first)


def _firsts_of_devices(evidence: CallEvidence) -> Iterator[str]:
    """For each callee client that took part: the action in which it first names endpoints of its own."""
    clients = {
        id(client): client
        for emission in evidence.call.of(PREACCEPT, "accept")
        if not evidence.is_caller(client := evidence.senders[emission])
    }
    for client in clients.values():
        yield _first_of(evidence, client)


def _first_of(evidence: CallEvidence, client: Sender) -> str:
    return next((plain_word(each.action) for each in evidence.by(client) if _of_device(each)), NOWHERE)


def _place_of(copy: Sighting) -> str:
    recognised = recognise(copy.node)
    if recognised is None or recognised.action is None:
        return plain_word(copy.node.tag)
    suffix = {StanzaKind.CALL: "", StanzaKind.ACK: " ack", StanzaKind.RECEIPT: " receipt"}[recognised.kind]
    return f"{plain_word(recognised.action)}{suffix}"


RULE = Rule(
    question="call-preaccept/2",
    asks="Does a pre-accept carry early transport candidates, or is transport deferred to the accept?",
    words=("transport", "accept", "early"),
    unit="one callee device that pre-accepted, per call",
    success="at least one of its pre-accepts carries a transport endpoint",
    judge=judge_early_candidates,
)
