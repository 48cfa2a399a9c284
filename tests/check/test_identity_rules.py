"""Rules about identity: call-id, creator, stanza id, and the literal reading of the addresses."""

from __future__ import annotations

import pytest

from ringback.check.identity import MAX_CREATORS
from ringback.findings import Severity, Stance
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
    PN_CREATOR,
    RINGING,
    THIRD,
    Script,
    Tape,
    action,
    preaccept,
)


def test_an_unknown_call_id_needs_a_connection_read_from_its_start() -> None:
    """Where frames are missing the offer may have been among them: nothing is said."""
    assert "call-id-unknown" not in codes(judged(Tape().sent(preaccept(), complete=False)))
    tape = Tape()
    copies = [tape.sent(preaccept(), CALLEE), tape.delivered(RINGING, CALLER)]
    assert "call-id-unknown" in codes(judged(*copies, unreliable=[CALLEE]))
    assert "call-id-unknown" not in codes(judged(*copies, unreliable=[CALLEE, CALLER]))


@pytest.mark.parametrize(
    ("creator", "offered", "expected"),
    [
        (CREATOR, CREATOR, "creator-matches"),
        ("11111111111111@lid", CREATOR, "creator-differs"),
        (PN_CREATOR, CREATOR, None),
        ("caller", CREATOR, "creator-differs"),
    ],
)
def test_creator_against_the_offer(creator: str, offered: str, expected: str | None) -> None:
    """Compared as devices within one addressing mode; a phone number against a LID cannot be told."""
    tape = Tape()
    ringing = preaccept(session=f'call-id="{CALL_ID}" call-creator="{creator}"', to_=CREATOR)
    findings = judged(tape.delivered(OFFER_IN, CALLEE), tape.sent(ringing))
    assert codes(findings) & {"creator-matches", "creator-differs"} == ({expected} if expected else set())
    for finding in only(findings, expected or ""):
        assert (str(finding.expected), str(finding.got)) == (offered, creator)
        assert finding.fact is not None
        assert finding.fact.path == "call/preaccept/@call-creator"


def test_creators_of_many_offers_are_bounded() -> None:
    """Only the first few are compared with the pre-accept's."""
    tape = Tape()
    offers = [
        tape.delivered(OFFER_IN.replace(f'call-creator="{CREATOR}"', f'call-creator="{number}@lid"'), CALLEE)
        for number in range(MAX_CREATORS + 3)
    ]
    found = only(judged(*offers, tape.sent(preaccept())), "creator-differs")
    assert [str(finding.expected) for finding in found] == [f"{number}@lid" for number in range(MAX_CREATORS)]


def test_an_offer_without_creator_says_nothing_about_it() -> None:
    """There is nothing to compare with."""
    tape = Tape()
    bare = f'<call from="{CREATOR}" id="O-1"><offer call-id="{CALL_ID}"/></call>'
    findings = judged(tape.delivered(bare, CALLEE), tape.sent(preaccept()))
    assert not codes(findings) & {"creator-matches", "creator-differs"}


REUSES: dict[str, tuple[Script, bool]] = {
    "another action": (
        lambda tape: [tape.sent(preaccept()), tape.sent(action("accept", stanza_id="P-1", to_=CREATOR))],
        True,
    ),
    "another call": (
        lambda tape: [tape.sent(preaccept()), tape.sent(preaccept(session='call-id="CALLID-0002"'))],
        True,
    ),
    "other content": (lambda tape: [tape.sent(preaccept()), tape.sent(preaccept(inside="<audio/>"))], True),
    "delivered by one device": (
        lambda tape: [
            tape.delivered(RINGING),
            tape.delivered(action("accept", stanza_id="P-1", from_=DEVICE)),
        ],
        True,
    ),
    "sent again": (lambda tape: [tape.sent(preaccept()), tape.sent(preaccept())], False),
    "delivered again": (
        lambda tape: [tape.delivered(RINGING), tape.delivered(RINGING.replace("<call", '<call offline="1"'))],
        False,
    ),
    "changed by the server on its way": (
        lambda tape: [
            tape.sent(preaccept(), owner=DEVICE),
            tape.delivered(preaccept(inside="<relay/>", from_=DEVICE)),
        ],
        False,
    ),
    "by another device": (
        lambda tape: [
            tape.delivered(RINGING),
            tape.delivered(action("accept", stanza_id="P-1", from_=OTHER_DEVICE)),
        ],
        False,
    ),
    "the other way on its connection": (
        lambda tape: [
            tape.delivered(RINGING, CALLER),
            tape.sent(action("transport", stanza_id="P-1", to_=DEVICE), CALLER),
        ],
        False,
    ),
    "on another connection": (
        lambda tape: [tape.sent(preaccept()), tape.sent(action("accept", stanza_id="P-1"), THIRD)],
        False,
    ),
}


@pytest.mark.parametrize("script", REUSES)
def test_reuse_of_a_stanza_id(script: str) -> None:
    """The same sender, the same id, a different stanza; a stanza that comes again is none."""
    play, reused = REUSES[script]
    found = only(judged(*play(Tape())), "stanza-id-reused")
    assert bool(found) is reused
    assert all(len(finding.evidence) == 2 and finding.got == "P-1" for finding in found)


@pytest.mark.parametrize(
    ("script", "place", "shown"),
    [
        (lambda tape: [tape.sent(preaccept()), tape.delivered(RINGING)], "/call/@from", 2),
        (lambda tape: [tape.delivered(RINGING), tape.delivered(preaccept(from_=PHONE))], "/call/@to", 2),
        (
            lambda tape: [tape.sent(preaccept(to_=CREATOR, from_=DEVICE)), tape.delivered(RINGING)],
            "/call/@to",
            1,
        ),
        (lambda tape: [tape.sent(preaccept(to_=CREATOR, from_=DEVICE))], None, 0),
        (lambda tape: [tape.sent(preaccept(from_=DEVICE))], None, 0),
    ],
)
def test_the_literal_reading_speaks_once_a_call(script: Script, place: str | None, shown: int) -> None:
    """One note for the call, against the specification, showing every copy that lacks an address."""
    found = only(judged(*script(Tape())), "addresses-literal")
    assert [(each.place, len(each.evidence)) for each in found] == ([(place, shown)] if place else [])
    for each in found:
        assert (each.severity, each.stance) == (Severity.NOTE, Stance.CONTRADICTS)
        assert each.fact is not None
        assert f"/{each.fact.path}" == place


def test_the_literal_reading_names_every_fact_that_is_contradicted() -> None:
    """Its place is the first of them in the file, whichever copy came first."""
    tape = Tape()
    (found,) = only(
        judged(tape.delivered(RINGING, at=1.0), tape.sent(preaccept(), at=2.0)), "addresses-literal"
    )
    assert found.place == "/call/@from"
    assert found.message.endswith("Lacking: call/@from, call/@to.")
