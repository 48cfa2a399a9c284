"""Attribute values against the types and ranges of `ringback.spec.types`."""

from __future__ import annotations

from ringback.spec.types import Enums, form_of, range_of
from ringback.stanza import Node, Value, to_element


def matches_type(value: Value, type_name: str, enums: Enums) -> bool:
    """Whether the value has the form of its type: one of `BASE_TYPES` or `enum:<id>`.

    Any value matches an enum that is not among `enums`; `describe_type` says so.
    """
    return form_of(type_name, enums).admits(_spelled(value))


def in_range(value: Value, attribute: str, type_name: str) -> bool:
    """Whether a value that matches its type also lies within what the attribute's name allows."""
    form = range_of(attribute, type_name)
    return form is None or form.admits(_spelled(value))


def describe_type(type_name: str, enums: Enums) -> str:
    """The form of the type in words, such as `hex digits`."""
    return form_of(type_name, enums).words


def describe_range(attribute: str, type_name: str) -> str | None:
    """The range in words, such as `a UDP port, 0 to 65535`; None where the name sets none."""
    form = range_of(attribute, type_name)
    return None if form is None else form.words


def _spelled(value: Value) -> str:
    """The value as the XML form spells it, so that the checker judges what the schema judges."""
    return str(to_element(Node("value", {"of": value})).get("of"))
