"""A node to a frame's plaintext, spelled as Baileys spells it."""

from __future__ import annotations

import re
import zlib

from ringback.errors import EncodeError
from ringback.stanza import Content, Jid, Node, Value
from ringback.wire.wabinary import tags
from ringback.wire.wabinary.nodes import MAX_DEPTH
from ringback.wire.wabinary.tokens import TokenTable

_NIBBLE_TEXT = re.compile(r"[0-9.\-\0]*")
_HEX_TEXT = re.compile("[0-9A-F]*")
_HALF_BYTES = str.maketrans({character: digit for digit, character in tags.NIBBLES.items()})
_PADDING = "f"
_LONGEST_PACKED = 2 * 127
_DOMAINS = {server: domain for domain, server in tags.DOMAINS.items()}


def encode(node: Node, table: TokenTable, *, compress: bool = False) -> bytes:
    """Flag byte and WABinary of a node; with `compress` as one zlib stream, as servers send it.

    A token, a packed text or an address is used where one fits. Text content that neither a token nor a
    packed text can hold is written as a binary and will be read back as bytes: the wire has no other text.
    Device 0 of an address with a domain, which `decode` gives as None, is written as the number it is.

    Raises:
        EncodeError: an empty tag; a list of more than 65535; more than `MAX_DEPTH` levels; an address that no
            tag can carry; a lone surrogate that is no surrogate escape; a repeated attribute that does not
            stand there once.
    """
    writer = _Writer(table)
    writer.tree(node)
    if compress:
        return bytes([tags.COMPRESSED]) + zlib.compress(writer.out)
    return b"\0" + writer.out


class _Writer:
    """Appends values to `out`."""

    def __init__(self, table: TokenTable) -> None:
        self.out = bytearray()
        self._spellings = table.spellings

    def tree(self, root: Node) -> None:
        pending = [(root, 1)]
        while pending:
            node, depth = pending.pop()
            if depth > MAX_DEPTH:
                raise EncodeError(f"a stanza has at most {MAX_DEPTH} levels")
            self._head(node)
            self._content(node.content)
            pending.extend((child, depth + 1) for child in reversed(node.children))

    def _head(self, node: Node) -> None:
        if not node.tag:
            raise EncodeError("a node has a tag")
        attributes = [*node.attrs.items(), *node.repeated]
        self._list_start(1 + 2 * len(attributes) + (node.content is not None))
        self._text(node.tag)
        for name, value in attributes:
            if name not in node.attrs:
                raise EncodeError(f"the attribute {name!r} is repeated, but does not stand there once")
            self._text(name)
            self._value(value)

    def _content(self, content: Content) -> None:
        """The content, of a child list only its start."""
        if isinstance(content, tuple):
            self._list_start(len(content))
        elif isinstance(content, bytes):
            self._binary(content)
        elif isinstance(content, Jid):
            self._jid(content)
        elif content is not None:
            self._text_content(content)

    def _value(self, value: Value) -> None:
        if isinstance(value, Jid):
            self._jid(value)
        else:
            self._text(value)

    def _text_content(self, text: str) -> None:
        """Text whose spelling may not be a binary, which would be read back as bytes."""
        packed = None if text in self._spellings else pack(text)
        if packed is None:
            self._text(text)
        else:
            self.out += packed

    def _text(self, text: str) -> None:
        spelling = self._spellings.get(text)
        if spelling is None and 0 < len(text) <= tags.PACKED_MAX and "\0" not in text:
            spelling = pack(text)
        if spelling is None:
            self._binary(_utf8(text))
        else:
            self.out += spelling

    def _binary(self, data: bytes) -> None:
        self.out += binary_head(len(data))
        self.out += data

    def _list_start(self, size: int) -> None:
        if size == 0:
            self.out.append(tags.LIST_EMPTY)
        elif size <= 0xFF:
            self.out += bytes([tags.LIST_8, size])
        elif size <= 0xFFFF:
            self.out += bytes([tags.LIST_16, *size.to_bytes(2)])
        else:
            raise EncodeError(f"a list of {size}: there is room for 65535")

    def _jid(self, jid: Jid) -> None:
        if jid.device is None and jid.agent is None and jid.integrator is None:
            self._jid_pair(jid)
        elif jid.server in _DOMAINS and jid.integrator is None:
            self._ad_jid(jid)
        elif jid.server == tags.MESSENGER_SERVER and jid.agent is None and jid.integrator is None:
            self._numbered(tags.FB_JID, jid, [jid.device])
        elif jid.server == tags.INTEROP_SERVER and jid.agent is None:
            self._numbered(tags.INTEROP_JID, jid, [jid.device, jid.integrator])
        else:
            raise EncodeError(f"no address at {jid.server!r} carries the numbers of {jid}")

    def _jid_pair(self, jid: Jid) -> None:
        if not jid.server:
            raise EncodeError("an address has a server")
        self.out.append(tags.JID_PAIR)
        if jid.user:
            self._text(jid.user)
        else:
            self.out.append(tags.LIST_EMPTY)
        self._text(jid.server)

    def _ad_jid(self, jid: Jid) -> None:
        domain = _DOMAINS[jid.server] if jid.agent is None else jid.agent
        if jid.agent is not None and tags.DOMAINS.get(domain, tags.DEFAULT_DOMAIN_SERVER) != jid.server:
            raise EncodeError(f"agent {jid.agent} at {jid.server!r} is the domain of another server")
        self.out.append(tags.AD_JID)
        self.out += _number(domain, 1) + _number(jid.device or 0, 1)
        self._text(jid.user)

    def _numbered(self, tag: int, jid: Jid, numbers: list[int | None]) -> None:
        self.out.append(tag)
        self._text(jid.user)
        for number in numbers:
            self.out += _number(number or 0, 2)
        self._text(jid.server)


def pack(text: str) -> bytes | None:
    """The packed spelling of a text, None where it has none. Two characters a byte, 254 at most."""
    if len(text) > _LONGEST_PACKED:
        return None
    if _NIBBLE_TEXT.fullmatch(text):
        tag, digits = tags.NIBBLE_8, text.translate(_HALF_BYTES)
    elif _HEX_TEXT.fullmatch(text):
        tag, digits = tags.HEX_8, text
    else:
        return None
    odd = len(text) % 2
    packed = bytes.fromhex(digits + _PADDING * odd)
    return bytes([tag, len(packed) | tags.PACKED_ODD * odd]) + packed


def binary_head(length: int) -> bytes:
    """First byte and length of a binary.

    Raises:
        EncodeError: `length` needs more than 32 bits.
    """
    if length <= 0xFF:
        return bytes([tags.BINARY_8, length])
    if length < 1 << 20:
        return bytes([tags.BINARY_20, *length.to_bytes(3)])
    if length < 1 << 32:
        return bytes([tags.BINARY_32, *length.to_bytes(4)])
    raise EncodeError(f"a binary of {length} bytes: there is room for 32 bits of length")


def _utf8(text: str) -> bytes:
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError as error:
        raise EncodeError("a lone surrogate stands for no byte of a text") from error


def _number(number: int, size: int) -> bytes:
    try:
        return number.to_bytes(size)
    except OverflowError as error:
        raise EncodeError(f"{number} does not fit into the {8 * size} bits of an address's number") from error
