"""A wire format as facts of the stanza model, so that whatever reads facts reads those of a part as well.

What the stanza format has no words for gets facts of its own: `content()` of an element and the `order()` of
its children.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringback.spec.model import AttributeFact, ChildFact, Provenance, StanzaSpec
from ringback.spec.part import SpecPart, WireAttribute, WireElement

UNSTATED = "unknown"
"""Confidence of a part's facts: its format has none."""


def stanza_of(part: SpecPart, root: WireElement) -> StanzaSpec:
    """The stanza file that says what the wire format says, its code as the id; flavors are the provenance.

    A value that is written out stands in `observed`, alone.
    """
    provenance = Provenance(flavors=part.flavors)
    return StanzaSpec(
        id=part.code,
        tag=root.tag,
        display_name=part.title,
        category=part.category,
        directions=("bidirectional",),
        status=part.status,
        spec_version="",
        summary=part.summary,
        attributes=tuple(_attribute(attribute, provenance) for attribute in root.attributes),
        children=tuple(_child(child, provenance) for child in root.children),
        examples=(),
        notes="",
        open_questions=part.open_questions,
        references=(),
        file=part.file,
    )


def facts_of(part: SpecPart, root: WireElement) -> Iterator[AttributeFact | ChildFact]:
    """Every fact of a wire format: those of `stanza_of`, then contents and orders."""
    yield from stanza_of(part, root).facts()
    for element in root.elements():
        yield from (fact for fact in (content_fact(element), order_fact(element)) if fact is not None)


def content_fact(element: WireElement) -> AttributeFact | None:
    """The fact that the element holds what is shown in it; None where nothing is shown."""
    return None if element.content is None else _beyond(element, "content()", "What the element holds.")


def order_fact(element: WireElement) -> AttributeFact | None:
    """The fact that the children stand in the order shown; None where there are not two."""
    return _beyond(element, "order()", ", then ".join(element.order)) if element.order else None


def _attribute(shown: WireAttribute, provenance: Provenance) -> AttributeFact:
    return AttributeFact(
        name=shown.name,
        type="string",
        required=shown.required,
        confidence=UNSTATED,
        description="",
        observed=() if shown.fixed is None else (shown.fixed,),
        provenance=provenance,
        path=shown.path,
        line=shown.line,
    )


def _child(shown: WireElement, provenance: Provenance) -> ChildFact:
    return ChildFact(
        tag=shown.tag,
        occurrence=shown.occurrence,
        confidence=UNSTATED,
        description="; ".join(shown.notes),
        provenance=provenance,
        attributes=tuple(_attribute(attribute, provenance) for attribute in shown.attributes),
        children=tuple(_child(child, provenance) for child in shown.children),
        path=shown.path,
        line=shown.line,
    )


def _beyond(element: WireElement, name: str, says: str) -> AttributeFact:
    return AttributeFact(
        name, "bytes", False, UNSTATED, says, (), Provenance(), f"{element.path}/{name}", element.line
    )
