"""An outcome as JUnit XML, for build servers: a suite for each place, a case for each kind of finding there.

A case fails exactly where the gate does, so that the server and the exit code agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from lxml import etree

from ringback.gate.outcome import Judged, Outcome, Verdict
from ringback.gate.words import calls_told, count_told, fact_told, gone_told, headline

_GATE = "ringback check"


def render_junit(outcome: Outcome) -> str:
    """The outcome as a JUnit document."""
    root = etree.Element("testsuites", name=_GATE)
    _suite(root, _GATE, _cases_of_gate(outcome))
    for place, judged in groupby(outcome.findings, key=lambda each: each.found.key.place):
        _suite(root, place, map(_case, judged))
    for total in ("tests", "failures", "errors", "skipped"):
        root.set(total, str(sum(int(str(suite.get(total))) for suite in root)))
    etree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(root, encoding="unicode")}\n'


def _suite(root: etree._Element, name: str, cases: Iterable[etree._Element]) -> None:
    suite = etree.SubElement(root, "testsuite", name=name)
    suite.extend(cases)
    suite.set("tests", str(len(suite)))
    for total, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(total, str(len(suite.findall(f"testcase/{element}"))))


def _cases_of_gate(outcome: Outcome) -> Iterator[etree._Element]:
    """What is no finding: whether everything was read, whether there was anything to judge, and the gaps."""
    read = etree.Element("testcase", classname=_GATE, name="the sources are read")
    if outcome.verdict is Verdict.NOT_READ:
        etree.SubElement(read, "error", message=headline(outcome))
    yield read
    exercised = etree.Element("testcase", classname=_GATE, name="the specification is exercised")
    if outcome.is_filtered_out or not outcome.seen.exercised:
        message = headline(outcome) if outcome.verdict is Verdict.NOTHING_EXERCISED else "nothing exercised"
        etree.SubElement(exercised, "error", message=message)
    yield exercised
    gaps = etree.Element("testcase", classname=_GATE, name="nothing is left out")
    if outcome.gaps and outcome.rule.strict:
        etree.SubElement(gaps, "failure", message="; ".join(outcome.gaps))
    elif outcome.gaps:
        etree.SubElement(gaps, "system-out").text = "\n".join(outcome.gaps)
    yield gaps
    if outcome.rule.known is not None:
        baseline = etree.Element("testcase", classname=_GATE, name="the baseline still holds")
        if outcome.gone:
            told = (gone_told(key, number) for key, number in outcome.gone)
            etree.SubElement(baseline, "skipped", message="; ".join(told))
        yield baseline


def _case(judged: Judged) -> etree._Element:
    found, key = judged.found, judged.found.key
    name = " ".join(filter(None, (key.severity, key.code, fact_told(key))))
    case = etree.Element("testcase", classname=key.place, name=name)
    told = f"{found.message}\n{count_told(judged)} in {calls_told(judged)}; first: {found.first}"
    if judged.fails:
        failure = etree.SubElement(case, "failure", type=key.code, message=found.message)
        failure.text = told
    else:
        etree.SubElement(case, "system-out").text = told
    return case
