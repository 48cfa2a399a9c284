"""What the findings about one stanza say about each of its places, in few words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ringback.findings import Finding, Severity, Stance
from ringback.spec.model import AttributeFact, ChildFact, StanzaSpec

_WORDS = {
    "attribute-missing": "missing",
    "child-missing": "missing",
    "attribute-type": "wrong type",
    "child-repeated": "too many",
    "attribute-repeated": "repeated",
    "value-not-in-enum": "new value",
    "port-out-of-range": "out of range",
}
"""Verdicts in a word or two; other codes are their own words."""
_OCCURRENCES = {"1": "once", "0..1": "at most once", "0..n": "any number", "1..n": "at least once"}
_CONTENT = "content-undocumented"
"""The one code that speaks of an element's content and not of the element."""

Path: TypeAlias = tuple[str, ...]
"""A place, as findings spell it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the findings say about one line."""

    stance: Stance
    severity: Severity
    notes: tuple[str, ...]
    """Confidence, whether it is required or how often it may occur, and the verdict in words."""
    finding: Finding | None = None
    """The finding that says it: the worst of the place. Raw."""


class Verdicts:
    """The findings of one stanza by place."""

    def __init__(self, spec: StanzaSpec | None, findings: Iterable[Finding]) -> None:
        """`spec` tells what is required, and how often a child may occur."""
        self._facts = {} if spec is None else {fact.path: fact for fact in spec.facts()}
        self._worst: dict[Path, Finding] = {}
        self._below: dict[Path, list[Path]] = {}
        self._content: dict[Path, Finding] = {}
        for finding in findings:
            if finding.code == _CONTENT:
                self._content[finding.path] = finding
                continue
            known = self._worst.get(finding.path)
            if known is None:
                self._below.setdefault(finding.path[:-1], []).append(finding.path)
            if known is None or finding.severity.rank > known.severity.rank:
                self._worst[finding.path] = finding

    def at(self, path: Path) -> Verdict | None:
        """The verdict on a place, None where no finding speaks of it."""
        return self._verdict(self._worst.get(path))

    def at_content(self, path: Path) -> Verdict | None:
        """The verdict on the content of the element at `path`, None where no finding speaks of it."""
        return self._verdict(self._content.get(path))

    def below(self, path: Path) -> list[Path]:
        """The places right below one that findings speak of, in the order of the findings."""
        return self._below.get(path, [])

    def _verdict(self, finding: Finding | None) -> Verdict | None:
        if finding is None:
            return None
        return Verdict(finding.stance, finding.severity, tuple(self._notes(finding)), finding)

    def _notes(self, finding: Finding) -> Iterator[str]:
        fact = None if finding.fact is None else self._facts.get(finding.fact.path)
        required = isinstance(fact, AttributeFact) and fact.required
        if finding.fact is not None:
            yield finding.fact.confidence
        if finding.stance is Stance.SILENT:
            yield "not in this copy" if required else "not exercised"
            return
        if isinstance(fact, ChildFact):
            yield _OCCURRENCES[fact.occurrence]
        elif required:
            yield "required"
        if finding.code.endswith("-undocumented"):
            yield "not specified"
        elif finding.stance is not Stance.SUPPORTS:
            yield _WORDS.get(finding.code, finding.code.replace("-", " "))
