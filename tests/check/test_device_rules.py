"""Rules about devices: offered, ringing once, not the caller's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from support.judging import codes, judged, only
from support.sightings import (
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
    Script,
    Tape,
    action,
    offer_to,
    preaccept,
)

OFFER_ACK = (
    f'<ack class="call" type="offer" id="O-1"><user jid="{PHONE}"><device jid="{PHONE}"/>'
    f'<device jid="{OTHER_DEVICE}"/></user></ack>'
)


BARE_OFFER = action("offer", stanza_id="O-1", to_=PHONE, inside="<enc/>")


def offer_alone(device: str, *, stanza_id: str = "O-1") -> str:
    return action("offer", stanza_id=stanza_id, to_=device, inside="<enc/>")


DEVICES: dict[str, tuple[Script, set[str]]] = {
    "listed by the offer": (
        lambda tape: [tape.sent(offer_to(PHONE, DEVICE), CALLER), tape.delivered(RINGING)],
        {"device-offered"},
    ),
    "not listed by the offer": (
        lambda tape: [tape.sent(offer_to(PHONE, OTHER_DEVICE), CALLER), tape.delivered(RINGING)],
        {"device-not-offered"},
    ),
    "listed by the ack": (
        lambda tape: [
            tape.sent(BARE_OFFER, CALLER),
            tape.delivered(OFFER_ACK, CALLER),
            tape.delivered(preaccept(from_=OTHER_DEVICE)),
        ],
        {"device-offered"},
    ),
    "not listed by the ack": (
        lambda tape: [
            tape.sent(BARE_OFFER, CALLER),
            tape.delivered(OFFER_ACK, CALLER),
            tape.delivered(RINGING),
        ],
        {"device-not-offered"},
    ),
    "offer delivered on its connection": (
        lambda tape: [tape.delivered(OFFER_IN, CALLEE), tape.sent(preaccept())],
        {"device-offered"},
    ),
    "offer delivered to its owner": (
        lambda tape: [tape.delivered(OFFER_IN, CALLEE, owner=DEVICE), tape.delivered(RINGING)],
        {"device-offered"},
    ),
    "delivered, although not listed": (
        lambda tape: [
            tape.sent(offer_to(OTHER_DEVICE), CALLER),
            tape.delivered(OFFER_IN, CALLEE),
            tape.sent(preaccept()),
            tape.delivered(RINGING),
        ],
        {"device-offered"},
    ),
    "offer delivered to another": (
        lambda tape: [tape.delivered(OFFER_IN, CALLEE, owner=OTHER_DEVICE), tape.delivered(RINGING)],
        set(),
    ),
    "listed under the other addressing mode": (
        lambda tape: [tape.sent(offer_to("15550000002@s.whatsapp.net"), CALLER), tape.delivered(RINGING)],
        set(),
    ),
    "the offer goes to it alone": (
        lambda tape: [tape.sent(offer_alone(DEVICE), CALLER), tape.delivered(RINGING)],
        {"device-offered"},
    ),
    "the offer goes to another device alone": (
        lambda tape: [tape.sent(offer_alone(OTHER_DEVICE), CALLER), tape.delivered(RINGING)],
        {"device-not-offered"},
    ),
    "an offer for each device": (
        lambda tape: [
            tape.sent(offer_alone(OTHER_DEVICE), CALLER),
            tape.sent(offer_alone(DEVICE, stanza_id="O-2"), CALLER),
            tape.delivered(RINGING),
        ],
        {"device-offered"},
    ),
    "no list": (lambda tape: [tape.sent(BARE_OFFER, CALLER), tape.delivered(RINGING)], set()),
}


@pytest.mark.parametrize("script", DEVICES)
def test_whether_the_device_was_offered(script: str) -> None:
    """Yes by a list or a delivery, no by a list only, and neither where it cannot be told."""
    play, expected = DEVICES[script]
    assert codes(judged(*play(Tape()))) & {"device-offered", "device-not-offered"} == expected


REPEATS: dict[str, tuple[Script, int]] = {
    "two ids of one device": (
        lambda tape: [tape.sent(preaccept()), tape.sent(preaccept(stanza_id="P-2"))],
        2,
    ),
    "three ids, both ends": (
        lambda tape: [
            tape.sent(preaccept()),
            tape.delivered(RINGING),
            tape.sent(preaccept(stanza_id="P-2")),
            tape.delivered(preaccept(stanza_id="P-3", from_=DEVICE)),
        ],
        4,
    ),
    "two devices": (
        lambda tape: [tape.delivered(RINGING), tape.delivered(preaccept(stanza_id="P-2", from_=PHONE))],
        0,
    ),
    "one id, sent again": (
        lambda tape: [tape.sent(preaccept()), tape.sent(preaccept()), tape.delivered(RINGING)],
        3,
    ),
    "one id, delivered again": (
        lambda tape: [tape.sent(preaccept()), tape.delivered(RINGING), tape.delivered(RINGING)],
        0,
    ),
    "one id, sent again after a reconnect": (
        lambda tape: [
            tape.sent(preaccept(), CALLEE, owner=DEVICE),
            tape.sent(preaccept(), THIRD, owner=DEVICE),
        ],
        0,
    ),
    "one without id": (
        lambda tape: [tape.sent(preaccept()), tape.sent(preaccept().replace(' id="P-1"', ""))],
        2,
    ),
    "without ids": (
        lambda tape: [tape.sent(preaccept().replace(' id="P-1"', "")) for _ in range(2)],
        2,
    ),
}


@pytest.mark.parametrize("script", REPEATS)
def test_one_device_rings_once(script: str) -> None:
    """Several stanza ids of one device, or several on one connection, are one finding that shows them all."""
    play, shown = REPEATS[script]
    found = only(judged(*play(Tape())), "preaccept-repeated")
    assert [len(finding.evidence) for finding in found] == ([shown] if shown else [])


OWN: dict[str, tuple[Script, bool]] = {
    "on the offer's connection": (
        lambda tape: [tape.sent(offer_to(DEVICE), CALLER), tape.sent(preaccept(to_=PHONE), CALLER)],
        True,
    ),
    "from the creator": (lambda tape: [tape.delivered(preaccept(from_=CREATOR), CALLEE)], True),
    "from another device of the creator": (
        lambda tape: [tape.delivered(preaccept(from_="11111111111111:5@lid"), CALLEE)],
        True,
    ),
    "from the offer's creator, naming another": (
        lambda tape: [
            tape.delivered(OFFER_IN, CALLEE),
            tape.delivered(
                preaccept(session=f'call-id="{CALL_ID}" call-creator="{DEVICE}"', from_=CREATOR), CALLEE
            ),
        ],
        True,
    ),
    "naming itself as creator of an offer by another": (
        lambda tape: [
            tape.sent(offer_to(DEVICE), CALLER),
            tape.delivered(preaccept(session=f'call-id="{CALL_ID}" call-creator="{DEVICE}"', from_=DEVICE)),
        ],
        False,
    ),
    "from the callee": (lambda tape: [tape.delivered(RINGING)], False),
    "from nobody known": (lambda tape: [tape.sent(preaccept())], False),
}


@pytest.mark.parametrize("script", OWN)
def test_the_creator_does_not_ring(script: str) -> None:
    """By the offer's connection or creator; the pre-accept's own word counts only where no offer was seen."""
    play, expected = OWN[script]
    assert ("preaccept-by-creator" in codes(judged(*play(Tape())))) is expected


def test_a_creator_spelled_as_text_is_the_creator() -> None:
    """The wire may carry an address as plain text: whose it is does not change by that."""
    sighting = Tape().delivered(preaccept(from_=CREATOR), CALLEE)
    (child,) = sighting.node.children
    child = structs.replace(child, attrs={**child.attrs, "call-creator": CREATOR})
    as_text = replace(sighting, node=structs.replace(sighting.node, content=(child,)))
    assert "preaccept-by-creator" in codes(judged(as_text))


def test_a_device_not_listed_needs_the_callers_connection_read_in_full() -> None:
    """Another offer, in a frame that stayed closed, may list it."""
    tape = Tape()
    copies = [tape.sent(offer_to(OTHER_DEVICE), CALLER), tape.delivered(RINGING)]
    assert "device-not-offered" not in codes(judged(*copies, unreliable=[CALLER]))
