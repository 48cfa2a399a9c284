"""The specification as values: what a wacrg stanza file says, each statement a fact with its confidence."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field

from ringback.spec.flow import FlowSpec

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

WEBSOCKET_CAPTURE = "websocket-capture"
"""Technique of everything that is read off the wire.

Source: wacrg spec/techniques/websocket-capture.yaml.
"""

CONFIDENCES = ("confirmed", "probable", "speculative", "unknown")
"""Source: wacrg spec/schema/stanza.schema.json, $defs/confidence."""

BASE_TYPES = ("string", "int", "hex", "bytes", "bool", "jid", "timestamp")
"""Attribute types besides `enum:<id>`. Source: wacrg spec/schema/stanza.schema.json, $defs/attr_type."""

OCCURRENCES = {"1": (1, 1), "0..1": (0, 1), "0..n": (0, None), "1..n": (1, None)}
"""Occurrence to (least, most); None is unbounded.

Source: wacrg spec/schema/stanza.schema.json, $defs/child.
"""


class Vantage(enum.Enum):
    """Which copy of a stanza the required addresses of its root are judged on.

    Source: Cobalt's published Web-client call fixtures (commit dce2b51a), both ends of one call: the sender's
    copy has no `from`, the delivered copy has no `to`.
    """

    LITERAL = "literal"
    """As the file has it, whichever copy it is."""
    SENT = "sent"
    """The copy that a client sends: the server knows who it is."""
    DELIVERED = "delivered"
    """The copy that a client is handed: it knows who it is."""

    def excuses(self, fact: AttributeFact) -> bool:
        """Whether this copy lacks that attribute by nature, whatever the file requires."""
        return fact.on_root and fact.name == _OWN_ADDRESS.get(self)


_OWN_ADDRESS = {Vantage.SENT: "from", Vantage.DELIVERED: "to"}


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

    @property
    def on_root(self) -> bool:
        """Whether it is an attribute of the stanza's own tag, not of a child."""
        return self.path.count("/") == 1

    def required_for(self, vantage: Vantage) -> bool:
        """Whether a copy seen from there must carry it."""
        return self.required and not vantage.excuses(self)


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

    @property
    def actions(self) -> tuple[str, ...]:
        """Tags of the children that make a stanza one of this file's: its action, or where it has none each
        child it knows. Empty where it knows no child."""
        return (self.action,) if self.action is not None else tuple(child.tag for child in self.children)

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
    """All that was loaded: stanza files by id, enums by id, and flows."""

    stanzas: dict[str, StanzaSpec]
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of each file in the `enums` folder beside the stanzas; empty where there is no such folder."""
    flows: tuple[FlowSpec, ...] = ()
    """Each file in the `flows` folder beside the stanzas, in order of their names."""

    @property
    def unloaded_enums(self) -> tuple[str, ...]:
        """Enums that types refer to and that are not loaded, sorted: any value of theirs passes."""
        facts = (fact for spec in self.stanzas.values() for fact in spec.facts())
        types = (fact.type for fact in facts if isinstance(fact, AttributeFact))
        named = {each.removeprefix("enum:") for each in types if each.startswith("enum:")}
        return tuple(sorted(named - self.enums.keys()))

    def for_action(self, tag: str, action: str | None) -> StanzaSpec | None:
        """The file that specifies `<tag>` with that action child, or None.

        A file that requires the action comes before one that merely knows it: `<mute>` and `<video>` are
        both optional in wacrg's call-mute, and both are its subject. Without an action (`<ack>` and its like)
        it is the one file of that tag, if that file requires no action.
        """
        of_tag = [spec for spec in self.stanzas.values() if spec.tag == tag]
        if action is None:
            return of_tag[0] if len(of_tag) == 1 and of_tag[0].action is None else None
        requiring = [spec for spec in of_tag if spec.action == action]
        knowing = [spec for spec in of_tag if action in spec.actions]
        return next(iter(requiring + knowing), None)
