"""Nodes as nearly every stanza has them, read at a third of the cost: what `nodes` reads, or nothing at all.

This reader knows the spellings that real traffic uses and keeps no account of where it is. At anything else,
be it rare, repeated, damaged, deep or large, it gives up, and the exact reader starts from the beginning:
that one decides what is an error, and tells its place. So whatever this one gives, the exact reader would
give too; a property test and a fuzz target hold it to that.

Each function takes the bytes and an offset, and returns what it read with the offset behind it. A length that
reaches beyond the end is found out there: every offset after it does too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeAlias

from ringback.stanza import Content, Jid, Node, Value
from ringback.wire.wabinary import tags
from ringback.wire.wabinary.runs import LEAST_CHILDREN, read_alike
from ringback.wire.wabinary.tags import (
    BINARY_8,
    BINARY_20,
    DICTIONARY_0,
    DOMAINS,
    HEX_8,
    JID_PAIR,
    LIST_8,
    LIST_16,
    LIST_EMPTY,
    NIBBLE_8,
    PACKED_ODD,
)
from ringback.wire.wabinary.tokens import TokenTable

MOST_LEVELS = 16
"""Levels that are read here: far fewer than a hostile stanza may have, so that reading may recurse."""

_LEAST_PART_BYTES = 2
"""What a node or an attribute takes at least: so few bytes hold so few parts."""

_PADDING = "f"
"""Half byte behind the last digit where their number is odd."""

_NIBBLES = str.maketrans(tags.NIBBLES)
_NO_NIBBLES = frozenset("cde")

_Single: TypeAlias = tuple[str | None, ...]
_Double: TypeAlias = tuple[tuple[str, ...], ...]
_ReadText: TypeAlias = Callable[[bytes, int, _Single, _Double], tuple[str, int]]
_ReadValue: TypeAlias = Callable[[bytes, int, _Single, _Double], tuple[Value, int]]


class UnusualError(Exception):
    """Something that is left to the exact reader; says nothing about whether it is legal."""


def maybe_usual(data: bytes, table: TokenTable, most_parts: int) -> tuple[Node, int] | None:
    """The root of `data`, WABinary without the flag byte, and the offset behind it; None where it is unusual.

    What could hold more than `most_parts` nodes and attributes is unusual.
    """
    if len(data) > most_parts * _LEAST_PART_BYTES:
        return None
    try:
        node, offset = _node(data, 0, table.single, table.double, MOST_LEVELS)
    except (UnusualError, IndexError, UnicodeDecodeError):
        return None
    return (node, offset) if offset <= len(data) else None


# One function for all of a node, since calls are what reading costs. The comparisons stand alone for the same
# reason: a tuple of two would be made anew each time.
def _node(  # noqa: C901, PLR0912, PLR0915
    data: bytes, offset: int, single: _Single, double: _Double, levels: int
) -> tuple[Node, int]:
    kind = data[offset]
    if kind == LIST_8:
        size = data[offset + 1]
        offset += 2
    elif kind == LIST_16:
        size = data[offset + 1] << 8 | data[offset + 2]
        offset += 3
    else:
        raise UnusualError
    if not size:
        raise UnusualError
    first = data[offset]
    tag = single[first]
    offset += 1
    if not tag:
        tag, offset = _name(data, offset, first, double)
    attrs: dict[str, Value] = {}
    if size > 2:
        count = (size - 1) >> 1
        value: Value | None
        for _ in range(count):
            first = data[offset]
            name = single[first]
            offset += 1
            if name is None:
                name, offset = _name(data, offset, first, double)
            first = data[offset]
            value = single[first]
            offset += 1
            if value is None:
                if first == NIBBLE_8 or first == HEX_8:  # noqa: PLR1714, SIM109
                    head = data[offset]
                    start = offset + 1
                    offset = start + (head & ~PACKED_ODD)
                    digits = data[start:offset].hex()
                    if head & PACKED_ODD:
                        if digits[-1:] != _PADDING:
                            raise UnusualError
                        digits = digits[:-1]
                    if first == HEX_8:
                        value = digits.upper()
                    else:
                        value = digits if digits.isdecimal() else _nibbles(digits)
                elif first == JID_PAIR and data[offset] == NIBBLE_8:
                    head = data[offset + 1]
                    start = offset + 2
                    offset = start + (head & ~PACKED_ODD)
                    digits = data[start:offset].hex()
                    if head & PACKED_ODD:
                        if digits[-1:] != _PADDING:
                            raise UnusualError
                        digits = digits[:-1]
                    server = single[data[offset]]
                    offset += 1
                    if not server:
                        raise UnusualError
                    value = Jid(digits if digits.isdecimal() else _nibbles(digits), server)
                else:
                    value, offset = _VALUES[first](data, offset, single, double)
            attrs[name] = value
        if len(attrs) < count:
            raise UnusualError
    if size & 1:
        return Node(tag, attrs), offset
    content: Content
    first = data[offset]
    offset += 1
    if first == LIST_8 or first == LIST_16:  # noqa: PLR1714, SIM109
        length = data[offset]
        offset += 1
        if first == LIST_16:
            length = length << 8 | data[offset]
            offset += 1
        if not levels:
            raise UnusualError
        children: list[Node] = []
        while len(children) < length:
            start = offset
            child, offset = _node(data, offset, single, double, levels - 1)
            children.append(child)
            if length - len(children) >= LEAST_CHILDREN:
                offset = read_alike(data, start, offset, children, length, single=single)
        content = tuple(children)
    elif first == BINARY_8:
        start = offset + 1
        offset = start + data[offset]
        content = data[start:offset]
    elif first == BINARY_20:
        start = offset + 3
        offset = start + ((data[offset] & 0x0F) << 16 | data[offset + 1] << 8 | data[offset + 2])
        content = data[start:offset]
    elif first == LIST_EMPTY:
        content = ()
    else:
        content = single[first]
        if content is None:
            content, offset = _VALUES[first](data, offset, single, double)
    return Node(tag, attrs, content), offset


def _name(data: bytes, offset: int, first: int, double: _Double) -> tuple[str, int]:
    """A tag or name that is no single-byte token, its first byte already read."""
    if DICTIONARY_0 <= first < DICTIONARY_0 + tags.DICTIONARIES:
        return double[first - DICTIONARY_0][data[offset]], offset + 1
    if first == BINARY_8 and data[offset]:
        start = offset + 1
        end = start + data[offset]
        return data[start:end].decode(), end
    raise UnusualError


def _double_byte_token(data: bytes, offset: int, _single: _Single, double: _Double) -> tuple[str, int]:
    return double[data[offset - 1] - DICTIONARY_0][data[offset]], offset + 1


def _text_8(data: bytes, offset: int, _single: _Single, _double: _Double) -> tuple[str, int]:
    start = offset + 1
    end = start + data[offset]
    return data[start:end].decode(), end


def _packed(data: bytes, offset: int, _single: _Single, _double: _Double) -> tuple[str, int]:
    head = data[offset]
    start = offset + 1
    end = start + (head & ~PACKED_ODD)
    digits = data[start:end].hex()
    if head & PACKED_ODD:
        if digits[-1:] != _PADDING:
            raise UnusualError
        digits = digits[:-1]
    if data[offset - 1] == HEX_8:
        return digits.upper(), end
    return (digits if digits.isdecimal() else _nibbles(digits)), end


def _nibbles(digits: str) -> str:
    if not _NO_NIBBLES.isdisjoint(digits):
        raise UnusualError
    return digits.translate(_NIBBLES)


def _part(data: bytes, offset: int, single: _Single, double: _Double) -> tuple[str, int]:
    """The user or server of an address."""
    first = data[offset]
    token = single[first]
    offset += 1
    return _TEXTS[first](data, offset, single, double) if token is None else (token, offset)


def _jid_pair(data: bytes, offset: int, single: _Single, double: _Double) -> tuple[Jid, int]:
    user, offset = _part(data, offset, single, double)
    server, offset = _part(data, offset, single, double)
    if not server:
        raise UnusualError
    return Jid(user, server), offset


def _ad_jid(data: bytes, offset: int, single: _Single, double: _Double) -> tuple[Jid, int]:
    server = DOMAINS.get(data[offset])
    if server is None:
        raise UnusualError
    device = data[offset + 1] or None
    user, offset = (
        _packed(data, offset + 3, single, double)
        if data[offset + 2] == NIBBLE_8
        else _part(data, offset + 2, single, double)
    )
    return Jid(user, server, device), offset


def _unusual(_data: bytes, _offset: int, _single: _Single, _double: _Double) -> NoReturn:
    raise UnusualError


_TEXT_READERS: dict[int, _ReadText] = {
    **dict.fromkeys(range(DICTIONARY_0, DICTIONARY_0 + tags.DICTIONARIES), _double_byte_token),
    BINARY_8: _text_8,
    HEX_8: _packed,
    NIBBLE_8: _packed,
}
_VALUE_READERS: dict[int, _ReadValue] = {**_TEXT_READERS, JID_PAIR: _jid_pair, tags.AD_JID: _ad_jid}
_TEXTS: tuple[_ReadText, ...] = tuple(_TEXT_READERS.get(first, _unusual) for first in range(256))
"""What reads a text by its first byte, which was read."""
_VALUES: tuple[_ReadValue, ...] = tuple(_VALUE_READERS.get(first, _unusual) for first in range(256))
"""What reads a value by its first byte, which was read."""
