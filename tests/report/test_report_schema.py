"""The shipped schemas are those of the document, and every report is valid against them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from lxml import etree

from ringback.calls import Sighting
from ringback.report.schema import JSON_SCHEMA, RELAXNG, json_schema, relaxng
from ringback.report.tree import to_json, to_xml
from support.casing import any_sightings
from support.reporting import hostile_call, report_of, shipped_rendering
from synthetic.manifest import SCENARIOS

GRAMMAR = etree.RelaxNG(etree.parse(RELAXNG))
VALIDATOR = Draft202012Validator(json.loads(JSON_SCHEMA.read_text("utf-8")))


def test_the_shipped_schemas_are_up_to_date() -> None:
    """As `python -m ringback.report.schema` writes them."""
    assert RELAXNG.read_text("utf-8") == relaxng()
    assert JSON_SCHEMA.read_text("utf-8") == json_schema()
    Draft202012Validator.check_schema(json.loads(json_schema()))


@pytest.mark.parametrize("name", SCENARIOS)
def test_shipped_reports_are_valid(name: str) -> None:
    """As XML and as JSON."""
    GRAMMAR.assertValid(etree.fromstring(shipped_rendering(name, "xml").encode()))
    VALIDATOR.validate(json.loads(shipped_rendering(name, "json")))


@settings(max_examples=25)
@given(any_sightings())
def test_any_report_is_valid(sightings: list[Sighting]) -> None:
    """Whatever the stanzas hold."""
    report = report_of(sightings).report
    GRAMMAR.assertValid(etree.fromstring(to_xml(report).encode()))
    VALIDATOR.validate(to_json(report))


def test_a_hostile_report_is_valid() -> None:
    """Control characters, markup and texts without end."""
    report = report_of(hostile_call()).report
    GRAMMAR.assertValid(etree.fromstring(to_xml(report).encode()))
    VALIDATOR.validate(to_json(report))


@pytest.mark.parametrize(
    ("was", "put"),
    [('stance="supports"', 'stance="likes"'), (' format="1"', ""), ("<calls>", "<calls><call/>")],
)
def test_what_is_no_report_is_refused(was: str, put: str) -> None:
    """The schema says more than that it is XML."""
    text = shipped_rendering("single-callee", "xml").replace(was, put, 1)
    assert not GRAMMAR.validate(etree.fromstring(text.encode()))


def test_json_with_another_word_is_refused() -> None:
    """Closed sets are closed, and no key is unknown."""
    report = json.loads(shipped_rendering("single-callee", "json"))
    assert not VALIDATOR.is_valid(report | {"extra": 1})
    report["questions"][0]["answer"] = "perhaps"
    assert not VALIDATOR.is_valid(report)
