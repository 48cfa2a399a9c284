"""Shapes of values that the specification does not know: enough to write a fact, too little to identify."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ringback.stanza import Content, Jid, Value

_SERVERS = frozenset({"s.whatsapp.net", "lid", "hosted", "hosted.lid", "call", "g.us", "msgr", "interop"})
"""Servers that are named in a shape: any other may be text that somebody chose."""
_KINDS = (
    ("digits", re.compile(r"[0-9]+")),
    ("hex digits", re.compile(r"(?=.*[0-9])(?:[0-9A-F]+|[0-9a-f]+)")),
    ("letters", re.compile(r"[A-Za-z]+")),
)
_TIMESTAMP = re.compile(r"1[0-9]{9}")
"""Seconds since 1970 from 2001 to 2033: ten digits of which the first is a 1."""
_INT = re.compile(r"-?[0-9]{1,20}")
_HIDDEN = re.compile("TEXT-PLACEHOLDER-([0-9]{1,6})-CHARS")
"""What sanitised evidence and a ledger have instead of a text: its length is that of the text."""
_MOST = 999_999
"""Largest length that is told: a number of seven digits could be somebody's."""
_MIN_HEX_DIGITS = 8
"""Shorter runs of hex digits are words and numbers by chance."""


def shape_of(value: Content | Value) -> str:
    """The kind and length of a value: `7 bytes`, `5 digits`, `address on lid with device`."""
    if isinstance(value, bytes):
        return _counted(len(value), "bytes")
    if isinstance(value, Jid):
        server = value.server if value.server in _SERVERS else "another server"
        return f"address on {server}" + (" with device" if value.device is not None else "")
    if not isinstance(value, str):
        return "no content" if value is None else _counted(len(value), "children")
    hidden = _HIDDEN.fullmatch(value)
    if hidden is not None:
        return _counted(int(hidden[1]), "characters")
    kind = next((name for name, pattern in _KINDS if pattern.fullmatch(value)), "characters")
    return _counted(len(value), kind) if value else "empty text"


def guess_type(values: Iterable[Content | Value]) -> str:
    """The narrowest attribute type of the specification that all values have; empty where there is none."""
    return narrowest(map(type_of, values))


def narrowest(types: Iterable[str]) -> str:
    """The narrowest type that holds all values of these types, of which `""` is none."""
    guesses = set(types) - {""}
    if guesses == {"int", "timestamp"}:
        return "int"
    return guesses.pop() if len(guesses) == 1 else "string" if guesses else ""


def _counted(length: int, kind: str) -> str:
    if length == 1 and kind != "children":
        return f"1 {kind.removesuffix('s')}"
    return f"{length} {kind}" if length < _MOST else f"{_MOST}+ {kind}"


def type_of(value: Content | Value) -> str:
    """The narrowest attribute type of the specification that the value has; empty where it has none."""
    if isinstance(value, bytes):
        return "bytes"
    if isinstance(value, Jid):
        return "jid"
    return _type_of_text(value) if isinstance(value, str) else ""


def _type_of_text(value: str) -> str:
    if value in ("true", "false"):
        return "bool"
    if _TIMESTAMP.fullmatch(value):
        return "timestamp"
    if _INT.fullmatch(value):
        return "int"
    is_hex = len(value) >= _MIN_HEX_DIGITS and len(value) % 2 == 0 and _KINDS[1][1].fullmatch(value)
    return "hex" if is_hex else "string"
