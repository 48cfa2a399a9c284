from __future__ import annotations

import pytest

from ringback.findings import Finding, Severity, Stance
from ringback.stanza import Jid, Value
from ringback.view.finding_text import finding_pieces
from ringback.view.marks import UNICODE
from support.viewing import EVIDENCE, finding


def pieces(made: Finding, *, located: bool = False, brief: bool = False) -> list[str]:
    return [piece.plain for piece in finding_pieces(made, UNICODE, located=located, brief=brief)]


def test_a_finding_in_full() -> None:
    """Severity, code, place, message, values, fact with its confidence, question."""
    assert pieces(finding()) == [
        "✗ error   attribute-type  /call/@from",
        "The value does not have the form of the attribute's type.",
        "expected jid, got TEXT-PLACEHOLDER-5-CHARS",
        "fact call-preaccept#call/@from (probable)",
        "question call-preaccept/1",
    ]


def test_a_finding_away_from_its_stanza_says_where_it_was_seen() -> None:
    """Call, time, connection and frame of the first sighting, and how many more there are."""
    assert pieces(finding(evidence=(EVIDENCE,) * 3), located=True)[1] == (
        "CALLID-0001, 00:16:40.250Z, connection 2, server frame 5 and 2 more"
    )
    assert pieces(finding(call_id=None), located=True)[1] == "00:16:40.250Z, connection 2, server frame 5"


def test_a_brief_finding_says_only_what_is_new() -> None:
    """Who has read the message once needs the place and the values."""
    assert pieces(finding(got=Jid("A", "lid")), located=True, brief=True) == [
        "✗ error   attribute-type  /call/@from",
        "CALLID-0001, 00:16:40.250Z, connection 2, server frame 5",
        "expected jid, got A@lid",
    ]


def test_what_there_is_not_is_left_out() -> None:
    """No fact, no question, no values: no words about them."""
    bare = finding(
        fact=None, questions=(), expected=None, got=None, stance=Stance.EXTENDS, severity=Severity.NOTE
    )
    assert len(pieces(bare)) == 2
    assert pieces(finding(questions=("call-preaccept/1", "call-preaccept/3")))[-1] == (
        "questions call-preaccept/1, call-preaccept/3"
    )


@pytest.mark.parametrize(
    ("expected", "got", "told"),
    [
        (None, "x", "got x"),
        ("x", None, "expected x, got nothing"),
        (b"\x01", b"\x02", "expected 0x01, got 0x02"),
        ("\x1b[31m", "\u202e", "expected \\x1b[31m, got \\u202e"),
        ("x" * 100, bytes(100), f"expected {'x' * 42}… (100 characters), got 0x{'00' * 23}… (100 bytes)"),
    ],
)
def test_values_are_shown_whole_or_cropped(
    expected: Value | bytes | None, got: Value | bytes | None, told: str
) -> None:
    """Bytes are hex, control characters escapes, long values cropped with their length told."""
    assert pieces(finding(expected=expected, got=got))[2] == told


def test_a_hostile_place_cannot_act() -> None:
    """The place is cropped and escaped as every text off the wire."""
    head = pieces(finding(path=("call", "\x1b[2J" * 100)))[0]
    assert "\x1b" not in head
    assert len(head) < 160
