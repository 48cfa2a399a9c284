"""Text off the wire made safe to show: nothing in it can move the cursor, change colours or turn the line."""

from __future__ import annotations

import unicodedata

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, format (bidirectional overrides among them), surrogate, private, unassigned, line ends.

Source: Unicode Standard Annex 44, General_Category_Values.
"""
_PEP_383 = range(0xDC80, 0xDD00)
"""Surrogate escapes: bytes that were no UTF-8."""


def visible(text: str) -> str:
    """`text` with everything that a terminal would obey or hide spelled as an escape, backslashes included.

    Bytes that were no UTF-8 appear as `\\x80`. Blanks other than the ordinary one are escaped too.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_shown, text))


def uncontrolled(text: str) -> str:
    """A message of ringback with names from elsewhere in it, their control characters escaped; its line ends
    and backslashes stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if each == "\n" or each.isprintable() else visible(each) for each in text)


def cropped(text: str, limit: int, ellipsis: str, *, measured: bool = True) -> str:
    """`text` made visible if that takes at most `limit` characters, else its beginning and its length.

    Unless `measured`, its length is left out: that of a placeholder would pass for the length of what it
    stands for.
    """
    shown = visible(text[: limit + 1])
    if len(text) <= limit and len(shown) <= limit:
        return shown
    told = f"{ellipsis} ({len(text)} characters)" if measured else ellipsis
    return shown[: max(1, limit - len(told))] + told


def cropped_hex(content: bytes, limit: int, ellipsis: str) -> str:
    """The bytes in hex if that takes at most `limit` characters, else the first ones and their number."""
    if len(content) * 2 <= limit:
        return content.hex()
    told = f"{ellipsis} ({len(content)} bytes)"
    return content[: max(1, (limit - len(told)) // 2)].hex() + told


def _shown(character: str) -> str:
    code = ord(character)
    if character == "\\":
        return "\\\\"
    if code in _PEP_383:
        return f"\\x{code - 0xDC00:02x}"
    is_blank = unicodedata.category(character) == "Zs" and character != " "
    if not is_blank and unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
