"""Open question 2: does a pre-accept carry early transport candidates, or are they deferred?

Unit of counting: one callee device that pre-accepted a call, per call. A success is a device of whose
pre-accepts at least one carries an endpoint. The tables say where endpoints come first in a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ringback.calls import Emission, Sender, Sighting
from ringback.questions.advice import next_capture, one_sided
from ringback.questions.conditions import CONDITIONS, traits
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


@dataclass(frozen=True, slots=True)
class _Ringing:
    """One client that pre-accepted, in one call."""

    unit: Unit
    carried: tuple[Material, ...]
    """Endpoints in the first of its pre-accepts that carries any."""


def weigh_early_candidates(rule: Rule, calls: Sequence[CallEvidence]) -> Verdict:
    """The verdict on the question out of these calls, in any order."""
    ringing = [each for evidence in calls for each in _ringing(evidence)]
    units = [each.unit for each in ringing]
    decision = decide(units, CONDITIONS, Kind.EITHER)
    by_creator = [
        "sent by the call's creator"
        for evidence in calls
        for emission in evidence.call.of(PREACCEPT)
        if evidence.is_caller(evidence.senders[emission])
    ]
    return Verdict(
        question=rule.question,
        asked=rule.asks,
        unit=rule.unit,
        success=rule.success,
        answer=decision.answer,
        condition=decision.condition,
        tally=tally(units),
        splits=tuple(split(units, each) for each in CONDITIONS),
        apart=Counts.of("not counted", "one pre-accept", by_creator),
        counts=tuple(_counts(calls, ringing)),
        spreads=(),
        calls=call_ids(units),
        exceptions=call_ids(unit for unit in units if not unit.success),
        weakened_by=tuple(one_sided(units, CONDITIONS)),
        next_capture=next_capture(units, decision.answer, FIRST_CAPTURE),
    )


def _ringing(evidence: CallEvidence) -> Iterator[_Ringing]:
    for client, preaccepts in evidence.ringing_clients():
        carried = next((found for each in preaccepts if (found := _of_device(each))), ())
        yield _Ringing(Unit(evidence.call.call_id, bool(carried), traits(evidence, client)), carried)


def _of_device(emission: Emission) -> tuple[Material, ...]:
    """The device's own endpoints, on whichever copy shows most."""
    return max((_own(copy) for copy in emission.sightings), key=len)


def _own(copy: Sighting) -> tuple[Material, ...]:
    return tuple(each for each in materials(copy.node) if each.origin is Origin.DEVICE)


def _counts(calls: Sequence[CallEvidence], ringing: Sequence[_Ringing]) -> Iterator[Counts]:
    forms = [form for each in ringing for form in sorted({material.form for material in each.carried})]
    sizes = [counted(len(each.carried), "endpoint") for each in ringing if each.carried]
    firsts = [first for evidence in calls for first in _firsts_of_devices(evidence)]
    yield Counts.of("forms in pre-accepts", "one device's pre-accept with an endpoint of that form", forms)
    yield Counts.of("endpoints in a pre-accept", "one device's pre-accept that carries any", sizes)
    yield Counts.of("first in a call, of whoever", "one call", map(_first_of_all, _with_stanzas(calls)))
    yield Counts.of(
        "first of a callee's device", "one device that pre-accepted or accepted, per call", firsts
    )


def _with_stanzas(calls: Iterable[CallEvidence]) -> list[CallEvidence]:
    """Calls of which an offer was seen: of the others the beginning is missing."""
    return [evidence for evidence in calls if evidence.offers]


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
    weigh=weigh_early_candidates,
)
