"""From placeholders back to values of the form that stood on the wire.

The pipeline judges values by their form: a call-id is hex digits, a time is digits, a content of 120 bytes is
bytes. So each placeholder is replaced by a stand-in, the same for the same placeholder of one run and another
for that of another run: `A` of two runs is two people. Stand-ins mean nobody, and whoever shows them puts
placeholders in as for anything off the wire, in the same order the same ones.
"""

from __future__ import annotations

import hashlib
import re

from msgspec import structs

from ringback.errors import StanzaError
from ringback.stanza import Content, Jid, Node, Value

MAX_BYTES = (1 << 24) - 1
"""Bytes that the contents of one stanza are restored to: as many as the longest frame has. Against a short
line that would fill the memory."""

_CALL = re.compile("CALLID-[0-9]{4,6}")
_NUMBERED = re.compile("(?:ID|GROUP|NAME-PLACEHOLDER)-[0-9]{4,6}")
_USER = re.compile("[A-Z]{1,4}")
_OVERFLOW = "OTHER"
"""The user of all addresses that found no letter any more: it stays."""
_TIME = re.compile("T([+-][0-9]{1,6})")
_BYTES = re.compile("CIPHERTEXT-PLACEHOLDER-([0-9]{1,6})-BYTES")
_SEPARATORS = re.compile("([,; |]+)")
_LONGEST_ADDRESS = 256
"""Characters beyond which no address is looked for in a text."""
_EPOCH = range(1_000_000_000, 9_000_000_000)
"""Times that have ten digits, and that any offset leaves so."""
_NO_EPOCH = 1_700_000_000
_LETTERS = 10
_ID_DIGITS = 32
"""Length of a call-id. Source: Cobalt's published fixtures (commit dce2b51a), observed."""


class StandIns:
    """The stand-ins of one run."""

    def __init__(self, run: str) -> None:
        """`run` names the run, and no other one."""
        self._run = run
        self._suffix = self._noise("run").translate(str.maketrans("0123456789", "ghijkmnpqr"))[:_LETTERS]
        self._epoch: int | None = None

    def node(self, node: Node, *, at: float) -> Node:
        """The stanza with stand-ins; `at` is the time of its frame in seconds since the epoch.

        Texts spelled as addresses become addresses: JSON does not tell the two apart.

        Raises:
            StanzaError: its contents are longer than a frame.
        """
        self._note(at)
        return _Walk(self).node(node)

    def text(self, text: str) -> str:
        """A single text with its stand-in; what is no placeholder stays."""
        if _CALL.fullmatch(text):
            return self._noise(text)[:_ID_DIGITS].upper()
        if _NUMBERED.fullmatch(text):
            return f"{text}-{self._suffix}"
        time = _TIME.fullmatch(text)
        return text if time is None else str((self._epoch or _NO_EPOCH) + int(time[1]))

    def value(self, text: str) -> Value:
        """An attribute's value, or a text as content: an address, a list of addresses or a single text."""
        if "@" not in text or len(text) > _LONGEST_ADDRESS:
            return self.text(text)
        jid = Jid.maybe_parse(text)
        if jid is not None:
            return self.jid(jid)
        parts = _SEPARATORS.split(text)
        return text if len(parts) == 1 else "".join(str(self.value(part)) for part in parts)

    def jid(self, jid: Jid) -> Jid:
        """The address with its user replaced."""
        if jid.user != _OVERFLOW and _USER.fullmatch(jid.user):
            return structs.replace(jid, user=f"{jid.user}-{self._suffix}")
        return structs.replace(jid, user=self.text(jid.user))

    def _note(self, at: float) -> None:
        """The first frame of the run is what its times are taken to count from."""
        if self._epoch is None and at:
            self._epoch = int(at) if int(at) in _EPOCH else _NO_EPOCH

    def _noise(self, text: str) -> str:
        return hashlib.sha256(f"{self._run}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


class _Walk:
    """Goes over one stanza."""

    def __init__(self, stand_ins: StandIns) -> None:
        self._stand_ins = stand_ins
        self._left = MAX_BYTES

    def node(self, node: Node) -> Node:
        return Node(
            self._stand_ins.text(node.tag),
            {self._stand_ins.text(name): self._value(value) for name, value in node.attrs.items()},
            self._content(node.content),
            tuple((self._stand_ins.text(name), self._value(value)) for name, value in node.repeated),
        )

    def _content(self, content: Content) -> Content:
        if isinstance(content, tuple):
            return tuple(self.node(child) for child in content)
        if not isinstance(content, str):
            return content
        hidden = _BYTES.fullmatch(content)
        return self._value(content) if hidden is None else self._bytes(int(hidden[1]))

    def _bytes(self, length: int) -> bytes:
        self._left -= length
        if self._left < 0:
            raise StanzaError("its contents are longer than any frame")
        return bytes(length)

    def _value(self, value: Value) -> Value:
        return value if isinstance(value, Jid) else self._stand_ins.value(value)
