"""What is remembered of every frame, and how much of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.wire import framelog
from ringback.wire.events import ClosedReason
from ringback.wire.framelog import MAX_FRAMES, Fate, FrameLog, LoggedFrame
from support.noise_peer import NoisePair
from support.wire_driver import CALL, CALL_ACK, IQ, MESSAGE_ACK, RECEIPT, SUCCESS, Driver, log_of, plain

STANZAS = [IQ, CALL, MESSAGE_ACK, CALL_ACK, RECEIPT, SUCCESS]


def met(driver: Driver) -> list[tuple[int, object, str]]:
    """Message, outcome and tag of every frame that is remembered."""
    return [
        (message, frame.outcome, frame.tag)
        for message in range(driver.messages)
        for frame in driver.frames.frames(message)
    ]


def handshaken(*keys: str) -> tuple[NoisePair, Driver]:
    """A connection with its handshake behind it and these lines in its key log."""
    pair = NoisePair()
    driver = Driver(log_of(*(getattr(pair, key) for key in keys)))
    driver.handshake(pair)
    return pair, driver


def test_every_frame_is_remembered_with_its_tag() -> None:
    """Those of the handshake, those that give events and the many that give none."""
    pair, driver = handshaken("server_line")
    for node in STANZAS:
        driver.server(pair.server_frame(plain(node)))
    assert met(driver) == [
        *((message, Fate.HANDSHAKE, "") for message in range(3)),
        *((message, Fate.OPENED, node.tag) for message, node in enumerate(STANZAS, start=3)),
    ]
    [frame] = driver.frames.frames(3)
    assert frame == LoggedFrame(1, len(plain(IQ)) + 16, Fate.OPENED, "iq")


def test_what_came_before_the_first_message_is_forgotten() -> None:
    """Where a connection is taken up in the middle."""
    log = FrameLog(7)
    log.note(7, 0, 20, Fate.OPENED)
    assert [log.is_forgotten(message) for message in (0, 6, 7, 8)] == [True, True, False, False]
    assert not FrameLog().is_forgotten(0)


def test_a_log_that_is_ended_holds_nothing() -> None:
    """Whatever its connection still notes: several frames of a message, and held ones that a key opens."""
    pair, driver = handshaken()
    driver.server(pair.server_frame(plain(IQ)))
    driver.frames.end()
    driver.server(b"".join(pair.server_frame(plain(node)) for node in STANZAS))
    driver.add_keys(pair.server_line)
    for node in STANZAS:
        driver.server(pair.server_frame(plain(node)))
    assert met(driver) == []
    assert (len(driver.frames), driver.frames.is_forgotten(driver.messages - 1)) == (0, True)
    assert driver.connection.counts.opened == 1 + 2 * len(STANZAS)


def test_a_late_key_changes_what_is_remembered() -> None:
    """A frame that was held is then one that was opened, in its own message, with an event or without."""
    pair, driver = handshaken()
    for node in (IQ, CALL, MESSAGE_ACK):
        driver.server(pair.server_frame(plain(node)))
    assert met(driver)[3:] == [(message, Fate.HELD, "") for message in (3, 4, 5)]
    driver.add_keys(pair.server_line)
    assert met(driver)[3:] == [
        (3, Fate.OPENED, "iq"),
        (4, Fate.OPENED, "call"),
        (5, Fate.OPENED, "ack"),
    ]


@pytest.mark.parametrize(
    ("key", "reason"), [(None, ClosedReason.NO_KEY), ("other_line", ClosedReason.WRONG_KEY)]
)
def test_a_frame_that_stays_closed_says_why(key: str | None, reason: ClosedReason) -> None:
    """The reason that is counted is the one that is remembered."""
    pair = NoisePair()
    driver = Driver(log_of())
    if key is not None:
        driver.add_keys(pair.server_line[:-65] + "11" * 32 + "\n")
    driver.handshake(pair)
    driver.server(pair.server_frame(plain(CALL)))
    driver.close()
    assert met(driver)[3:] == [(3, reason, "")]


def test_a_frame_without_a_stanza_is_unread() -> None:
    """It opened, which is more than staying closed."""
    pair, driver = handshaken("server_line")
    driver.server(pair.server_frame(b"\x00\xf8"))
    assert met(driver)[3:] == [(3, Fate.UNREAD, "")]


def test_a_part_of_a_frame_has_nothing() -> None:
    """The message that completes it has all of it."""
    pair, driver = handshaken("server_line")
    frame = pair.server_frame(plain(CALL))
    driver.server(frame[:5])
    driver.server(frame[5:])
    assert met(driver)[3:] == [(4, Fate.OPENED, "call")]


def test_several_frames_of_one_message() -> None:
    """Each has its number, its size and its tag, up to a bound; the others are counted."""
    pair, driver = handshaken("server_line")
    driver.server(b"".join(pair.server_frame(plain(IQ)) for _ in range(MAX_FRAMES + 3)))
    frames = driver.frames.frames(3)
    assert [frame.number for frame in frames] == list(range(1, MAX_FRAMES + 1))
    assert driver.frames.more(3) == 3
    assert driver.frames.more(2) == 0


def test_a_frame_that_was_held_is_counted_once() -> None:
    """It is noted when it comes and again when its key does."""
    log = FrameLog()
    for fate in (Fate.HELD, Fate.OPENED):
        for number in range(MAX_FRAMES + 3):
            log.note(0, number, 1, fate)
    assert log.more(0) == 3
    assert {frame.outcome for frame in log.frames(0)} == {Fate.OPENED}


def test_the_oldest_message_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was pushed out is known to have been there."""
    monkeypatch.setattr(framelog, "MAX_MESSAGES", 4)
    pair, driver = handshaken("server_line")
    for _ in range(4):
        driver.server(pair.server_frame(plain(IQ)))
    assert [driver.frames.is_forgotten(message) for message in range(8)] == [True] * 3 + [False] * 5
    assert driver.frames.frames(2) == ()


def test_a_socket_that_is_none_of_ours_leaves_nothing() -> None:
    """Nothing of it is remembered, then or later."""
    driver = Driver(log_of())
    driver.client(b"GET / HTTP/1.1")
    assert (driver.frames.is_ignored, driver.frames.is_ours) == (True, False)
    _, driver = handshaken()
    assert (driver.frames.is_ignored, driver.frames.is_ours) == (False, True)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), max_size=400))
def test_memory_is_bounded_whatever_is_noted(notes: list[tuple[int, int]]) -> None:
    """No order of numbers makes a message hold more frames than the bound, or one frame twice."""
    log = FrameLog()
    for message, number in notes:
        log.note(message, number, 1, Fate.OPENED, "x" * 1000)
    for message in range(4):
        numbers = [frame.number for frame in log.frames(message)]
        assert len(numbers) == len(set(numbers)) <= MAX_FRAMES
        assert all(len(frame.tag) == 64 for frame in log.frames(message))
