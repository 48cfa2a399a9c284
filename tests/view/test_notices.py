from __future__ import annotations

import pytest

from ringback.errors import DecodeError
from ringback.findings import Severity
from ringback.sanitize import Placeholders
from ringback.view.notices import Notices
from ringback.wire.events import (
    ClientIdentified,
    ClosedReason,
    ConnectionIgnored,
    ConnectionRecognised,
    ConnectionResumed,
    CounterJumped,
    Direction,
    FrameClosed,
    FrameHeld,
    FrameUnread,
    HandshakeFinished,
    WireEvent,
)
from support.viewing import PLACE, notice

UNREADABLE = DecodeError(3, "iq/query", "a byte", "end of data")


@pytest.mark.parametrize(
    ("event", "text", "severity"),
    [
        (ConnectionRecognised(3, 3, b"15550000001"), "speaks the protocol, token dictionary 3", "note"),
        (
            ConnectionRecognised(4, 3, None),
            "speaks the protocol with token dictionary 4, which ringback does not know: "
            "it is read with 3, and may be misread",
            "warning",
        ),
        (
            ConnectionResumed(Direction.CLIENT, 13),
            "begins in mid-connection: the key log opens it from counter 13 of the client on",
            "note",
        ),
        (ConnectionIgnored("no intro\x1b"), "is left alone: no intro\\x1b", "ok"),
        (HandshakeFinished("XX"), "handshake XX complete", "ok"),
        (
            ClientIdentified("WEB", "2.3000.1039501489", 7, "15550000001"),
            "client WEB 2.3000.1039501489, device 7",
            "note",
        ),
        (
            ClientIdentified("WEB", "2.3000.1039501489", None, None),
            "client WEB 2.3000.1039501489",
            "note",
        ),
        (CounterJumped(PLACE, 1), "1 frame is missing before server frame 5", "warning"),
        (CounterJumped(PLACE, 2), "2 frames are missing before server frame 5", "warning"),
        (
            FrameClosed(PLACE, ClosedReason.COUNTER_GAP, 9),
            "frames stay closed from server frame 5 on: counter gap. Frames are missing from the capture: "
            "capture again without filters or dropped messages.",
            "warning",
        ),
        (
            FrameUnread(PLACE, 4, UNREADABLE, b"", "iq"),
            "server frame 5 opened, but holds no stanza: "
            "wabinary: byte 3 in iq/query: expected a byte, got end of data",
            "warning",
        ),
    ],
)
def test_what_a_connection_tells_is_a_sentence(event: WireEvent, text: str, severity: str) -> None:
    """Each event has its sentence and its weight; account and routing info are in none."""
    sentence = Notices(Placeholders()).sentence(notice(event))
    assert sentence is not None
    assert (sentence.text, sentence.severity) == (text, Severity(severity))


@pytest.mark.parametrize(
    "event",
    [
        FrameHeld(PLACE),
        FrameUnread(PLACE, 1, UNREADABLE, b"", "call"),
        FrameUnread(PLACE, 1, UNREADABLE, b"", None),
    ],
)
def test_what_is_said_elsewhere_is_not_said_here(event: WireEvent) -> None:
    """A held frame is no news; of an unreadable frame that may be a call's a finding speaks."""
    assert Notices(Placeholders()).sentence(notice(event)) is None


def test_closed_frames_are_told_once_and_counted() -> None:
    """Why frames stay closed is said once per reason and connection; the rest is counted for the summary."""
    notices = Notices(Placeholders())
    events = [
        (ClosedReason.NO_KEY, 1),
        (ClosedReason.NO_KEY, 1),
        (ClosedReason.NO_KEY, 2),
        (ClosedReason.TRUNCATED, 1),
    ]
    said = [notices.sentence(notice(FrameClosed(PLACE, reason, 9), number)) for reason, number in events]
    assert [sentence is not None for sentence in said] == [True, False, True, True]
    assert {reason: sum(counts.values()) for reason, counts in notices.closed.items()} == {
        ClosedReason.NO_KEY: 3,
        ClosedReason.TRUNCATED: 1,
    }


def test_unreadable_frames_are_told_once_per_connection() -> None:
    """A flood of unreadable frames makes one sentence."""
    notices = Notices(Placeholders())
    event = FrameUnread(PLACE, 4, UNREADABLE, b"", "iq")
    said = [notices.sentence(notice(event, number)) for number in (1, 1, 2)]
    assert [sentence is not None for sentence in said] == [True, False, True]
