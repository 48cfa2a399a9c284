"""All that the evidence would change in the stanza files that it is held against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from ringback.confidence import Carry
from ringback.export.change import Change, Kind
from ringback.export.document import StanzaDocument
from ringback.export.material import Material
from ringback.export.newfacts import new_facts, refreshed_facts
from ringback.export.openquestions import question_changes
from ringback.export.ownsources import OwnSource, is_addition, is_own
from ringback.questions.undocumented import Undocumented
from ringback.questions.verdict import Verdict
from ringback.spec.model import AttributeFact, ChildFact
from ringback.wording import counted


def changes(
    material: Material,
    carries: Iterable[Carry],
    additions: Sequence[Undocumented],
    verdicts: Iterable[Verdict],
) -> list[Change]:
    """All that the evidence would change, file by file in order of the facts; questions come last.

    The material and what was weighed must be fit for publication (`ringback.export.washing`); `additions` are
    what the files do not have, or have of ringback alone. A fact that is contradicted keeps its level: that
    is a discrepancy, for people to settle. What ringback named as its source before is withdrawn.
    """
    facts = {
        (spec.id, each.path): each
        for spec in material.specification.stanzas.values()
        for each in spec.facts()
    }
    weighed = [(carry, facts[carry.fact.spec, carry.fact.path]) for carry in carries]
    contradicted = {(carry.fact.spec, carry.fact.path) for carry, _ in weighed if carry.contradicting}
    supported = [
        carry
        for carry, fact in weighed
        if carry.supporting and not carry.contradicting and not is_addition(fact)
    ]
    return [
        *map(_of_carry, supported),
        *_withdrawals(weighed),
        *refreshed_facts(material, additions, contradicted),
        *new_facts(material, additions),
        *question_changes(verdicts, material.specification),
    ]


def _withdrawals(weighed: Iterable[tuple[Carry, AttributeFact | ChildFact]]) -> Iterator[Change]:
    for carry, fact in weighed:
        if carry.contradicting and any(map(is_own, fact.provenance.sources)):
            yield Change(
                spec=carry.fact.spec,
                path=fact.path,
                kind=Kind.WITHDRAWN,
                summary="the evidence is no source any more: the fact is contradicted",
                evidence=(f"{counted(len(carry.contradicting), 'observation')} against it",),
                apply=partial(_withdraw, fact.path),
            )


def _withdraw(path: str, document: StanzaDocument) -> None:
    document.drop_sources(path, is_own)


def _of_carry(carry: Carry) -> Change:
    seen = carry.supporting
    techniques = sorted({one.technique for one in seen})
    builds = sorted({f"{one.platform or ''} {one.build or ''}".strip() for one in seen} - {""})
    observed = f"{counted(len(seen), 'observation')} in {counted(len(carry.calls), 'call')}"
    source = OwnSource.stated(observed, techniques, builds)
    path, level = carry.fact.path, carry.after

    def apply(document: StanzaDocument) -> None:
        if carry.is_raised:
            document.set_confidence(path, level)
        source.name_in(document, path, always=carry.is_raised)

    further = tuple(f"not further: {hindrance.reason}" for hindrance in carry.hindrances)
    raised = f"confidence {carry.before} -> {level}, with the evidence as source"
    return Change(
        spec=carry.fact.spec,
        path=path,
        kind=Kind.RAISED if carry.is_raised else Kind.EVIDENCE,
        summary=raised if carry.is_raised else "the evidence is named as a source",
        evidence=(observed, *techniques, *builds, *further),
        apply=apply,
    )
