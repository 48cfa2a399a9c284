"""How parts of the document are named, and which findings lead to which of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ringback.findings import Finding, Severity, Stance
from ringback.report.model import Group
from ringback.spec.model import Specification
from ringback.view.visible import visible

_Key = tuple[str, str, str]


def plain(text: str) -> str:
    """A text of any origin on one line, with nothing in it that turns, hides or ends anything."""
    return visible(" ".join(text.split()))


def question_ref(name: str) -> str:
    """`question-call-preaccept-1` for `call-preaccept/1`."""
    return f"question-{name.replace('/', '-')}"


def code_ref(code: str) -> str:
    """`code-attribute-missing`."""
    return f"code-{code}"


def fact_refs(specification: Specification) -> dict[tuple[str, str], str]:
    """The refs of all facts and steps of flows, by file and path: `fact-call-preaccept-4` is the fourth of
    its file."""
    facts = {
        (spec.id, fact.path): f"fact-{spec.id}-{number}"
        for spec in specification.stanzas.values()
        for number, fact in enumerate(spec.facts(), start=1)
    }
    steps = {
        (flow.id, step.path): f"step-{flow.id}-{step.number}"
        for flow in specification.flows
        for step in flow.steps
    }
    return facts | steps


@dataclass(slots=True)
class Links:
    """Which findings speak to which fact and bear on which question: the way back of each link."""

    facts: Mapping[tuple[str, str], str]
    """As `fact_refs` gives them."""
    _groups: dict[str, dict[_Key, dict[str, None]]] = field(default_factory=dict)

    def fact_of(self, finding: Finding) -> str | None:
        """The ref of the fact that it speaks to."""
        return None if finding.fact is None else self.facts.get((finding.fact.spec, finding.fact.path))

    def add(self, finding: Finding, ref: str) -> None:
        """The finding stands at `ref`. That a stanza merely does not exercise a fact leads nowhere."""
        if finding.stance is Stance.SILENT and finding.severity is Severity.OK:
            return
        fact = self.fact_of(finding)
        targets = [question_ref(question) for question in finding.questions]
        key = (finding.code, finding.severity.value, finding.stance.value)
        for target in targets if fact is None else [fact, *targets]:
            self._groups.setdefault(target, {}).setdefault(key, {})[ref] = None

    def to(self, target: str) -> tuple[Group, ...]:
        """What leads to that fact or question, by code."""
        groups = self._groups.get(target, {})
        return tuple(_group(key, refs) for key, refs in sorted(groups.items()))


def _group(key: _Key, refs: Iterable[str]) -> Group:
    code, severity, stance = key
    return Group(code, severity, stance, tuple(refs))  # type: ignore[arg-type]
