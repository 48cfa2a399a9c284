"""The report as JUnit XML, for build servers: a suite for each call, a case for each fact that it exercised.

A finding of severity `error` is a failure. Warnings and notes stand in the output of their case: the format
has no word for them. An open question that is not answered is skipped, with what is known of it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from lxml import etree

from ringback.report.model import Call, Finding, Outside, Question, Report

_ANSWERED = frozenset({"answered yes", "answered no", "depends on"})
_OUTSIDE = "outside of calls"


def render_junit(report: Report) -> str:
    """The report as a JUnit document."""
    root = etree.Element("testsuites", name="ringback")
    facts = {ref: (source.name, source.path) for ref, source in report.lines().items()}
    _suite(root, "open questions", map(_question_case, report.questions))
    for call in report.calls:
        _suite(root, call.name, _cases(call, facts))
    if report.outside.findings:
        _suite(root, _OUTSIDE, _cases(report.outside, facts))
    for total in ("tests", "failures", "skipped"):
        root.set(total, str(sum(int(str(suite.get(total))) for suite in root)))
    root.set("errors", "0")
    etree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(root, encoding="unicode")}\n'


def _suite(root: etree._Element, name: str, cases: Iterable[etree._Element]) -> None:
    suite = etree.SubElement(root, "testsuite", name=name)
    suite.extend(cases)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))


def _question_case(question: Question) -> etree._Element:
    case = etree.Element("testcase", classname="open questions", name=f"{question.name}: {question.asked}")
    if question.answer in _ANSWERED:
        etree.SubElement(case, "system-out").text = question.sentence
    else:
        etree.SubElement(case, "skipped", message=question.sentence)
    return case


def _cases(holder: Call | Outside, facts: Mapping[str, tuple[str, str]]) -> Iterator[etree._Element]:
    name = holder.name if isinstance(holder, Call) else _OUTSIDE
    by_subject: dict[tuple[str, str], list[Finding]] = {}
    exercised = set()
    for ref, is_exercised in _spoken_of(holder, facts):
        by_subject.setdefault(facts[ref], [])
        exercised |= {facts[ref]} if is_exercised else set()
    for finding in holder.findings:
        subject = ("", finding.code) if finding.fact is None else facts[finding.fact]
        exercised.add(subject)
        by_subject.setdefault(subject, []).append(finding)
    for subject, findings in by_subject.items():
        spec, what = subject
        told = [each for each in findings if each.severity != "ok"]
        yield _case(f"{name}.{spec}" if spec else name, what, told, is_skipped=subject not in exercised)


def _spoken_of(holder: Call | Outside, facts: Container[str | None]) -> Iterator[tuple[str, bool]]:
    """The facts that the lines of the stanzas show, and whether they do more than not exercise them."""
    for stanza in holder.stanzas:
        for copy in stanza.copies:
            yield from (
                (line.ref, line.stance != "silent")
                for line in copy.lines
                if line.ref is not None and line.ref in facts
            )


def _case(classname: str, name: str, findings: Sequence[Finding], *, is_skipped: bool) -> etree._Element:
    case = etree.Element("testcase", classname=classname, name=name)
    failures = [each for each in findings if each.severity == "error"]
    others = [each for each in findings if each.severity != "error"]
    for finding in failures[:1]:
        failure = etree.SubElement(case, "failure", type=finding.code, message=finding.message)
        failure.text = "\n".join(map(_told, failures))
    if is_skipped:
        etree.SubElement(case, "skipped", message="not exercised")
    if others:
        etree.SubElement(case, "system-out").text = "\n".join(map(_told, others))
    return case


def _told(finding: Finding) -> str:
    values = [
        f"{word} {value}"
        for word, value in (("expected", finding.expected), ("got", finding.got))
        if value is not None
    ]
    where = finding.evidence[0] if finding.evidence else ""
    told = f"{finding.severity} {finding.code} {finding.place}: {finding.message}"
    return " ".join(filter(None, (told, ", ".join(values), f"({where})")))
