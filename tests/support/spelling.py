"""A stanza in spellings that no client uses, and that mean the same to whoever reads WABinary."""

from __future__ import annotations

import random

from ringback.stanza import Content, Jid, Node, Value
from ringback.wire.wabinary import TokenTable, tags
from ringback.wire.wabinary.encode import pack

_JUNK = 0xF0_00_00
"""Bits of a BINARY_20's length that no decoder looks at."""


class Speller:
    """Writes nodes; how each list and text is spelled follows from a seed."""

    def __init__(self, table: TokenTable, seed: int) -> None:
        """The same seed gives the same bytes."""
        self._spellings = table.spellings
        self._random = random.Random(seed)
        self._oddness = self._random.choice((0.1, 0.5, 1.0))

    def body(self, node: Node) -> bytes:
        """WABinary without the flag byte."""
        attrs = [*node.attrs.items(), *node.repeated]
        size = 1 + 2 * len(attrs) + (node.content is not None)
        spelled = [self._list(size), self._text(node.tag)]
        for name, value in attrs:
            spelled += [self._text(name), self._value(value)]
        return b"".join((*spelled, self._content(node.content)))

    def _is_odd(self) -> bool:
        return self._random.random() < self._oddness

    def _list(self, size: int) -> bytes:
        if size > 0xFF or self._is_odd():
            return bytes([tags.LIST_16]) + size.to_bytes(2)
        return bytes([tags.LIST_8, size])

    def _value(self, value: Value) -> bytes:
        return self._jid(value) if isinstance(value, Jid) else self._text(value)

    def _content(self, content: Content) -> bytes:
        if content is None:
            return b""
        if isinstance(content, tuple):
            return self._list(len(content)) + b"".join(map(self.body, content))
        return self._binary(content) if isinstance(content, bytes) else self._value(content)

    def _jid(self, jid: Jid) -> bytes:
        domain = next((each for each, server in tags.DOMAINS.items() if server == jid.server), None)
        if domain is not None and (jid.device is not None or self._is_odd()):
            return bytes([tags.AD_JID, domain, (jid.device or 0) & 0xFF]) + self._text(jid.user)
        user = self._text(jid.user) if jid.user else b"\0"
        return bytes([tags.JID_PAIR]) + user + self._text(jid.server)

    def _text(self, text: str) -> bytes:
        token, packed = self._spellings.get(text), pack(text)
        usual = token or packed or self._binary(text.encode(errors="surrogateescape"))
        if not self._is_odd():
            return usual
        return self._random.choice(
            [self._binary(text.encode(errors="surrogateescape")), packed or usual, token or usual]
        )

    def _binary(self, data: bytes) -> bytes:
        size = len(data)
        spelled = [bytes([tags.BINARY_20]) + (size | self._random.choice((0, _JUNK))).to_bytes(3)]
        spelled.append(bytes([tags.BINARY_32]) + size.to_bytes(4))
        if size <= 0xFF:
            spelled += [bytes([tags.BINARY_8, size])] * 3
        return self._random.choice(spelled) + data
