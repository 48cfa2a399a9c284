"""A node as JSON: the one shape that `ringback decode` and the event file share.

    {"tag": "te", "attrs": {"priority": "1"}, "content": {"hex": "cb0071140d96"}}

`content` is null where the node has none, a string for text and addresses, `{"hex": ...}` for bytes, and a
list of nodes, which may be empty, for a child list. A node that names an attribute more than once has the
further key `repeated`, a list of `[name, value]` in the order of the wire; no other node has it.
"""

from __future__ import annotations

from typing import TypeAlias

from ringback.errors import StanzaError
from ringback.stanza import Content, Node
from ringback.wire.wabinary.nodes import MAX_DEPTH

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""What `json.dumps` takes."""


def node_to_json(node: Node) -> dict[str, JsonValue]:
    """The node with all below it, ready for `json.dumps`.

    An address is given in its text form, so the difference between an address and text that looks like one is
    lost; everything else stays. Text that was no UTF-8 on the wire keeps its surrogate escapes, which
    `json.dumps` writes as `\\udcXX`.
    """
    shown: dict[str, JsonValue] = {
        "tag": node.tag,
        "attrs": {name: str(value) for name, value in node.attrs.items()},
        "content": content_to_json(node.content),
    }
    if node.repeated:
        shown["repeated"] = [[name, str(value)] for name, value in node.repeated]
    return shown


def content_to_json(content: Content) -> JsonValue:
    """A node's content, or a single value of a finding, in the shape described above."""
    if content is None:
        return None
    if isinstance(content, bytes):
        return {"hex": content.hex()}
    if isinstance(content, tuple):
        return [node_to_json(child) for child in content]
    return str(content)


def node_from_json(value: object) -> Node:
    """The node that `node_to_json` spelled; addresses stay text.

    Raises:
        StanzaError: it is none, or has more levels than a stanza can have.
    """
    return _node(value, MAX_DEPTH)


def _node(value: object, levels: int) -> Node:
    if not isinstance(value, dict) or not isinstance(value.get("tag"), str):
        raise StanzaError("a node is an object with a tag")
    if not levels:
        raise StanzaError(f"a stanza has at most {MAX_DEPTH} levels")
    attrs = value.get("attrs", {})
    if not isinstance(attrs, dict) or not all(isinstance(each, str) for each in attrs.values()):
        raise StanzaError("the attributes of a node are an object of texts")
    content = _content(value.get("content"), levels)
    return Node(value["tag"], dict(attrs), content, _repeated(value.get("repeated", [])))


def _repeated(pairs: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(pairs, list):
        raise StanzaError("repeated attributes are a list")
    found = []
    for pair in pairs:
        match pair:
            case [str(name), str(text)]:
                found.append((name, text))
            case _:
                raise StanzaError("a repeated attribute is a list of its name and its text")
    return tuple(found)


def _content(value: object, levels: int) -> Content:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return tuple(_node(each, levels - 1) for each in value)
    if isinstance(value, dict) and isinstance(digits := value.get("hex"), str):
        try:
            return bytes.fromhex(digits)
        except ValueError as error:
            raise StanzaError("hex is an even number of hex digits") from error
    raise StanzaError("content is null, a text, an object with hex, or a list of nodes")
