"""What was shown so far, counted for the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ringback.check.correlation_codes import ADDRESSES_LITERAL
from ringback.check.flow_codes import FLOW_CODES
from ringback.findings import Finding, Severity, Stance
from ringback.observations import StanzaObserved
from ringback.recent import Recent
from ringback.recognise import StanzaKind, action_child
from ringback.spec.model import StanzaSpec
from ringback.stanza import Node

MAX_UNSPECIFIED = 64
"""Actions without a file that are counted by name. Against a capture with a new action in every stanza."""
MAX_CALLS = 4_096
"""Calls that are remembered to have been counted, more than the core keeps. One that is forgotten and goes on
counts again."""
_OF_FLOWS = frozenset(code.code for code in FLOW_CODES)
_GRAVEST_FIRST = (Stance.CONTRADICTS, Stance.SUPPORTS, Stance.EXTENDS, Stance.SILENT)
"""In the order of the classes of `FactTally`."""


@dataclass(frozen=True, slots=True)
class FactTally:
    """What became of the facts of one file. Each is in one class, the gravest that was seen of it, so that
    the classes add up to the facts; all are paths in the order of the file."""

    contradicted: tuple[str, ...]
    """Whatever else was seen of them."""
    observed: tuple[str, ...]
    """Seen as stated, and never otherwise."""
    extended: tuple[str, ...]
    """Seen only with something that the file does not know."""
    not_exercised: tuple[str, ...]

    @property
    def facts(self) -> int:
        """How many facts the file has."""
        return len(self.contradicted + self.observed + self.extended + self.not_exercised)


@dataclass(slots=True)
class FlowTally:
    """What became of the steps of one flow, over all calls that follow it best."""

    calls: Recent[tuple[str, str | None], None] = field(default_factory=lambda: Recent(MAX_CALLS))
    """Capture and call-id of each."""
    steps: Counter[str] = field(default_factory=Counter)
    """Findings by code."""


@dataclass(slots=True)
class Tally:
    """Counts over all findings, whatever the level of what is printed."""

    specs: dict[str, StanzaSpec] = field(default_factory=dict)
    """The files that something was checked against, by id."""
    questions: Counter[tuple[str, Severity]] = field(default_factory=Counter)
    """Findings of each severity that bear on each open question."""
    offered: Recent[tuple[str, str], None] = field(default_factory=lambda: Recent(MAX_CALLS))
    """Capture and call-id of each call with an offer."""
    unspecified: Counter[str] = field(default_factory=Counter)
    """Copies of stanzas that no loaded file specifies, by their action."""
    flows: dict[str, FlowTally] = field(default_factory=dict)
    """By id of the flow."""
    _stances: dict[tuple[str, str], set[Stance]] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Count a finding that was not counted before."""
        self.questions.update((question, finding.severity) for question in finding.questions)
        if finding.fact is not None and finding.code in _OF_FLOWS:
            followed = self.flows.setdefault(finding.fact.spec, FlowTally())
            followed.calls[finding.evidence[0].capture, finding.call_id] = None
            followed.steps[finding.code] += 1
        elif finding.fact is not None:
            for path in {finding.fact.path, *_also_lacking(finding)}:
                self._stances.setdefault((finding.fact.spec, path), set()).add(finding.stance)

    def stances(self) -> Iterator[tuple[str, str, Stance]]:
        """File, path and stance of everything that was said of a fact, each once, in order."""
        for (spec, path), stances in sorted(self._stances.items()):
            yield from ((spec, path, stance) for stance in _GRAVEST_FIRST if stance in stances)

    def add_stance(self, spec: str, path: str, stance: Stance) -> None:
        """The fact was seen so, once or more, in findings that are counted elsewhere."""
        self._stances.setdefault((spec, path), set()).add(stance)

    def observe(self, observed: StanzaObserved, shown: Node) -> None:
        """Count a stanza, of which `shown` has placeholders; its findings are counted by themselves."""
        if observed.spec is not None:
            self.specs[observed.spec.id] = observed.spec
        elif shown.tag == StanzaKind.CALL.value:
            action = action_child(shown)
            name = "none" if action is None else action.tag
            is_kept = name in self.unspecified or len(self.unspecified) < MAX_UNSPECIFIED
            self.unspecified[name if is_kept else "others"] += 1
        if observed.call is not None and observed.call.of("offer"):
            self.offered[observed.call.capture, observed.call.call_id] = None

    def nameless(self) -> Tally:
        """The same counts, without anything that names a call: the only raw values that a tally holds."""
        flows = {
            name: FlowTally(followed.calls.nameless(), followed.steps)
            for name, followed in self.flows.items()
        }
        return replace(self, offered=self.offered.nameless(), flows=flows)

    def add_all(self, other: Tally) -> None:
        """Count what another has counted of other captures."""
        self.specs |= other.specs
        self.questions += other.questions
        self.offered.forgotten += other.offered.count
        for name, number in other.unspecified.items():
            is_kept = name in self.unspecified or len(self.unspecified) < MAX_UNSPECIFIED
            self.unspecified[name if is_kept else "others"] += number
        for name, followed in other.flows.items():
            own = self.flows.setdefault(name, FlowTally())
            own.calls.forgotten += followed.calls.count
            own.steps += followed.steps
        for fact, stances in other._stances.items():
            self._stances.setdefault(fact, set()).update(stances)

    def facts_of(self, spec: StanzaSpec) -> FactTally:
        """What became of the facts of a file."""
        paths: dict[Stance, list[str]] = {stance: [] for stance in _GRAVEST_FIRST}
        for fact in spec.facts():
            seen = self._stances.get((spec.id, fact.path), {Stance.SILENT})
            paths[next(stance for stance in _GRAVEST_FIRST if stance in seen)].append(fact.path)
        return FactTally(*(tuple(paths[stance]) for stance in _GRAVEST_FIRST))

    def questions_of(self, spec: StanzaSpec) -> Iterator[tuple[int, str, dict[Severity, int]]]:
        """Number, text and findings by severity, least first, of each open question of a file."""
        for number, text in enumerate(spec.open_questions, start=1):
            counts = {severity: self.questions[f"{spec.id}/{number}", severity] for severity in Severity}
            yield number, text, {severity: count for severity, count in counts.items() if count}


def _also_lacking(finding: Finding) -> list[str]:
    """The facts that a finding about several addresses names in words; it stands at the first of them."""
    if finding.code != ADDRESSES_LITERAL.code:
        return []
    _, _, lacking = finding.message.partition("Lacking: ")
    return lacking.removesuffix(".").split(", ") if lacking else []
