"""Stanzas as client libraries print them for people: XML in looks, without its escapes.

Baileys prints `<tag name='value'>` with children on lines of their own and bytes as hex; whatsmeow prints
`<tag name="value">` on one line, its attributes sorted by name, long bytes as `<!-- 120 bytes -->`. Neither
escapes anything, so a value may hold any character; it ends at the quote that an attribute, or the end of
the tag, follows. What such a text cannot tell (a string from bytes that are printed alike) is read as the XML
form of ringback has it: pairs of hex digits are bytes, what reads as an address is one.

Source: read in Baileys 7.0.0-rc13, lib/WABinary/generic-utils.js, binaryNodeToString, and in whatsmeow
binary/xml.go (commit 18c83b2), XMLString.
"""

from __future__ import annotations

import re

from ringback.errors import StanzaError
from ringback.stanza import Content, Jid, Node, Value
from ringback.wire.wabinary.nodes import MAX_DEPTH

MAX_TEXT = 16 << 20
"""Characters of one stanza that are read, and bytes that it only counts: above the largest inflated stanza
that clients take (16 MiB)."""
_NAME = re.compile(r"[^\s<>/='\"]+")
_ATTRIBUTE = re.compile(r"\s*([^\s<>/='\"]+)=(['\"])")
_OPEN_END = re.compile(r"\s*(/?)>")
_BYTES_LEFT_OUT = re.compile(r"<!-- ([0-9]{1,9}) bytes -->")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


def parse_node_text(text: str) -> Node:
    """The stanza that `text` prints; blanks around it do not count.

    Raises:
        StanzaError: it is none; the message tells the character at which reading ended.
    """
    if len(text) > MAX_TEXT:
        raise StanzaError(f"a stanza of more than {MAX_TEXT} characters")
    reader = _Reader(text)
    node = reader.element(1)
    if text[reader.position :].strip():
        raise reader.refusal("the end of the stanza")
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.left_out = 0
        """Bytes that the text only counts, up to here."""

    def refusal(self, expected: str) -> StanzaError:
        return StanzaError(f"character {self.position + 1}: expected {expected}")

    def element(self, depth: int) -> Node:
        """The element that starts here, blanks before it left out."""
        if depth > MAX_DEPTH:
            raise StanzaError(f"nested deeper than {MAX_DEPTH} levels")
        self._blanks()
        if not self._skip("<"):
            raise self.refusal("<")
        tag = self._match(_NAME, "a tag")[0]
        attrs, repeated = self._attributes()
        if self._match(_OPEN_END, "an attribute or the end of the tag")[1]:
            return Node(tag, attrs, None, repeated)
        return Node(tag, attrs, self._content(tag, depth), repeated)

    def _attributes(self) -> tuple[dict[str, Value], tuple[tuple[str, Value], ...]]:
        attrs: dict[str, Value] = {}
        repeated: list[tuple[str, Value]] = []
        while (found := _ATTRIBUTE.match(self.text, self.position)) is not None:
            self.position = found.end()
            name, value = found[1], _value(self._quoted(found[2]))
            if name in attrs:
                repeated.append((name, value))
            else:
                attrs[name] = value
        return attrs, tuple(repeated)

    def _quoted(self, quote: str) -> str:
        """A value up to the first quote that can be its last: an attribute follows, or the tag's end."""
        end = re.compile(rf"{quote}(?=\s+[^\s<>/='\"]+={quote}|\s*/?>)").search(self.text, self.position)
        if end is None:
            raise self.refusal(f"the {quote} that ends the value")
        value = self.text[self.position : end.start()]
        self.position = end.end()
        return value

    def _content(self, tag: str, depth: int) -> Content:
        end = f"</{tag}>"
        left_out = _BYTES_LEFT_OUT.match(self.text, self.position)
        if left_out is not None:
            size = int(left_out[1])
            self.left_out += size
            if self.left_out > MAX_TEXT:
                raise StanzaError(f"more than {MAX_TEXT} bytes left out of a stanza")
            self.position = left_out.end()
            self._close(end)
            return bytes(size)
        children: list[Node] = []
        start = self.position
        while not self._at_end(end):
            if not self._is_element():
                if children:
                    raise self.refusal(f"a child or {end}")
                return self._text(start, end)
            children.append(self.element(depth + 1))
        self._close(end)
        return tuple(children)

    def _text(self, start: int, end: str) -> Content:
        stop = self.text.find(end, start)
        if stop < 0:
            raise self.refusal(end)
        text = self.text[start:stop].strip()
        self.position = stop + len(end)
        if _HEX.fullmatch(text):
            return bytes.fromhex(text)
        return Jid.maybe_parse(text) or text

    def _is_element(self) -> bool:
        self._blanks()
        start = self.position
        return self.text.startswith("<", start) and _NAME.match(self.text, start + 1) is not None

    def _at_end(self, end: str) -> bool:
        self._blanks()
        return self.text.startswith(end, self.position)

    def _close(self, end: str) -> None:
        self._blanks()
        if not self._skip(end):
            raise self.refusal(end)

    def _skip(self, text: str) -> bool:
        found = self.text.startswith(text, self.position)
        self.position += len(text) if found else 0
        return found

    def _match(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        found = pattern.match(self.text, self.position)
        if found is None:
            raise self.refusal(expected)
        self.position = found.end()
        return found

    def _blanks(self) -> None:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1


def _value(text: str) -> Value:
    return Jid.maybe_parse(text) or text
