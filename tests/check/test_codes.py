"""Every code: its words, its examples, and its page."""

import itertools
import re
from pathlib import Path

import pytest

import ringback
from ringback.check import correlation_codes, flow_codes, part_codes, stanza_codes, timeline_codes
from ringback.check.codes import CODES, Code, SeverityRule
from ringback.check.examples import example, sent
from ringback.check.page import render_findings_page
from ringback.findings import Severity, Stance
from support.judging import codes, judge_example, only

PAGE = Path(ringback.__file__).parent / "docs" / "findings.md"
EVERY = pytest.mark.parametrize("code", CODES.values(), ids=CODES)


@EVERY
def test_failing_example_shows_the_code(code: Code) -> None:
    """The failing example yields the code, with one of its stances, and its severity where that is fixed."""
    found = only(judge_example(code.failing), code.code)
    assert found
    assert {finding.stance for finding in found} <= set(code.stances)
    if code.severity_rule is not SeverityRule.BY_FACT:
        assert {finding.severity.value for finding in found} == {code.severity_rule.value}


@EVERY
def test_passing_example_does_not_show_the_code(code: Code) -> None:
    """The passing example is free of the code."""
    assert code.code not in codes(judge_example(code.passing))


@EVERY
def test_each_stance_of_a_code_is_taken_somewhere(code: Code) -> None:
    """A code lists no stance that it never takes."""
    undocumented = '<call to="A:1@lid" id="P-1" x="1" xmlns:rb="urn:ringback:stanza:1" rb:x.2="2">'
    line = sent(f'{undocumented}<preaccept call-id="C" call-creator="A:1@lid"/></call>')
    found = only(judge_example(code.failing) + judge_example(example(line)), code.code)
    assert {finding.stance for finding in found} == set(code.stances)


@EVERY
def test_words_of_a_code_are_sentences(code: Code) -> None:
    """Meaning and next step are one sentence each, and every message begins with the meaning."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.code)
    for words in (code.meaning, code.next_step):
        assert re.fullmatch(r"[A-Z][^.]*\.", words)
    for finding in only(judge_example(code.failing), code.code):
        assert finding.message.startswith(code.meaning)


@EVERY
def test_ok_codes_blame_nobody(code: Code) -> None:
    """Severity ok goes with support or silence, and only with them goes a supporting stance."""
    if code.severity_rule is SeverityRule.OK:
        assert set(code.stances) <= {Stance.SUPPORTS, Stance.SILENT}
    else:
        assert Stance.SUPPORTS not in code.stances


def test_every_code_that_is_defined_is_listed() -> None:
    """No code is left out of the table, and none stands in it twice."""
    modules = (stanza_codes, part_codes, correlation_codes, timeline_codes, flow_codes)
    named = itertools.chain.from_iterable(vars(module).values() for module in modules)
    assert {code.code for code in named if isinstance(code, Code)} == set(CODES)
    assert len({id(code) for code in CODES.values()}) == len(CODES)


def test_severity_rules_name_severities() -> None:
    """Every fixed rule is a severity, and every severity has a fixed rule."""
    fixed = {rule.value for rule in SeverityRule} - {SeverityRule.BY_FACT.value}
    assert fixed == {severity.value for severity in Severity}


def test_page_is_the_one_generated() -> None:
    """`docs/findings.md` is what the codes say, byte for byte."""
    assert PAGE.read_bytes() == render_findings_page().encode()


@EVERY
def test_page_describes_every_code_with_both_examples(code: Code) -> None:
    """Each code has its heading, and under it one example that shows it and one that does not."""
    page = render_findings_page()
    section = page.split(f"### {code.code}\n")[1].split("\n### ")[0]
    assert section.count("```text") == 2
    assert code.meaning in section
    assert code.next_step in section
