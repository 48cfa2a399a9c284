"""Spelling what XML does not allow: the `_xHHHH_` groups of ISO/IEC 9075-14, for names and for text.

A character that may not stand where it should is written as its code point in upper-case hex between `_x` and
`_`: `stream:error` is `stream_x003A_error`. An underscore that could be taken for the start of such a group
is written as one itself (`_x005F_`), so every string has exactly one spelling and comes back unchanged,
surrogate escapes (PEP 383) included.
"""

from __future__ import annotations

import re

_GROUP = re.compile(r"_x(10[0-9A-F]{4}|[0-9A-F]{4,5})_")
_START_OF_GROUP = r"_(?=x[0-9A-F]{4})"
_NOT_IN_NAME = re.compile(rf"[^A-Za-z0-9_.\-]|\A[0-9.\-]|{_START_OF_GROUP}")
"""XML allows more letters, but not the same ones in every edition: ASCII is safe in all.

Source: XML 1.0 (fifth edition) 2.3, NameStartChar and NameChar; Namespaces in XML 1.0, 4 (no colon).
"""
_NOT_IN_TEXT = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|" + _START_OF_GROUP,
)
"""Source: XML 1.0 (fifth edition) 2.2, Char."""
_NOT_IN_USER = re.compile(_NOT_IN_TEXT.pattern + r"|[@:.\-]")

_EMPTY_NAME = "_x_"
"""Spelling of the empty name; no group, as it has no digits."""
_RESERVED_NAMES = {"xmlns": "_x0078_mlns", _EMPTY_NAME: "_x005F_x_"}
"""`xmlns` as an attribute would be taken for a namespace declaration."""


def escape_name(name: str) -> str:
    """`name` spelled as an XML name without a colon."""
    if not name:
        return _EMPTY_NAME
    return _RESERVED_NAMES.get(name) or _NOT_IN_NAME.sub(_group, name)


def unescape_name(name: str) -> str:
    """The name that `escape_name` spelled."""
    return "" if name == _EMPTY_NAME else unescape_text(name)


def escape_text(text: str) -> str:
    """`text` spelled with characters that XML allows."""
    return _NOT_IN_TEXT.sub(_group, text)


def unescape_text(text: str) -> str:
    """The text that `escape_text` or `escape_user` spelled."""
    return _GROUP.sub(lambda group: chr(int(group[1], 16)), text)


def escape_user(user: str) -> str:
    """As `escape_text`, the separators of an address (`@ : . -`) escaped too."""
    return _NOT_IN_USER.sub(_group, user)


def _group(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"
