"""Children that are alike but for their digits, such as the members of a group: read many at a time.

A large stanza is a long list of one shape: the same tag, names, tokens and lengths, with other numbers in it.
Its first child, which `usual` has read, tells where the digits lie. How many of the next ones have everything
else in common with it is seen in one comparison of all their bytes; of these only the digits are read.
"""

from __future__ import annotations

from typing import NamedTuple

from ringback.stanza import Jid, Node, Value
from ringback.wire.wabinary.tags import BINARY_8, JID_PAIR, LIST_8, NIBBLE_8, PACKED_ODD

LEAST_CHILDREN = 8
"""Children from which on it is worth to look for likeness."""

_MOST_CHILDREN = 64
"""Children that are compared at a time: where one of them differs, comparing the rest was for nothing."""

_HEAD_BYTES = 3
"""A list, its length, and the tag."""

_PADDING = 0x0F
"""Of the last byte of an odd number of digits, what all have in common."""


class _Digits(NamedTuple):
    """Where an attribute's digits lie, in half bytes from the child's beginning."""

    start: int
    end: int
    server: str | None
    """Of an address, whose user the digits are."""


class _Shape(NamedTuple):
    values: list[tuple[str, Value, _Digits | None]]
    """Each attribute, its value in the first child, and the digits that others may have in its place."""
    common: bytes
    """The bits that all have in common, one for each bit of a child."""


def read_alike(
    data: bytes, start: int, end: int, children: list[Node], length: int, *, single: tuple[str | None, ...]
) -> int:
    """Append to `children` those that follow its last one, which was read from `start` to `end`, and are like
    it, until there are `length` of them; returns the offset behind the last that was read."""
    child = children[-1]
    stride = end - start
    count = min(length - len(children), _MOST_CHILDREN, (len(data) - end) // stride)
    begins_alike = data[end : end + _HEAD_BYTES] == data[start : start + _HEAD_BYTES]
    if count < LEAST_CHILDREN or not begins_alike or child.content is not None:
        return end
    shape = _maybe_shape(data, start, end, child, single)
    if shape is None:
        return end
    found = data[end : end + count * stride]
    common = int.from_bytes(shape.common * count)
    differing = (int.from_bytes(found) ^ int.from_bytes(data[start:end] * count)) & common
    alike = (count * stride - (differing.bit_length() + 7) // 8) // stride
    half_bytes, width = found.hex(), 2 * stride
    for base in range(0, alike * width, width):
        attrs: dict[str, Value] = {}
        for name, value, digits in shape.values:
            if digits is None:
                attrs[name] = value
                continue
            first, last, server = digits
            text = half_bytes[base + first : base + last]
            if not text.isdecimal():
                return end + base // 2
            attrs[name] = text if server is None else Jid(text, server)
        children.append(Node(child.tag, attrs))
    return end + alike * stride


def _maybe_shape(
    data: bytes, start: int, end: int, child: Node, single: tuple[str | None, ...]
) -> _Shape | None:
    """The shape of a child without content whose values are tokens, digits, and bare addresses of digits."""
    common = bytearray(b"\xff" * (end - start))
    values: list[tuple[str, Value, _Digits | None]] = []
    if data[start] != LIST_8 or single[data[start + 2]] is None:
        return None
    offset = start + _HEAD_BYTES
    for name, value in child.attrs.items():
        if single[data[offset]] is not None:
            offset += 1
        elif data[offset] == BINARY_8:
            offset += 2 + data[offset + 1]
        else:
            return None
        kind = data[offset]
        offset += 1
        if single[kind] is not None:
            values.append((name, value, None))
            continue
        is_address = kind == JID_PAIR and data[offset] == NIBBLE_8
        if not is_address and kind != NIBBLE_8:
            return None
        offset += is_address
        is_odd = data[offset] >= PACKED_ODD
        first = offset + 1 - start
        last = first + (data[offset] & ~PACKED_ODD)
        common[first:last] = bytes(last - first)
        if is_odd:
            common[last - 1] = _PADDING
        offset = start + last
        if is_address and single[data[offset]] is None:
            return None
        offset += is_address
        server = value.server if isinstance(value, Jid) else None
        values.append((name, value, _Digits(2 * first, 2 * last - is_odd, server)))
    return _Shape(values, bytes(common)) if offset == end else None
