"""The root of a frame without what is below it: what tells a call from the rest of the traffic, cheaply."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TypeVar

from ringback.stanza import Node
from ringback.wire.wabinary.inflate import Prefix
from ringback.wire.wabinary.nodes import NodeReader
from ringback.wire.wabinary.tags import COMPRESSED, LIST_8
from ringback.wire.wabinary.tokens import TokenTable
from ringback.wire.wabinary.values import EndOfDataError

T = TypeVar("T")


START_BYTES = 3
"""First bytes of WABinary that tell the root's tag where it is spelled as usual: LIST_8, the length of the
list, and a token."""

_PEEKED_BYTES = 128
"""Of a compressed frame, what is given to zlib for its first bytes: enough for the tables of a block."""


def peek_start(plaintext: bytes) -> bytes | None:
    """The first `START_BYTES` of the WABinary of a compressed frame, None where it is not compressed.

    Fewer where they are not easily had: the stream is damaged, ends, or begins in an unusual way.
    """
    if not plaintext or not plaintext[0] & COMPRESSED:
        return None
    try:
        return zlib.decompressobj().decompress(plaintext[1:_PEEKED_BYTES], START_BYTES)
    except zlib.error:
        return b""


def peek_tag(plaintext: bytes, table: TokenTable) -> str:
    """The tag of the root node, in whichever way it is spelled.

    Raises:
        DecodeError: there is no root with a tag. What stands behind the tag is not looked at.
    """
    # Nearly every frame: not compressed, a short list, which is not empty, the tag a single-byte token.
    if len(plaintext) > 3 and plaintext[1] == LIST_8 and plaintext[2] and not plaintext[0] & COMPRESSED:
        tag = table.single[plaintext[3]]
        if tag:
            return tag
    return _from_prefix(plaintext, table, NodeReader.root_tag)


def is_bare(plaintext: bytes) -> bool:
    """Whether the root is seen at a glance to have no content: not compressed, its list short and odd.

    False also where that is not certain.
    """
    if len(plaintext) < 3 or plaintext[1] != LIST_8 or plaintext[0] & COMPRESSED:
        return False
    return bool(plaintext[2] & 1)


def decode_head(plaintext: bytes, table: TokenTable) -> Node:
    """The root node with its attributes; its content is None, whatever the frame holds.

    Raises:
        DecodeError: the root's tag or attributes are no WABinary. What stands behind them is not looked at.
    """
    return _from_prefix(plaintext, table, NodeReader.root_head)


def _from_prefix(plaintext: bytes, table: TokenTable, read: Callable[[NodeReader], T]) -> T:
    """What `read` gives on as little of a compressed frame as it needs."""
    prefix = Prefix(plaintext)
    while True:
        try:
            return read(NodeReader(prefix.data, table))
        except EndOfDataError:
            if not prefix.grow():
                raise
