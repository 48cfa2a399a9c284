"""A spec part as values: wacrg's normative prose, and the stanza that its wire format shows.

The second model of the specification, beside `ringback.spec.model`. A part states no confidence, so its facts
have none: `unknown`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from ringback.errors import SpecError


class Anything(enum.Enum):
    """Content that a template names without giving it."""

    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class WireAttribute:
    """An attribute as a template shows it."""

    name: str
    required: bool
    """False where it stands in brackets."""
    fixed: str | None
    """The value that is written out; None where a placeholder stands or no value at all."""
    path: str
    """`call/preaccept/encopt/@keygen`."""
    line: int
    """Line in the file, from 1."""


@dataclass(frozen=True, slots=True)
class WireElement:
    """An element as a template shows it."""

    tag: str
    occurrence: str
    """A key of `OCCURRENCES`."""
    attributes: tuple[WireAttribute, ...]
    children: tuple[WireElement, ...]
    """In the order that the stanza has them."""
    content: bytes | Anything | None
    """Bytes that are written out in hex, `ANYTHING` for a placeholder; None where nothing is said."""
    notes: tuple[str, ...]
    """Comments that belong to it, as they are written."""
    path: str
    line: int

    @property
    def order(self) -> tuple[str, ...]:
        """Tags of the children, in the order in which they stand; empty where there are not two to order."""
        return tuple(child.tag for child in self.children) if len(self.children) > 1 else ()

    def elements(self) -> Iterator[WireElement]:
        """This element and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.elements()

    def has(self, path: str) -> bool:
        """Whether this element or one below it stands at that path."""
        return any(element.path == path for element in self.elements())


@dataclass(frozen=True, slots=True)
class ProseFact:
    """A sentence with an RFC 2119 key word: what the part demands in words, listed and not interpreted."""

    keywords: tuple[str, ...]
    """Key words of the sentence in its order, each once: `("MUST", "MAY")`."""
    text: str
    """The sentence on one line."""
    line: int
    """Line in the file on which it starts, from 1."""


@dataclass(frozen=True, slots=True)
class SpecPart:
    """One spec part."""

    id: str
    code: str
    """`SIG-04`: what findings call the model, since a stanza file may have the same id."""
    category: str
    title: str
    status: str
    """`draft`, `review`, `stable`, `deprecated`, or empty where the file says nothing."""
    summary: str
    templates: tuple[WireElement, ...]
    """Root elements of the blocks that could be read, in order."""
    prose: tuple[ProseFact, ...]
    refused: tuple[SpecError, ...]
    """Blocks that could not be read, each with its place and the reason."""
    flavors: tuple[str, ...]
    """Reimplementations that the file names: sources, no techniques."""
    requires: tuple[str, ...]
    open_questions: tuple[str, ...]
    file: str
    """Name of the file without its folder."""

    def template_for(self, tag: str, action: str) -> WireElement | None:
        """The first template of that stanza whose one required child is the action, else None."""
        return next((root for root in self.templates if root.tag == tag and action_of(root) == action), None)


def action_of(root: WireElement) -> str | None:
    """Tag of the one child that tells the stanza's action; None where there is none or several."""
    return root.children[0].tag if len(root.children) == 1 else None
