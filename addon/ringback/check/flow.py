"""A call against a flow of the specification: which steps were taken, which were not, and in which order.

Only what a watched connection would have shown can be missing, and only two steps that one connection saw can
be out of order: the server hands stanzas to different clients as it likes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import combinations

from ringback.calls import Call, Emission, Sighting
from ringback.check.hops import Hop, Role, Roles, Route, hops_of
from ringback.check.subject import action_value
from ringback.spec.flow import SERVER, FlowSpec, FlowStep
from ringback.spec.model import Specification


class Outcome(Enum):
    """What became of a step."""

    TAKEN = "taken"
    OUT_OF_ORDER = "out of order"
    """Taken, yet not where the flow has it."""
    MISSING = "missing"
    """Not seen by a connection that would have shown it."""
    NOT_VISIBLE = "not visible"
    """No connection that was watched could have shown it."""
    NO_STANZA = "no stanza"
    """What the step tells of, such as media, is on no WebSocket."""


WEIGHTS = {"confirmed": 4, "probable": 2, "speculative": 1, "unknown": 1}
"""What a step that was not taken as stated speaks against its flow, by the step's confidence."""


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step of the flow in this call."""

    step: FlowStep
    outcome: Outcome
    sightings: tuple[Sighting, ...] = ()
    """What shows it, in order of time; empty where nothing does."""


@dataclass(frozen=True, slots=True)
class FlowMatch:
    """A call beside a flow."""

    flow: FlowSpec
    steps: tuple[StepTaken, ...]
    """Every step, in the flow's order."""
    unexpected: tuple[Emission, ...]
    """What was emitted and is in no step of the flow, in order of time."""

    def count(self, outcome: Outcome) -> int:
        """How many steps came out so."""
        return sum(each.outcome is outcome for each in self.steps)

    @property
    def cost(self) -> int:
        """How badly the flow fits; 0 where every step that could be seen was taken, and nothing else."""
        faulty = (Outcome.MISSING, Outcome.OUT_OF_ORDER)
        steps = sum(WEIGHTS[each.step.confidence] for each in self.steps if each.outcome in faulty)
        return steps + len({each.action for each in self.unexpected})


def best_match(
    call: Call, specification: Specification, unreliable: Collection[int] = ()
) -> FlowMatch | None:
    """The flow that the call follows best: the one that fits with the least cost, then with the most steps.

    None without flows, for a call whose offer was not seen, and where not one step was taken.
    """
    if not specification.flows or not call.of("offer"):
        return None
    matches = match_flows(call, specification, unreliable)
    best = min(matches, key=lambda match: (match.cost, -match.count(Outcome.TAKEN)))
    return best if best.count(Outcome.TAKEN) else None


def match_flows(
    call: Call, specification: Specification, unreliable: Collection[int] = ()
) -> list[FlowMatch]:
    """The call beside each flow of the specification, in their order; see `check_call` for `unreliable`."""
    told = _Told(call, specification, unreliable)
    return [told.beside(flow) for flow in specification.flows]


class _Told:
    """A call as hops, to be held against flows."""

    def __init__(self, call: Call, specification: Specification, unreliable: Collection[int]) -> None:
        self._call = call
        self._specification = specification
        self._roles = Roles(call)
        self._hops = hops_of(call, specification, self._roles)
        self._watched = _watched(call, self._roles, unreliable)

    def beside(self, flow: FlowSpec) -> FlowMatch:
        """What the flow's steps came to."""
        routes = _routes(flow, self._specification)
        taken = _taken(routes, self._hops)
        misplaced = _misplaced(taken)
        steps = []
        for step in flow.steps:
            hop = taken.get(step.number)
            outcome = self._absent(routes.get(step.number))
            if hop is not None:
                outcome = Outcome.OUT_OF_ORDER if step.number in misplaced else Outcome.TAKEN
            steps.append(StepTaken(step, outcome, () if hop is None else hop.sightings))
        return FlowMatch(flow, tuple(steps), tuple(self._unexpected(routes.values())))

    def _absent(self, route: Route | None) -> Outcome:
        if route is None:
            return Outcome.NO_STANZA
        return Outcome.MISSING if {route.sender, route.receiver} & self._watched else Outcome.NOT_VISIBLE

    def _unexpected(self, routes: Iterable[Route]) -> Iterator[Emission]:
        """What no step has from its sender, nor from the server to whom it was delivered."""
        expected = {
            (route.stanza, route.receiver if route.sender is Role.SERVER else route.sender)
            for route in routes
        }
        for emission in self._call.emissions:
            spec = self._specification.for_action("call", emission.action)
            ends = {self._roles.of_emission(emission), *map(self._roles.of_connection, emission.delivered)}
            if spec is None or not any((spec.id, role) in expected for role in ends):
                yield emission


def _routes(flow: FlowSpec, specification: Specification) -> dict[int, Route]:
    """The route of each step that is a stanza, by its number.

    Who sends the first step that is not the server's is the caller; everybody else but the server is a
    callee. An ack answers the last stanza before it that its client sent, or was sent.
    """
    first = next((step.sender for step in flow.steps if step.sender != SERVER), None)
    role_of = {
        each.id: Role.SERVER if each.id == SERVER else Role.CALLER if each.id == first else Role.CALLEE
        for each in flow.participants
    }
    ack = specification.for_action("ack", None)
    routes: dict[int, Route] = {}
    for step in flow.steps:
        if step.stanza is None:
            continue
        sender, receiver = role_of[step.sender], role_of[step.receiver]
        is_ack = ack is not None and step.stanza == ack.id
        answers = _answered(routes.values(), sender, receiver) if is_ack else None
        routes[step.number] = Route(step.stanza, sender, receiver, answers)
    return routes


def _answered(before: Iterable[Route], sender: Role, receiver: Role) -> str | None:
    stanzas = [route for route in before if route.answers is None]
    if sender is Role.SERVER:
        mine = [route.stanza for route in stanzas if route.sender is receiver]
    else:
        mine = [route.stanza for route in stanzas if route.receiver is sender]
    return mine[-1] if mine else None


def _taken(routes: Mapping[int, Route], hops: Iterable[Hop]) -> dict[int, Hop]:
    """The hop of each step, by its number: of several alike the first is that of the first step."""
    left: dict[Route, list[Hop]] = {}
    for hop in hops:
        left.setdefault(hop.route, []).append(hop)
    return {number: left[route].pop(0) for number, route in routes.items() if left.get(route)}


def _misplaced(taken: Mapping[int, Hop]) -> set[int]:
    """As few steps as it takes so that the others are in order: first what most others speak against."""
    wrong = [
        (one, other)
        for (one, earlier), (other, later) in combinations(taken.items(), 2)
        if _is_before(later, earlier)
    ]
    misplaced: set[int] = set()
    while wrong:
        counts: dict[int, int] = {}
        for number in (number for pair in wrong for number in pair):
            counts[number] = counts.get(number, 0) + 1
        worst = max(counts, key=lambda number: (counts[number], number))
        misplaced.add(worst)
        wrong = [pair for pair in wrong if worst not in pair]
    return misplaced


def _is_before(one: Hop, other: Hop) -> bool:
    """Whether every connection that saw both saw `one` first, and there is such a connection."""
    mine, theirs = _first_places(one), _first_places(other)
    common = mine.keys() & theirs.keys()
    return bool(common) and all(mine[number] < theirs[number] for number in common)


def _first_places(hop: Hop) -> dict[int, tuple[int, int]]:
    first: dict[int, tuple[int, int]] = {}
    for sighting in hop.sightings:
        place = (sighting.evidence.place.message, sighting.evidence.place.frame)
        first[sighting.connection] = min(place, first.get(sighting.connection, place))
    return first


def _watched(call: Call, roles: Roles, unreliable: Collection[int]) -> set[Role]:
    """Whose connections were watched in full: what they did not show was not there.

    Not those of somebody whose devices were told that another of them answered: that one need not be among
    those that were watched.
    """
    if not call.is_whole:
        return set()
    watched = {
        roles.of_connection(sighting)
        for sighting in call.sightings()
        if sighting.complete and sighting.connection not in unreliable
    }
    told = (copy for terminate in call.of("terminate") for copy in terminate.delivered)
    return watched - {roles.of_connection(copy) for copy in told if _is_of_another(copy)}


def _is_of_another(terminate: Sighting) -> bool:
    """Whether its reason says that another device answered. Source: wacrg spec/enums/terminate-reasons."""
    return str(action_value(terminate, "reason") or "").endswith("_elsewhere")
