"""A stanza file as plain text: what `ringback spec show` prints."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from ringback.spec.model import AttributeFact, ChildFact, Example, Provenance, StanzaSpec
from ringback.spec.types import ENUM_PREFIX, Enums, form_of, range_of

WIDTH = 100
"""Columns that running text is wrapped to where none are given; rows of the table are never wrapped."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One line of the tree: an element or attribute, and what is said of it."""

    depth: int
    """0 for the stanza's own tag."""
    name: str
    """`<te>` or `@port`."""
    kind: str
    """The attribute's type, or `element`."""
    need: str
    """`required`, `optional`, or the child's occurrence."""
    confidence: str
    techniques: str
    """Joined by commas; `-` where the file names none."""
    description: str
    remarks: tuple[str, ...] = ()
    """What else there is to say, a line each: the range of a port, the values of an enum, values observed,
    the rest of the provenance."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns of the line, the tree's indentation included."""
        name = "  " * self.depth + self.name
        return (name, self.kind, self.need, self.confidence, self.techniques)


def fact_rows(spec: StanzaSpec, enums: Enums | None = None) -> tuple[FactRow, ...]:
    """The stanza as a tree: its tag, then every fact in the order of the file."""
    root = FactRow(0, f"<{spec.tag}>", "element", "1", confidence="", techniques="", description="")
    return (root, *_rows(spec.attributes, spec.children, 1, enums or {}))


def render_spec(spec: StanzaSpec, enums: Enums | None = None, *, width: int = WIDTH) -> str:
    """The whole file as text without colour or markup, ending in a newline.

    Open questions carry the ids that findings name them by, such as `call-preaccept/1`.
    """
    return "\n".join(_page(spec, enums or {}, width)) + "\n"


def _page(spec: StanzaSpec, enums: Enums, width: int) -> Iterator[str]:
    yield f"{spec.display_name} ({spec.id})"
    directions = ", ".join(spec.directions)
    yield from _wrapped(f"{spec.category}; {directions}; {spec.status}; wacrg {spec.spec_version}", 0, width)
    yield ""
    yield from _wrapped(spec.summary, 0, width)
    yield ""
    yield from _table(fact_rows(spec, enums), width)
    for example in spec.examples:
        yield ""
        yield from _example(example, width)
    if spec.notes:
        yield ""
        yield from _wrapped(f"Notes: {spec.notes}", 0, width)
    if spec.open_questions:
        yield ""
        yield "Open questions"
    for number, question in enumerate(spec.open_questions, start=1):
        yield from _wrapped(f"{spec.id}/{number}  {question}", 2, width, hanging=len(spec.id) + 4)
    for title, address in spec.references:
        yield ""
        yield from _wrapped(f"Reference: {title}{f' <{address}>' if address else ''}", 0, width)


def _rows(
    attributes: tuple[AttributeFact, ...], children: tuple[ChildFact, ...], depth: int, enums: Enums
) -> Iterator[FactRow]:
    for fact in attributes:
        need = "required" if fact.required else "optional"
        remarks = (*_values(fact, enums), *_sources(fact.provenance))
        techniques = _techniques(fact.provenance)
        yield FactRow(
            depth, f"@{fact.name}", fact.type, need, fact.confidence, techniques, fact.description, remarks
        )
    for child in children:
        name, techniques = f"<{child.tag}>", _techniques(child.provenance)
        remarks = tuple(_sources(child.provenance))
        yield FactRow(
            depth, name, "element", child.occurrence, child.confidence, techniques, child.description, remarks
        )
        yield from _rows(child.attributes, child.children, depth + 1, enums)


def _values(fact: AttributeFact, enums: Enums) -> Iterator[str]:
    form = range_of(fact.name, fact.type)
    if form is None and fact.type.startswith(ENUM_PREFIX):
        form = form_of(fact.type, enums)
    if form is not None:
        yield f"value: {form.words}"
    if fact.observed:
        yield f"observed: {', '.join(map(_observed, fact.observed))}"


def _observed(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _techniques(provenance: Provenance) -> str:
    return ", ".join(provenance.techniques) or "-"


def _sources(provenance: Provenance) -> Iterator[str]:
    named = (
        ("tools", provenance.tools),
        ("flavors", provenance.flavors),
        ("contributors", provenance.contributors),
        ("sources", provenance.sources),
    )
    return (f"{key}: {', '.join(values)}" for key, values in named if values)


def _table(rows: tuple[FactRow, ...], width: int) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*(row.cells for row in rows), strict=True)]
    for row in rows:
        cells = (cell.ljust(size) for cell, size in zip(row.cells, widths, strict=True))
        yield "  ".join(cells).rstrip()
        for text in (row.description, *row.remarks):
            yield from _wrapped(text, 2 * row.depth + 4, width)


def _example(example: Example, width: int) -> Iterator[str]:
    yield f"Example: {example.title}"
    yield from _wrapped(example.note, 2, width)
    yield from textwrap.indent(example.body, "    ").splitlines()


def _wrapped(text: str, indent: int, width: int, *, hanging: int = 0) -> list[str]:
    first = " " * indent
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=first + " " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
