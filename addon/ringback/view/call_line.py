"""One call in a line: who called whom, how far it came, how soon it rang, and what is worst about it."""

from __future__ import annotations

from dataclasses import dataclass

from ringback.calls import Call, Emission
from ringback.casebook import Case, Casebook
from ringback.findings import Severity, Stance
from ringback.observations import StanzaObserved
from ringback.questions.evidence import CallEvidence
from ringback.questions.rung import rung_devices
from ringback.recognise import PREACCEPT, StanzaKind, action_child
from ringback.view.stanza_line import StanzaLine, clock, stanza_line, when

_REJECTED_BUSY = "busy"


@dataclass(frozen=True, slots=True)
class CallLine:
    """What the line says; all of it placeholders."""

    number: int
    """From 1, in the order in which the calls were first seen."""
    name: str
    """Placeholder of the call-id."""
    time: str
    """When it was first seen: clock time in UTC, `12:00:03.412Z`."""
    caller: str
    receiver: str
    """Whom the caller called: an account, or one device of it."""
    state: str
    """`offered`, `ringing`, `answered`, `rejected`, `busy`, `cancelled`, `completed`; empty where no stanza
    tells."""
    ring_s: float | None
    """Seconds from the offer to the first pre-accept; None where one of them was not seen."""
    heard: int
    """Devices whose pre-accept was seen."""
    rung: int
    """Devices that the call was offered to, as far as that was seen."""
    stanzas: int
    severity: Severity
    """Of the worst finding; ok where there is none."""
    stance: Stance | None
    """Of the worst finding; None where there is none."""
    code: str
    """Of the worst finding; empty where it is ok."""


def call_line(casebook: Casebook, case: Case) -> CallLine:
    """The line of a call."""
    call = case.call
    caller, receiver = _ends(casebook, case)
    evidence = CallEvidence.of(call, {})
    rung = rung_devices(evidence)
    worst = max(case.findings, key=lambda each: each.severity.rank, default=None)
    is_fine = worst is None or worst.severity is Severity.OK
    return CallLine(
        number=case.number,
        name=casebook.name_of(case),
        time=clock(when(case.stanzas[0].sighting.at) if case.stanzas else None),
        caller=caller,
        receiver=receiver,
        state=_state(call),
        ring_s=ring_delay(call),
        heard=sum(bool(each.preaccepts) for each in rung) or sum(1 for _ in evidence.ringing_clients()),
        rung=len(rung),
        stanzas=len(case.stanzas) + case.dropped,
        severity=Severity.OK if worst is None else worst.severity,
        stance=None if worst is None else worst.stance,
        code="" if worst is None or is_fine else worst.code,
    )


def ring_delay(call: Call) -> float | None:
    """Seconds from the first offer to the first pre-accept, None where one of them was not seen."""
    offers, preaccepts = call.of("offer"), call.of(PREACCEPT)
    return preaccepts[0].at - offers[0].at if offers and preaccepts else None


def _state(call: Call) -> str:
    accepted, rejects = call.of("accept"), call.of("reject")
    if call.of("terminate"):
        return "completed" if accepted else "rejected" if rejects else "cancelled"
    if accepted:
        return "answered"
    if rejects:
        return _REJECTED_BUSY if any(map(_is_busy, rejects)) else "rejected"
    return "ringing" if call.of(PREACCEPT) else "offered" if call.of("offer") else ""


def _is_busy(reject: Emission) -> bool:
    actions = (action_child(copy.node) for copy in reject.sightings)
    return any(action is not None and action.text("reason") == _REJECTED_BUSY for action in actions)


def _ends(casebook: Casebook, case: Case) -> tuple[str, str]:
    """Of the offer, its sender's copy first; else of any stanza: who made the call, and the other end."""
    calls = [each for each in case.stanzas if _is_call(each)]
    offers = [each for each in calls if each.action == "offer"]
    told = next((each for each in offers if each.sighting.sent), next(iter(offers or calls), None))
    if told is None:
        return "", ""
    shown = casebook.placeholders.node(told.sighting.node)
    line = stanza_line(told, shown, casebook.placeholders)
    if told.action == "offer":
        return line.sender, line.receiver
    action = action_child(shown)
    creator = (action.text("call-creator") if action is not None else None) or ""
    return creator, _other_end(line, creator)


def _other_end(line: StanzaLine, creator: str) -> str:
    ends = [end for end in (line.sender, line.receiver) if end not in (creator, "server")]
    return ends[0] if ends else ""


def _is_call(stanza: StanzaObserved) -> bool:
    return stanza.recognised is not None and stanza.recognised.kind is StanzaKind.CALL
