"""A decoded WABinary node: tag, attributes, content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from ringback.stanza.jid import Jid

Value: TypeAlias = str | Jid
"""An attribute's value: an address where the wire used a JID tag, else text. Bytes that are no UTF-8 stand in
the text as surrogate escapes (PEP 383), so nothing is lost."""

Content: TypeAlias = "str | Jid | bytes | tuple[Node, ...] | None"
"""None: no content on the wire. str: a token or packed text. Jid: an address. bytes: BINARY_8/20/32.
tuple: a child list, which may be empty and is then not the same as None."""


class Node(Struct, frozen=True, gc=False):
    """One node. Attributes keep the order of the wire.

    A `Struct` as `Jid` is one: a frozen dataclass takes ten times as long to make, and reading a stanza is
    making nodes.
    """

    tag: str
    attrs: Mapping[str, Value] = {}
    content: Content = None
    repeated: tuple[tuple[str, Value], ...] = ()
    """Attributes whose name had already stood in this node, in wire order: `attrs` holds the first of each
    name, so a repetition is kept here and reported, never dropped."""

    @property
    def children(self) -> tuple[Node, ...]:
        """The child list; empty where the content is something else or absent."""
        return self.content if isinstance(self.content, tuple) else ()

    def child(self, tag: str) -> Node | None:
        """The first child with `tag`, None where there is none."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> tuple[Node, ...]:
        """Every child with `tag`, in order."""
        return tuple(child for child in self.children if child.tag == tag)

    def text(self, name: str) -> str | None:
        """The attribute's value as text (an address in its text form), None where it is absent."""
        value = self.attrs.get(name)
        return None if value is None else str(value)

    def jid(self, name: str) -> Jid | None:
        """The attribute's value as an address, also where it was spelled as text; else None."""
        value = self.attrs.get(name)
        if value is None or isinstance(value, Jid):
            return value
        return Jid.maybe_parse(value)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in document order."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))
