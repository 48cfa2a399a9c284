"""Correlation: what belongs together, in whatever order it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.calls import CallBook, Correlated, Sighting, book
from ringback.stanza import from_text
from ringback.wire.events import Direction
from support.sightings import (
    CALL_ID,
    CALLEE,
    CALLER,
    CREATOR,
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

SERVER_ACK = f'<ack from="{CREATOR}" class="call" type="preaccept" id="P-1"/>'
CLIENT_ACK = f'<ack to="{DEVICE}" id="P-1" class="call" type="preaccept"/>'
BARE_ACK = f'<ack to="{DEVICE}" id="P-1" class="call"/>'


def whole_call() -> list[Sighting]:
    """One call from both ends, with acks, a receipt, a repeated pre-accept and an unrelated call."""
    tape = Tape()
    other = preaccept(session='call-id="CALLID-0002"')
    return [
        tape.sent(offer_to(PHONE, DEVICE), CALLER),
        tape.delivered(action("offer", stanza_id="O-1", from_=CREATOR), CALLEE),
        tape.sent(f'<receipt to="{CREATOR}" id="O-1"><offer call-id="{CALL_ID}"/></receipt>', CALLEE),
        tape.sent(preaccept(), CALLEE),
        tape.delivered(SERVER_ACK, CALLEE),
        tape.delivered(preaccept(from_=DEVICE), CALLER),
        tape.sent(CLIENT_ACK, CALLER),
        tape.delivered(preaccept(from_=OTHER_DEVICE), THIRD),
        tape.sent(preaccept(stanza_id="P-2"), CALLEE),
        tape.sent(other, CALLEE),
    ]


def shape(book: CallBook) -> object:
    """Everything that correlation decides, as comparable values."""

    def evidence(sightings: list[Sighting]) -> list[object]:
        return [sighting.evidence for sighting in sightings]

    return {
        key: (
            [
                (one.action, one.stanza_id, evidence(one.sightings), evidence(one.acks), str(one.sender))
                for one in call.emissions
            ],
            evidence(call.receipts),
            sorted(other.call_id for other in call.same_ids),
            call.dropped,
        )
        for key, call in sorted(book.calls.items())
    }


def test_sent_and_delivered_copies_are_one_emission() -> None:
    """The same id, action and call-id on both ends: corroboration of delivery, no duplicate."""
    tape = Tape()
    sent, first, second = (
        tape.sent(preaccept()),
        tape.delivered(preaccept(from_=DEVICE), CALLER),
        tape.delivered(preaccept(from_=DEVICE), THIRD),
    )
    (call,) = book_of([second, sent, first]).calls.values()
    (emission,) = call.emissions
    assert emission.sightings == [sent, first, second]
    assert (emission.sent, emission.delivered) == ([sent], [first, second])


def test_two_clients_may_use_one_stanza_id() -> None:
    """Copies whose senders are known to differ are two emissions: two connections that both sent it, or two
    delivered addresses."""
    tape = Tape()
    (sent,) = book_of([tape.sent(preaccept(), CALLEE), tape.sent(preaccept(), THIRD)]).calls.values()
    assert len(sent.emissions) == 2
    copies = [tape.delivered(preaccept(from_=DEVICE)), tape.delivered(preaccept(from_=OTHER_DEVICE))]
    (delivered,) = book_of(copies).calls.values()
    assert len(delivered.emissions) == 2


def test_nobody_is_handed_his_own_stanza() -> None:
    """What one connection both sent and was handed is two emissions, whoever owns it."""
    tape = Tape()
    copies = [tape.sent(preaccept(), CALLER), tape.delivered(preaccept(from_=DEVICE), CALLER)]
    (call,) = book_of(copies).calls.values()
    assert len(call.emissions) == 2


def test_a_client_on_two_connections_is_known_by_its_owner() -> None:
    """A stanza sent again after a reconnect is the same emission where the owner is known to be the same."""
    tape = Tape()
    copies = [tape.sent(preaccept(), CALLEE, owner=DEVICE), tape.sent(preaccept(), THIRD, owner=DEVICE)]
    (call,) = book_of(copies).calls.values()
    assert len(call.emissions) == 1


def test_a_stanza_without_id_is_its_own_emission() -> None:
    """Nothing says that two copies without an id are the same stanza."""
    tape = Tape()
    bare = '<call to="A@lid"><preaccept call-id="C"/></call>'
    (call,) = book_of([tape.sent(bare), tape.sent(bare)]).calls.values()
    assert [len(emission.sightings) for emission in call.emissions] == [1, 1]


def test_two_emissions_prove_to_be_one() -> None:
    """Two delivered copies under two addressing modes are joined by the sender's copy that comes late."""
    tape = Tape()
    sent = tape.sent(preaccept(), CALLEE, owner="15550000002:17@s.whatsapp.net")
    again = tape.sent(preaccept(), THIRD, owner="15550000002:17@s.whatsapp.net")
    lost = tape.sent(preaccept(), 4)
    (call,) = book_of([lost, sent, again]).calls.values()
    assert len(call.emissions) == 2
    book = book_of([lost, sent, again, tape.delivered(preaccept(from_=DEVICE))])
    (call,) = book.calls.values()
    assert [len(emission.sightings) for emission in call.emissions] == [4]


@pytest.mark.parametrize("ack_first", [True, False])
def test_acks_find_their_stanza_by_connection_and_id(ack_first: bool) -> None:
    """The server acks on the connection of the sender, the receiver on its own; either may come first."""
    tape = Tape()
    sent, delivered = tape.sent(preaccept(), CALLEE), tape.delivered(preaccept(from_=DEVICE), CALLER)
    server_ack, client_ack = tape.delivered(SERVER_ACK, CALLEE), tape.sent(CLIENT_ACK, CALLER)
    strangers = [tape.delivered(SERVER_ACK, THIRD), tape.sent(SERVER_ACK, CALLEE)]
    stanzas, acks = [sent, delivered], [*strangers, server_ack, client_ack]
    book = book_of(acks + stanzas if ack_first else stanzas + acks)
    (call,) = book.calls.values()
    assert call.emissions[0].acks == [server_ack, client_ack]


def test_an_ack_is_told_where_it_belongs() -> None:
    """What `add` returns for an ack: its call and emission, or neither while the stanza is not seen."""
    tape, book = Tape(), CallBook()
    sent, bare = tape.sent(preaccept(), CALLEE), tape.delivered(BARE_ACK, CALLEE)
    early, stanza = book.add(bare), book.add(sent)
    late = book.add(tape.delivered(SERVER_ACK, CALLEE))
    assert (early.call, early.emission) == (None, None)
    assert stanza.emission is not None
    assert len(stanza.emission.acks) == 2
    assert (late.call, late.emission) == (stanza.call, stanza.emission)


@given(st.permutations(range(5)))
def test_an_ack_answers_the_last_stanza_before_it(order: list[int]) -> None:
    """An id that two calls use one after the other: each ack belongs to the stanza that it follows, and one
    that comes before both belongs to neither."""
    tape = Tape()
    there = preaccept(session='call-id="CALLID-0002"')
    played = [
        tape.delivered(SERVER_ACK, CALLEE),
        tape.sent(preaccept(), CALLEE),
        tape.delivered(SERVER_ACK, CALLEE),
        tape.sent(there, CALLEE),
        tape.delivered(SERVER_ACK, CALLEE),
    ]
    calls = {call.call_id: call for call in book_of(played[index] for index in order).calls.values()}
    assert calls[CALL_ID].emissions[0].acks == [played[2]]
    assert calls["CALLID-0002"].emissions[0].acks == [played[4]]


def test_an_ack_goes_to_the_address_that_its_stanza_came_from() -> None:
    """Two devices use one id, and the receiver acks both after the second: each ack names its device."""
    tape = Tape()
    book = book_of(
        [
            tape.delivered(preaccept(from_=DEVICE), CALLER),
            tape.delivered(preaccept(from_=OTHER_DEVICE), CALLER),
            tape.sent(CLIENT_ACK, CALLER),
            tape.sent(CLIENT_ACK.replace(DEVICE, OTHER_DEVICE), CALLER),
        ]
    )
    (call,) = book.calls.values()
    assert [[ack.node.text("to") for ack in each.acks] for each in call.emissions] == [
        [DEVICE],
        [OTHER_DEVICE],
    ]


def test_an_ack_prefers_the_action_it_names() -> None:
    """One id used for two actions: the ack belongs to both, and is told to be of the one it names."""
    tape, book = Tape(), CallBook()
    book.add(tape.sent(action("relaylatency", stanza_id="P-1", to_=CREATOR), CALLEE))
    ringing = book.add(tape.sent(preaccept(), CALLEE))
    told = book.add(tape.delivered(SERVER_ACK, CALLEE))
    assert told.emission is ringing.emission
    assert told.call is not None
    assert [len(emission.acks) for emission in told.call.emissions] == [1, 1]


def test_a_receipt_belongs_to_its_call_and_is_no_emission() -> None:
    """A receipt repeats the id of what it answers; it must not count as a second sending of it."""
    tape, book = Tape(), CallBook()
    book.add(tape.sent(preaccept()))
    receipt = tape.sent(f'<receipt id="P-1"><preaccept call-id="{CALL_ID}"/></receipt>', CALLER)
    told = book.add(receipt)
    assert told.emission is None
    assert told.call is not None
    assert (len(told.call.emissions), told.call.receipts) == (1, [receipt])


def test_what_names_no_call_belongs_to_none() -> None:
    """Other stanzas, a childless call and an action without call-id are kept nowhere."""
    tape, book = Tape(), CallBook()
    assert book.add(tape.sent('<iq id="1"/>')) == Correlated()
    told = [book.add(tape.sent(xml)) for xml in ('<call id="1"/>', '<call id="1"><preaccept/></call>')]
    assert [(one.recognised is None, one.call) for one in told] == [(False, None)] * 2
    assert not book.calls


def test_captures_are_kept_apart() -> None:
    """The same call-id in two captures is two calls: their connections have nothing to do with each other."""
    one, two = Tape(capture="one.flow"), Tape(capture="two.flow")
    book = book_of([one.sent(preaccept()), two.sent(preaccept())])
    assert [call.capture for call in book.calls.values()] == ["one.flow", "two.flow"]


def test_calls_that_share_an_id_know_of_each_other() -> None:
    """The same stanza id on one connection in one direction links two calls; elsewhere it does not."""
    tape = Tape()
    here, there = preaccept(), preaccept(session='call-id="CALLID-0002"')
    linked = book_of([tape.sent(here), tape.sent(there)])
    assert [[other.call_id for other in call.same_ids] for call in linked.calls.values()] == [
        ["CALLID-0002"],
        [CALL_ID],
    ]
    apart = book_of([tape.sent(here), tape.delivered(there, CALLEE), tape.sent(there, THIRD)])
    assert [call.same_ids for call in apart.calls.values()] == [[], []]


@given(st.permutations(whole_call()))
def test_arrival_order_does_not_matter(sightings: list[Sighting]) -> None:
    """Any order of arrival gives the same calls."""
    assert shape(book_of(sightings)) == shape(book_of(whole_call()))


def test_calls_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call too many pushes out the one not touched for longest, tells so, and forgets it wholly."""
    monkeypatch.setattr(book, "MAX_CALLS", 2)
    tape, calls = Tape(), CallBook()
    stanzas = [preaccept(session=f'call-id="C-{number}"', stanza_id="P") for number in range(3)]
    first, second = (calls.add(tape.sent(xml)) for xml in stanzas[:2])
    calls.add(tape.sent(stanzas[0]))
    third = calls.add(tape.sent(stanzas[2]))
    assert (first.evicted, second.evicted, third.evicted) == ((), (), (second.call,))
    assert [call.call_id for call in calls.calls.values()] == ["C-0", "C-2"]
    assert calls.evictions.calls == 1
    assert first.call is not None
    assert [other.call_id for other in first.call.same_ids] == ["C-2"]


def test_a_call_that_was_pushed_out_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even of copies that it had no room for, each on a connection of its own: of one stanza, and of two
    that turn out to be one."""
    monkeypatch.setattr(book, "MAX_CALLS", 1)
    tape, calls = Tape(), CallBook()
    for connection in range(2 * book.MAX_SIGHTINGS_PER_EMISSION):
        sender = DEVICE if connection % 2 else OTHER_DEVICE
        calls.add(tape.delivered(preaccept(from_=DEVICE), connection))
        calls.add(tape.delivered(preaccept(from_=sender, stanza_id="P-2"), connection))
    call = calls.add(tape.delivered(preaccept(stanza_id="P-2"))).call
    assert call is not None
    assert [len(each.sightings) for each in call.emissions] == [book.MAX_SIGHTINGS_PER_EMISSION] * 2
    other = calls.add(tape.sent(preaccept(session='call-id="CALLID-0002"')))
    held = [call for holders in calls._holders.values() for call in holders.values()]
    assert held == [other.call]


def test_a_call_that_was_pushed_out_comes_back_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept of it before is forgotten, and the call says so; the memory of that is bounded too."""
    monkeypatch.setattr(book, "MAX_CALLS", 1)
    monkeypatch.setattr(book, "MAX_EVICTED", 2)
    tape, calls = Tape(), CallBook()

    def opened(number: int) -> bool:
        call = calls.add(tape.sent(preaccept(session=f'call-id="C-{number}"'))).call
        assert call is not None
        assert call.is_whole is not call.reopened
        return call.reopened

    assert [opened(number) for number in (0, 1, 0, 1, 2, 3, 0)] == [0, 0, 1, 1, 0, 0, 0]


def test_a_full_call_refuses_and_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """The offer stays, whatever comes after it; what is refused is counted and told to be nowhere."""
    monkeypatch.setattr(book, "MAX_EMISSIONS_PER_ACTION", 2)
    tape, calls = Tape(), CallBook()
    calls.add(tape.sent(offer_to(DEVICE)))
    told = [calls.add(tape.sent(preaccept(stanza_id=f"P-{number}"))) for number in range(4)]
    call = told[0].call
    assert call is not None
    assert [emission.stanza_id for emission in call.emissions] == ["O-1", "P-0", "P-1"]
    assert [one.emission is None for one in told] == [False, False, True, True]
    assert (call.dropped, call.lost, call.is_whole, calls.evictions.stanzas) == (2, 2, False, 2)


def test_chatter_takes_no_room_from_what_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other actions have a limit of their own, and what is refused of them leaves the call whole."""
    monkeypatch.setattr(book, "MAX_OTHER_EMISSIONS", 2)
    tape, calls = Tape(), CallBook()
    for number in range(3):
        calls.add(tape.sent(action(f"transport{number}", stanza_id=f"T-{number}")))
    told = calls.add(tape.sent(preaccept()))
    assert told.call is not None
    assert [emission.stanza_id for emission in told.call.emissions] == ["T-0", "T-1", "P-1"]
    assert (told.call.dropped, told.call.is_whole) == (1, True)


def test_sightings_acks_and_receipts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One stanza, ack or receipt repeated without end fills no memory, and what is left out is counted."""
    monkeypatch.setattr(book, "MAX_SIGHTINGS_PER_EMISSION", 2)
    monkeypatch.setattr(book, "MAX_EMISSIONS_PER_ACTION", 2)
    tape, calls = Tape(), CallBook()
    receipt = f'<receipt id="P-1"><preaccept call-id="{CALL_ID}"/></receipt>'
    for _ in range(3):
        told = calls.add(tape.sent(preaccept()))
        calls.add(tape.delivered(SERVER_ACK, CALLEE))
        calls.add(tape.sent(receipt))
    assert told.call is not None
    (emission,) = told.call.emissions
    assert (len(emission.sightings), len(emission.acks), len(told.call.receipts)) == (2, 2, 2)
    assert (told.call.dropped, told.call.lost) == (3, 2)
    assert calls.evictions == book.Evictions(calls=0, stanzas=3, acks=1)


def test_pending_acks_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest ack without a stanza goes first and is counted; one with a stanza is not lost by it."""
    monkeypatch.setattr(book, "MAX_PENDING_ACKS", 1)
    tape, calls = Tape(), CallBook()
    told = calls.add(tape.sent(preaccept()))
    for stanza_id in ("P-1", "P-2", "P-3"):
        calls.add(tape.delivered(SERVER_ACK.replace("P-1", stanza_id), CALLEE))
    assert told.emission is not None
    assert len(told.emission.acks) == 1
    assert calls.evictions.acks == 1
    late = calls.add(tape.sent(preaccept(stanza_id="P-2")))
    assert late.emission is not None
    assert late.emission.acks == []


def test_shared_ids_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One id used for every call links the first few of them only."""
    monkeypatch.setattr(book, "MAX_CALLS_PER_STANZA_ID", 2)
    tape = Tape()
    calls = book_of(tape.sent(preaccept(session=f'call-id="C-{number}"')) for number in range(4)).calls
    assert [len(call.same_ids) for call in calls.values()] == [1, 1, 0, 0]


def test_direction_of_an_ack_is_the_other_one() -> None:
    """An ack that a client sends answers what was delivered to it, never what it sent itself."""
    tape = Tape()
    book = book_of([tape.sent(preaccept(), CALLEE), tape.seen(BARE_ACK, Direction.CLIENT, CALLEE)])
    (call,) = book.calls.values()
    assert call.emissions[0].acks == []
    assert from_text(BARE_ACK).text("type") is None
