"""What a value of each attribute type looks like: one definition for the schema and for the checker.

Values are judged as the XML form spells them (`ringback.stanza.xml`), for that is what a schema sees. The
patterns keep to what Python's `re` and XML Schema's regular expressions read alike, and match a whole value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ringback.stanza.escape import escape_text

Enums: TypeAlias = Mapping[str, tuple[str, ...]]
"""Enum id to its values."""

ENUM_PREFIX = "enum:"


@dataclass(frozen=True, slots=True)
class Form:
    """The lexical form of a type. A field that is None or empty asks for nothing."""

    words: str
    """The form in words, as it ends the sentence `expected ...`."""
    pattern: str | None = None
    """What the whole value matches."""
    never: tuple[str, ...] = ()
    """What the whole value does not match."""
    values: tuple[str, ...] | None = None
    """What the value is one of."""

    def admits(self, text: str) -> bool:
        """Whether `text` has this form."""
        if self.values is not None and text not in self.values:
            return False
        if self.pattern is not None and re.fullmatch(self.pattern, text) is None:
            return False
        return not any(re.fullmatch(pattern, text) for pattern in self.never)


_SPACE = "\\t\\n\\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Python's `\\s` means in an address, spelled out: XML Schema's `\\s` is only the first four."""

_JID = rf"[^@:/{_SPACE}]*(:(0|[1-9][0-9]{{0,4}}))?@[a-z][a-z0-9.\-]*"
_JID_NEVER = (r".*\.0[0-9]{1,2}(:[0-9]+)?@.*", r"0[0-9]{1,4}-.*@interop")
"""A number with leading zeros where `ringback.stanza.Jid` reads an agent or an integrator."""

_FORMS = {
    "string": Form("any text"),
    "bytes": Form("anything: every attribute value is bytes on the wire"),
    "int": Form("a decimal number of at most 20 digits, as 64 bits take", "-?[0-9]{1,20}"),
    "hex": Form("hex digits", "[0-9A-Fa-f]+"),
    "bool": Form("true, false, 1 or 0", values=("true", "false", "1", "0")),
    "jid": Form("an address: user[.agent][:device]@server", _JID, _JID_NEVER),
    "timestamp": Form("seconds since 1970, at most 10 digits (13 would be milliseconds)", "[0-9]{1,10}"),
}
"""By name of the type."""

_PORT = Form(
    "a UDP port, 0 to 65535",
    "0{0,15}([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])",
)
"""Source: RFC 768, Fields: a port has 16 bits."""

_RANGES = {("port", "int"): _PORT}


def form_of(name: str, enums: Enums) -> Form:
    """The form of the type called `name`: one of `BASE_TYPES` or `enum:<id>`.

    An enum that is not among `enums` asks for nothing, and its words say that it is not loaded.

    Raises:
        ValueError: there is no such type; the loader lets none through.
    """
    if name in _FORMS:
        return _FORMS[name]
    if not name.startswith(ENUM_PREFIX):
        raise ValueError(f"no attribute type {name!r}")
    enum_id = name.removeprefix(ENUM_PREFIX)
    values = enums.get(enum_id)
    if values is None:
        return Form(f"any text, for the enum {enum_id} is not loaded")
    return Form(f"one of {', '.join(values)}", values=tuple(escape_text(value) for value in values))


def range_of(attribute: str, type_name: str) -> Form | None:
    """What is asked of an attribute of that name beyond its type, None where nothing is.

    The model has no ranges. An `int` called `port` is the one attribute whose name alone bounds its value.
    """
    return _RANGES.get((attribute, type_name))
