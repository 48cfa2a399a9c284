from __future__ import annotations

from ringback.findings import FactRef, Stance
from ringback.view.tally import Tally
from support.viewing import PREACCEPT, finding


def tallied(*facts: tuple[str, Stance]) -> Tally:
    tally = Tally()
    for path, stance in facts:
        tally.add(finding(fact=FactRef(PREACCEPT.id, path, "probable", ()), stance=stance))
    return tally


def test_a_fact_may_be_observed_and_contradicted() -> None:
    """A fact counts wherever it was, and is not exercised only where nothing else was said of it."""
    facts = tallied(
        ("call/@from", Stance.SUPPORTS),
        ("call/@from", Stance.CONTRADICTS),
        ("call/@to", Stance.SILENT),
        ("call/@to", Stance.SUPPORTS),
        ("call/preaccept", Stance.EXTENDS),
    ).facts_of(PREACCEPT)
    assert (facts.facts, facts.observed, facts.contradicted) == (10, 2, ("call/@from",))
    assert "call/@to" not in facts.not_exercised
    assert "call/preaccept" not in facts.not_exercised
    assert "call/@id" in facts.not_exercised
    assert len(facts.not_exercised) == 7


def test_questions_count_the_findings_that_bear_on_them() -> None:
    """Each question of a file is listed, also those that no finding bears on."""
    tally = Tally()
    tally.add(finding(questions=("call-preaccept/1", "call-preaccept/3")))
    tally.add(finding(questions=("call-preaccept/3",), fact=None))
    questions = list(tally.questions_of(PREACCEPT))
    assert [(number, findings) for number, _, findings in questions] == [(1, 1), (2, 0), (3, 2)]
    assert [text for _, text, _ in questions] == list(PREACCEPT.open_questions)
