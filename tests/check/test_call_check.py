"""A call against the specification: the rules together, before and after the call is settled."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.calls import CallBook, Sighting, book
from ringback.check.call import Reported, check_call, covers
from ringback.check.subject import MAX_EVIDENCE
from ringback.findings import Finding, Severity, Stance
from ringback.spec.model import Specification
from support.judging import codes, judge_calls, judged, only, shipped
from support.sightings import (
    ACK,
    CALL_ID,
    CALLEE,
    CALLER,
    CREATOR,
    DEVICE,
    OFFER_IN,
    OTHER_DEVICE,
    PHONE,
    RINGING,
    THIRD,
    Tape,
    action,
    good_call,
    offer_to,
    preaccept,
)


def odd(findings: list[Finding]) -> set[str]:
    """Codes of the findings that are not ok, the literal reading of the addresses left out."""
    return codes([each for each in findings if each.severity is not Severity.OK]) - {"addresses-literal"}


def test_a_good_call_is_said_to_be_good() -> None:
    """What is fine is said, so that it is told apart from what was not exercised."""
    findings = judged(*good_call(Tape()))
    assert codes(findings) == {
        "call-id-matches",
        "creator-matches",
        "offer-first",
        "device-offered",
        "ack-received",
        "addresses-literal",
    }
    assert odd(findings) == set()


def test_a_lone_preaccept_shows_only_what_is_absent() -> None:
    """Neither good nor bad is said of an offer, a device or an order that was not seen."""
    tape = Tape()
    assert codes(judged(tape.sent(preaccept()))) == {"call-id-unknown", "ack-missing", "addresses-literal"}
    assert codes(judged(tape.delivered(RINGING, CALLER))) == {"call-id-unknown", "addresses-literal"}


def test_a_call_without_preaccepts_has_no_findings() -> None:
    """Other actions are correlated, not judged."""
    tape = Tape()
    assert (
        judged(tape.sent(offer_to(DEVICE), CALLER), tape.sent(action("accept", stanza_id="A-1"), CALLEE))
        == []
    )


def test_nothing_absent_is_said_before_the_call_is_settled() -> None:
    """Unsettled, only what is certain for good is found."""
    assert codes(judged(*good_call(Tape()), settled=False)) == {
        "call-id-matches",
        "creator-matches",
        "device-offered",
        "ack-received",
    }


def test_both_copies_are_one_finding_with_two_pieces_of_evidence() -> None:
    """Sent and delivered copy corroborate each other, earliest first."""
    tape = Tape()
    sent, delivered = tape.sent(preaccept()), tape.delivered(RINGING)
    (finding,) = only(judged(delivered, sent), "call-id-unknown")
    assert finding.evidence == (sent.evidence, delivered.evidence)
    assert (finding.stance, finding.severity) == (Stance.SILENT, Severity.WARNING)
    assert (finding.place, finding.got) == ("/call/preaccept/@call-id", CALL_ID)


def test_without_a_file_for_preaccepts_findings_speak_to_no_fact() -> None:
    """The rules about calls still hold; only the facts and the questions are missing."""
    findings = judge_calls(good_call(Tape()), Specification({}), settled=True)
    assert codes(findings) == codes(judged(*good_call(Tape()))) - {"addresses-literal"}
    assert {(finding.fact, finding.questions) for finding in findings} == {(None, ())}


def messy_call() -> list[Sighting]:
    """Two clients and their caller doing all that a rule looks at, and a second call of one of them."""
    tape = Tape()
    return [
        *good_call(tape),
        tape.sent(preaccept(stanza_id="P-2"), CALLEE),
        tape.delivered(preaccept(stanza_id="P-2", from_=DEVICE), CALLER),
        tape.delivered(ACK.replace("P-1", "P-2").replace("preaccept", "accept"), CALLEE),
        tape.sent(preaccept(stanza_id="P-3"), THIRD, owner=OTHER_DEVICE),
        tape.delivered(preaccept(stanza_id="P-3", from_=OTHER_DEVICE), CALLER),
        tape.delivered(ACK.replace("P-1", "P-3").replace("<ack", '<ack error="500"'), THIRD),
        tape.delivered(OFFER_IN, THIRD),
        tape.sent(action("reject", stanza_id="R-1", to_=CREATOR), THIRD),
        tape.sent(action("relaylatency", stanza_id="P-1", to_=CREATOR), CALLEE),
        tape.sent(preaccept(session='call-id="CALLID-0002"', stanza_id="P-1"), CALLEE),
        tape.sent(preaccept(session=f'call-id="{CALL_ID}" call-creator="{DEVICE}"', to_=PHONE), CALLER),
        tape.delivered(f'<receipt id="P-1"><preaccept call-id="{CALL_ID}"/></receipt>', CALLEE),
        tape.sent(OFFER_IN.replace("O-1", "O-2").replace(CREATOR, PHONE), CALLER),
    ]


def test_the_messy_call_shows_most_rules() -> None:
    """The properties below are about something: most codes of calls occur in their example."""
    assert len(codes(judged(*messy_call()))) >= 16


@settings(max_examples=60)
@given(st.permutations(messy_call()))
def test_arrival_order_does_not_change_the_findings(sightings: list[Sighting]) -> None:
    """Any order of arrival, the same findings once settled, with the same evidence."""
    assert sorted(map(repr, judged(*sightings))) == sorted(map(repr, judged(*messy_call())))


@settings(max_examples=60)
@given(st.permutations(messy_call()), st.integers(1, len(messy_call())), st.booleans())
def test_what_was_found_stays_found(sightings: list[Sighting], seen: int, settled: bool) -> None:
    """What the first part of the sightings shows unsettled, all of them show, on at least its evidence."""
    later = judged(*sightings, settled=settled)
    for earlier in judged(*sightings[:seen], settled=False):
        assert any(covers(finding, earlier) for finding in later), earlier


@settings(max_examples=20)
@given(st.permutations(messy_call()))
def test_each_finding_is_reported_once(sightings: list[Sighting]) -> None:
    """Reporting what is fresh after each sighting, and once more settled, says each finding once."""
    reported, said = Reported(), []
    for count in range(1, len(sightings) + 1):
        said += reported.fresh(judged(*sightings[:count], settled=False))
    final = judged(*sightings)
    said += reported.fresh(final)
    assert reported.fresh(final) == []
    assert all(any(covers(finding, each) for each in said) for finding in final)
    assert codes(said) == codes(final)


def test_a_finding_covers_itself_on_more_evidence_only() -> None:
    """Equal but for further evidence; less evidence, or another value, is another finding."""
    tape = Tape()
    sent, delivered = tape.sent(preaccept()), tape.delivered(RINGING)
    (less,) = only(judged(sent), "call-id-unknown")
    (more,) = only(judged(sent, delivered), "call-id-unknown")
    (other,) = only(judged(tape.sent(preaccept(session='call-id="CALLID-0002"'))), "call-id-unknown")
    assert covers(more, less)
    assert covers(less, less)
    assert not covers(less, more)
    assert not covers(other, less)


def test_further_evidence_is_not_reported_again() -> None:
    """A copy that comes later corroborates what was said; it is no finding of its own."""
    tape, reported = Tape(), Reported()
    sent, delivered = tape.sent(preaccept()), tape.delivered(RINGING)
    assert reported.fresh(judged(sent))
    assert "call-id-unknown" not in codes(reported.fresh(judged(sent, delivered)))


def test_absence_says_nothing_in_a_call_that_is_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stanzas were refused, or the call was pushed out before, what is missing may be among them."""
    monkeypatch.setattr(book, "MAX_EMISSIONS_PER_ACTION", 1)
    tape = Tape()
    assert "ack-missing" in codes(judged(tape.sent(preaccept())))
    full = judged(tape.sent(preaccept()), tape.sent(preaccept(stanza_id="P-2")))
    assert not codes(full) & {"ack-missing", "call-id-unknown"}
    monkeypatch.setattr(book, "MAX_CALLS", 1)
    calls = CallBook()
    for call_id in ("C-1", "C-2", "C-1"):
        calls.add(tape.sent(preaccept(session=f'call-id="{call_id}"')))
    (reopened,) = calls.calls.values()
    assert not codes(check_call(reopened, shipped(), settled=True)) & {"ack-missing", "call-id-unknown"}


def test_a_crowded_call_lists_some_evidence_and_counts_the_rest() -> None:
    """Evidence is bounded, the copies that a finding is about among it, the message tells the rest."""
    tape = Tape()
    offers = [
        tape.sent(offer_to(DEVICE, stanza_id=f"O-{number}"), CALLER) for number in range(MAX_EVIDENCE + 4)
    ]
    ringing = tape.sent(preaccept(), CALLEE)
    (finding,) = only(judged(*offers, ringing), "call-id-matches")
    assert finding.evidence == (*(each.evidence for each in offers[: MAX_EVIDENCE - 1]), ringing.evidence)
    assert finding.message.endswith("Evidence not listed: 5 more.")


def test_a_device_that_rings_without_end_is_told_once() -> None:
    """However many pre-accepts there are, and however often the call is looked at."""
    tape, reported, sightings, said = Tape(), Reported(), [], []
    for number in range(20):
        sightings.append(tape.sent(preaccept(stanza_id=f"P-{number}")))
        said += reported.fresh(judged(*sightings, settled=False))
    assert len(only(said, "preaccept-repeated")) == 1


@settings(max_examples=20)
@given(st.permutations([0, 1, 2]))
def test_the_literal_reading_is_reported_once(order: list[int]) -> None:
    """Whichever copy comes late: the call's one note is not made again at another place."""
    tape, reported = Tape(), Reported()
    copies = [
        tape.sent(preaccept()),
        tape.delivered(RINGING),
        tape.delivered(preaccept(from_=OTHER_DEVICE), THIRD),
    ]
    seen = [copies[index] for index in order]
    said = [each for count in (1, 2, 3) for each in reported.fresh(judged(*seen[:count]))]
    assert len(only(said, "addresses-literal")) == 1
