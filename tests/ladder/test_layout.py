"""From a case to its ladder: order, times, answers, findings and bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from ringback.calls import Sighting
from ringback.findings import Severity
from ringback.ladder import Ladder, ladder_of, layout
from support.casing import any_sightings, case_of, casebook_of, shipped
from support.sightings import (
    CALLEE,
    CALLER,
    CREATOR,
    DEVICE,
    PHONE,
    Tape,
    action,
    good_call,
    offer_to,
    preaccept,
)


def multi_device(*, unfold: bool = False) -> Ladder:
    book = shipped("multi-device")
    return ladder_of(book.cases[0], book.placeholders, unfold=unfold)


def test_both_ends_make_one_arrow() -> None:
    """A copy sent and its delivered copies are one arrow, with the time that the server took."""
    offer = multi_device().arrows[0]
    assert offer.sent is not None
    assert [copy.delay for copy in offer.deliveries] == [pytest.approx(0.046)] * 2
    assert offer.aim == "to 4 devices"


def test_times_are_told_from_the_offer_and_from_the_arrow_before() -> None:
    """The offer itself has neither; the pre-accept came 0.396 s after it."""
    first, second, third = multi_device().arrows[:3]
    assert (first.since_previous, first.since_offer) == (None, None)
    assert second.since_previous == second.since_offer == pytest.approx(0.245)
    assert third.action == "preaccept"
    assert third.since_offer == pytest.approx(0.396)


def test_answers_are_folded_into_what_they_answer() -> None:
    """The server's ack counts from the sender's copy, a device's from its own; a receipt that was relayed is
    one answer."""
    offer = multi_device().arrows[0]
    told = [(each.kind, each.sent, round(each.delay or 0, 3), len(each.stanzas)) for each in offer.answers]
    assert told == [("ack", False, 0.04, 1), ("receipt", True, 0.056, 2), ("receipt", True, 0.056, 2)]


def test_unfolded_answers_are_arrows_in_order_of_time() -> None:
    """An ack is between its device and the server; a receipt goes through."""
    ladder = multi_device(unfold=True)
    times = [(arrow.sent or arrow.deliveries[0]).at for arrow in ladder.arrows]
    assert times == sorted(times)
    ack, receipt = ladder.arrows[1], ladder.arrows[2]
    assert (ack.name, ack.sender, len(ack.deliveries)) == ("ack offer", None, 1)
    assert (receipt.name, receipt.sent is not None, len(receipt.deliveries)) == ("receipt offer", True, 1)
    assert not any(arrow.answers for arrow in ladder.arrows)


def test_an_ack_with_an_error_says_it() -> None:
    """The error stands in the folded answer."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.sent(preaccept(), CALLEE, owner=DEVICE),
            tape.delivered(
                f'<ack from="{CREATOR}" class="call" type="preaccept" id="P-1" error="404"/>', CALLEE
            ),
        ]

    case, book = case_of(play)
    (arrow,) = ladder_of(case, book.placeholders).arrows
    assert [answer.words for answer in arrow.answers] == ["ack error 404"]


def test_a_reason_stands_in_the_label() -> None:
    """Why a call ended, and how many devices are told so."""
    labels = [arrow.label for arrow in multi_device().arrows]
    assert "reject busy" in labels
    assert "terminate accepted_elsewhere, to 3 devices" in labels


def test_findings_stand_at_their_arrow_or_at_the_end() -> None:
    """One about one stanza is that arrow's, one about several is the call's; none is lost."""
    book = shipped("multi-device")
    case, ladder = book.cases[0], multi_device()
    beside = [index for arrow in ladder.arrows for index in arrow.findings]
    assert len(beside) == len(set(beside))
    whole = {remark.finding for remark in ladder.remarks}
    assert [remark.code for remark in ladder.remarks] == ["addresses-literal"]
    rest = set(range(len(case.findings))) - set(beside) - whole
    assert all(case.findings[index].severity is Severity.OK for index in rest)
    noted = [arrow.action for arrow in ladder.arrows if arrow.severity is Severity.NOTE]
    assert noted == ["preaccept", "preaccept"]


def test_the_worst_finding_marks_the_arrow() -> None:
    """The mark is that of the gravest finding of any copy."""
    book = shipped("violations")
    for case in book.cases:
        ladder = ladder_of(case, book.placeholders)
        marked = [arrow.severity for arrow in ladder.arrows] + [each.severity for each in ladder.remarks]
        assert max((each.rank for each in marked if each is not None), default=0) == case.worst.rank


def test_what_was_only_sent_claims_no_delivery() -> None:
    """Where the other end was not captured, the arrow ends at the server and names whom it was for."""
    case, book = case_of(lambda tape: [tape.sent(action("accept", stanza_id="A", to_=CREATOR), owner=DEVICE)])
    (arrow,) = ladder_of(case, book.placeholders).arrows
    assert (arrow.deliveries, arrow.label) == ((), "accept, to A:1@lid")


def test_what_is_left_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrows, answers and findings beyond the limits are counted in sentences."""
    book = shipped("multi-device")
    monkeypatch.setattr(layout, "MAX_ARROWS", 3)
    monkeypatch.setattr(layout, "MAX_ANSWERS", 2)
    monkeypatch.setattr(layout, "MAX_REMARKS", 0)
    ladder = ladder_of(replace(book.cases[0], dropped=5), book.placeholders)
    assert len(ladder.arrows) == 3
    assert [sentence.split(" ")[0] for sentence in ladder.left_out] == ["6", "2", "1", "5"]


@settings(max_examples=60, deadline=None)
@given(any_sightings())
def test_any_sightings_make_a_ladder(sightings: list[Sighting]) -> None:
    """Every stanza of a call is on its ladder once, and every lane that an arrow names exists."""
    book = casebook_of(sightings)
    for case in book.cases:
        for unfold in (False, True):
            ladder = ladder_of(case, book.placeholders, unfold=unfold)
            shown = [stanza for arrow in ladder.arrows for stanza in arrow.shown]
            assert sorted(shown) == list(range(len(case.stanzas)))
            ends = [copy.lane for arrow in ladder.arrows for copy in arrow.deliveries]
            ends += [arrow.sender for arrow in ladder.arrows if arrow.sender is not None]
            assert all(lane in range(len(ladder.lanes)) and lane != ladder.server for lane in ends)


def test_a_good_call_has_nothing_to_say_at_its_end() -> None:
    """No finding of the whole call beyond the known reading of the specification, nothing left out."""
    case, book = case_of(good_call)
    ladder = ladder_of(case, book.placeholders)
    assert ladder.left_out == ()
    assert [arrow.name for arrow in ladder.arrows] == ["offer", "preaccept", "accept", "terminate"]


def test_an_offer_to_nobody_known_is_still_drawn() -> None:
    """A bare account that was offered the call, and never heard, is a silent lane."""
    case, book = case_of(lambda tape: [tape.sent(offer_to(PHONE), CALLER, owner=CREATOR)])
    ladder = ladder_of(case, book.placeholders)
    assert [(lane.name, lane.silent) for lane in ladder.lanes] == [
        ("A:1@lid", False),
        ("server", False),
        ("B@lid", True),
    ]
