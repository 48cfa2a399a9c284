"""The stanzas of the calls as units for the facts: one stanza in one direction, however many copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ringback.calls import Emission, Sighting
from ringback.questions.conditions import maybe_build
from ringback.questions.evidence import CallEvidence
from ringback.questions.unit import NOT_KNOWN
from ringback.recognise import StanzaKind, recognise
from ringback.spec.model import Specification, StanzaSpec

OUTGOING, INCOMING = "outgoing", "incoming"


@dataclass(frozen=True, slots=True, eq=False)
class StanzaUnit:
    """One stanza in one direction."""

    evidence: CallEvidence
    spec: StanzaSpec
    copies: tuple[Sighting, ...]
    """Its copies in this direction: of one delivered to several devices there are several."""
    direction: str
    build: str
    """Platform and version of the client that wrote it, as far as they are known."""
    kind: str
    """The call's kind."""

    @property
    def traits(self) -> dict[str, str]:
        """By what the tallies of facts are split."""
        return {"direction": self.direction, "call kind": self.kind, "build": self.build}


def stanza_units(calls: Iterable[CallEvidence], specification: Specification) -> Iterator[StanzaUnit]:
    """Every stanza of the calls for which a file is loaded, acks and receipts included."""
    for evidence in calls:
        kind = evidence.kind or NOT_KNOWN
        for emission in evidence.call.emissions:
            yield from _units(evidence, specification, emission.sightings, emission, kind)
        for copy in _answers(evidence.call.emissions, evidence.call.receipts):
            yield from _units(evidence, specification, [copy], None, kind)


def _answers(emissions: list[Emission], receipts: list[Sighting]) -> Iterator[Sighting]:
    for emission in emissions:
        yield from emission.acks
    yield from receipts


def _units(
    evidence: CallEvidence,
    specification: Specification,
    copies: list[Sighting],
    emission: Emission | None,
    kind: str,
) -> Iterator[StanzaUnit]:
    spec = maybe_spec(copies[0], specification)
    if spec is None:
        return
    sender = copies[0].sender if emission is None else evidence.senders[emission]
    build = maybe_build(evidence, sender) or NOT_KNOWN
    for direction in (OUTGOING, INCOMING):
        here = tuple(copy for copy in copies if copy.sent is (direction == OUTGOING))
        if here:
            yield StanzaUnit(evidence, spec, here, direction, build, kind)


def maybe_spec(copy: Sighting, specification: Specification) -> StanzaSpec | None:
    """The file that specifies the stanza, None where none of the loaded ones does."""
    recognised = recognise(copy.node)
    is_call = recognised is not None and recognised.kind is StanzaKind.CALL
    action = recognised.action if recognised is not None and is_call else None
    return specification.for_action(copy.node.tag, action)
