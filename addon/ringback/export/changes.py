"""All that the evidence would change in the stanza files that it is held against."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial

from ringback.confidence import Carry
from ringback.export.change import Change, Kind
from ringback.export.document import StanzaDocument
from ringback.export.material import Material
from ringback.export.newfacts import new_facts
from ringback.export.openquestions import question_changes
from ringback.export.verdicts import counted
from ringback.questions.weighing import Weighing

_OWN = "ringback: as stated in "
"""Begins each source that ringback names with a fact, and is how it knows its own."""


def changes(material: Material, carries: Iterable[Carry], weighing: Weighing) -> list[Change]:
    """All that the evidence would change, file by file in order of the facts; questions come last.

    The material and what was weighed must be fit for publication (`ringback.export.washing`). A fact that is
    contradicted keeps its level: that is a discrepancy, for people to settle. What ringback named as its
    source before is withdrawn.
    """
    carries = list(carries)
    supported = [carry for carry in carries if carry.supporting and not carry.contradicting]
    return [
        *(_of_carry(carry) for carry in supported),
        *_withdrawals(material, carries),
        *new_facts(material, weighing.undocumented),
        *question_changes(weighing.verdicts, material.specification),
    ]


def _is_outdated(source: str, words: Collection[str]) -> bool:
    """Whether it is ringback's own, and names no technique and no client beyond these."""
    named = source.rpartition("(")[2].removesuffix(")").split("; ")
    return source.startswith(_OWN) and set(named) <= set(words)


def _withdrawals(material: Material, carries: Iterable[Carry]) -> Iterator[Change]:
    for carry in carries:
        spec = material.specification.stanzas[carry.fact.spec]
        fact = next(each for each in spec.facts() if each.path == carry.fact.path)
        if carry.contradicting and any(source.startswith(_OWN) for source in fact.provenance.sources):
            yield Change(
                spec=spec.id,
                path=fact.path,
                kind=Kind.WITHDRAWN,
                summary="the evidence is no source any more: the fact is contradicted",
                evidence=(f"{counted(len(carry.contradicting), 'observation')} against it",),
                apply=partial(_withdraw, fact.path),
            )


def _withdraw(path: str, document: StanzaDocument) -> None:
    document.drop_sources(path, lambda source: source.startswith(_OWN))


def _of_carry(carry: Carry) -> Change:
    seen = carry.supporting
    techniques = sorted({one.technique for one in seen})
    builds = sorted({f"{one.platform or ''} {one.build or ''}".strip() for one in seen} - {""})
    observed = f"{counted(len(seen), 'observation')} in {counted(len(carry.calls), 'call')}"
    source = f"{_OWN}{observed} ({'; '.join((*techniques, *builds))})"
    path, level = carry.fact.path, carry.after

    def apply(document: StanzaDocument) -> None:
        if carry.is_raised:
            document.set_confidence(path, level)
        document.drop_sources(path, lambda old: old != source and _is_outdated(old, {*techniques, *builds}))
        # More of the same technique on the same build corroborates nothing: it is not told again.
        if carry.is_raised or not document.is_backed(path, ("ringback: ", *techniques, *builds)):
            document.add_provenance(path, techniques, source)

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
