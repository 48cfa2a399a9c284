"""The specification as values: what a wacrg stanza file says, each statement a fact with its confidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

TECHNIQUES = (
    "websocket-capture",
    "baileys-instrumentation",
    "frida-hooking",
    "mitm-tls",
    "static-smali-analysis",
    "memory-dump",
    "wasm-analysis",
)
"""Fixed technique ids. Source: wacrg spec/schema/stanza.schema.json, $defs/technique."""

CONFIDENCES = ("confirmed", "probable", "speculative", "unknown")
"""Source: wacrg spec/schema/stanza.schema.json, $defs/confidence."""

BASE_TYPES = ("string", "int", "hex", "bytes", "bool", "jid", "timestamp")
"""Attribute types besides `enum:<id>`. Source: wacrg spec/schema/stanza.schema.json, $defs/attr_type."""

OCCURRENCES = {"1": (1, 1), "0..1": (0, 1), "0..n": (0, None), "1..n": (1, None)}
"""Occurrence to (least, most); None is unbounded.

Source: wacrg spec/schema/stanza.schema.json, $defs/child.
"""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact came from. Empty tuples where the file says nothing."""

    techniques: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    flavors: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeFact:
    """An attribute that a tag may or must carry."""

    name: str
    type: str
    """One of `BASE_TYPES` or `enum:<id>`."""
    required: bool
    confidence: str
    description: str
    observed: tuple[str | int | float | bool, ...]
    """Synthetic example values of the file."""
    provenance: Provenance
    path: str
    """`call/preaccept/@call-id`."""
    line: int
    """Line in the file, from 1."""


@dataclass(frozen=True, slots=True)
class ChildFact:
    """A child that a tag may or must have, with all that is said of it."""

    tag: str
    occurrence: str
    """A key of `OCCURRENCES`."""
    confidence: str
    description: str
    provenance: Provenance
    attributes: tuple[AttributeFact, ...]
    children: tuple[ChildFact, ...]
    path: str
    """`call/preaccept/destination`."""
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """An example of the file, as it stands there."""

    title: str
    note: str
    format: str
    """`xml`, `hex` or `json`."""
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class StanzaSpec:
    """One stanza file."""

    id: str
    tag: str
    display_name: str
    category: str
    directions: tuple[str, ...]
    """Out of `outgoing`, `incoming`, `bidirectional`, seen from the local device."""
    status: str
    spec_version: str
    summary: str
    attributes: tuple[AttributeFact, ...]
    children: tuple[ChildFact, ...]
    examples: tuple[Example, ...]
    notes: str
    open_questions: tuple[str, ...]
    references: tuple[tuple[str, str | None], ...]
    """Title and address of each reference."""
    file: str
    """Name of the file without its folder."""

    @property
    def action(self) -> str | None:
        """Tag of the one child that must be there: the action that tells `<call>` stanzas apart. None where
        the file has no such child."""
        required = [child.tag for child in self.children if OCCURRENCES[child.occurrence][0] == 1]
        return required[0] if len(required) == 1 else None

    def facts(self) -> Iterator[AttributeFact | ChildFact]:
        """Every fact in document order: a tag's attributes, then each child followed by its own facts."""
        yield from self.attributes
        for child in self.children:
            yield from _facts_below(child)


def _facts_below(child: ChildFact) -> Iterator[AttributeFact | ChildFact]:
    yield child
    yield from child.attributes
    for grandchild in child.children:
        yield from _facts_below(grandchild)


@dataclass(frozen=True, slots=True)
class Specification:
    """All that was loaded: stanza files by id, and enums by id."""

    stanzas: dict[str, StanzaSpec]
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of each `spec/enums` file that was found beside the stanzas; empty for a single file."""

    def for_action(self, tag: str, action: str | None) -> StanzaSpec | None:
        """The file that specifies `<tag>` with that action child (None for `<ack>` and its like), or None."""
        for spec in self.stanzas.values():
            if spec.tag == tag and spec.action == action:
                return spec
        return None
