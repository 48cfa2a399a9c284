"""Copies put together: what was emitted once, and what answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ringback.calls import Sighting
from ringback.ladder.cast import Cast
from ringback.ladder.happenings import Happening, happenings_of, seen_of
from support.casing import case_of
from support.sightings import ACK, CALLEE, CALLER, CREATOR, DEVICE, OFFER_IN, Tape, offer_to, preaccept

RECEIPT = '<receipt {} id="O-1"><offer call-id="CALLID-0001" call-creator="{}"/></receipt>'


def happened(play: Callable[[Tape], list[Sighting]]) -> list[Happening]:
    case, book = case_of(play)
    seen = seen_of(case)
    return happenings_of(case, seen, Cast(case.call, [each for _, each in seen], book.placeholders))


def test_an_ack_that_came_before_its_stanza_is_folded_too() -> None:
    """Its call was not known then, so that it is none of the case's stanzas: it has no index."""
    tape = Tape(1000.0)
    sent, ack = tape.sent(preaccept(), owner=DEVICE), tape.delivered(ACK, CALLEE)
    (only,) = happened(lambda _: [ack, sent])
    assert [(copy.index, copy.sighting) for copy in only.answers[0].copies] == [(None, ack)]


def test_an_ack_of_nothing_known_stands_alone() -> None:
    """It names its call itself, and what it answers was not seen."""

    def play(tape: Tape) -> list[Sighting]:
        ack = f'<receipt to="{CREATOR}" id="X"><offer call-id="CALLID-0001"/></receipt>'
        return [tape.delivered(OFFER_IN, CALLEE), tape.sent(ack, CALLEE)]

    assert [(each.kind.value, each.answers) for each in happened(play)] == [("call", []), ("receipt", [])]


def test_a_receipt_seen_at_both_ends_is_one_answer() -> None:
    """The device's own copy and the one that was relayed."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.sent(offer_to(DEVICE), CALLER, owner=CREATOR),
            tape.delivered(OFFER_IN, CALLEE, owner=DEVICE),
            tape.sent(RECEIPT.format(f'to="{CREATOR}"', CREATOR), CALLEE, owner=DEVICE),
            tape.delivered(RECEIPT.format(f'from="{DEVICE}"', CREATOR), CALLER, owner=CREATOR),
        ]

    (offer,) = happened(play)
    assert [len(answer.copies) for answer in offer.answers] == [2]
    assert len(offer.sent) == len(offer.delivered) == 1


def test_a_receipt_that_is_sent_again_is_another() -> None:
    """Nobody gets or sends one twice: two on one connection are two."""

    def play(tape: Tape) -> list[Sighting]:
        receipt = RECEIPT.format(f'to="{CREATOR}"', CREATOR)
        return [tape.delivered(OFFER_IN, CALLEE, owner=DEVICE)] + [
            tape.sent(receipt, CALLEE, owner=DEVICE) for _ in range(2)
        ]

    (offer,) = happened(play)
    assert [len(answer.copies) for answer in offer.answers] == [1, 1]


def test_order_is_that_of_time_then_of_the_wire() -> None:
    """At one time connections come by number, and messages of a connection as they went."""
    tape = Tape(1000.0)
    late = tape.sent(preaccept(stanza_id="1"), CALLEE, owner=DEVICE, at=1000.0)
    first = tape.sent(offer_to(DEVICE), CALLER, owner=CREATOR, at=1000.0)
    second = tape.sent(preaccept(stanza_id="2"), CALLEE, owner=DEVICE, at=1000.0)
    told = [each.copies[0].sighting for each in happened(lambda _: [second, late, first])]
    assert told == [first, late, second]


def test_a_copy_that_the_call_no_longer_has_stands_alone() -> None:
    """Where a call was pushed out and came back, its earlier stanzas are still the case's."""
    case, book = case_of(lambda tape: [tape.sent(preaccept(), owner=DEVICE)])
    case.call = replace(case.call, emissions=[])
    seen = seen_of(case)
    (alone,) = happenings_of(case, seen, Cast(case.call, [each for _, each in seen], book.placeholders))
    assert (alone.action, len(alone.copies)) == ("preaccept", 1)
