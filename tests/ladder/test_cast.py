"""Who takes part: one lane for each device, whichever address or connection shows it."""

from __future__ import annotations

from collections.abc import Callable

from ringback.calls import Sighting
from ringback.ladder import Ladder, Role, ladder_of
from ringback.ladder.cast import MAX_DESTINATIONS, MAX_LANES
from support.casing import case_of, shipped
from support.sightings import (
    CALLEE,
    CALLER,
    CREATOR,
    DEVICE,
    OFFER_IN,
    PHONE,
    PN_CREATOR,
    THIRD,
    Tape,
    action,
    offer_to,
    preaccept,
)


def lanes_of(play: Callable[[Tape], list[Sighting]]) -> list[str]:
    return [lane.name for lane in ladder(play).lanes]


def ladder(play: Callable[[Tape], list[Sighting]]) -> Ladder:
    case, book = case_of(play)
    return ladder_of(case, book.placeholders)


def test_the_caller_stands_left_of_the_server_and_all_others_right() -> None:
    """In order of appearance, devices that were offered the call and never heard at the end."""
    book = shipped("multi-device")
    drawn = ladder_of(book.cases[0], book.placeholders)
    assert [(lane.short, lane.role.value, lane.silent) for lane in drawn.lanes] == [
        ("A:1", "caller", False),
        ("srv", "server", False),
        ("B:17", "callee", False),
        ("B:7", "callee", False),
        ("B:16", "callee", False),
        ("B", "callee", True),
    ]


def test_phone_number_and_lid_of_one_client_are_one_lane() -> None:
    """A stanza that names both tells that they are one account."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.delivered(
                action("offer", stanza_id="O", attrs=f'caller_pn="{PN_CREATOR}"', from_=CREATOR), CALLEE
            ),
            tape.delivered(action("terminate", stanza_id="T", from_=PN_CREATOR), CALLEE),
        ]

    drawn = ladder(play)
    assert [lane.name for lane in drawn.lanes] == ["A:1@lid", "server", "this client"]
    assert drawn.lanes[0].addresses == ("A:1@lid", "A:1@s.whatsapp.net")


def test_addresses_that_nothing_joins_stay_apart() -> None:
    """Without a stanza that names both, a phone number and a LID may be two people."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.delivered(action("offer", stanza_id="O", from_=CREATOR), CALLEE),
            tape.delivered(action("terminate", stanza_id="T", from_=PN_CREATOR), CALLEE),
        ]

    assert len(lanes_of(play)) == 4


def test_a_bare_address_is_device_0() -> None:
    """Who spells the primary device bare, and with its number, is one device."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.delivered(preaccept(stanza_id="1", from_=PHONE), CALLER),
            tape.delivered(preaccept(stanza_id="2", from_=PHONE.replace("@", ":0@")), CALLER),
        ]

    assert lanes_of(play).count("B:0@lid") == 1
    assert len(lanes_of(play)) == 3


def test_a_client_without_address_is_this_client() -> None:
    """Where several are, each is told by its connection."""
    assert "this client" in lanes_of(lambda tape: [tape.delivered(OFFER_IN, CALLEE)])

    def play(tape: Tape) -> list[Sighting]:
        return [tape.delivered(OFFER_IN, CALLEE), tape.delivered(OFFER_IN, THIRD)]

    assert lanes_of(play)[2:] == ["client of connection 2", "client of connection 3"]


def test_a_client_without_address_that_sends_the_offer_is_the_caller() -> None:
    """Its receipts and those of others do not make anybody one."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.sent(offer_to(DEVICE), CALLER),
            tape.delivered(OFFER_IN, CALLEE),
            tape.sent(f'<receipt to="{CREATOR}" id="O-1"><offer call-id="CALLID-0001"/></receipt>', CALLEE),
        ]

    roles = {lane.connections: lane.role for lane in ladder(play).lanes if lane.connections}
    assert roles == {(CALLER,): Role.CALLER, (CALLEE,): Role.CALLEE}


def test_a_lane_is_named_what_it_was_seen_to_be() -> None:
    """A device of the creator's account need not be the creator; who got no offer may be anybody."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.delivered(preaccept(stanza_id="1", from_=CREATOR.replace(":1@", ":2@")), CALLER),
            tape.delivered(preaccept(stanza_id="2", from_=DEVICE), CALLER),
        ]

    notes = {lane.short: (lane.role, lane.note) for lane in ladder(play).lanes}
    assert list(notes.values()) == [
        (Role.CALLER, "of the caller's account"),
        (Role.SERVER, ""),
        (Role.CALLEE, ""),
        (Role.CALLEE, "callee"),
    ]


def test_a_known_account_gets_no_lane_for_its_bare_address() -> None:
    """A stanza to `B@lid` goes to B's devices, which have lanes."""

    def play(tape: Tape) -> list[Sighting]:
        return [
            tape.sent(offer_to(DEVICE), CALLER, owner=CREATOR),
            tape.sent(action("terminate", stanza_id="T", to_=PHONE), CALLER, owner=CREATOR),
        ]

    assert lanes_of(play) == ["A:1@lid", "server", "B:17@lid"]


def test_devices_beyond_the_limit_share_one_lane() -> None:
    """At the limit each has its own; one more, and the last lane says for how many it stands."""

    def rung(count: int) -> Ladder:
        devices = [f"22222222222222:{number}@lid" for number in range(1, count + 1)]
        return ladder(lambda tape: [tape.sent(offer_to(*devices), CALLER, owner=CREATOR)])

    assert len(rung(MAX_LANES - 2).lanes) == MAX_LANES
    assert rung(MAX_LANES - 2).left_out == ()
    crowded = rung(MAX_LANES + 10)
    assert len(crowded.lanes) == MAX_LANES
    assert crowded.lanes[-1].name == "13 more devices"
    assert crowded.left_out == ("13 devices share the last lane: a ladder has 12 lanes.",)


def test_an_offer_to_no_end_of_devices_is_counted() -> None:
    """So many are read, all are counted."""
    devices = [f"{number}@lid" for number in range(1, MAX_DESTINATIONS + 101)]
    drawn = ladder(lambda tape: [tape.sent(offer_to(*devices), CALLER, owner=CREATOR)])
    assert drawn.arrows[0].label == f"offer, to {MAX_DESTINATIONS + 100} devices"
    assert drawn.lanes[-1].name == f"{MAX_DESTINATIONS + 100 - (MAX_LANES - 3)} more devices"
