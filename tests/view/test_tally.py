from __future__ import annotations

from dataclasses import replace

from ringback.check.call import check_call
from ringback.findings import FactRef, Severity, Stance
from ringback.view.tally import MAX_UNSPECIFIED, Tally
from support.sightings import CALL_ID, DEVICE, Tape, action, offer_to, preaccept
from support.viewing import PREACCEPT, SPECIFICATION, finding, observed


def tallied(*facts: tuple[str, Stance]) -> Tally:
    tally = Tally()
    for path, stance in facts:
        tally.add(finding(fact=FactRef(PREACCEPT.id, path, "probable", ()), stance=stance))
    return tally


def test_each_fact_is_in_one_class() -> None:
    """The gravest that was seen of a fact is its class, so that the classes add up to all facts."""
    facts = tallied(
        ("call/@from", Stance.SUPPORTS),
        ("call/@from", Stance.CONTRADICTS),
        ("call/@to", Stance.SILENT),
        ("call/@to", Stance.SUPPORTS),
        ("call/preaccept", Stance.EXTENDS),
    ).facts_of(PREACCEPT)
    assert facts.contradicted == ("call/@from",)
    assert facts.observed == ("call/@to",)
    assert facts.extended == ("call/preaccept",)
    assert "call/@id" in facts.not_exercised
    assert (len(facts.not_exercised), facts.facts) == (7, 10)


def test_every_fact_that_findings_contradict_is_counted() -> None:
    """Two findings that contradict a fact each leave two facts contradicted."""
    places = ("call/@to", "call/@from")
    facts = tallied(*((place, Stance.CONTRADICTS) for place in places)).facts_of(PREACCEPT)
    assert set(facts.contradicted) == set(places)


def test_questions_count_the_findings_that_bear_on_them() -> None:
    """Each question of a file is listed, also those that no finding bears on; severities stay apart."""
    tally = Tally()
    tally.add(finding(questions=("call-preaccept/1", "call-preaccept/3")))
    tally.add(finding(questions=("call-preaccept/3",), fact=None, severity=Severity.OK))
    questions = list(tally.questions_of(PREACCEPT))
    assert [(number, findings) for number, _, findings in questions] == [
        (1, {Severity.ERROR: 1}),
        (2, {}),
        (3, {Severity.OK: 1, Severity.ERROR: 1}),
    ]
    assert [text for _, text, _ in questions] == list(PREACCEPT.open_questions)


def test_both_addresses_that_copies_lack_are_contradicted() -> None:
    """The one finding about a sent and a delivered copy stands at one address and counts for both."""
    tape = Tape()
    sent, delivered = tape.sent(preaccept()), tape.delivered(preaccept(from_=DEVICE))
    call = observed(delivered, [sent]).call
    assert call is not None
    tally = Tally()
    for each in check_call(call, SPECIFICATION, settled=True):
        tally.add(each)
    assert tally.facts_of(PREACCEPT).contradicted == ("call/@from", "call/@to")


def test_stanzas_without_a_file_are_counted_by_their_action() -> None:
    """Only calls, each copy, and beyond the limit of names together."""
    tally, tape = Tally(), Tape()
    for number in range(MAX_UNSPECIFIED + 2):
        sighting = tape.sent(action(f"a{number}", stanza_id="1", to_=DEVICE))
        tally.observe(observed(sighting), sighting.node)
    assert tally.unspecified["a0"] == 1
    assert tally.unspecified["others"] == 2
    assert len(tally.unspecified) == MAX_UNSPECIFIED + 1


def test_tallies_of_several_captures_add_up() -> None:
    """What was counted apart comes to what is counted together, in either order."""
    seen = [
        ("call/@from", Stance.SUPPORTS),
        ("call/@from", Stance.CONTRADICTS),
        ("call/@to", Stance.SUPPORTS),
    ]
    apart = [tallied(each) for each in seen]
    for order in (apart, apart[::-1]):
        together = Tally()
        for each in order:
            together.add_all(each)
        assert together.facts_of(PREACCEPT) == tallied(*seen).facts_of(PREACCEPT)
    tally, tape = Tally(), Tape()
    for number in range(MAX_UNSPECIFIED + 2):
        one, sighting = Tally(), tape.sent(action(f"a{number}", stanza_id="1", to_=DEVICE))
        one.observe(observed(sighting), sighting.node)
        tally.add_all(one)
    assert tally.unspecified["others"] == 2


def test_a_nameless_tally_counts_the_same() -> None:
    """It holds no call-id, which is all that a tally has of anybody."""
    tally, tape = Tally(), Tape()
    for sighting in (tape.sent(offer_to(DEVICE)), tape.sent(preaccept())):
        tally.observe(observed(sighting, [sighting]), sighting.node)
    nameless = tally.nameless()
    assert nameless.offered.count == tally.offered.count == 1
    assert CALL_ID in str(tally.offered)
    assert CALL_ID not in repr(replace(nameless, specs={}))
