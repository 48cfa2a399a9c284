"""Emissions and calls as values: who sent what, and in which order."""

import pytest

from ringback.calls import Call, Emission, Sender, Sighting
from ringback.spec.model import Vantage
from ringback.stanza import Jid
from support.sightings import (
    CALLEE,
    CALLER,
    DEVICE,
    OTHER_DEVICE,
    PHONE,
    THIRD,
    Tape,
    action,
    book_of,
    offer_to,
    preaccept,
)

DELIVERED = preaccept(from_=DEVICE)
PN_DEVICE = "15550000002:17@s.whatsapp.net"


def jids(*texts: str) -> tuple[Jid, ...]:
    return tuple(map(Jid.parse, texts))


def call_of(*sightings: Sighting) -> Call:
    (call,) = book_of(sightings).calls.values()
    return call


def test_a_sighting_knows_its_copy() -> None:
    """What a client sends is the sent copy, what it is handed the delivered one."""
    tape = Tape(start=50.0)
    sent, delivered = tape.sent(preaccept()), tape.delivered(DELIVERED)
    assert (sent.vantage, delivered.vantage) == (Vantage.SENT, Vantage.DELIVERED)
    assert (sent.at, sent.connection, delivered.at, delivered.connection) == (50.0, CALLEE, 51.0, CALLER)


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        (Sender(jids(DEVICE, PN_DEVICE), frozenset({2})), DEVICE),
        (Sender((), frozenset({3, 2})), "the client of connection 2, 3"),
        (Sender((), frozenset()), "an unnamed client"),
    ],
)
def test_a_sender_is_named_by_address_or_connection(sender: Sender, shown: str) -> None:
    """The first address, else the connections it sent on."""
    assert str(sender) == shown


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Sender((), frozenset({2})), Sender((), frozenset({2, 3})), True),
        (Sender(jids(DEVICE), frozenset({2})), Sender(jids(OTHER_DEVICE), frozenset({2})), True),
        (Sender(jids(DEVICE), frozenset()), Sender(jids(PN_DEVICE, DEVICE), frozenset()), True),
        (Sender(jids(DEVICE), frozenset()), Sender(jids(OTHER_DEVICE), frozenset({2})), False),
        (Sender(jids(DEVICE), frozenset()), Sender(jids(PN_DEVICE), frozenset()), None),
        (Sender((), frozenset({2})), Sender((), frozenset({3})), None),
        (Sender((), frozenset()), Sender((), frozenset()), None),
    ],
)
def test_senders_are_told_apart_by_connection_then_address(one: Sender, other: Sender, same: object) -> None:
    """One connection is one client; two connections may be one client too, so they prove nothing."""
    assert one.same_as(other) is other.same_as(one) is same


def test_the_delivered_from_comes_before_the_owner() -> None:
    """An emission's sender is the delivered `from`, then the owner of the connection that sent it."""
    tape = Tape()
    call = call_of(tape.sent(preaccept(), owner=PN_DEVICE), tape.delivered(DELIVERED))
    assert call.emissions[0].sender == Sender(jids(DEVICE, PN_DEVICE), frozenset({CALLEE}))
    assert str(call.emissions[0].sender) == DEVICE


def test_a_client_is_known_by_all_it_sent() -> None:
    """A connection whose other stanza was delivered from an address has that address."""
    tape = Tape()
    call = call_of(
        tape.sent(preaccept()),
        tape.sent(action("relaylatency", stanza_id="R-1", to_=PHONE)),
        tape.delivered(action("relaylatency", stanza_id="R-1", from_=DEVICE)),
        tape.delivered(action("accept", stanza_id="A-1", from_=DEVICE)),
        tape.delivered(action("reject", stanza_id="X-1", from_=OTHER_DEVICE)),
    )
    (ringing,), (accepting,), (rejecting,) = call.of("preaccept"), call.of("accept"), call.of("reject")
    known = Sender(jids(DEVICE), frozenset({CALLEE}))
    assert ringing.sender == Sender((), frozenset({CALLEE}))
    clients = call.clients()
    assert clients[ringing] == clients[accepting] == known
    assert clients[rejecting] == Sender(jids(OTHER_DEVICE), frozenset())


def emission(*sightings: Sighting) -> Emission:
    return Emission("any", "X", "C", list(sightings))


def test_order_on_one_connection_is_the_order_of_its_messages() -> None:
    """Where one connection saw both, its own order decides, whatever the clock of another says."""
    tape = Tape()
    first, second = tape.delivered(offer_to(DEVICE), CALLEE, at=5.0), tape.sent(preaccept(), CALLEE, at=5.0)
    assert emission(second).follows(emission(first))
    assert not emission(first).follows(emission(second))


def test_order_over_connections_is_the_clock() -> None:
    """Where no connection saw both, the earlier first sighting came first; at one time neither did."""
    tape = Tape()
    early, late = tape.sent(preaccept(), CALLER, at=1.0), tape.sent(preaccept(), CALLEE, at=2.0)
    same = tape.sent(preaccept(), THIRD, at=2.0)
    assert emission(late).follows(emission(early))
    assert not emission(early).follows(emission(late))
    assert not emission(same).follows(emission(late))
    assert not emission(late).follows(emission(same))


def test_stanzas_that_cross_follow_neither_way() -> None:
    """Each end sent its own before the other's arrived: neither came after the other."""
    tape = Tape()
    sent, hung_up = tape.sent(preaccept(), CALLEE), tape.sent(action("terminate", stanza_id="T"), CALLER)
    delivered = tape.delivered(DELIVERED, CALLER)
    told = tape.delivered(action("terminate", stanza_id="T"), CALLEE)
    ringing, ending = emission(sent, delivered), emission(hung_up, told)
    assert not ringing.follows(ending)
    assert not ending.follows(ringing)


def test_last_at_covers_everything_seen() -> None:
    """The call's last sign of life may be an ack or a receipt."""
    tape = Tape(start=10.0)
    ringing = tape.sent(preaccept())
    ack = tape.seen(
        '<ack class="call" id="P-1"/>', tape.delivered(DELIVERED).evidence.place.direction, CALLEE
    )
    call = call_of(ringing, ack)
    assert call.last_at == 12.0
    assert Call("C").last_at == float("-inf")
