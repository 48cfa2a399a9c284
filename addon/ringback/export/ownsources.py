"""The sources that ringback itself names with a fact: how they begin, which is how it knows its own, and when
a newer one takes the place of an older."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ringback.export.document import StanzaDocument
from ringback.spec.model import AttributeFact, ChildFact, Specification, StanzaSpec

_STATED = "ringback: as stated in "
"""Begins the source of a fact that the file had."""
_ADDED = "ringback: in "
"""Begins the source of a fact that ringback added."""


@dataclass(frozen=True, slots=True)
class OwnSource:
    """What the evidence has to say for one fact."""

    text: str
    techniques: tuple[str, ...]
    builds: tuple[str, ...]

    @classmethod
    def stated(cls, seen: str, techniques: Sequence[str], builds: Sequence[str]) -> OwnSource:
        """For a fact of the file; `seen` says how often."""
        return cls._of(_STATED, seen, techniques, builds)

    @classmethod
    def added(cls, seen: str, techniques: Sequence[str], builds: Sequence[str]) -> OwnSource:
        """For a fact that ringback adds."""
        return cls._of(_ADDED, seen, techniques, builds)

    @classmethod
    def _of(cls, start: str, seen: str, techniques: Sequence[str], builds: Sequence[str]) -> OwnSource:
        text = f"{start}{seen} ({'; '.join((*techniques, *builds))})"
        return cls(text, tuple(techniques), tuple(builds))

    def name_in(self, document: StanzaDocument, path: str, *, always: bool = False) -> None:
        """Put it in place of older ones that name no technique and no client beyond these.

        More of the same technique on the same build corroborates nothing: where a source that stays names all
        of these, it is told `always` only.
        """
        words = (*self.techniques, *self.builds)
        document.drop_sources(path, lambda old: old != self.text and _is_outdated(old, words))
        if always or not document.is_backed(path, ("ringback: ", *words)):
            document.add_provenance(path, self.techniques, self.text)


def is_own(source: str) -> bool:
    """Whether ringback named it."""
    return source.startswith((_STATED, _ADDED))


def is_addition(fact: AttributeFact | ChildFact) -> bool:
    """Whether ringback added the fact, and nothing seen since contradicts it."""
    return any(source.startswith(_ADDED) for source in fact.provenance.sources)


def without_additions(specification: Specification) -> Specification:
    """The specification as it was before ringback added facts to it, with all that is in them."""
    return replace(
        specification, stanzas={key: _spec_without(spec) for key, spec in specification.stanzas.items()}
    )


def _is_outdated(source: str, words: Collection[str]) -> bool:
    named = source.rpartition("(")[2].removesuffix(")").split("; ")
    return is_own(source) and set(named) <= set(words)


def _spec_without(spec: StanzaSpec) -> StanzaSpec:
    if not any(map(is_addition, spec.facts())):
        return spec
    return replace(spec, attributes=_attributes(spec.attributes), children=tuple(_children(spec.children)))


def _attributes(facts: Sequence[AttributeFact]) -> tuple[AttributeFact, ...]:
    return tuple(fact for fact in facts if not is_addition(fact))


def _children(facts: Sequence[ChildFact]) -> tuple[ChildFact, ...]:
    return tuple(
        replace(fact, attributes=_attributes(fact.attributes), children=_children(fact.children))
        for fact in facts
        if not is_addition(fact)
    )
