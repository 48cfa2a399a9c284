"""The report as SARIF 2.1.0, valid against the published schema."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from ringback.calls import Sighting
from ringback.report.sarif import render_sarif
from support.casing import any_sightings
from support.reporting import hostile_call, report_of, shipped_rendering, shipped_report
from support.sarif import valid_run as run
from synthetic.manifest import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_shipped_reports_are_valid(name: str) -> None:
    """And have a result for each finding that is no mere ok."""
    results = run(shipped_rendering(name, "sarif"))["results"]
    summary = shipped_report(name).report.summary
    assert len(results) == summary.errors + summary.warnings + summary.notes


@settings(max_examples=25)
@given(any_sightings())
def test_any_report_is_valid(sightings: list[Sighting]) -> None:
    """Whatever the stanzas hold."""
    run(render_sarif(report_of(sightings).report))


def test_a_hostile_report_is_valid() -> None:
    """Artifact names are addresses, whatever an action is called."""
    run(render_sarif(report_of(hostile_call()).report))


def test_a_result_points_at_its_line() -> None:
    """Of the stanza, which the log holds, and of the specification."""
    told = run(shipped_rendering("violations", "sarif"))
    result = next(each for each in told["results"] if "CALLID-0009" in str(each) and each["level"] == "error")
    place = result["locations"][0]["physicalLocation"]
    text = told["artifacts"][place["artifactLocation"]["index"]]["contents"]["text"]
    assert text.splitlines()[place["region"]["startLine"] - 1].strip() == "<preaccept"
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "/call/preaccept[2]"}]
    related = result["relatedLocations"][0]["physicalLocation"]
    assert related["artifactLocation"]["uri"] == "call-preaccept.yaml"
    assert related["region"] == {"startLine": 42}
    assert result["level"] == "error"


def test_every_rule_is_described() -> None:
    """With what to do about it."""
    told = run(shipped_rendering("violations", "sarif"))
    rules = {rule["id"]: rule for rule in told["tool"]["driver"]["rules"]}
    assert {each["ruleId"] for each in told["results"]} <= rules.keys()
    assert all(rule["help"]["text"].endswith(".") for rule in rules.values())
