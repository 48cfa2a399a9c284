"""What a code is: severity rule, stances, words and two examples; and how a finding of it is made."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ringback.check.examples import Example
from ringback.check.questions import questions_of
from ringback.findings import Evidence, FactRef, Finding, Severity, Stance
from ringback.spec.flow import FlowSpec, FlowStep
from ringback.spec.model import OCCURRENCES, AttributeFact, ChildFact, StanzaSpec
from ringback.stanza import Value

Fact: TypeAlias = AttributeFact | ChildFact | FlowStep

NEWS = "The specification only speculates here: this is news about it, no fault of the client."
"""Second sentence of a message whose fact is `speculative` or `unknown`."""


class SeverityRule(enum.Enum):
    """How a code gets its severity; the value is what `ringback codes` prints."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    BY_FACT = "by fact"
    """The mismatch crossed with the fact's confidence: `mismatch_severity`."""

    def severity(self, fact: Fact | None) -> Severity:
        """The severity of a finding that speaks to `fact`. Where there is none to speak to, it is a note."""
        if self is not SeverityRule.BY_FACT:
            return Severity(self.value)
        return Severity.NOTE if fact is None else mismatch_severity(fact)


def mismatch_severity(fact: Fact) -> Severity:
    """How much it matters that a stanza contradicts the fact."""
    if fact.confidence == "confirmed":
        return Severity.ERROR
    if fact.confidence == "probable":
        return Severity.ERROR if is_required(fact) else Severity.WARNING
    return Severity.NOTE


def is_required(fact: Fact) -> bool:
    """Whether the file requires the attribute, or at least one such child. No step of a flow is required."""
    if isinstance(fact, FlowStep):
        return False
    return fact.required if isinstance(fact, AttributeFact) else OCCURRENCES[fact.occurrence][0] > 0


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding."""

    code: str
    """Stable slug; never reused for another meaning."""
    severity_rule: SeverityRule
    stances: tuple[Stance, ...]
    """What it can say of its fact, the usual stance first."""
    meaning: str
    """One sentence, which is the message of every finding of this code."""
    next_step: str
    """What to do about it, in one sentence."""
    passing: Example
    """Does not show it."""
    failing: Example
    """Shows it; of an `ok` code the example where all is well."""

    def finding(
        self,
        spec: StanzaSpec | FlowSpec | None,
        path: tuple[str, ...],
        evidence: Iterable[Evidence],
        *,
        call_id: str | None,
        fact: Fact | None = None,
        stance: Stance | None = None,
        expected: Value | bytes | None = None,
        got: Value | bytes | None = None,
        about: tuple[Evidence, ...] = (),
        addition: str = "",
    ) -> Finding:
        """A finding of this code. `stance` is given where it is not the first of `stances`; `addition` is a
        further sentence of the message."""
        severity = self.severity_rule.severity(fact)
        # A mismatch is a note only because its fact is no more than a guess.
        news = self.severity_rule is SeverityRule.BY_FACT and fact is not None and severity is Severity.NOTE
        return Finding(
            code=self.code,
            severity=severity,
            stance=stance or self.stances[0],
            path=path,
            message=" ".join(filter(None, (self.meaning, NEWS if news else "", addition))),
            fact=None if fact is None or spec is None else fact_ref(spec, fact),
            questions=() if spec is None else questions_of(spec.id, self.code, path),
            call_id=call_id,
            evidence=tuple(evidence),
            expected=expected,
            got=got,
            about=about,
        )


def fact_ref(spec: StanzaSpec | FlowSpec, fact: Fact) -> FactRef:
    """The fact as a finding names it; files say nothing of where a step of a flow came from."""
    techniques = () if isinstance(fact, FlowStep) else fact.provenance.techniques
    return FactRef(spec.id, fact.path, fact.confidence, techniques)
