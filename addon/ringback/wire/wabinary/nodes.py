"""Nodes of WABinary: a list of tag, attributes and, where its length is even, content.

The tree is read without recursion: nodes whose child lists are not complete stand on a stack, which also
tells the path of an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from ringback.errors import DecodeError
from ringback.stanza import Node, Value
from ringback.wire.wabinary import tags
from ringback.wire.wabinary.tokens import TokenTable
from ringback.wire.wabinary.values import ValueReader

T = TypeVar("T")

MAX_DEPTH = 128
"""Levels of a stanza, the root being the first. Stops frames of nothing but nested lists, which would exhaust
the stack of whoever walks the tree; real stanzas stay below 20.

Source of the number: oxidezap/whatsapp-rust, wacore/binary/src/decoder.rs, MAX_NODE_DEPTH.
"""

MAX_PARTS = 1 << 19
"""Nodes and attributes of a stanza together. Stops a frame of empty nodes: three bytes of WABinary would take
a hundred times as much memory, and all of it may inflate from a few KB.

Source of the number: our own choice, far above any stanza seen in public.
"""

_ATTRIBUTE_BYTES = 2
_NODE_BYTES = 3
"""Least bytes that one may take: what a list's length claims is held against them before the list is read."""

_FIRST_SIZE_WITH_ATTRIBUTES = 3

_LISTS = frozenset({tags.LIST_EMPTY, tags.LIST_8, tags.LIST_16})
_BINARIES = {
    tags.BINARY_8: ValueReader.binary_8,
    tags.BINARY_20: ValueReader.binary_20,
    tags.BINARY_32: ValueReader.binary_32,
}
_LONGEST_SEGMENT = 64

_Attributes: TypeAlias = dict[str, Value]
_Repeated: TypeAlias = tuple[tuple[str, Value], ...]


@dataclass(slots=True)
class _Open:
    """A node whose child list is being read."""

    tag: str
    attrs: _Attributes
    repeated: _Repeated
    count: int
    children: list[Node]


class NodeReader(ValueReader):
    """Reads the root node of a frame, whole or in part. Errors carry their path."""

    __slots__ = ("_attribute", "_most_parts", "_open", "_parts", "_tag")

    def __init__(self, data: bytes, table: TokenTable, most_parts: int = MAX_PARTS) -> None:
        """`data` is WABinary without the flag byte; more parts than `most_parts` are refused."""
        super().__init__(data, table)
        self._most_parts = most_parts
        self._open: list[_Open] = []
        self._parts = 1
        self._tag: str | None = None
        self._attribute: str | int | None = None

    def root_tag(self) -> str:
        """The tag of the root."""
        return self._located(self._size_and_tag)[1]

    def root_head(self) -> Node:
        """The root with its attributes, its content None."""
        tag, attrs, repeated, _ = self._located(self._head)
        return Node(tag, attrs, None, repeated)

    def root(self) -> Node:
        """The root with all below it."""
        return self._located(self._tree)

    def _located(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except DecodeError as error:
            error.path = self._path()
            raise

    def _tree(self) -> Node:
        while True:
            node = self._leaf_or_open()
            while node is not None:
                if not self._open:
                    return node
                node = self._append(node)

    def _leaf_or_open(self) -> Node | None:
        """The next node, or None where its children have to be read first."""
        tag, attrs, repeated, has_content = self._head()
        if not has_content:
            return Node(tag, attrs, None, repeated)
        first = self.byte("content")
        if first not in _LISTS:
            return Node(tag, attrs, self._leaf(first), repeated)
        count = self._list_size(first)
        if count == 0:
            return Node(tag, attrs, (), repeated)
        self._expect_parts(count, _NODE_BYTES, "nodes")
        if len(self._open) + 1 == MAX_DEPTH:
            raise DecodeError(self.offset, "", f"at most {MAX_DEPTH} levels", "one more")
        self._open.append(_Open(tag, attrs, repeated, count, []))
        return None

    def _append(self, child: Node) -> Node | None:
        """The node that `child` completes, None where further children follow."""
        parent = self._open[-1]
        parent.children.append(child)
        if len(parent.children) < parent.count:
            return None
        self._open.pop()
        return Node(parent.tag, parent.attrs, tuple(parent.children), parent.repeated)

    def _leaf(self, first: int) -> Value | bytes:
        read = _BINARIES.get(first)
        return self.value_from(first) if read is None else read(self)

    def _head(self) -> tuple[str, _Attributes, _Repeated, bool]:
        """Tag, attributes, repeated attributes, and whether content follows."""
        size, tag = self._size_and_tag()
        if size < _FIRST_SIZE_WITH_ATTRIBUTES:
            return tag, {}, (), not size & 1
        count = (size - 1) >> 1
        self._expect_parts(count, _ATTRIBUTE_BYTES, "attributes")
        attrs, repeated = self._read_attributes(count)
        return tag, attrs, repeated, not size & 1

    def _read_attributes(self, count: int) -> tuple[_Attributes, _Repeated]:
        attrs: _Attributes = {}
        repeated: list[tuple[str, Value]] = []
        for number in range(1, count + 1):
            self._attribute = number
            name = self.text()
            self._attribute = name
            value = self.value()
            if name in attrs:
                repeated.append((name, value))
            else:
                attrs[name] = value
        self._attribute = None
        return attrs, tuple(repeated)

    def _size_and_tag(self) -> tuple[int, str]:
        """Length of the node's list, and its first entry."""
        self._tag = None
        first = self.byte("a node")
        if first not in _LISTS:
            raise self.refusal("a node, which is a list")
        size = self._list_size(first)
        if size == 0:
            raise self.refusal("a node, which is a list of at least a tag")
        tag = self.text()
        if not tag:
            raise self.refusal("a tag that is not empty")
        self._tag = tag
        return size, tag

    def _list_size(self, first: int) -> int:
        if first == tags.LIST_8:
            return self.byte("the length of a list")
        return self.number(2, "the length of a list") if first == tags.LIST_16 else 0

    def _expect_parts(self, count: int, least_bytes: int, what: str) -> None:
        least = count * least_bytes
        if self.offset + least > self._end:
            raise self.cut_off(f"{count} {what} in at least {least} bytes")
        self._parts += count
        if self._parts > self._most_parts:
            raise DecodeError(self.offset, "", f"at most {self._most_parts} nodes and attributes", "more")

    def _path(self) -> str:
        """Where the reader stands: `call/te[2]/@port`.

        `[2]` is the second child of that tag, as in XPath; `*[3]` is the third child, its tag not read;
        `@[1]` is the first attribute, its name not read.
        """
        segments: list[str] = []
        siblings: list[Node] | None = None
        for parent in self._open:
            segments.append(_segment(parent.tag, siblings))
            siblings = parent.children
        if self._tag is not None or siblings is not None:
            segments.append(_segment(self._tag, siblings))
        if isinstance(self._attribute, int):
            segments.append(f"@[{self._attribute}]")
        elif self._attribute is not None:
            segments.append(f"@{_clipped(self._attribute)}")
        return "/".join(segments)


def _segment(tag: str | None, siblings: list[Node] | None) -> str:
    if siblings is None:
        return _clipped(tag or "*")
    if tag is None:
        return f"*[{len(siblings) + 1}]"
    return f"{_clipped(tag)}[{sum(node.tag == tag for node in siblings) + 1}]"


def _clipped(name: str) -> str:
    return name if len(name) <= _LONGEST_SEGMENT else name[:_LONGEST_SEGMENT] + "..."
