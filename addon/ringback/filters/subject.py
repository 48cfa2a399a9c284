"""What a filter looks at: a call, a stanza or a finding, with the values that each key has of it.

All values are those that are shown: placeholders, and nothing that a terminal would obey.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from ringback.casebook import Case, Casebook
from ringback.check.subject import listed_devices
from ringback.findings import Evidence, Finding
from ringback.observations import StanzaObserved
from ringback.stanza import Node
from ringback.view.stanza_line import StanzaLine, stanza_line
from ringback.wire.events import ClientIdentified

_MOST_TEXTS = 10_000
"""Texts of one stanza that are searched. Against a stanza of a million children."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A call, a stanza or a finding."""

    casebook: Casebook
    case: Case | None
    """The call that it is, or belongs to."""
    stanzas: tuple[StanzaObserved, ...]
    """Of a call all, of a stanza itself, of a finding those that show it."""
    findings: tuple[Finding, ...]
    """Raw: of a call all, of a stanza those about it, of a finding itself."""
    at: float | None
    """Seconds since the epoch: of a call when it was first seen. None where there is no time."""

    @classmethod
    def of_case(cls, casebook: Casebook, case: Case) -> Subject:
        """The call with all that was observed of it."""
        at = case.stanzas[0].sighting.at if case.stanzas else None
        return cls(casebook, case, tuple(case.stanzas), tuple(case.findings), at)

    @classmethod
    def of_stanza(cls, casebook: Casebook, case: Case | None, stanza: StanzaObserved) -> Subject:
        """The stanza with what is said of this copy, and of the call on its account."""
        here = stanza.sighting.evidence
        of_call = () if case is None else case.findings
        more = (each for each in of_call if each not in stanza.findings and _is_about(each, here))
        return cls(casebook, case, (stanza,), (*stanza.findings, *more), stanza.sighting.at)

    @classmethod
    def of_finding(cls, casebook: Casebook, finding: Finding) -> Subject:
        """The finding with the stanzas that show it."""
        first = finding.evidence[0]
        case = casebook.maybe_case(first.capture, finding.call_id)
        among: Iterable[StanzaObserved] = casebook.loose if case is None else case.stanzas
        shown_by = tuple(each for each in among if each.sighting.evidence in finding.evidence)
        return cls(casebook, case, shown_by, (finding,), first.place.at)

    def actions(self) -> Iterator[str]:
        """`preaccept`, `ack preaccept`, as a stanza's line has it."""
        yield from (self._line_of(stanza).action for stanza in self.stanzas)

    def calls(self) -> Iterator[str]:
        """The call's placeholder."""
        if self.case is not None:
            yield self.casebook.name_of(self.case)
        else:
            yield from (self.casebook.placeholders.call_id(each.call_id or "") for each in self.findings)

    def devices(self) -> Iterator[str]:
        """Sender, receiver and the devices that a stanza lists; each whole, without server, and user only."""
        for stanza in self.stanzas:
            line = self._line_of(stanza)
            yield from _spellings(line.sender)
            yield from _spellings(line.receiver)
            for jid in listed_devices(stanza.sighting):
                yield from _spellings(str(self.casebook.placeholders.jid(jid)))

    def severities(self) -> Iterator[str]:
        """Of the findings."""
        yield from (finding.severity.value for finding in self.findings)

    def codes(self) -> Iterator[str]:
        """Of the findings."""
        yield from (finding.code for finding in self.findings)

    def confidences(self) -> Iterator[str]:
        """Of the facts that the findings speak to."""
        yield from (finding.fact.confidence for finding in self.findings if finding.fact is not None)

    def stances(self) -> Iterator[str]:
        """Of the findings."""
        yield from (finding.stance.value for finding in self.findings)

    def questions(self) -> Iterator[str]:
        """Open questions that the findings bear on: with their file, and the number alone."""
        for finding in self.findings:
            for question in finding.questions:
                yield question
                yield question.rpartition("/")[2]

    def builds(self) -> Iterator[str]:
        """App versions of the clients on whose connections it was seen."""
        yield from (client.version for client in self._clients())

    def platforms(self) -> Iterator[str]:
        """Platforms of the clients on whose connections it was seen."""
        yield from (client.platform for client in self._clients())

    def texts(self) -> Iterator[str]:
        """Everything that is shown of it: names, values, messages, places."""
        yield from self.calls()
        yield from self.actions()
        for stanza in self.stanzas:
            shown = self.casebook.placeholders.node(stanza.sighting.node)
            yield from islice(_texts_of(shown), _MOST_TEXTS)
        for raw in self.findings:
            finding = self.casebook.placeholders.finding(raw)
            yield from (finding.code, finding.message, finding.place)
            yield from (str(value) for value in (finding.expected, finding.got) if value is not None)

    def _line_of(self, stanza: StanzaObserved) -> StanzaLine:
        placeholders = self.casebook.placeholders
        return stanza_line(stanza, placeholders.node(stanza.sighting.node), placeholders)

    def _evidence(self) -> Iterator[Evidence]:
        yield from (stanza.sighting.evidence for stanza in self.stanzas)
        if not self.stanzas:
            yield from (each for finding in self.findings for each in finding.evidence)

    def _clients(self) -> Iterator[ClientIdentified]:
        for evidence in {(each.capture, each.connection): each for each in self._evidence()}.values():
            client = self.casebook.client_of(evidence)
            if client is not None:
                yield self.casebook.placeholders.client(client)


def _is_about(finding: Finding, evidence: Evidence) -> bool:
    return evidence in finding.evidence or evidence in finding.about


def _spellings(address: str) -> Iterator[str]:
    """`B:17@lid`, `B:17`, `B`."""
    device = address.partition("@")[0]
    yield address
    yield device
    yield device.partition(":")[0]


def _texts_of(node: Node) -> Iterator[str]:
    for each in node.walk():
        yield each.tag
        for name, value in chain(each.attrs.items(), each.repeated):
            yield name
            yield str(value)
        if isinstance(each.content, bytes):
            yield each.content.hex()
        elif each.content is not None and not isinstance(each.content, tuple):
            yield str(each.content)
