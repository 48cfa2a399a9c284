"""Verdicts as Markdown and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from ringback.export import questions
from ringback.export.questions import FORMAT, questions_json, questions_markdown, render_markdown
from ringback.export.washing import Appraisal
from ringback.findings import Evidence
from ringback.questions.evidence import CallEvidence
from ringback.questions.facts import Statement
from ringback.questions.registry import RULES
from ringback.questions.stanzas import stanza_units
from support.exporting import from_captures, good_material, heard_in, material_of, wide_call
from support.sightings import OFFER_IN, Tape, good_call, preaccept
from synthetic.manifest import SCENARIOS

PAGE = Path(questions.__file__).parents[1] / "docs" / "exports.md"


def as_json(appraisal: Appraisal) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(questions_json(appraisal))
    return loaded


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def stanzas_with(appraisal: Appraisal, seen: Collection[Evidence | None]) -> set[int]:
    """Numbers of the stanzas, each direction apart, of which a copy was seen there."""
    clean = appraisal.clean
    calls = [CallEvidence.of(call, clean.clients) for call in clean.calls]
    units = enumerate(stanza_units(calls, clean.specification))
    return {number for number, unit in units if any(copy.evidence in seen for copy in unit.copies)}


def test_json_has_every_verdict_with_its_numbers() -> None:
    """The interval says its method, the calls have placeholders."""
    told = as_json(Appraisal(material_of(heard_in(40))))
    assert told["format"] == FORMAT
    assert [verdict["question"] for verdict in told["verdicts"]] == [rule.question for rule in RULES]
    second = told["verdicts"][1]
    assert (second["answer"], second["k"], second["n"]) == ("answered no", 0, 40)
    assert second["interval"] == {"method": "wilson", "level": 0.95, "low": 0.0, "high": 0.0876}
    assert second["calls"][:2] == ["CALLID-0001", "CALLID-0002"]
    assert len(second["calls"]) == 40


def test_json_has_facts_and_what_is_undocumented() -> None:
    """With type guess and shapes, split by direction."""
    told = as_json(Appraisal(material_of(wide_call(Tape()))))
    facts = {(fact["path"], fact["statement"]): fact for fact in told["facts"]}
    assert facts["call/preaccept/@call-id", "attribute"]["valid"] == 2
    extra = {each["path"]: each for each in told["undocumented"] if each["what"] == "attribute"}
    rate = extra["call/preaccept/audio/@rate"]
    assert (rate["n"], rate["of"], rate["type_guess"]) == (2, 2, "int")
    assert {row["what"] for row in rate["shapes"]["rows"]} == {"4 digits", "5 digits"}


def test_levels_say_why_they_go_no_further() -> None:
    """With wacrg's score before and after: of the shipped file's 10 facts 6 are probable (from, to, id, the
    child and its two attributes), and the 4 about candidates join them."""
    te = '<destination><te ip="203.0.113.9" port="3478"/></destination>'
    appraisal = Appraisal(material_of([Tape().delivered(preaccept(from_="2:17@lid", inside=te))]))
    told = as_json(appraisal)
    assert told["score"] == {"before": round(6 / 20, 4), "after": round(10 / 20, 4)}
    levels = {each["path"]: each for each in told["levels"]}
    port = levels["call/preaccept/destination/te/@port"]
    assert (port["before"], port["reached"], port["after"]) == ("speculative", "probable", "probable")
    assert port["hindrances"] == ["one-technique", "same-build"]
    page = questions_markdown(appraisal)
    assert "## Confidence\n\nwacrg's score: 30.0 % (0 confirmed and 6 probable of 10) before" in page


@pytest.mark.parametrize("name", SCENARIOS)
def test_confidence_agrees_with_the_facts(name: str) -> None:
    """Both tables tell of the same stanzas: put together to stanzas, the sightings for and against a fact are
    its valid and violated ones. Addresses read to the letter stand in the levels alone."""
    appraisal = Appraisal(from_captures(name))
    for fact in appraisal.weighing.facts:
        carry = appraisal.facts.carries[f"{fact.spec}#{fact.path}"]
        literal = {one.evidence for one in carry.contradicting if one.code == "addresses-literal"}
        against = stanzas_with(appraisal, {one.evidence for one in carry.contradicting} - literal)
        valid = stanzas_with(appraisal, {one.evidence for one in carry.supporting}) - against
        if fact.statement is Statement.ATTRIBUTE:
            assert (len(valid), len(against)) == (fact.counts.valid, fact.counts.violated), fact.path
        elif fact.statement is Statement.CHILD:
            assert len(valid | against) == fact.counts.valid + fact.counts.violated, fact.path
        assert len(against) >= fact.counts.violated, fact.path


def test_every_key_of_the_json_is_documented() -> None:
    """The page lists the keys; one that it does not know fails here. Not each stands in every report."""
    told = keys(as_json(Appraisal(from_captures("multi-device"))))
    documented = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert told <= documented
    assert documented - told <= {"asked", "question", "scope"}


def test_markdown_says_the_answer_first() -> None:
    """Then what was counted, what speaks against it, what to capture next, and the tables."""
    text = questions_markdown(Appraisal(material_of(heard_in(40))))
    section = text.partition("## call-preaccept/2\n")[2].partition("\n## ")[0]
    assert "**Answered no: 0 of 40 (0.00 to 0.09).**" in section
    assert "- Counted: one callee device that pre-accepted, per call; a success: " in section
    assert "\n- Next: Capture " in section
    assert "| first of a callee's device " in section


def test_markdown_tells_facts_by_direction_call_kind_and_build() -> None:
    """By hand: the wide call's pre-accept went out once and came in once; neither copy has both addresses,
    and nobody has candidates."""
    page = questions_markdown(Appraisal(material_of(wide_call(Tape()))))
    assert (
        "| call-preaccept: call/preaccept/@call-id | attribute | string | probable | 2 | 0 | 0 | none |"
        in page
    )
    by_direction = page.partition("### By direction\n")[2].partition("### ")[0]
    assert "| fact | statement | incoming | outgoing |" in by_direction
    assert "| call-preaccept: call/@from | attribute | 1, 0, 0 | 0, 0, 1 |" in by_direction
    assert "| call-preaccept: call/@to | attribute | 0, 0, 1 | 1, 0, 0 |" in by_direction
    assert "| call-preaccept: call/preaccept/destination | child | 0, 0, 1 | 0, 0, 1 |" in by_direction
    assert "| call-preaccept: call/preaccept/destination | occurrence | 1, 0, 0 | 1, 0, 0 |" in by_direction
    assert "### By call kind\n" in page
    by_build = page.partition("### By build\n")[2]
    assert "| fact | statement | web 2.3000.1015901307 |" in by_build
    rate = (
        "| call-preaccept: call/preaccept/audio/@rate | attribute | 2 of 2 | int | 4 digits: 2, 5 digits: 2 |"
    )
    assert f"{rate} incoming: 1, outgoing: 1 |" in page


def test_markdown_names_files_of_which_nothing_was_seen() -> None:
    """Their facts were never exercised; the JSON has each of them with zeros."""
    appraisal = Appraisal(material_of([Tape().delivered(OFFER_IN)]))
    assert "No stanza was seen of: call-preaccept." in questions_markdown(appraisal)
    facts = as_json(appraisal)["facts"]
    assert {(fact["valid"], fact["violated"], fact["not_exercised"]) for fact in facts} == {(0, 0, 0)}


def test_markdown_takes_no_sign_from_the_evidence() -> None:
    """Tags in a question and bars in a table stay text."""
    lines = questions_markdown(Appraisal(good_material())).splitlines()
    assert any(line.startswith("Is \\<preaccept\\> always emitted") for line in lines)
    tables = [line for line in lines if line.startswith("|")]
    assert tables
    assert all(re.fullmatch(r"\|( (?:[^|\\]|\\.)* \|)+", line) for line in tables)


def test_a_dimension_of_which_nothing_is_known_has_no_table() -> None:
    """It says so in a sentence already."""
    text = render_markdown(Appraisal(good_material()))
    assert "by caller's net medium" not in text
    assert "Not known of any: caller's net medium" in text


@pytest.mark.parametrize("name", SCENARIOS)
def test_shipped_captures_pass_the_gate(name: str) -> None:
    """And give the same bytes each time."""
    texts = [
        (questions_markdown(each), questions_json(each))
        for each in (Appraisal(from_captures(name)), Appraisal(from_captures(name)))
    ]
    assert texts[0] == texts[1]


def test_the_order_of_collection_does_not_matter() -> None:
    """The same evidence gives the same bytes."""
    sightings = [*good_call(Tape()), *heard_in(12)]
    forward, backward = Appraisal(material_of(sightings)), Appraisal(material_of(sightings[::-1]))
    assert questions_markdown(forward) == questions_markdown(backward)
    assert questions_json(forward) == questions_json(backward)
