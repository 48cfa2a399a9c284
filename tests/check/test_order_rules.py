"""Rules about order: the pre-accept among offer, accept, reject and terminate."""

from __future__ import annotations

import pytest

from ringback.stanza import Jid
from support.judging import codes, judged, only
from support.sightings import (
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


def dismissal(*devices: str) -> str:
    listed = "".join(f'<to jid="{device}"/>' for device in devices)
    return action("terminate", stanza_id="T", to_=PHONE, inside=f"<destination>{listed}</destination>")


ORDER: dict[str, tuple[Script, set[str]]] = {
    "offer, pre-accept": (
        lambda tape: [tape.delivered(OFFER_IN, CALLEE), tape.sent(preaccept())],
        {"offer-first"},
    ),
    "pre-accept, offer": (
        lambda tape: [tape.sent(preaccept()), tape.delivered(OFFER_IN, CALLEE)],
        {"preaccept-before-offer"},
    ),
    "offer, pre-accept, offer again": (
        lambda tape: [
            tape.delivered(OFFER_IN, CALLEE),
            tape.sent(preaccept()),
            tape.delivered(action("offer", stanza_id="O-2", from_=CREATOR), CALLEE),
        ],
        {"offer-first"},
    ),
    "offer and pre-accept at one time on two connections": (
        lambda tape: [tape.sent(offer_to(DEVICE), CALLER, at=5.0), tape.sent(preaccept(), at=5.0)],
        set(),
    ),
    "one offer later, one at the same time": (
        lambda tape: [
            tape.sent(preaccept(), at=5.0),
            tape.sent(offer_to(DEVICE), CALLER, at=5.0),
            tape.sent(offer_to(DEVICE, stanza_id="O-2"), CALLER, at=6.0),
        ],
        set(),
    ),
    "accept by the same connection": (
        lambda tape: [tape.sent(action("accept", stanza_id="A", to_=CREATOR)), tape.sent(preaccept())],
        {"preaccept-after-accept"},
    ),
    "accept by the same address": (
        lambda tape: [tape.delivered(action("accept", stanza_id="A", from_=DEVICE)), tape.delivered(RINGING)],
        {"preaccept-after-accept"},
    ),
    "accept by another device": (
        lambda tape: [tape.delivered(action("accept", stanza_id="A", from_=PHONE)), tape.delivered(RINGING)],
        {"preaccept-after-accept-elsewhere"},
    ),
    "accept by a device that cannot be told": (
        lambda tape: [
            tape.delivered(action("accept", stanza_id="A", from_="15550000002@s.whatsapp.net")),
            tape.delivered(RINGING),
        ],
        {"preaccept-after-accept"},
    ),
    "accept later": (
        lambda tape: [tape.sent(preaccept()), tape.sent(action("accept", stanza_id="A", to_=CREATOR))],
        set(),
    ),
    "reject by the same device": (
        lambda tape: [tape.sent(action("reject", stanza_id="R", to_=CREATOR)), tape.sent(preaccept())],
        {"preaccept-after-reject"},
    ),
    "reject by another device": (
        lambda tape: [tape.delivered(action("reject", stanza_id="R", from_=PHONE)), tape.delivered(RINGING)],
        set(),
    ),
    "reject later": (
        lambda tape: [tape.sent(preaccept()), tape.sent(action("reject", stanza_id="R", to_=CREATOR))],
        set(),
    ),
    "terminate delivered to the device": (
        lambda tape: [
            tape.delivered(action("terminate", stanza_id="T", from_=CREATOR), CALLEE),
            tape.sent(preaccept()),
        ],
        {"preaccept-after-terminate"},
    ),
    "terminate to the whole account": (
        lambda tape: [
            tape.sent(action("terminate", stanza_id="T", to_=PHONE), CALLER),
            tape.delivered(RINGING),
        ],
        {"preaccept-after-terminate"},
    ),
    "terminate to this device": (
        lambda tape: [
            tape.sent(action("terminate", stanza_id="T", to_=DEVICE), CALLER),
            tape.delivered(RINGING),
        ],
        {"preaccept-after-terminate"},
    ),
    "terminate to another device": (
        lambda tape: [
            tape.sent(action("terminate", stanza_id="T", to_=OTHER_DEVICE), CALLER),
            tape.delivered(RINGING),
        ],
        set(),
    ),
    "terminate that lists the device": (
        lambda tape: [tape.sent(dismissal(OTHER_DEVICE, DEVICE), CALLER), tape.delivered(RINGING)],
        {"preaccept-after-terminate"},
    ),
    "terminate that lists other devices": (
        lambda tape: [tape.sent(dismissal(OTHER_DEVICE, PHONE), CALLER), tape.delivered(RINGING)],
        set(),
    ),
    "terminate that lists other devices, one of which is seen too": (
        lambda tape: [
            tape.sent(dismissal(OTHER_DEVICE, PHONE), CALLER),
            tape.delivered(action("terminate", stanza_id="T", from_=CREATOR), THIRD),
            tape.delivered(RINGING),
        ],
        set(),
    ),
    "terminate by the callee": (
        lambda tape: [
            tape.delivered(action("terminate", stanza_id="T", from_=OTHER_DEVICE)),
            tape.delivered(RINGING),
        ],
        {"preaccept-after-terminate"},
    ),
    "terminate by the callee, its own copy": (
        lambda tape: [
            tape.sent(action("terminate", stanza_id="T", to_=CREATOR), THIRD),
            tape.delivered(RINGING),
        ],
        {"preaccept-after-terminate"},
    ),
    "terminate that crosses": (
        lambda tape: [
            tape.sent(preaccept(), CALLEE),
            tape.sent(action("terminate", stanza_id="T", to_=PHONE), CALLER),
            tape.delivered(RINGING, CALLER),
            tape.delivered(action("terminate", stanza_id="T", from_=CREATOR), CALLEE),
        ],
        set(),
    ),
}


@pytest.mark.parametrize("script", ORDER)
def test_order(script: str) -> None:
    """Before and after its offer, an accept, a reject, a terminate: by the device, by another, crossing."""
    play, expected = ORDER[script]
    found = codes(judged(*play(Tape())))
    assert {code for code in found if "-after-" in code or "offer" in code.split("-")} == expected


@pytest.mark.parametrize("script", ORDER)
def test_order_does_not_depend_on_arrival(script: str) -> None:
    """Sightings that come in the reverse order give the same findings."""
    play, _ = ORDER[script]
    sightings = play(Tape())
    assert judged(*reversed(sightings)) == judged(*sightings)


def test_who_accepted_is_told() -> None:
    """The finding names the device that accepted, and both frames."""
    tape = Tape()
    accept, ringing = tape.delivered(action("accept", stanza_id="A", from_=PHONE)), tape.delivered(RINGING)
    (finding,) = only(judged(accept, ringing), "preaccept-after-accept-elsewhere")
    assert finding.got == Jid.parse(PHONE)
    assert finding.evidence == (accept.evidence, ringing.evidence)


def test_no_earlier_offer_needs_a_connection_read_in_full() -> None:
    """An offer that follows may be the second one, where the first may be in a frame that stayed closed."""
    tape = Tape()
    copies = [tape.sent(preaccept()), tape.delivered(OFFER_IN, CALLEE)]
    assert "preaccept-before-offer" in codes(judged(*copies, unreliable=[CALLER]))
    assert "preaccept-before-offer" not in codes(judged(*copies, unreliable=[CALLEE]))
