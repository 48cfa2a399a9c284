"""A node as JSON: the one shape that `ringback decode` and the event file share.

    {"tag": "te", "attrs": {"priority": "1"}, "content": {"hex": "cb0071140d96"}}

`content` is null where the node has none, a string for text and addresses, `{"hex": ...}` for bytes, and a
list of nodes, which may be empty, for a child list. A node that names an attribute more than once has the
further key `repeated`, a list of `[name, value]` in the order of the wire; no other node has it.
"""

from __future__ import annotations

from typing import TypeAlias

from ringback.stanza import Content, Node

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
