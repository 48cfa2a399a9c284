"""The specification for the document: each fact with what was counted of it and how far it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ringback.confidence import Levels
from ringback.conflicts import ConflictNumbers, SideNumbers
from ringback.questions.facts import FactTally
from ringback.questions.undocumented import Undocumented as Extra
from ringback.questions.weighing import Weighing
from ringback.report.model import Conflict, Fact, Flow, Side, SpecFile, Statement, Step, Undocumented
from ringback.report.names import Links, plain
from ringback.report.standing import Standing
from ringback.spec.flow import FlowSpec, FlowStep
from ringback.spec.model import AttributeFact, ChildFact, Specification, StanzaSpec

CallRefs = Mapping[str, Sequence[str]]
"""The refs of the calls with a name: two captures may have one of the same name."""


def refs_of(names: Iterable[str], calls: CallRefs) -> tuple[str, ...]:
    """The refs of the calls with these names, each once, in the order of the document."""
    found = dict.fromkeys(ref for name in names for ref in calls.get(name, ()))
    return tuple(sorted(found, key=lambda ref: (len(ref), ref)))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the evidence says of the facts."""

    weighing: Weighing
    levels: Levels
    standing: Standing
    links: Links
    calls: CallRefs

    def files(self, specification: Specification) -> Iterator[SpecFile]:
        """Every loaded file with all its facts."""
        tallies: dict[tuple[str, str], list[FactTally]] = {}
        for tally in self.weighing.facts:
            tallies.setdefault((tally.spec, tally.path), []).append(tally)
        for spec in specification.stanzas.values():
            facts = (self._fact(spec, fact, tallies[spec.id, fact.path]) for fact in spec.facts())
            yield SpecFile(
                id=f"spec-{spec.id}",
                name=plain(spec.id),
                file=plain(spec.file),
                title=plain(spec.display_name),
                status=plain(spec.status),
                version=plain(spec.spec_version),
                facts=tuple(facts),
            )

    def _fact(self, spec: StanzaSpec, fact: AttributeFact | ChildFact, tallies: Iterable[FactTally]) -> Fact:
        ref = self.links.facts[spec.id, fact.path]
        level = self.levels.facts[f"{spec.id}#{fact.path}"]
        return Fact(
            id=ref,
            path=plain(fact.path),
            line=fact.line,
            required=isinstance(fact, AttributeFact) and fact.required,
            standing=self.standing.words[spec.id, fact.path],
            to_the_letter=(spec.id, fact.path) in self.standing.to_the_letter,
            stated=level.before,  # type: ignore[arg-type]
            reached=level.reached,  # type: ignore[arg-type]
            after=level.after,  # type: ignore[arg-type]
            supporting=level.supporting,
            contradicting=level.contradicting,
            description=plain(fact.description),
            hindrances=tuple(each.reason for each in level.hindrances),
            statements=tuple(_statement(tally, self.calls) for tally in tallies),
            findings=self.links.to(ref),
        )


def _statement(tally: FactTally, calls: CallRefs) -> Statement:
    return Statement(
        kind=tally.statement.value,
        says=plain(tally.says),
        valid=tally.counts.valid,
        violated=tally.counts.violated,
        not_exercised=tally.counts.not_exercised,
        violated_in=refs_of(tally.violated_in, calls),
    )


def flow(spec: FlowSpec, links: Links) -> Flow:
    """A flow with what the calls say of its steps."""
    return Flow(
        id=f"flow-{spec.id}",
        name=plain(spec.id),
        file=plain(spec.file),
        title=plain(spec.title),
        status=plain(spec.status),
        version=plain(spec.spec_version),
        steps=tuple(_step(step, links.facts[spec.id, step.path], links) for step in spec.steps),
    )


def _step(step: FlowStep, ref: str, links: Links) -> Step:
    return Step(
        id=ref,
        path=step.path,
        line=step.line,
        stated=step.confidence,  # type: ignore[arg-type]
        sender=plain(step.sender),
        receiver=plain(step.receiver),
        stanza=None if step.stanza is None else plain(step.stanza),
        description=plain(". ".join(filter(None, (step.label, step.note)))),
        findings=links.to(ref),
    )


def undocumented(extra: Extra, calls: CallRefs) -> Undocumented:
    """What stanzas hold beyond their file."""
    return Undocumented(
        spec=plain(extra.spec),
        path=plain(extra.path),
        what=extra.what,  # type: ignore[arg-type]
        n=extra.n,
        of=extra.of,
        type_guess=plain(extra.type_guess),
        shapes=plain(", ".join(f"{shape}: {number}" for shape, number in extra.shapes.rows)),
        calls=refs_of(extra.calls, calls),
    )


def conflict(tally: ConflictNumbers) -> Conflict:
    """Two models that disagree, with the counts for either."""
    return Conflict(plain(tally.conflict.path), tuple(map(_side, (tally.stanza, tally.part))))


def _side(side: SideNumbers) -> Side:
    return Side(
        source=plain(side.claim.source),
        says=plain(str(side.claim.says)),
        supports=side.supports,
        contradicts=side.contradicts,
        silent=side.silent,
    )
