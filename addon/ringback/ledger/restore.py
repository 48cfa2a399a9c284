"""From what the ledger keeps back to values of the shape that stood on the wire.

The pipeline judges values by their form: a call-id of 32 hex digits must be one, a time must be digits, a
content of 120 bytes must be bytes. So each pseudonym is replaced by a stand-in of the form and length of what
it stands for, the same for the same pseudonym. Stand-ins mean nobody, and outlets treat them like anything
that came off the wire. Users and names stay pseudonyms: no form is asked of them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from msgspec import structs

from ringback.findings import Finding
from ringback.keyednames import KeyedName
from ringback.stanza import Content, Jid, Node, Value

_BYTES = re.compile("b-([0-9]{1,6})")
_OFFSET = re.compile("T([+-][0-9]{1,6})")
_DIGITS, _LOWER, _UPPER = "0123456789", "abcdef", "ABCDEF"
_SPELLINGS = {
    "d": ((), _DIGITS),
    "n": (("-",), _DIGITS),
    "h": ((_LOWER,), _DIGITS + _LOWER),
    "H": ((_UPPER,), _DIGITS + _UPPER),
    "x": ((_LOWER, _UPPER), _DIGITS + _LOWER + _UPPER),
}
"""By form: what the first characters are out of, without which it would be another form, and the others."""
_IDS = frozenset("cs")
_MAX_STAND_IN = 4096
"""Longest stand-in in characters: nothing with a form is longer."""


def restore_node(node: Node, at: float) -> Node:
    """The node with stand-ins; `at` is the time of its frame in seconds since the epoch."""
    return Node(
        node.tag,
        {name: _restore_attribute(value, at) for name, value in node.attrs.items()},
        _restore_content(node.content, at),
        tuple((name, _restore_attribute(value, at)) for name, value in node.repeated),
    )


def restore_finding(finding: Finding) -> Finding:
    """The finding with stand-ins, the same as in the stanzas that are its evidence."""
    at = finding.evidence[0].place.at
    return replace(
        finding,
        call_id=None if finding.call_id is None else restore_text(finding.call_id, at),
        expected=restore_value(finding.expected, at),
        got=restore_value(finding.got, at),
    )


def restore_value(value: Value | bytes | None, at: float) -> Value | bytes | None:
    """A single value or a content with a stand-in."""
    if isinstance(value, str):
        found = _BYTES.fullmatch(value)
        return restore_text(value, at) if found is None else bytes(int(found[1]))
    return _restore_jid(value) if isinstance(value, Jid) else value


def restore_text(text: str, at: float) -> str:
    """A text with its stand-in; one that is no pseudonym is itself."""
    offset = _OFFSET.fullmatch(text)
    if offset is not None:
        return str(int(at) + int(offset[1]))
    name = KeyedName.maybe_parse(text)
    if name is not None:
        return _stand_in(name)
    jid = Jid.maybe_parse(text)
    return text if jid is None else str(_restore_jid(jid))


def _restore_content(content: Content, at: float) -> Content:
    if isinstance(content, tuple):
        return tuple(restore_node(child, at) for child in content)
    return restore_value(content, at)


def _restore_attribute(value: Value, at: float) -> Value:
    return _restore_jid(value) if isinstance(value, Jid) else restore_text(value, at)


def _restore_jid(jid: Jid) -> Jid:
    """A call's own address names it as its call-id does."""
    return structs.replace(jid, user=restore_text(jid.user, 0.0)) if jid.server == "call" else jid


def _stand_in(name: KeyedName) -> str:
    spelling = _SPELLINGS.get(name.form)
    if spelling is not None and name.length <= _MAX_STAND_IN:
        return _spell(name, *spelling)
    return str(name) if name.kind in _IDS else f"TEXT-PLACEHOLDER-{name.length}-CHARS"


def _spell(name: KeyedName, beginning: tuple[str, ...], alphabet: str) -> str:
    """As many characters as the name says; they depend on the name alone."""
    noise = hashlib.shake_256(str(name).encode()).digest(name.length)
    choices = (*beginning, *[alphabet] * (name.length - len(beginning)))
    return "".join(chars[byte % len(chars)] for chars, byte in zip(choices, noise, strict=False))
