"""The document's values as XML and JSON."""

from __future__ import annotations

from lxml import etree

from ringback.report.model import Fact, Line, Row, Statement
from ringback.report.tree import NAMESPACE, to_element, to_json, to_xml

STATEMENT = Statement("attribute", "jid", 1, 2, 3, ("call1", "call2"))
FACT = Fact(
    "fact-x-1",
    "call/@to",
    14,
    True,
    "contradicted",
    False,
    "probable",
    None,
    "probable",
    0,
    1,
    "Who & what",
    ("why",),
    (STATEMENT,),
    (),
)


def test_fields_are_attributes_prose_and_lists_are_elements() -> None:
    """None is left out; a list without items stands there, empty."""
    element = to_element(FACT)
    assert dict(element.attrib)["required"] == "true"
    assert "reached" not in element.attrib
    assert [etree.QName(child).localname for child in element] == [
        "description",
        "hindrances",
        "statements",
        "findings",
    ]
    assert element.findtext(f".//{{{NAMESPACE}}}ref") == "call1"


def test_json_has_the_names_of_the_fields() -> None:
    """None is null."""
    told = to_json(FACT)
    assert told["reached"] is None
    assert told["statements"] == [
        {
            "kind": "attribute",
            "says": "jid",
            "valid": 1,
            "violated": 2,
            "not_exercised": 3,
            "violated_in": ["call1", "call2"],
        }
    ]


def test_what_xml_has_no_character_for_is_replaced() -> None:
    """The last lock: the texts of a report have been made visible before."""
    assert "\ufffd" in to_xml(Row("\x1b[2J\ud800", 1))
    assert "]]&gt;" in to_xml(Line(None, None, "", None, "]]>"))
