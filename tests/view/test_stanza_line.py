from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ringback.observations import StanzaObserved
from ringback.sanitize import Placeholders
from ringback.view.stanza_line import StanzaLine, clock, stanza_line, when
from support.sightings import CALLEE, DEVICE, Tape, offer_to, preaccept
from support.viewing import observed, observed_call


def line_of(observation: StanzaObserved) -> StanzaLine:
    placeholders = Placeholders()
    return stanza_line(observation, placeholders.node(observation.sighting.node), placeholders)


def test_a_sent_preaccept_after_its_offer() -> None:
    """Who, to whom, when, of which call, and how long after the offer."""
    _, sent, _ = observed_call()
    assert line_of(sent) == StanzaLine(
        time="22:13:21.500Z",
        date="2023-11-14",
        connection=CALLEE,
        sent=True,
        action="preaccept",
        is_answer=False,
        call="CALLID-0001",
        delta="+1.000",
        sender="B:17@lid",
        receiver="A:1@lid",
    )


def test_the_first_offer_has_no_delta() -> None:
    """Time is counted from the offer; it has none itself."""
    assert line_of(observed_call()[0]).delta == ""


def test_an_ack_says_that_it_is_one() -> None:
    """An answer names what it answers."""
    line = line_of(observed_call()[2])
    assert (line.action, line.is_answer) == ("ack preaccept", True)


@pytest.mark.parametrize(
    ("xml", "action"),
    [
        ('<receipt id="x"><offer call-id="F00DF00D"/></receipt>', "receipt offer"),
        ('<ack id="x" class="call"/>', "ack"),
        ('<call id="x"/>', "empty"),
        ('<call id="x"><Zz15550000001 call-id="F00DF00D"/></call>', "NAME-PLACEHOLDER-0001"),
    ],
)
def test_odd_stanzas_have_a_line_too(xml: str, action: str) -> None:
    """Stanzas without an action, and with one of a hostile name, are named as far as can be."""
    assert line_of(observed(Tape().delivered(xml))).action == action


@pytest.mark.parametrize(
    ("sent", "owner", "ends"),
    [
        (True, DEVICE, ("B:17@lid", "A:1@lid")),
        (True, None, ("this client", "A:1@lid")),
        (False, DEVICE, ("server", "A:1@lid")),
    ],
)
def test_the_client_stands_in_for_the_missing_address(
    sent: bool, owner: str | None, ends: tuple[str, str]
) -> None:
    """A sent copy names no sender, so the client of the connection does, by its address if that is known."""
    tape = Tape()
    sighting = tape.sent(preaccept(), owner=owner) if sent else tape.delivered(preaccept(), owner=owner)
    line = line_of(observed(sighting))
    assert (line.sender, line.receiver) == ends


def test_a_delivered_copy_is_for_the_client() -> None:
    """A delivered copy names no receiver."""
    line = line_of(observed(Tape().delivered(preaccept(from_=DEVICE), owner="11111111111111:1@lid")))
    assert (line.sender, line.receiver) == ("B:17@lid", "A:1@lid")


@pytest.mark.parametrize("at", [math.nan, math.inf, -1e300, 1e300])
def test_a_time_out_of_all_range_is_no_time(at: float) -> None:
    """A source without a clock, or with a mad one, does not stop the view."""
    assert when(at) is None
    line = line_of(observed(Tape().sent(preaccept(), at=at)))
    assert (line.time, line.date) == (clock(None), "")


def test_a_mad_clock_makes_no_mad_delta() -> None:
    """A delta of days or into the past is left out."""
    for at in (-1e9, 1e9, math.nan):
        tape = Tape()
        offer, sent = tape.sent(offer_to(DEVICE)), tape.sent(preaccept(), at=at)
        observation = observed(sent, [offer])
        assert line_of(replace(observation, action="preaccept")).delta == ""
