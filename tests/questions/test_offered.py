"""To whom a call was offered, each device once."""

from ringback.calls import Sender, Sighting
from ringback.questions.evidence import CallEvidence, ClientFacts
from ringback.questions.offered import is_phone, offered_devices
from ringback.questions.ringing import watches
from support.sightings import (
    CALLEE,
    CALLER,
    CREATOR,
    DEVICE,
    OFFER_IN,
    OTHER_DEVICE,
    PHONE,
    Tape,
    action,
    book_of,
    offer_to,
    preaccept,
)

PN_DEVICE = "15550000002:17@s.whatsapp.net"


def evidence_of(*sightings: Sighting, clients: dict[int, ClientFacts] | None = None) -> CallEvidence:
    (call,) = book_of(sightings).calls.values()
    return CallEvidence.of(call, clients or {})


def names(devices: list[Sender]) -> list[str]:
    return [str(device) for device in devices]


def test_the_list_of_an_offer() -> None:
    """Every device of the list, ordered by address."""
    assert names(
        offered_devices(evidence_of(Tape().sent(offer_to(DEVICE, PHONE, OTHER_DEVICE), CALLER)))
    ) == [
        OTHER_DEVICE,
        DEVICE,
        PHONE,
    ]


def test_an_offer_without_a_list() -> None:
    """Rings the one device that it is sent to."""
    tape = Tape()
    offer = action("offer", stanza_id="O-1", to_=DEVICE)
    assert names(offered_devices(evidence_of(tape.sent(offer, CALLER)))) == [DEVICE]


def test_the_list_of_its_ack() -> None:
    """The server's ack adds devices that the offer does not list; the caller's own are none of them."""
    tape = Tape()
    devices = "".join(f'<device jid="{jid}"/>' for jid in (DEVICE, OTHER_DEVICE, CREATOR))
    ack = f'<ack from="{PHONE}" class="call" type="offer" id="O-1"><user jid="{PHONE}">{devices}</user></ack>'
    evidence = evidence_of(tape.sent(offer_to(DEVICE), CALLER), tape.delivered(ack, CALLER))
    assert names(offered_devices(evidence)) == [OTHER_DEVICE, DEVICE]


def test_a_delivered_offer_is_its_receivers() -> None:
    """From the callee's side the device is known by its socket, with its address where that is known."""
    tape = Tape()
    for owner in (None, DEVICE):
        (device,) = offered_devices(evidence_of(tape.delivered(OFFER_IN, CALLEE, owner=owner)))
        assert device.connections == {CALLEE}
        assert [str(jid) for jid in device.jids] == ([owner] if owner else [])


def test_list_and_socket_are_one_device() -> None:
    """The device in the caller's list and the socket that was handed the offer are joined by the address."""
    tape = Tape()
    evidence = evidence_of(
        tape.sent(offer_to(DEVICE), CALLER), tape.delivered(OFFER_IN, CALLEE, owner=DEVICE)
    )
    (device,) = offered_devices(evidence)
    assert (names([device]), device.connections) == ([DEVICE], frozenset({CALLEE}))


def test_what_it_sends_joins_two_addresses() -> None:
    """A socket known by its phone number is the listed LID once its pre-accept came under the LID."""
    tape = Tape()
    evidence = evidence_of(
        tape.sent(offer_to(DEVICE), CALLER),
        tape.delivered(OFFER_IN, CALLEE, owner=PN_DEVICE),
        tape.sent(preaccept(), CALLEE, owner=PN_DEVICE),
        tape.delivered(preaccept(from_=DEVICE), CALLER),
    )
    (device,) = offered_devices(evidence)
    assert {str(jid) for jid in device.jids} == {DEVICE, PN_DEVICE}


def test_device_0_is_the_phone() -> None:
    """By its address, or by what the handshake says of a socket without one."""
    tape = Tape()
    evidence = evidence_of(
        tape.delivered(OFFER_IN, CALLEE), clients={CALLEE: ClientFacts("ANDROID", "2.26", 0)}
    )
    (device,) = offered_devices(evidence)
    assert is_phone(device, evidence)
    listed = evidence_of(tape.sent(offer_to(PHONE, DEVICE), CALLER))
    assert [is_phone(each, listed) for each in offered_devices(listed)] == [False, True]


class TestEndOfRinging:
    """What ends the ringing of one device, as the caller's socket sees it."""

    def ends(self, *stanzas: str, sent: bool = False) -> list[tuple[str, bool]]:
        tape = Tape()
        offer = tape.sent(offer_to(DEVICE, OTHER_DEVICE), CALLER)
        seen = [(tape.sent if sent else tape.delivered)(stanza, CALLER) for stanza in stanzas]
        evidence = evidence_of(offer, *seen)
        device = next(each for each in offered_devices(evidence) if str(each) == DEVICE)
        return [
            (watch.end.node.children[0].tag, watch.ended_by_device) for watch in watches(evidence, device)
        ]

    def test_its_own_accept_or_reject(self) -> None:
        """The device answers: it did it itself."""
        for tag in ("accept", "reject"):
            assert self.ends(action(tag, stanza_id="A-1", from_=DEVICE)) == [(tag, True)]

    def test_the_accept_of_a_sibling(self) -> None:
        """Ends it for all."""
        assert self.ends(action("accept", stanza_id="A-1", from_=OTHER_DEVICE)) == [("accept", False)]

    def test_what_a_sibling_gives_up_does_not(self) -> None:
        """A reject, or the terminate of a sibling that cannot be called, is about that device."""
        reject = action("reject", stanza_id="A-1", from_=OTHER_DEVICE, attrs='reason="busy"')
        terminate = action("terminate", stanza_id="T-1", from_=OTHER_DEVICE, attrs='reason="uncallable"')
        assert self.ends(reject, terminate) == []

    def test_the_callers_terminate(self) -> None:
        """To this device, or to nobody in particular; not one to a sibling."""
        for listed, ended in ((DEVICE, True), (OTHER_DEVICE, False)):
            inside = f'<destination><to jid="{listed}"/></destination>'
            terminate = action("terminate", stanza_id="T-1", to_=PHONE, inside=inside)
            assert bool(self.ends(terminate, sent=True)) is ended
        for address, ended in ((DEVICE, True), (OTHER_DEVICE, False), (PHONE, True)):
            terminate = action("terminate", stanza_id="T-1", to_=address)
            assert bool(self.ends(terminate, sent=True)) is ended

    def test_the_servers_terminate(self) -> None:
        """The call itself says that it is over."""
        assert self.ends(action("terminate", stanza_id="T-1", from_="CALLID-0001@call")) == [
            ("terminate", False)
        ]
