"""A frame's plaintext to its node, whole."""

from __future__ import annotations

from msgspec import Struct

from ringback.stanza import Node
from ringback.wire.wabinary.inflate import MAX_INFLATED_BYTES, inflate
from ringback.wire.wabinary.nodes import MAX_PARTS, NodeReader
from ringback.wire.wabinary.tokens import TokenTable
from ringback.wire.wabinary.usual import maybe_usual


class Decoded(Struct, frozen=True):
    """One decoded frame."""

    node: Node
    trailing: int
    """Bytes after the root node, or after the end of the zlib stream. They occur and mean nothing known."""
    compressed: bool


def decode(
    plaintext: bytes,
    table: TokenTable,
    *,
    most_bytes: int = MAX_INFLATED_BYTES,
    most_parts: int = MAX_PARTS,
) -> Decoded:
    """The root node of one frame with all below it.

    `plaintext` is the frame as Noise opened it: a flag byte, then WABinary. The wrong table may well decode
    without an error, into nonsense.

    Raises:
        DecodeError: the bytes are no WABinary, end too soon, inflate to more than `most_bytes`, or hold more
            than `most_parts` nodes and attributes or more than `MAX_DEPTH` levels. Nothing else is raised,
            whatever the bytes are.
    """
    data, compressed, unread = inflate(plaintext, most_bytes)
    usual = maybe_usual(data, table, most_parts)
    if usual is None:
        reader = NodeReader(data, table, most_parts)
        node, end = reader.root(), reader.offset
    else:
        node, end = usual
    return Decoded(node, len(data) - end + unread, compressed)
