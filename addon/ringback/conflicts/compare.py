"""A stanza file beside a wire format of a spec part: what they agree on, and each disagreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ringback.conflicts.claims import LEFT_OUT, Claim, Comparison, Form, ModelConflict, Presence
from ringback.findings import FactRef
from ringback.spec.model import OCCURRENCES, AttributeFact, ChildFact, Specification, StanzaSpec
from ringback.spec.part import SpecPart, WireElement, action_of
from ringback.spec.part_facts import UNSTATED, stanza_of

Fact: TypeAlias = AttributeFact | ChildFact


def comparisons(specification: Specification, parts: Iterable[SpecPart]) -> Iterator[Comparison]:
    """Each wire format beside the stanza file of its action; one without such a file has no rival."""
    for part in parts:
        for root in part.templates:
            action = action_of(root)
            spec = None if action is None else specification.for_action(root.tag, action)
            if spec is not None:
                yield compare(spec, part, root)


def compare(spec: StanzaSpec, part: SpecPart, root: WireElement) -> Comparison:
    """The two models; `root` is a wire format of the part, and its action one that the stanza file knows."""
    wire = stanza_of(part, root)
    walk = _Walk(_Model(spec), _Model(wire, fixes_values=True))
    walk.lists(spec.attributes, wire.attributes, (None, root.line))
    walk.lists(spec.children, wire.children, (None, root.line))
    return Comparison(spec.tag, action_of(root) or "", wire.id, tuple(walk.agreed), tuple(walk.conflicts))


@dataclass(frozen=True, slots=True)
class _Model:
    """One of the two."""

    spec: StanzaSpec
    fixes_values: bool = False
    """Whether `observed` is the one value there may be, and not an example."""

    def presence(self, path: str, fact: Fact | None, line: int | None) -> Claim:
        """What it says of the thing at `path`; `line` is that of the list where it would stand."""
        if fact is None:
            return Claim(FactRef(self.spec.id, path, UNSTATED, ()), LEFT_OUT, self.spec.file, line)
        return self._claim(fact, path, _presence(fact))

    def form(self, fact: AttributeFact) -> Claim:
        fixed = str(fact.observed[0]) if self.fixes_values and fact.observed else None
        return self._claim(fact, f"{fact.path}/value()", Form(fact.type, fixed))

    def _claim(self, fact: Fact, path: str, says: Presence | Form) -> Claim:
        ref = FactRef(self.spec.id, path, fact.confidence, fact.provenance.techniques)
        return Claim(ref, says, self.spec.file, fact.line)


@dataclass(slots=True)
class _Walk:
    """Both models side by side, from the root down to where one of them has nothing more."""

    stanza: _Model
    part: _Model
    agreed: list[str] = field(default_factory=list)
    conflicts: list[ModelConflict] = field(default_factory=list)

    def lists(
        self, ours: Sequence[Fact], theirs: Sequence[Fact], lines: tuple[int | None, int | None]
    ) -> None:
        """The attributes, or the children, of one element. A model whose list is empty says nothing of it."""
        if not ours or not theirs:
            return
        first, second = ({fact.path: fact for fact in facts} for facts in (ours, theirs))
        for path in dict.fromkeys((*first, *second)):
            one, other = first.get(path), second.get(path)
            self._weigh(
                self.stanza.presence(path, one, lines[0]), self.part.presence(path, other, lines[1]), path
            )
            if one is not None and other is not None:
                self._both(one, other)

    def _both(self, one: Fact, other: Fact) -> None:
        if isinstance(one, ChildFact) and isinstance(other, ChildFact):
            self.lists(one.attributes, other.attributes, (one.line, other.line))
            self.lists(one.children, other.children, (one.line, other.line))
        elif isinstance(one, AttributeFact) and isinstance(other, AttributeFact):
            written_out = self.part.form(other)
            # A placeholder is no statement about the form of a value.
            if isinstance(written_out.says, Form) and written_out.says.fixed is not None:
                self.conflicts.append(ModelConflict(one.path, self.stanza.form(one), written_out))

    def _weigh(self, one: Claim, other: Claim, path: str) -> None:
        if one.says == other.says:
            self.agreed.append(path)
        else:
            self.conflicts.append(ModelConflict(path, one, other))


def _presence(fact: Fact) -> Presence:
    if isinstance(fact, AttributeFact):
        return Presence(1 if fact.required else 0, 1, is_listed=True)
    least, most = OCCURRENCES[fact.occurrence]
    return Presence(least, most, is_listed=True)
