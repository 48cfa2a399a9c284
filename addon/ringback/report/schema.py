"""The document's schemas, made from `model`: RELAX NG for the XML form, JSON Schema for the JSON form.

They are shipped in `data` beside this package; `python -m ringback.report.schema` writes them anew.
"""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from lxml import etree

from ringback.nodejson import JsonValue
from ringback.report import model
from ringback.report.tree import NAMESPACE, element_name, slots_of

DATA = Path(__file__).with_name("data")
RELAXNG = DATA / "report.rng"
JSON_SCHEMA = DATA / "report.schema.json"
_RNG = "http://relaxng.org/ns/structure/1.0"
_DATATYPES = "http://www.w3.org/2001/XMLSchema-datatypes"
_XML_TYPES = {str: "string", int: "integer", float: "decimal"}
_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_PARTS: tuple[type[Any], ...] = get_args(model.Part)


def relaxng() -> str:
    """The RELAX NG schema as XML."""
    grammar = etree.Element(f"{{{_RNG}}}grammar", nsmap={None: _RNG})
    grammar.set("ns", NAMESPACE)
    grammar.set("datatypeLibrary", _DATATYPES)
    _rng(_rng(grammar, "start"), "ref", name="Report")
    for part in _PARTS:
        define = _rng(grammar, "define", name=part.__name__)
        _content(_rng(define, "element", name=element_name(part.__name__)), part)
    etree.indent(grammar)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(grammar, encoding="unicode")}\n'


def json_schema() -> str:
    """The JSON Schema as JSON."""
    schema: JsonValue = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ringback report, format {model.FORMAT}",
        "$ref": "#/$defs/Report",
        "$defs": {part.__name__: _json_part(part) for part in _PARTS},
    }
    return json.dumps(schema, indent=2) + "\n"


def _content(parent: etree._Element, part: Any) -> None:  # noqa: ANN401 - any class of a part
    for slot in slots_of(part):
        if slot.mark == "prose":
            _rng(_rng(parent, "element", name=slot.element), "text")
        elif _is_list(slot.kind):
            items = _rng(_rng(parent, "element", name=slot.element), "zeroOrMore")
            if slot.mark:
                _rng(_rng(items, "element", name=slot.mark), "text")
            else:
                _rng(items, "ref", name=get_args(slot.kind)[0].__name__)
        elif is_dataclass(slot.kind):
            _content(_rng(parent, "element", name=slot.element), slot.kind)
        else:
            _attribute(parent, slot.element, slot.kind)


def _attribute(parent: etree._Element, name: str, kind: Any) -> None:  # noqa: ANN401 - any annotation
    kind, is_optional = _required(kind)
    attribute = _rng(_rng(parent, "optional") if is_optional else parent, "attribute", name=name)
    # An attribute without a prefix is in no namespace.
    attribute.set("ns", "")
    words = ("true", "false") if kind is bool else get_args(kind)
    if words:
        choice = _rng(attribute, "choice")
        for word in words:
            _rng(choice, "value", type="string").text = word
    else:
        _rng(attribute, "data", type=_XML_TYPES[kind])


def _json_part(part: Any) -> JsonValue:  # noqa: ANN401 - any class of a part
    slots = slots_of(part)
    return {
        "type": "object",
        "properties": {slot.name: _json_type(slot.kind) for slot in slots},
        "required": [slot.name for slot in slots],
        "additionalProperties": False,
    }


def _json_type(kind: Any) -> JsonValue:  # noqa: ANN401 - any annotation
    kind, is_optional = _required(kind)
    if _is_list(kind):
        return {"type": "array", "items": _json_type(get_args(kind)[0])}
    for part in _PARTS:
        if kind is part:
            return {"$ref": f"#/$defs/{part.__name__}"}
    if get_args(kind):
        return {"enum": [*get_args(kind), *([None] if is_optional else [])]}
    return {"type": [_JSON_TYPES[kind], "null"] if is_optional else _JSON_TYPES[kind]}


def _is_list(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    origin: object = get_origin(kind)
    return origin is tuple


def _required(kind: Any) -> tuple[Any, bool]:  # noqa: ANN401 - any annotation
    """The type without None, and whether None was there."""
    kinds = [each for each in get_args(kind) if each is not NoneType]
    is_optional = NoneType in get_args(kind)
    return (kinds[0] if is_optional else kind), is_optional


def _rng(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_RNG}}}{tag}", attributes)


if __name__ == "__main__":
    RELAXNG.write_text(relaxng(), "utf-8")
    JSON_SCHEMA.write_text(json_schema(), "utf-8")
