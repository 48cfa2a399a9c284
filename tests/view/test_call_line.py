"""One call in a line: its ends, how far it came, how soon it rang."""

from __future__ import annotations

import pytest

from ringback.calls import Sighting
from ringback.findings import Severity
from ringback.view.call_line import CallLine, call_line
from support.casing import case_of, shipped
from support.sightings import DEVICE, OTHER_DEVICE, Tape, action, offer_to, preaccept


def line_of(*stanzas: str) -> CallLine:
    """Of a call whose caller's socket shows these stanzas: the first as sent, the others as delivered."""

    def play(tape: Tape) -> list[Sighting]:
        first = [tape.sent(stanzas[0], 1, owner="11111111111111:1@lid")]
        return [*first, *(tape.delivered(xml, 1, owner="11111111111111:1@lid") for xml in stanzas[1:])]

    case, casebook = case_of(play)
    return call_line(casebook, case)


def delivered(tag: str, attrs: str = "") -> str:
    return action(tag, stanza_id=tag, attrs=attrs, from_=DEVICE)


@pytest.mark.parametrize(
    ("stanzas", "state"),
    [
        ([], "offered"),
        ([preaccept(from_=DEVICE)], "ringing"),
        ([preaccept(from_=DEVICE), delivered("accept")], "answered"),
        ([delivered("reject")], "rejected"),
        ([delivered("reject", 'reason="busy"')], "busy"),
        ([preaccept(from_=DEVICE), delivered("terminate")], "cancelled"),
        ([delivered("reject"), delivered("terminate")], "rejected"),
        ([delivered("accept"), delivered("terminate")], "completed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_states(stanzas: list[str], state: str) -> None:
    """What was seen last of the call says how far it came."""
    assert line_of(offer_to(DEVICE), *stanzas).state == state


def test_ring_delay_and_devices() -> None:
    """From the offer to the first pre-accept; devices heard of those that were offered the call."""
    line = line_of(offer_to(DEVICE, OTHER_DEVICE), preaccept(from_=DEVICE))
    assert line.ring_s == 1.0
    assert (line.heard, line.rung) == (1, 2)
    assert (line.caller, line.receiver) == ("A:1@lid", "B@lid")
    silent = line_of(offer_to(DEVICE))
    assert (silent.ring_s, silent.heard, silent.rung) == (None, 0, 1)


def test_without_an_offer() -> None:
    """The creator that a stanza names is the caller, the other end the callee; what rang is not known."""
    case, casebook = case_of(lambda tape: [tape.sent(preaccept(), owner=DEVICE)])
    line = call_line(casebook, case)
    assert line.caller == "A:1@lid"
    assert (line.ring_s, line.heard, line.rung, line.state) == (None, 1, 0, "ringing")


def test_the_worst_finding() -> None:
    """Its code and mark; none where all is well."""
    lines = [call_line(shipped("violations"), case) for case in shipped("violations").cases]
    assert (lines[0].severity, lines[0].code) == (Severity.OK, "")
    assert (lines[12].severity, lines[12].code) == (Severity.WARNING, "preaccept-before-offer")
    assert lines[12].ring_s is not None
    assert lines[12].ring_s < 0
