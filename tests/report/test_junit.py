"""The report as JUnit XML."""

from __future__ import annotations

from lxml import etree

from ringback.report.junit import render_junit
from support.reporting import hostile_call, report_of, shipped_rendering, shipped_report
from synthetic.manifest import SCENARIOS


def suites(text: str) -> dict[str, etree._Element]:
    return {str(suite.get("name")): suite for suite in etree.fromstring(text.encode()).iter("testsuite")}


def test_counts_are_those_of_the_cases() -> None:
    """Of each suite and of all together."""
    for name in SCENARIOS:
        root = etree.fromstring(shipped_rendering(name, "junit").encode())
        for holder in (root, *root.iter("testsuite")):
            assert int(str(holder.get("tests"))) == len(holder.findall(".//testcase"))
            assert int(str(holder.get("failures"))) == len(holder.findall(".//failure"))
            assert int(str(holder.get("skipped"))) == len(holder.findall(".//skipped"))


def test_an_error_is_a_failure_of_its_fact() -> None:
    """A suite for each call; what is no error stands in the output of its case."""
    report = shipped_report("violations").report
    found = suites(shipped_rendering("violations", "junit"))
    for call in report.calls:
        failures = found[call.name].findall(".//failure")
        assert bool(failures) is (call.errors > 0)
        assert sum((str(each.text)).count("error ") for each in failures) == call.errors
    case = next(each for each in found["CALLID-0009"].iter("testcase") if each.find("failure") is not None)
    assert (case.get("classname"), case.get("name")) == ("CALLID-0009.call-preaccept", "call/preaccept")


def test_what_is_not_known_is_skipped() -> None:
    """A fact that was not exercised, and a question that is not answered."""
    found = suites(shipped_rendering("single-callee", "junit"))
    skipped = [
        case.get("name") for case in found["CALLID-0001"].iter("testcase") if case.find("skipped") is not None
    ]
    assert skipped == ["call/preaccept/destination"]
    assert len(found["open questions"].findall(".//skipped")) == 3


def test_a_hostile_report_is_xml() -> None:
    """It is read again as what it says."""
    assert len(suites(render_junit(report_of(hostile_call()).report))) >= 2
