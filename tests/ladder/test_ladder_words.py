"""An arrow in one sentence."""

from __future__ import annotations

from ringback.calls import Sighting
from ringback.ladder import ladder_of
from ringback.ladder.words import sentence
from support.casing import case_of
from support.sightings import CALLEE, CREATOR, DEVICE, OFFER_IN, Tape, action


def test_what_was_not_seen_is_said() -> None:
    """The sender's leg of a delivered stanza, the delivery of a sent one."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.delivered(OFFER_IN, CALLEE, owner=DEVICE),
            tape.sent(action("accept", stanza_id="A", to_=CREATOR), CALLEE, owner=DEVICE),
        ]

    case, book = case_of(play)
    ladder = ladder_of(case, book.placeholders)
    assert [sentence(ladder, arrow) for arrow in ladder.arrows] == [
        "offer at 22:13:20.000Z, from A:1@lid to the server (not seen), delivered to B:17@lid",
        "accept, to A:1@lid at 22:13:21.000Z, +1.000 s from the offer, from B:17@lid to the server, "
        "delivery not seen",
    ]


def test_a_long_list_is_cut() -> None:
    """A dozen answers are told, the rest is counted."""

    def play(tape: Tape) -> list[Sighting]:
        receipt = f'<receipt to="{CREATOR}" id="O-1"><offer call-id="CALLID-0001"/></receipt>'
        return [tape.delivered(OFFER_IN, CALLEE, owner=DEVICE)] + [
            tape.sent(receipt, CALLEE, owner=DEVICE) for _ in range(15)
        ]

    case, book = case_of(play)
    ladder = ladder_of(case, book.placeholders)
    assert sentence(ladder, ladder.arrows[0]).endswith(", 3 more answers")
