"""YAML as wacrg's files have it, written plainly: one spelling for every value, read alike by every reader.

A string is left bare only where no YAML 1.1 or 1.2 reader could take it for anything else; text of several
lines is a literal block; all else stands in double quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Plain: TypeAlias = "str | bool | Sequence[Plain] | Mapping[str, Plain]"
"""What can be written."""

_BARE = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./@<>()-]|[ ](?=[A-Za-z0-9<(])|:(?=[A-Za-z0-9]))*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
"""Words that some version of YAML reads as something else than text."""
_BLOCK = re.compile(r"[!-~][ -~]*(?:\n[ -~]*)*\n")
"""Text of printable ASCII that ends in a line break and begins with no blank, which would be indentation."""
_NOT_ASCII = re.compile(r"[^ -~]")


def render_yaml(document: Mapping[str, Plain]) -> str:
    """The document, keys in the order given."""
    return "".join(f"{line}\n" for line in _mapping(document, 0))


def quoted(text: str) -> str:
    """The text in double quotes; what is not printable ASCII is escaped, one escape a character."""
    return _NOT_ASCII.sub(lambda found: _escape(ord(found[0])), json.dumps(text, ensure_ascii=False))


def _escape(code: int) -> str:
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _mapping(mapping: Mapping[str, Plain], depth: int) -> list[str]:
    lines: list[str] = []
    for key, value in mapping.items():
        first, *rest = _value(value, depth)
        lines += [f"{'  ' * depth}{key}:{first}", *rest]
    return lines


def _value(value: Plain, depth: int) -> list[str]:
    """What follows the colon: the rest of its line, then further lines."""
    if isinstance(value, bool):
        return [f" {str(value).lower()}"]
    if isinstance(value, str):
        return _text(value, depth)
    if isinstance(value, Mapping):
        return ["", *_mapping(value, depth + 1)]
    return ["", *(line for item in value for line in _item(item, depth + 1))] if value else [" []"]


def _item(item: Plain, depth: int) -> list[str]:
    """An item of a list: its first line takes the dash in place of two blanks of indentation."""
    if isinstance(item, Mapping):
        first, *rest = _mapping(item, depth + 1)
        return [f"{'  ' * depth}- {first[2 * depth + 2 :]}", *rest]
    first, *rest = _value(item, depth)
    return [f"{'  ' * depth}-{first}", *rest]


def _text(text: str, depth: int) -> list[str]:
    if _BLOCK.fullmatch(text) and not text.endswith("\n\n"):
        return [" |", *(f"{'  ' * (depth + 1)}{line}" if line else "" for line in text.splitlines())]
    is_bare = _BARE.fullmatch(text) is not None and text.lower() not in _WORDS
    return [f" {text if is_bare else quoted(text)}"]
