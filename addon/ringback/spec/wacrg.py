"""The wacrg stanza format: which keys and words its files have, and how they become the model.

Source: wacrg spec/schema/stanza.schema.json and enum.schema.json (commit 0114515). Stricter than those where
a fact could not be addressed or would be said twice: a name that no path can hold, an attribute or child
named twice in one place.
"""

from __future__ import annotations

import re

from ringback.spec.entry import Entry, Shape, quoted, suggest
from ringback.spec.model import (
    BASE_TYPES,
    CONFIDENCES,
    OCCURRENCES,
    TECHNIQUES,
    AttributeFact,
    ChildFact,
    Example,
    Provenance,
    StanzaSpec,
)
from ringback.spec.types import ENUM_PREFIX, Enums

MAX_CHILD_DEPTH = 16
"""Levels of children that are read; libxml2 takes a schema of many more, no stack frame is spent on them."""

STANZA = Shape(
    "a stanza",
    required=("id", "tag", "display_name", "category", "direction", "status", "spec_version", "summary"),
    optional=("attributes", "children", "examples", "notes", "open_questions", "references"),
)
ATTRIBUTE = Shape(
    "an attribute",
    required=("name", "type", "confidence", "description"),
    optional=("required", "observed_values", "provenance"),
)
CHILD = Shape(
    "a child",
    required=("tag", "occurrence", "confidence", "description"),
    optional=("provenance", "attributes", "children"),
)
PROVENANCE = Shape(
    "a provenance", required=("techniques",), optional=("tools", "flavors", "contributors", "sources")
)
EXAMPLE = Shape("an example", required=("title", "format", "body"), optional=("note",))
REFERENCE = Shape("a reference", required=("title",), optional=("url",))
ENUM = Shape("an enum", required=("id", "title", "status", "summary", "values"))
ENUM_VALUE = Shape("an enum value", required=("value", "confidence", "description"))

CATEGORIES = ("signaling", "keying", "media", "transport")
DIRECTIONS = ("outgoing", "incoming", "bidirectional")
STATUSES = ("draft", "review", "stable", "deprecated")
FORMATS = ("xml", "hex", "json")

SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
"""Form of every id."""

VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
"""Form of `spec_version`."""

_NAME = re.compile(r"[^\s/@\[\]]+")


def read_stanza(entry: Entry, enums: Enums | None) -> StanzaSpec:
    """The stanza that an entry of shape `STANZA` defines.

    `enums` are those that its attributes may refer to; None where none were looked for, and any id will do.

    Raises:
        SpecError: a value is not what the format has in its place.
    """
    tag = _name(entry, "tag")
    return StanzaSpec(
        id=entry.text("id"),
        tag=tag,
        display_name=entry.sentence("display_name"),
        category=entry.word("category", CATEGORIES),
        directions=entry.words("direction", DIRECTIONS),
        status=entry.word("status", STATUSES),
        spec_version=entry.matching("spec_version", VERSION, "three numbers, such as 0.1.0"),
        summary=entry.sentence("summary"),
        attributes=_attributes(entry, tag, enums),
        children=_children(entry, tag, enums),
        examples=tuple(_example(example) for example in entry.entries("examples", EXAMPLE)),
        notes=entry.text("notes"),
        open_questions=entry.texts("open_questions"),
        references=tuple(_reference(item) for item in entry.entries("references", REFERENCE)),
        file=entry.file.name,
    )


def read_enum(entry: Entry) -> tuple[str, ...]:
    """The values of an entry of shape `ENUM`, as they stand on the wire.

    Raises:
        SpecError: a value is not what the format has in its place, or there is none.
    """
    entry.sentence("title")
    entry.sentence("summary")
    entry.word("status", STATUSES)
    values = tuple(_enum_value(value) for value in entry.entries("values", ENUM_VALUE))
    if not values:
        raise entry.refusal("values", "values is empty: expected at least one")
    return values


def _enum_value(entry: Entry) -> str:
    entry.word("confidence", CONFIDENCES)
    entry.sentence("description")
    return entry.written("value")


def _attributes(owner: Entry, path: str, enums: Enums | None) -> tuple[AttributeFact, ...]:
    facts: dict[str, AttributeFact] = {}
    for entry in owner.entries("attributes", ATTRIBUTE):
        fact = _attribute(entry, path, enums)
        if fact.name in facts:
            first = facts[fact.name].line
            raise entry.refusal(
                "name", f"attribute {quoted(fact.name)} of {path} is there since line {first}"
            )
        facts[fact.name] = fact
    return tuple(facts.values())


def _attribute(entry: Entry, path: str, enums: Enums | None) -> AttributeFact:
    name = _name(entry, "name")
    return AttributeFact(
        name=name,
        type=_type(entry, enums),
        required=entry.flag("required"),
        confidence=entry.word("confidence", CONFIDENCES),
        description=entry.sentence("description"),
        observed=entry.values("observed_values"),
        provenance=_provenance(entry),
        path=f"{path}/@{name}",
        line=entry.line("name"),
    )


def _type(entry: Entry, enums: Enums | None) -> str:
    name = entry.text("type")
    if not name.startswith(ENUM_PREFIX):
        return entry.word("type", (*BASE_TYPES, f"{ENUM_PREFIX}<id>"))
    enum_id = name.removeprefix(ENUM_PREFIX)
    if SLUG.fullmatch(enum_id) is None:
        raise entry.refusal("type", f"type {quoted(name)}: expected enum:<id>, such as enum:media-types")
    if enums is not None and enum_id not in enums:
        raise entry.refusal(
            "type", f"no enum {quoted(enum_id)} beside the stanzas; {suggest(enum_id, [*enums])}"
        )
    return name


def _children(owner: Entry, path: str, enums: Enums | None) -> tuple[ChildFact, ...]:
    facts: dict[str, ChildFact] = {}
    for entry in owner.entries("children", CHILD):
        fact = _child(entry, path, enums)
        if fact.tag in facts:
            first = facts[fact.tag].line
            raise entry.refusal("tag", f"child {quoted(fact.tag)} of {path} is there since line {first}")
        facts[fact.tag] = fact
    return tuple(facts.values())


def _child(entry: Entry, parent: str, enums: Enums | None) -> ChildFact:
    tag = _name(entry, "tag")
    path = f"{parent}/{tag}"
    if path.count("/") > MAX_CHILD_DEPTH:
        raise entry.refusal("tag", f"child {quoted(tag)} is more than {MAX_CHILD_DEPTH} levels down")
    return ChildFact(
        tag=tag,
        occurrence=entry.word("occurrence", tuple(OCCURRENCES)),
        confidence=entry.word("confidence", CONFIDENCES),
        description=entry.sentence("description"),
        provenance=_provenance(entry),
        attributes=_attributes(entry, path, enums),
        children=_children(entry, path, enums),
        path=path,
        line=entry.line("tag"),
    )


def _provenance(owner: Entry) -> Provenance:
    entry = owner.maybe_entry("provenance", PROVENANCE)
    if entry is None:
        return Provenance()
    return Provenance(
        techniques=entry.words("techniques", TECHNIQUES),
        tools=entry.ids("tools"),
        flavors=entry.ids("flavors"),
        contributors=entry.ids("contributors"),
        sources=entry.texts("sources"),
    )


def _example(entry: Entry) -> Example:
    return Example(
        title=entry.sentence("title"),
        note=entry.text("note"),
        format=entry.word("format", FORMATS),
        body=entry.sentence("body"),
        line=entry.line("body"),
    )


def _reference(entry: Entry) -> tuple[str, str | None]:
    return entry.sentence("title"), entry.text("url") or None


def _name(entry: Entry, key: str) -> str:
    """A tag or attribute name without the signs that paths of facts are made of."""
    return entry.matching(key, _NAME, "a name without space, '/', '@' or brackets")
