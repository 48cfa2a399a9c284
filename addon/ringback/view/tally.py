"""What was shown so far, counted for the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ringback.findings import Finding, Stance
from ringback.spec.model import StanzaSpec


@dataclass(frozen=True, slots=True)
class FactTally:
    """What became of the facts of one file; a fact may be observed here and contradicted there."""

    facts: int
    observed: int
    contradicted: tuple[str, ...]
    """Paths of the facts, in the order of the file."""
    not_exercised: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Counts over all findings, whatever the level of what is printed."""

    specs: dict[str, StanzaSpec] = field(default_factory=dict)
    """The files that something was checked against, by id."""
    questions: Counter[str] = field(default_factory=Counter)
    """Findings that bear on each open question."""
    _stances: dict[tuple[str, str], set[Stance]] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Count a finding that was not counted before."""
        self.questions.update(finding.questions)
        if finding.fact is not None:
            self._stances.setdefault((finding.fact.spec, finding.fact.path), set()).add(finding.stance)

    def facts_of(self, spec: StanzaSpec) -> FactTally:
        """What became of the facts of a file."""
        stances = {fact.path: self._stances.get((spec.id, fact.path), set()) for fact in spec.facts()}
        return FactTally(
            facts=len(stances),
            observed=sum(Stance.SUPPORTS in seen for seen in stances.values()),
            contradicted=tuple(path for path, seen in stances.items() if Stance.CONTRADICTS in seen),
            not_exercised=tuple(path for path, seen in stances.items() if seen <= {Stance.SILENT}),
        )

    def questions_of(self, spec: StanzaSpec) -> Iterator[tuple[int, str, int]]:
        """Number, text and findings of each open question of a file."""
        for number, text in enumerate(spec.open_questions, start=1):
            yield number, text, self.questions[f"{spec.id}/{number}"]
