"""What a run has observed, kept in memory call by call: what every view, report and filter reads.

Observations go in, live or out of any source; cases come out. Values are raw, as in all of the core: whoever
shows one puts placeholders in, those of the casebook, so that one call has one name in every view.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ringback.calls import Call, Emission, Sighting
from ringback.findings import Evidence, Finding, Severity, worst_of
from ringback.observations import FindingMade, Funnel, Observation, StanzaObserved, WireNotice
from ringback.questions.evidence import ClientFacts
from ringback.recent import Recent
from ringback.sanitize import Placeholders
from ringback.spec.model import WEBSOCKET_CAPTURE
from ringback.wire.events import ClientIdentified

MAX_CASES = 20_000
"""Calls kept; a new one pushes out the one that was first seen longest ago. Against endless offers."""
MAX_STANZAS = 2_048
"""Stanzas kept of one call. Against a call that talks without end."""
MAX_FINDINGS = 2_048
"""Findings kept of one call, and of none. Against a stanza of a thousand unknown children, sent again."""
MAX_LOOSE = 4_096
"""Stanzas kept that belong to no call that is known, and notices of connections; the oldest goes first."""
CLIENTS_OF_A_CASE = 4
"""Connections of which it is kept who speaks there, for each case that is kept: a call is mostly seen on two.
The one that was identified longest ago goes first."""


@dataclass(slots=True, eq=False)
class Case:
    """One call with all that was observed of it."""

    number: int
    """From 1, in the order in which the calls were first seen."""
    call: Call
    stanzas: list[StanzaObserved] = field(default_factory=list)
    """Every copy of every stanza, acks and receipts included, in the order in which they were observed."""
    findings: list[Finding] = field(default_factory=list)
    """Each once, those of its stanzas and those of the call as a whole."""
    dropped: int = 0
    """Stanzas and findings that no longer fitted."""

    @property
    def worst(self) -> Severity:
        """The worst severity among its findings; ok where there is none."""
        return worst_of(self.findings)


class Casebook:
    """The cases of a run, and what belongs to none. An outlet: `show` takes what the inspector gives."""

    name = "casebook"

    def __init__(self, placeholders: Placeholders | None = None, *, most_cases: int | None = None) -> None:
        """An empty casebook; `placeholders` are those that its values are shown with.

        It keeps `most_cases`, or `MAX_CASES` of them.
        """
        self._most_cases = MAX_CASES if most_cases is None else most_cases
        self.placeholders = Placeholders() if placeholders is None else placeholders
        self.loose: deque[StanzaObserved] = deque(maxlen=MAX_LOOSE)
        """Stanzas that belong to no call that is known."""
        self.findings: deque[Finding] = deque(maxlen=MAX_FINDINGS)
        """Findings that belong to no call that is known."""
        self.notices: deque[WireNotice] = deque(maxlen=MAX_LOOSE)
        """What connections told, in order."""
        most_clients = CLIENTS_OF_A_CASE * self._most_cases
        self.clients: Recent[tuple[str, int], ClientIdentified] = Recent(most_clients)
        """Who speaks on a connection, by its capture and number."""
        self.techniques: Recent[tuple[str, int], str] = Recent(most_clients)
        """By which technique a connection was observed, where that was not off the wire."""
        self.funnel = Funnel()
        """What the run came to; empty until it has ended."""
        self.loose_dropped = 0
        """Stanzas and findings of no call that were pushed out by newer ones."""
        self.unheard = 0
        """Notices of connections that were pushed out by newer ones."""
        self.evicted = 0
        """Cases that were pushed out by newer ones."""
        self.started_at: float | None = None
        """When the first stanza was seen, in seconds since the epoch; None before."""
        self.revision = 0
        """Grows with everything that is observed: whether there is anything new to show."""
        self._cases: dict[tuple[str, str], Case] = {}
        self._numbered = 0

    @property
    def cases(self) -> list[Case]:
        """All cases, in the order in which they were first seen."""
        return list(self._cases.values())

    @property
    def dropped(self) -> int:
        """Stanzas and findings that no longer fitted, of the calls that are kept and of none."""
        return self.loose_dropped + sum(each.dropped + each.call.dropped for each in self._cases.values())

    @property
    def forgotten(self) -> int:
        """Connections of which it is no longer known who speaks there, or how they were observed."""
        return self.clients.forgotten + self.techniques.forgotten

    def show(self, observation: Observation) -> None:
        """Take one observation."""
        self.revision += 1
        if isinstance(observation, StanzaObserved):
            self._name(observation)
            at = observation.sighting.at
            self.started_at = at if self.started_at is None else min(at, self.started_at)
            self._take_stanza(observation)
        elif isinstance(observation, FindingMade):
            self._take_finding(observation.finding)
        else:
            self.unheard += len(self.notices) == MAX_LOOSE
            self.notices.append(observation)
            if isinstance(observation.event, ClientIdentified):
                self.clients[observation.capture, observation.connection] = observation.event

    def close(self, funnel: Funnel) -> None:
        """The run is over; `funnel` is what it came to."""
        self.revision += 1
        self.funnel = funnel

    def snapshot(self) -> Casebook:
        """What it is now, for another thread: whatever still grows is copied, values are shared."""
        taken = Casebook(copy.deepcopy(self.placeholders), most_cases=self._most_cases)
        taken.loose.extend(self.loose)
        taken.findings.extend(self.findings)
        taken.notices.extend(self.notices)
        taken.clients, taken.techniques = copy.copy(self.clients), copy.copy(self.techniques)
        taken.funnel = replace(self.funnel)
        taken.loose_dropped, taken.unheard, taken.evicted = self.loose_dropped, self.unheard, self.evicted
        taken.started_at, taken.revision, taken._numbered = self.started_at, self.revision, self._numbered
        taken._cases = {key: _as_it_is(case) for key, case in self._cases.items()}
        return taken

    def maybe_case(self, capture: str, call_id: str | None) -> Case | None:
        """The case of that call, None where there is none."""
        return None if call_id is None else self._cases.get((capture, call_id))

    def name_of(self, case: Case) -> str:
        """The call's placeholder, `CALLID-0001`: how every view names it."""
        return self.placeholders.call_id(case.call.call_id)

    def client_of(self, evidence: Evidence) -> ClientIdentified | None:
        """Who speaks on the connection that shows it, None where that is not known."""
        return self.clients.get((evidence.capture, evidence.connection))

    def evidence(self) -> tuple[list[Call], Mapping[int, ClientFacts]]:
        """The calls and who speaks on which connection, as the rules of the questions take them.

        Connections of several captures share numbers, which the rules cannot tell apart: there each has a
        number of its own, and the calls are copies that use it.
        """
        calls = [case.call for case in self._cases.values()]
        seen = {_connection(sighting) for call in calls for sighting in call.sightings()}
        known = self.clients.keys() | self.techniques.keys()
        numbers = {key: number for number, key in enumerate(sorted(seen | known), start=1)}
        return [renumbered(call, numbers) for call in calls], self.facts_by(numbers)

    def facts_by(self, numbers: Mapping[tuple[str, int], int]) -> dict[int, ClientFacts]:
        """Who speaks on each connection that something is known of, by these numbers of them."""
        known = self.clients.keys() | self.techniques.keys()
        return {numbers[key]: self._facts_of(key) for key in known}

    def _name(self, observed: StanzaObserved) -> None:
        """Give out placeholders in the order in which things are seen, whatever is shown first, or never."""
        if observed.spec is not None:
            self.placeholders.admit(observed.spec)
        self.placeholders.node(observed.sighting.node)
        if observed.sighting.owner is not None:
            self.placeholders.jid(observed.sighting.owner)
        if observed.call is not None:
            self.placeholders.call_id(observed.call.call_id)

    def _facts_of(self, connection: tuple[str, int]) -> ClientFacts:
        technique = self.techniques.get(connection, WEBSOCKET_CAPTURE)
        client = self.clients.get(connection)
        return ClientFacts("", "", None, technique) if client is None else ClientFacts.of(client, technique)

    def _take_stanza(self, observed: StanzaObserved) -> None:
        if observed.sighting.technique != WEBSOCKET_CAPTURE:
            self.techniques[_connection(observed.sighting)] = observed.sighting.technique
        if observed.call is None:
            self.loose_dropped += len(self.loose) == MAX_LOOSE
            self.loose.append(observed)
            self._keep_findings(observed.fresh, None)
            return
        case = self._case(observed.call)
        if len(case.stanzas) < MAX_STANZAS:
            case.stanzas.append(observed)
        else:
            case.dropped += 1
        self._keep_findings(observed.fresh, case)

    def _take_finding(self, finding: Finding) -> None:
        self._keep_findings((finding,), self.maybe_case(finding.evidence[0].capture, finding.call_id))

    def _keep_findings(self, findings: tuple[Finding, ...], case: Case | None) -> None:
        if case is None:
            self.loose_dropped += max(0, len(self.findings) + len(findings) - MAX_FINDINGS)
            self.findings.extend(findings)
            return
        room = max(0, MAX_FINDINGS - len(case.findings))
        case.findings += findings[:room]
        case.dropped += len(findings[room:])

    def _case(self, call: Call) -> Case:
        key = (call.capture, call.call_id)
        case = self._cases.get(key)
        if case is None:
            self._numbered += 1
            case = self._cases[key] = Case(self._numbered, call)
            if len(self._cases) > self._most_cases:
                del self._cases[next(iter(self._cases))]
                self.evicted += 1
        # A call that was pushed out of the core and comes back is another object with the same name.
        case.call = call
        return case


def _connection(sighting: Sighting) -> tuple[str, int]:
    return (sighting.evidence.capture, sighting.evidence.connection)


def _as_it_is(case: Case) -> Case:
    """A copy of the case, its stanzas those of a copy of its call."""
    emissions = {
        emission: replace(emission, sightings=list(emission.sightings), acks=list(emission.acks))
        for emission in case.call.emissions
    }
    call = replace(
        case.call, emissions=list(emissions.values()), receipts=list(case.call.receipts), same_ids=[]
    )
    stanzas = [
        replace(each, call=call, emission=each.emission and emissions.get(each.emission, each.emission))
        if each.call is case.call
        else each
        for each in case.stanzas
    ]
    return replace(case, call=call, stanzas=stanzas, findings=list(case.findings))


def renumbered(call: Call, numbers: Mapping[tuple[str, int], int]) -> Call:
    """A copy of the call as it is now, its connections numbered by these, by capture and number."""

    def seen(sightings: list[Sighting]) -> list[Sighting]:
        return [_at_connection(each, numbers[_connection(each)]) for each in sightings]

    emissions = [
        Emission(each.action, each.stanza_id, each.call_id, seen(each.sightings), seen(each.acks))
        for each in call.emissions
    ]
    return replace(call, emissions=emissions, receipts=seen(call.receipts), same_ids=[])


def _at_connection(sighting: Sighting, number: int) -> Sighting:
    return replace(sighting, evidence=replace(sighting.evidence, connection=number))
