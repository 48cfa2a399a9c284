"""The evidence for either side of a conflict: what each stanza says of both claims, and the counts.

Unit: one copy of a stanza, as one connection saw it. Each copy speaks once to either side of each conflict,
so both sides have the same number of observations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ringback.calls import Sighting
from ringback.check.types import matches_type
from ringback.confidence import Client, ObservedFact
from ringback.confidence.observed import OFF_THE_SOCKET
from ringback.conflicts.claims import Claim, Comparison, Form, ModelConflict, Presence
from ringback.findings import Evidence, Stance
from ringback.recognise import StanzaKind, recognise
from ringback.spec.model import Vantage
from ringback.spec.types import Enums
from ringback.stanza import Node

_BY_NATURE = {
    (Vantage.SENT, "from"): False,
    (Vantage.DELIVERED, "from"): True,
    (Vantage.DELIVERED, "to"): False,
}
"""Whether a copy has that address of its root whatever any model says: the server puts the sender in and
takes the receiver out.

Source: Cobalt's published Web-client call fixtures (commit dce2b51a), both ends of one call.
"""


@dataclass(frozen=True, slots=True)
class SideTally:
    """One claim and what bears on it, in the order given."""

    claim: Claim
    supports: tuple[ObservedFact, ...]
    contradicts: tuple[ObservedFact, ...]
    silent: tuple[ObservedFact, ...]
    """Copies that did not exercise it."""

    @property
    def n(self) -> int:
        """All copies that were asked."""
        return len(self.supports) + len(self.contradicts) + len(self.silent)


@dataclass(frozen=True, slots=True)
class ConflictTally:
    """A conflict with the evidence for either side."""

    conflict: ModelConflict
    stanza: SideTally
    part: SideTally


@dataclass(frozen=True, slots=True)
class SideNumbers:
    """One claim and how many copies bear on it."""

    claim: Claim
    supports: int
    contradicts: int
    silent: int


@dataclass(frozen=True, slots=True)
class ConflictNumbers:
    """A conflict with the counts for either side."""

    conflict: ModelConflict
    stanza: SideNumbers
    part: SideNumbers

    @property
    def is_weighed(self) -> bool:
        """Whether any copy contradicts either side."""
        return bool(self.stanza.contradicts or self.part.contradicts)


def numbers_of(tally: ConflictTally) -> ConflictNumbers:
    """The same without the observations."""
    return ConflictNumbers(tally.conflict, _numbers(tally.stanza), _numbers(tally.part))


def _numbers(side: SideTally) -> SideNumbers:
    return SideNumbers(side.claim, len(side.supports), len(side.contradicts), len(side.silent))


def calls_of(observations: Iterable[ObservedFact]) -> tuple[tuple[str, str | None], ...]:
    """Capture and call-id of the calls behind observations, each once."""
    return tuple(dict.fromkeys((seen.capture, seen.call_id) for seen in observations))


def observe(
    comparison: Comparison,
    sightings: Iterable[Sighting],
    client_of: Callable[[Evidence], Client | None],
    enums: Enums,
) -> Iterator[ObservedFact]:
    """What each copy of the compared stanza says of both sides of each conflict. Others are passed over."""
    for sighting in sightings:
        found = recognise(sighting.node)
        if found is None or found.kind is not StanzaKind.CALL or found.action != comparison.action:
            continue
        client = client_of(sighting.evidence)
        for conflict in comparison.conflicts:
            for claim in conflict.sides:
                stance = stance_of(claim, conflict.path, sighting, enums)
                yield _observed(claim, stance, sighting, found.call_id, client)


def tally(comparison: Comparison, observations: Iterable[ObservedFact]) -> list[ConflictTally]:
    """The counts of each conflict, in the comparison's order. Observations of other facts do not count."""
    by_fact: dict[str, list[ObservedFact]] = {}
    for observation in dict.fromkeys(observations):
        by_fact.setdefault(observation.fact, []).append(observation)
    return [
        ConflictTally(conflict, *(_side(claim, by_fact.get(str(claim.fact), [])) for claim in conflict.sides))
        for conflict in comparison.conflicts
    ]


def stance_of(claim: Claim, path: str, sighting: Sighting, enums: Enums) -> Stance:
    """What one copy says of a claim: it contradicts if any place in it does, else supports if any does."""
    owner, _, name = path.rpartition("/")
    owners = list(_at(sighting.node, owner.split("/")))
    if isinstance(claim.says, Form):
        said = {_form_stance(claim.says, node, name, enums) for node in owners}
    elif owner == sighting.node.tag and _is_by_nature(sighting, name):
        said = set()
    else:
        said = {_presence_stance(claim.says, node, name) for node in owners}
    order = (Stance.CONTRADICTS, Stance.SUPPORTS)
    return next((stance for stance in order if stance in said), Stance.SILENT)


def _is_by_nature(sighting: Sighting, name: str) -> bool:
    address = name.removeprefix("@")
    present = address in sighting.node.attrs
    return name.startswith("@") and _BY_NATURE.get((sighting.vantage, address)) is present


def _presence_stance(says: Presence, node: Node, name: str) -> Stance:
    count = int(name[1:] in node.attrs) if name.startswith("@") else len(node.all(name))
    if count < says.least or (says.most is not None and count > says.most):
        return Stance.CONTRADICTS
    return Stance.SUPPORTS if count or not says.is_listed else Stance.SILENT


def _form_stance(says: Form, node: Node, name: str, enums: Enums) -> Stance:
    value = node.attrs.get(name.removeprefix("@"))
    if value is None:
        return Stance.SILENT
    right = matches_type(value, says.type, enums) and says.fixed in (None, str(value))
    return Stance.SUPPORTS if right else Stance.CONTRADICTS


def _at(node: Node, path: list[str]) -> Iterator[Node]:
    """Every node at that path, whose first step is the node itself."""
    if node.tag != path[0]:
        return
    if len(path) == 1:
        yield node
        return
    for child in node.children:
        yield from _at(child, path[1:])


def _observed(
    claim: Claim, stance: Stance, sighting: Sighting, call_id: str | None, client: Client | None
) -> ObservedFact:
    return ObservedFact(
        fact=str(claim.fact),
        stance=stance,
        technique=OFF_THE_SOCKET if client is None else client.technique,
        build=None if client is None else client.version or None,
        platform=None if client is None else client.platform,
        capture=sighting.evidence.capture,
        call_id=call_id,
        vantage=sighting.vantage,
        evidence=sighting.evidence,
    )


def _side(claim: Claim, observations: list[ObservedFact]) -> SideTally:
    supports, contradicts, silent = (
        tuple(one for one in observations if one.stance is stance)
        for stance in (Stance.SUPPORTS, Stance.CONTRADICTS, Stance.SILENT)
    )
    return SideTally(claim, supports, contradicts, silent)
