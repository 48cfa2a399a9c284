"""Values of WABinary: tokens, packed text, binaries, addresses. One reader method for each first byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from ringback.errors import DecodeError
from ringback.stanza import Jid, Value
from ringback.wire.wabinary import tags
from ringback.wire.wabinary.tokens import TokenTable

T = TypeVar("T")

_NIBBLES = str.maketrans(tags.NIBBLES)
_NO_NIBBLE = re.compile("[c-e]")


class EndOfDataError(DecodeError):
    """The bytes end inside a value, or before what a length claims: more bytes could mend it."""


class ValueReader:
    """Reads one value after the other; `offset` is the next byte's. Errors carry no path yet."""

    __slots__ = ("_double", "_end", "_single", "data", "offset")

    def __init__(self, data: bytes, table: TokenTable) -> None:
        """`data` is WABinary without the flag byte."""
        self.data = data
        self.offset = 0
        self._end = len(data)
        self._single = table.single
        self._double = table.double

    # `value` and `text` are the hot path: they do the work of `byte` themselves.

    def value(self) -> Value:
        """An attribute's value."""
        offset = self.offset
        if offset >= self._end:
            raise self.cut_off("a value")
        self.offset = offset + 1
        first = self.data[offset]
        token = self._single[first]
        return _VALUES[first](self) if token is None else token

    def value_from(self, first: int) -> Value:
        """As `value`, its first byte already read."""
        token = self._single[first]
        return _VALUES[first](self) if token is None else token

    def text(self) -> str:
        """A tag or a name. An address in its place stands for its text form, as in Baileys."""
        offset = self.offset
        if offset >= self._end:
            raise self.cut_off("a text")
        self.offset = offset + 1
        first = self.data[offset]
        token = self._single[first]
        return str(_VALUES[first](self)) if token is None else token

    def part(self) -> str:
        """The user or server of an address, which is itself no address: that would nest without end."""
        first = self.byte("a text")
        token = self._single[first]
        return _TEXTS[first](self) if token is None else token

    def byte(self, expected: str) -> int:
        """One byte."""
        offset = self.offset
        if offset >= self._end:
            raise self.cut_off(expected)
        self.offset = offset + 1
        return self.data[offset]

    def number(self, size: int, expected: str) -> int:
        """A big-endian number of `size` bytes."""
        return int.from_bytes(self.take(size, expected))

    def take(self, length: int, expected: str) -> bytes:
        """`length` bytes; nothing is reserved for what the data does not hold."""
        start = self.offset
        end = start + length
        if end > self._end:
            raise self.cut_off(f"{expected} of {length} bytes")
        self.offset = end
        return self.data[start:end]

    def cut_off(self, expected: str) -> EndOfDataError:
        """The error about data that ends before what was expected."""
        left = self._end - self.offset
        got = f"end of data after {left}" if left else "end of data"
        return EndOfDataError(self.offset, "", expected, got)

    def binary_8(self) -> bytes:
        """BINARY_8 behind its first byte; the next two likewise."""
        return self.take(self.byte("a length"), "a binary")

    def binary_20(self) -> bytes:
        """The four bits above the length are not looked at, as in every known decoder."""
        return self.take(self.number(3, "a length") & 0xFFFFF, "a binary")

    def binary_32(self) -> bytes:
        """As `binary_8`, with a length of four bytes."""
        return self.take(self.number(4, "a length"), "a binary")

    def text_8(self) -> str:
        """BINARY_8 in the place of text; the next two likewise."""
        return self.binary_8().decode(errors="surrogateescape")

    def text_20(self) -> str:
        """See `text_8`."""
        return self.binary_20().decode(errors="surrogateescape")

    def text_32(self) -> str:
        """See `text_8`."""
        return self.binary_32().decode(errors="surrogateescape")

    def double_byte_token(self) -> str:
        """A token of the dictionary that the byte just read selects."""
        dictionary = self._double[self.data[self.offset - 1] - tags.DICTIONARY_0]
        index = self.byte("the index of a token")
        if index >= len(dictionary):
            raise self.refusal(f"an index below {len(dictionary)}")
        return dictionary[index]

    def hex_8(self) -> str:
        """HEX_8: digits in upper case."""
        return self._packed(str.upper)

    def nibble_8(self) -> str:
        """NIBBLE_8; half byte 15 is NUL also where it is no padding."""
        return self._packed(self._nibbles)

    def _packed(self, spell: Callable[[str], str]) -> str:
        head = self.byte("the length of a packed text")
        if head == tags.PACKED_ODD:
            raise self.refusal("at least one byte in a packed text of odd length")
        packed = self.take(head & ~tags.PACKED_ODD, "a packed text").hex()
        text = spell(packed)
        return text[:-1] if head & tags.PACKED_ODD else text

    def _nibbles(self, packed: str) -> str:
        wrong = _NO_NIBBLE.search(packed)
        if wrong is None:
            return packed.translate(_NIBBLES)
        start = self.offset - len(packed) // 2
        raise self.refusal_at(start + wrong.start() // 2, "half bytes 0 to 9, a, b or f")

    def jid_pair(self) -> Jid:
        """JID_PAIR: a bare address, with or without a user."""
        user = self.part()
        server_at = self.offset
        server = self.part()
        if not server:
            raise self.refusal_at(server_at, "a server")
        return Jid(user, server)

    def ad_jid(self) -> Jid:
        """AD_JID: an address with a device; device 0 is the bare address, an unknown domain its agent."""
        domain = self.byte("a domain")
        device = self.byte("a device") or None
        user = self.part()
        server = tags.DOMAINS.get(domain)
        if server is None:
            return Jid(user, tags.DEFAULT_DOMAIN_SERVER, device, domain)
        return Jid(user, server, device)

    def fb_jid(self) -> Jid:
        """FB_JID: a Messenger address. Its device is always spelled, 0 too."""
        user = self.part()
        device = self.number(2, "a device")
        self._server(tags.MESSENGER_SERVER)
        return Jid(user, tags.MESSENGER_SERVER, device)

    def interop_jid(self) -> Jid:
        """INTEROP_JID: an address at another service. Its numbers are always spelled, 0 too."""
        user = self.part()
        device = self.number(2, "a device")
        integrator = self.number(2, "an integrator")
        self._server(tags.INTEROP_SERVER)
        return Jid(user, tags.INTEROP_SERVER, device, None, integrator)

    def _server(self, required: str) -> None:
        server_at = self.offset
        if self.part() != required:
            raise self.refusal_at(server_at, f"the server {required!r}")

    def no_value(self) -> Value:
        """Refuses a first byte that stands for no value."""
        raise self.refusal("the first byte of a value")

    def no_text(self) -> str:
        """Refuses a first byte that stands for no text."""
        raise self.refusal("the first byte of a text")

    def refusal(self, expected: str) -> DecodeError:
        """The error about the byte just read."""
        return self.refusal_at(self.offset - 1, expected)

    def refusal_at(self, offset: int, expected: str) -> DecodeError:
        """The error about a byte read before."""
        return DecodeError(offset, "", expected, f"{self.data[offset]:02x}")


def _dispatch(readers: dict[int, T], otherwise: T) -> tuple[T, ...]:
    return tuple(readers.get(first, otherwise) for first in range(256))


_TEXT_READERS: dict[int, Callable[[ValueReader], str]] = {
    **dict.fromkeys(
        range(tags.DICTIONARY_0, tags.DICTIONARY_0 + tags.DICTIONARIES), ValueReader.double_byte_token
    ),
    tags.BINARY_8: ValueReader.text_8,
    tags.BINARY_20: ValueReader.text_20,
    tags.BINARY_32: ValueReader.text_32,
    tags.HEX_8: ValueReader.hex_8,
    tags.NIBBLE_8: ValueReader.nibble_8,
}
_JID_READERS: dict[int, Callable[[ValueReader], Jid]] = {
    tags.JID_PAIR: ValueReader.jid_pair,
    tags.AD_JID: ValueReader.ad_jid,
    tags.FB_JID: ValueReader.fb_jid,
    tags.INTEROP_JID: ValueReader.interop_jid,
}
_TEXTS = _dispatch(_TEXT_READERS, ValueReader.no_text)
_VALUES: tuple[Callable[[ValueReader], Value], ...] = _dispatch(
    {**_TEXT_READERS, **_JID_READERS}, ValueReader.no_value
)
