"""Rules about what answers a pre-accept: the server, the receiver, a receipt."""

from __future__ import annotations

import pytest

from ringback.findings import Severity, Stance
from ringback.stanza import Jid
from support.judging import codes, judged, only
from support.sightings import (
    ACK,
    CALL_ID,
    CALLEE,
    CALLER,
    CREATOR,
    DEVICE,
    PHONE,
    PN_CREATOR,
    RINGING,
    Tape,
    action,
    preaccept,
)


@pytest.mark.parametrize(
    ("ack", "expected"),
    [
        (ACK, {"ack-received"}),
        (f'<ack from="{CREATOR}" class="call" id="P-1"/>', {"ack-received"}),
        (f'<ack from="{CREATOR}" class="call" id="P-2" type="preaccept"/>', {"ack-missing"}),
        (ACK.replace("preaccept", "accept"), {"ack-type-differs"}),
        (ACK.replace("preaccept", "accept").replace(CREATOR, PHONE), {"ack-type-differs"}),
        (ACK.replace("<ack", '<ack error="500"'), {"ack-refused"}),
        (ACK.replace(CREATOR, PHONE), {"ack-received", "ack-address-differs"}),
        (ACK.replace(f'from="{CREATOR}" ', ""), {"ack-received"}),
        (ACK.replace(CREATOR, PN_CREATOR), {"ack-received"}),
    ],
)
def test_the_servers_ack(ack: str, expected: set[str]) -> None:
    """Received, refused, of another type, from another address, or not at all."""
    tape = Tape()
    findings = judged(tape.sent(preaccept()), tape.delivered(ack, CALLEE))
    assert {code for code in codes(findings) if code.startswith("ack-")} == expected


@pytest.mark.parametrize(
    ("ack", "expected"),
    [
        (f'<ack to="{DEVICE}" id="P-1" class="call" type="preaccept"/>', set()),
        (f'<ack to="{DEVICE}" id="P-1" class="call"/>', set()),
        (f'<ack to="{PHONE}" id="P-1" class="call"/>', {"ack-address-differs"}),
        (f'<ack to="{DEVICE}" id="P-1" class="call" type="offer"/>', {"ack-type-differs"}),
    ],
)
def test_the_receivers_ack(ack: str, expected: set[str]) -> None:
    """The receiver acks to where the stanza came from; it is no answer of the server."""
    tape = Tape()
    findings = judged(tape.delivered(RINGING, CALLER), tape.sent(ack, CALLER))
    assert {code for code in codes(findings) if code.startswith("ack-")} == expected


def test_a_missing_ack_needs_a_connection_read_in_full() -> None:
    """Where frames are missing or still closed, the ack may be among them: nothing is said."""
    assert "ack-missing" in codes(judged(Tape().sent(preaccept(), CALLEE), unreliable=[CALLER]))
    assert "ack-missing" not in codes(judged(Tape().sent(preaccept(), CALLEE), unreliable=[CALLEE]))
    assert "ack-missing" not in codes(judged(Tape().sent(preaccept(), complete=False)))


def test_a_receivers_ack_does_not_stand_for_the_servers() -> None:
    """The sender's copy still misses its own."""
    tape = Tape()
    ack = tape.sent(f'<ack to="{DEVICE}" id="P-1" class="call"/>', CALLER)
    assert "ack-missing" in codes(judged(tape.sent(preaccept()), tape.delivered(RINGING, CALLER), ack))


def test_an_ack_of_a_reused_id_belongs_to_the_action_it_names() -> None:
    """Two stanzas of one id get one ack each: neither has the wrong type."""
    tape = Tape()
    findings = judged(
        tape.sent(preaccept()),
        tape.sent(action("accept", stanza_id="P-1", to_=CREATOR)),
        tape.delivered(ACK, CALLEE),
        tape.delivered(ACK.replace("preaccept", "accept"), CALLEE),
    )
    assert "ack-received" in codes(findings)
    assert "ack-type-differs" not in codes(findings)


def test_an_ack_of_a_reused_id_that_names_neither_action_differs() -> None:
    """That another stanza has the id excuses only an ack that names its action."""
    tape = Tape()
    findings = judged(
        tape.sent(preaccept()),
        tape.sent(action("accept", stanza_id="P-1", to_=CREATOR)),
        tape.delivered(ACK.replace("preaccept", "offer"), CALLEE),
    )
    assert "ack-type-differs" in codes(findings)


def test_acks_tell_what_they_should_have_said() -> None:
    """Type and address come with what was expected."""
    tape = Tape()
    differing = ACK.replace("preaccept", "offer"), ACK.replace(CREATOR, PHONE)
    findings = judged(tape.sent(preaccept()), *(tape.delivered(ack, CALLEE) for ack in differing))
    (by_type,), (by_address,) = only(findings, "ack-type-differs"), only(findings, "ack-address-differs")
    assert (by_type.place, by_type.expected, by_type.got) == ("/ack/@type", "preaccept", "offer")
    assert (by_address.place, by_address.expected, by_address.got) == (
        "/ack/@from",
        Jid.parse(CREATOR),
        Jid.parse(PHONE),
    )


def test_a_receipt_for_a_preaccept_is_news() -> None:
    """Both copies of the receipt are one finding; a receipt for the offer is none."""
    tape = Tape()
    receipt = f'<receipt to="{DEVICE}" id="P-1"><preaccept call-id="{CALL_ID}"/></receipt>'
    usual = f'<receipt to="{CREATOR}" id="O-1"><offer call-id="{CALL_ID}"/></receipt>'
    findings = judged(
        tape.delivered(RINGING), tape.sent(usual), tape.sent(receipt, CALLER), tape.delivered(receipt, CALLEE)
    )
    (finding,) = only(findings, "receipt-for-preaccept")
    assert len(finding.evidence) == 2
    assert (finding.severity, finding.stance) == (Severity.NOTE, Stance.EXTENDS)
