"""The report as a document: what it holds, that links lead both ways, and that it is the same each time."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.calls import Sighting
from ringback.casebook import Casebook
from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.recorded import Recording, SourceOptions
from ringback.commands.replay import Report as Replayed
from ringback.commands.replay import replay
from ringback.errors import ExportError, LeakError
from ringback.report.document import Made, Subject, make_report
from ringback.report.model import Call, Finding, Outside, Report
from ringback.report.rendering import FORMATS, render
from ringback.report.tree import to_json
from ringback.sanitize.raw import Raw
from ringback.status import ExitCode
from support.casing import SPECIFICATION, any_sightings
from support.flowfiles import checkout
from support.reporting import parts, report_of, report_on, shipped_report, subject_of
from support.sightings import CALLER, DEVICE, Tape, action, good_call
from synthetic import generate
from synthetic.manifest import SCENARIOS

CAPTURE = generate.CAPTURES / "synthetic" / "multi-device.flows"


def holders(report: Report) -> list[Call | Outside]:
    return [*report.calls, report.outside]


def everything_found(report: Report) -> list[Finding]:
    return [finding for holder in holders(report) for finding in holder.findings]


def test_the_verdict_comes_to_what_is_below_it() -> None:
    """The numbers at the top are those of the parts."""
    report = shipped_report("violations").report
    found = everything_found(report)
    assert report.summary.errors == sum(each.severity == "error" for each in found) > 0
    stands = Counter(fact.standing for spec in report.specification for fact in spec.facts)
    assert report.summary.contradicted == stands["contradicted"] > 0
    assert report.summary.facts == stands.total()
    assert report.summary.calls == len(report.calls) == 28
    read = {row.what: row.n for row in report.provenance.numbers}
    assert report.summary.preaccepts == read["pre-accepts emitted"] == 30
    assert report.summary.headline.startswith(
        f"{stands.total()} facts: {stands['contradicted']} contradicted"
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_facts_are_counted_as_the_terminal_counts_them(name: str) -> None:
    """The same four numbers, and each file's facts one by one."""
    summary = shipped_report(name).report.summary
    told = io.StringIO()
    capture = CAPTURE.with_name(f"{name}.flows")
    replay(SourceOptions(Recording((capture,))), Replayed(), Environment(told, None))
    number = re.compile(r"(\d+) (as stated|contradicted|extended|not exercised)\b")
    facts = re.search(r"^facts +[\w-]+: (\d+)((?:.*\n)+?)(?=\S)", told.getvalue(), re.MULTILINE)
    if facts is None:
        assert "nothing of the specification was exercised" in " ".join(told.getvalue().split())
        assert summary.not_exercised == summary.facts > 0
        return
    assert summary.facts == int(facts[1])
    assert {word: int(count) for count, word in number.findall(facts[2])} == {
        "as stated": summary.as_stated,
        "contradicted": summary.contradicted,
        "extended": summary.extended,
        "not exercised": summary.not_exercised,
    }
    assert all(f"{count} {word}" in summary.headline for count, word in number.findall(facts[2]))


def test_the_literal_reading_is_named() -> None:
    """What only it contradicts counts as contradicted, as everywhere, and is told apart."""
    report = shipped_report("multi-device").report
    literally = "only by the literal reading, that every copy has both addresses"
    facts_told = f"10 facts: 2 contradicted ({literally}), 4 as stated, 0 extended, 4 not exercised"
    assert report.summary.headline == f"{facts_told}; 0 of 3 open questions answered."
    facts = [fact for fact in report.specification[0].facts if fact.standing == "contradicted"]
    assert [fact.path for fact in facts if fact.to_the_letter] == ["call/@from", "call/@to"]
    assert [each.violated for fact in facts for each in fact.statements] == [0, 0]
    violations = shipped_report("violations").report.summary
    assert violations.to_the_letter < violations.contradicted


def test_a_call_in_which_all_is_well_has_no_errors() -> None:
    """What its facts are contradicted by is the literal reading alone."""
    summary = report_of(good_call(Tape(1_700_000_000.0))).report.summary
    assert summary.contradicted == summary.to_the_letter
    assert summary.errors == summary.warnings == 0 < summary.as_stated


@pytest.mark.parametrize("form", FORMATS)
def test_a_long_call_makes_a_report(form: str) -> None:
    """The seconds of its stanzas are no phone number."""
    tape = Tape(1_700_000_000.0)
    call = good_call(tape)
    late = tape.delivered(action("relaylatency", stanza_id="R", from_=DEVICE), CALLER, at=1_700_004_000.25)
    text = render(report_of([*call, late]), form)
    assert form not in {"html", "json", "xml"} or "+4000.2" in text


def test_nothing_seen_makes_a_report_too() -> None:
    """Without a call nothing was exercised."""
    report = report_on(Casebook()).report
    assert report.summary.headline.startswith("Nothing of the specification was exercised")
    assert report.calls == ()


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_ref_leads_somewhere(name: str) -> None:
    """Whatever is called a ref is the id of one part."""
    report = shipped_report(name).report
    there = [part.id for part in parts(report) if hasattr(part, "id")]
    assert len(there) == len(set(there))
    refs: set[str] = set()
    for part in parts(report):
        for field in ("refs", "calls", "exceptions", "violated_in", "questions", "stanzas", "ref", "fact"):
            value = getattr(part, field, None)
            refs.update(
                each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, str)
            )
    assert refs - set(there) == set()
    assert refs or name == "no-preaccept"


@pytest.mark.parametrize("name", SCENARIOS)
def test_findings_lead_both_ways(name: str) -> None:
    """From a finding to its fact and its questions, and from each of these back to it."""
    report = shipped_report(name).report
    facts = [fact for spec in report.specification for fact in spec.facts]
    aims: list[Any] = [*report.questions, *report.unruled, *facts]
    targets = {each.id: {ref for group in each.findings for ref in group.refs} for each in aims}
    for finding in everything_found(report):
        led = [*finding.questions, *([] if finding.fact is None else [finding.fact])]
        assert all(finding.id in targets[each] for each in led if finding.stance != "silent")


def test_a_line_leads_to_its_finding_or_its_fact() -> None:
    """What is no mere ok has an entry; what is as stated leads to the line of the specification."""
    report = shipped_report("violations").report
    found = {finding.id: finding for finding in everything_found(report)}
    lines = [
        line
        for holder in holders(report)
        for stanza in holder.stanzas
        for copy in stanza.copies
        for line in copy.lines
        if line.stance is not None
    ]
    assert {line.severity for line in lines} == {"ok", "note", "error"}
    for line in lines:
        assert line.ref is not None
        if line.severity == "ok":
            assert line.ref.startswith("fact-") or found[line.ref].severity != "ok"
        elif line.ref in found:
            assert found[line.ref].severity == line.severity


@pytest.mark.parametrize("form", [each for each in FORMATS if each != "sarif"])
def test_steps_of_flows_are_led_to_as_facts_are(tmp_path: Path, form: str) -> None:
    """A specification with flow files has their lines in the report, and findings lead to them and back.

    SARIF leaves out what is ok, as all is here.
    """
    gathered = gather(Recording((CAPTURE,)), checkout(tmp_path), Environment(stderr=None))
    made = make_report(Subject(gathered.casebook, gathered.specification, gathered.status))
    (flow,) = made.report.flows
    assert [step.path for step in flow.steps] == [f"steps/{number}" for number in range(1, 8)]
    backed = {ref: step.id for step in flow.steps for group in step.findings for ref in group.refs}
    led = {each.id: each.fact for each in everything_found(made.report) if each.id in backed}
    assert led == backed
    assert len(led) > 2
    assert ("wave-and-answer" if form == "junit" else "wave-and-answer.yaml") in render(made, form)


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_evidence_gives_the_same_bytes(form: str) -> None:
    """Read twice, by two casebooks."""
    one, two = (render(make_report(subject_of("early-candidates", "single-callee")), form) for _ in range(2))
    assert one == two


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """The report on one capture: from its flows, from an event file and from a ledger."""
    folder = tmp_path_factory.mktemp("kept")
    paths = {"flows": CAPTURE, "events": folder / "events.jsonl", "ledger": folder / "ledger.db"}
    written = Replayed(events=paths["events"], ledger=paths["ledger"])
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        replay(SourceOptions(Recording((CAPTURE,))), written, Environment(stdout=nowhere, stderr=None))
    made = {}
    for name, path in paths.items():
        gathered = gather(Recording((path,)), None, Environment(stderr=None))
        made[name] = make_report(Subject(gathered.casebook, gathered.specification, gathered.status))
    return made


def test_an_event_file_gives_the_report_of_its_flows(kept: dict[str, Made]) -> None:
    """Apart from the provenance and the name of the capture it is the same to the letter."""
    one, other = (str(to_json(replace_provenance(kept[each].report))) for each in ("flows", "events"))
    assert one == other.replace("events.jsonl: multi-device.flows", "multi-device.flows")


def test_a_ledger_gives_the_verdict_of_its_flows(kept: dict[str, Made]) -> None:
    """It names captures and numbers connections anew, and addresses are others; what is said is the same."""
    one, other = (kept[each].report for each in ("flows", "ledger"))
    assert one.summary == other.summary
    assert one.questions == other.questions
    assert one.specification == other.specification
    assert one.undocumented == other.undocumented
    assert said(one) == said(other)


def replace_provenance(report: Report) -> Report:
    return replace(report, provenance=shipped_report("no-preaccept").report.provenance)


def said(report: Report) -> list[tuple[Any, ...]]:
    return [
        (each.id, each.code, each.severity, each.place, each.got, each.fact, each.stanzas)
        for each in everything_found(report)
    ]


def test_a_filter_takes_calls_and_keeps_their_names() -> None:
    """A call has one name and one place, whatever else is left out; what was left out is told."""
    subject = subject_of("violations")
    chosen = Subject(
        subject.casebook,
        subject.specification,
        selection="severity >= error",
        is_selected=lambda case: case.worst.value == "error",
    )
    report, whole = make_report(chosen).report, shipped_report("violations").report
    assert 0 < len(report.calls) < len(whole.calls)
    assert {(each.id, each.name) for each in report.calls} <= {(each.id, each.name) for each in whole.calls}
    assert (report.provenance.selected, report.provenance.total) == (len(report.calls), len(whole.calls))
    assert report.provenance.selection == "severity >= error"
    assert report.outside.findings == ()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (ExitCode.INTERRUPTED, "Interrupted"),
        (ExitCode.INPUT, "not read to its end"),
        (ExitCode.INTERNAL, "ringback failed"),
    ],
)
def test_a_reading_that_did_not_go_well_is_told(status: ExitCode, told: str) -> None:
    """Before anything is concluded from the report."""
    report = make_report(Subject(Casebook(), SPECIFICATION, status)).report
    assert any(told in gap for gap in report.provenance.gaps)


def test_frames_that_stayed_closed_are_told() -> None:
    """With the reason and what to do about it."""
    gaps = shipped_report("mid-connection").report.provenance.gaps
    assert any(gap.startswith("1 of 19 frames were not opened, truncated: ") for gap in gaps)


def test_raw_values_are_refused() -> None:
    """Reports are for others to read."""
    with pytest.raises(ExportError, match="raw values are refused"):
        make_report(Subject(Casebook(Raw()), SPECIFICATION))


@pytest.mark.parametrize("form", FORMATS)
def test_a_leak_fails_every_format(form: str) -> None:
    """What slipped through everything else is not written, and its place is told."""
    made = shipped_report("single-callee")
    call = made.report.calls[0]
    found = next(each for each in call.findings if each.stance == "contradicts")
    told = replace(call, findings=(replace(found, message="4915112345678"),))
    leaking = replace(made.report, calls=(told, *made.report.calls[1:]))
    with pytest.raises(LeakError, match=rf"the {form} report was not written.*line \d+"):
        render(replace(made, report=leaking), form)


@settings(max_examples=25)
@given(any_sightings(), st.sampled_from(FORMATS))
def test_any_stanzas_make_a_report(sightings: list[Sighting], form: str) -> None:
    """Whatever came over the wire, a report is made of it and holds nothing that could identify anybody."""
    assert render(report_of(sightings), form)
