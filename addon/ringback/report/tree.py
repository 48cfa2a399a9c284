"""The report's values as XML and as JSON: one rule for all of them, which `schema` spells as schemas.

A part is an element named like its class, `not-exercised` for `not_exercised`. A number or word is an
attribute (none where it is None), prose an element, a list an element that holds its items, empty where there
are none. In JSON a part is an object with the names of its fields, and None is null.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

from lxml import etree

from ringback.nodejson import JsonValue
from ringback.report.model import Part

NAMESPACE = "urn:ringback:report:1"
"""Of every element; the number is the document's format."""
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no character for. `visible` leaves none of it: this is the second of two locks."""


class Slot(NamedTuple):
    """A field of a part."""

    name: str
    kind: Any
    """Its type."""
    mark: str
    """`prose`, or of a list of texts the element of each; empty for all else."""

    @property
    def element(self) -> str:
        """Its name in XML."""
        return element_name(self.name)


def slots_of(part: Any) -> tuple[Slot, ...]:  # noqa: ANN401 - any class of a part
    """The fields of a part's class, in order."""
    return _slots_of(part)


@cache
def _slots_of(part: Any) -> tuple[Slot, ...]:  # noqa: ANN401 - any class of a part
    hints = get_type_hints(part, include_extras=True)
    return tuple(_slot(each.name, hints[each.name]) for each in fields(part))


def _slot(name: str, kind: Any) -> Slot:  # noqa: ANN401 - any annotation
    if get_origin(kind) is Annotated:
        return Slot(name, *get_args(kind))
    return Slot(name, kind, "")


def element_name(name: str) -> str:
    """`SpecFile` and `not_exercised` as XML names: `spec-file`, `not-exercised`."""
    return _CAPITAL.sub("-", name).lower().replace("_", "-")


def to_element(part: Part) -> etree._Element:
    """The part as an XML element with all below it."""
    element = etree.Element(_qualified(element_name(type(part).__name__)), nsmap={None: NAMESPACE})
    _fill(element, part)
    return element


def to_xml(part: Part) -> str:
    """The part as an XML document, indented."""
    element = to_element(part)
    etree.indent(element)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(element, encoding="unicode")}\n'


def to_json(part: Part) -> dict[str, JsonValue]:
    """The part as a JSON object."""
    return {slot.name: _json(getattr(part, slot.name)) for slot in slots_of(type(part))}


def _json(value: Any) -> JsonValue:  # noqa: ANN401 - any field of a part
    if isinstance(value, tuple):
        return [_json(each) for each in value]
    if is_dataclass(value):
        return {slot.name: _json(getattr(value, slot.name)) for slot in slots_of(type(value))}
    scalar: JsonValue = value
    return scalar


def _fill(element: etree._Element, part: Any) -> None:  # noqa: ANN401 - any part
    for slot in slots_of(type(part)):
        value = getattr(part, slot.name)
        if slot.mark == "prose":
            _below(element, slot.element).text = _text(value)
        elif isinstance(value, tuple):
            _fill_list(_below(element, slot.element), value, slot.mark)
        elif is_dataclass(value):
            _fill(_below(element, slot.element), value)
        elif value is not None:
            element.set(slot.element, _text(str(value).lower() if isinstance(value, bool) else str(value)))


def _fill_list(holder: etree._Element, items: tuple[Any, ...], mark: str) -> None:
    for item in items:
        if mark:
            _below(holder, mark).text = _text(item)
        else:
            _fill(_below(holder, element_name(type(item).__name__)), item)


def _below(element: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(element, _qualified(name))


def _qualified(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
