"""The gate on any stanzas at all, and on one recording in other forms."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ringback.calls import Sighting
from ringback.casebook import Casebook
from ringback.cli import main
from ringback.export.leakscan import scan
from ringback.filters import parse
from ringback.findings import Severity, Stance
from ringback.gate.baseline import read_baseline, render_baseline
from ringback.gate.findings import Counted, Key, count_findings
from ringback.gate.outcome import Outcome, Rule, Verdict, judge
from ringback.gate.rendering import FORMATS
from ringback.sanitize import Placeholders
from support.casing import SPECIFICATION, any_sightings, casebook_of
from support.recorded import capture
from support.sarif import valid_run


def found_in(casebook: Casebook) -> list[Counted]:
    return count_findings(casebook, SPECIFICATION, parse(""))


def outcome_of(casebook: Casebook, rule: Rule) -> Outcome:
    return judge(found_in(casebook), rule, casebook, skipped=0, is_read=True)


@settings(max_examples=40)
@given(any_sightings(), st.sampled_from([Severity.NOTE, Severity.WARNING, Severity.ERROR]), st.booleans())
def test_every_form_of_any_outcome_is_well_formed(
    sightings: list[Sighting], fail_on: Severity, strict: bool
) -> None:
    """And says the same: JUnit has a failure for each kind that fails."""
    casebook = casebook_of(sightings)
    outcome = outcome_of(casebook, Rule(fail_on, strict))
    texts = {name: render(outcome) for name, render in FORMATS.items()}
    assert texts == {
        name: render(outcome_of(casebook, Rule(fail_on, strict))) for name, render in FORMATS.items()
    }
    shown = json.loads(texts["json"])
    failing = sum(each["fails"] for each in shown["findings"])
    assert len(outcome.failing) == failing
    gap_fails = bool(strict and outcome.gaps)
    assert (outcome.verdict is Verdict.FAILED) is bool(failing or gap_fails)
    assert len(etree.fromstring(texts["junit"].encode()).findall(".//failure")) == failing + gap_fails
    assert len(valid_run(texts["sarif"])["results"]) == len(shown["findings"])
    assert all(text.isprintable() for text in texts["text"].splitlines())


@settings(max_examples=40)
@given(sightings=any_sightings())
def test_what_a_baseline_was_made_of_is_known(
    sightings: list[Sighting], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It is read back as it was, and nothing that it was made of fails or is gone."""
    casebook = casebook_of(sightings)
    found = found_in(casebook)
    path = tmp_path_factory.mktemp("baseline") / "known.json"
    path.write_text(render_baseline(found), encoding="utf-8")
    known = read_baseline(path)
    assert known == {each.key: each.count for each in found}
    outcome = outcome_of(casebook, Rule(Severity.NOTE, known=known))
    assert (outcome.failing, outcome.gone) == ((), ())


@given(st.builds(Key, *[st.text()] * 5), st.integers(1, 9), st.integers(1, 9))
def test_only_more_than_is_known_is_new(key: Key, count: int, known: int) -> None:
    """Of any count; and only fewer is gone."""
    found = Counted(replace(key, severity="note"), "", Stance.SILENT, "", None, count, (), "")
    key = found.key
    outcome = judge([found], Rule(Severity.NOTE, known={key: known}), Casebook(), skipped=0, is_read=True)
    (judged,) = outcome.findings
    assert judged.new == max(0, count - known)
    assert sum(number for _, number in outcome.gone) == max(0, known - count)


_NAMES = st.from_regex(r"[0-9A-Za-z@:. _#-]{1,60}\.(?:flows|jsonl|xml)", fullmatch=True)


@settings(max_examples=300)
@given(
    _NAMES
    | st.sampled_from(
        [
            "10.0.0.1.flows",
            "fe80::1.xml",
            "CLIENT_TRANSPORT_KEY * .keys",
            f"{'ab1-' * 12}.xml",
            "0A" * 16 + ".xml",
            "at 9-31.xml",
        ]
    )
)
def test_no_name_of_a_file_stops_the_gate(name: str) -> None:
    """As it is shown it passes the scan for identities: who has such a file gets a verdict all the same."""
    shown = Placeholders().capture(name)
    assert scan(f"in CALLID-0001; first: {shown}, connection 1, client frame 31") == []


def kinds(out: str) -> list[Any]:
    """What was found, wherever it was seen."""
    return [{**each, "first": ""} for each in json.loads(out)["findings"]]


@pytest.mark.parametrize("name", ["single-callee", "multi-device", "no-preaccept"])
def test_an_event_file_is_judged_as_its_recording(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    """What is committed in place of the recording has the same findings and the same verdict."""
    events, ledger = tmp_path / "found.jsonl", tmp_path / "ledger.db"
    keep = ["--events", str(events), "--ledger", str(ledger)]
    assert main(["replay", *keep, str(capture(name))]) == 0
    results = []
    for source in (capture(name), events, ledger):
        capfd.readouterr()
        code = main(["check", "--fail-on", "note", "--format", "json", str(source)])
        results.append((code, kinds(capfd.readouterr().out)))
    assert results[0] == results[1]
    assert results[0] == results[2]
