"""Sessions: the handshake followed to its end or its break, and sessions resumed without one."""

import pytest

from ringback.wire.boundary import MAX_WAITING_MESSAGES, begins_with_frames
from ringback.wire.events import (
    ClientIdentified,
    ClosedReason,
    ConnectionResumed,
    Direction,
    FrameClosed,
    FrameCounts,
    FrameHeld,
    FrameOpened,
    HandshakeFinished,
    WireEvent,
)
from support.noise_peer import NoisePair, Pattern, framed
from support.wire_driver import CALL, IQ, Driver, log_of, plain, started

JUNK = framed(bytes(40))


def kinds(events: list[WireEvent]) -> list[str]:
    """The kind of each event."""
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize("pattern", ["XX", "XXfallback", "IK"])
def test_a_handshake_and_the_frames_after_it(pattern: Pattern) -> None:
    """After the handshake of any pattern both directions open, numbered behind its frames."""
    pair, driver = started(NoisePair(pattern=pattern))
    assert driver.all(HandshakeFinished) == [HandshakeFinished(pattern)]
    driver.client(pair.client_frame(plain(CALL)))
    driver.server(pair.server_frame(plain(CALL)))
    handshake_frames = 1 if pattern == "IK" else 2
    assert driver.opened == [
        (Direction.CLIENT, handshake_frames, 0, CALL),
        (Direction.SERVER, 1, 0, CALL),
    ]
    assert driver.counts == FrameCounts(opened=2)


@pytest.mark.parametrize("pattern", ["XX", "XXfallback"])
@pytest.mark.parametrize("line", ["handshake_line", "candidate_lines"])
@pytest.mark.parametrize("late", [False, True])
def test_the_client_is_identified(pattern: Pattern, line: str, late: bool) -> None:
    """The key that seals the payload tells who speaks, also when it comes late or without its label."""
    pair = NoisePair(pattern=pattern)
    lines = getattr(pair, line)
    driver = Driver(log_of() if late else log_of(lines))
    events = driver.handshake(pair)
    if late:
        assert driver.connection.client is None
        events = driver.add_keys(lines)
    assert isinstance(events[-1], ClientIdentified)
    assert (events[-1].platform, events[-1].version, events[-1].device) == ("WEB", "2.3000.1025", 7)
    assert driver.connection.client == events[-1]


def test_the_client_is_identified_once() -> None:
    """Further keys do not identify again, and a key unannounced is found at the end."""
    pair, driver = started(NoisePair(), "# nothing yet\n")
    driver.log.feed(pair.handshake_line.encode())
    assert kinds(driver.close()) == ["ClientIdentified"]
    pair, driver = started()
    driver.add_keys(pair.candidate_lines)
    driver.close()
    assert len(driver.all(ClientIdentified)) == 1


def test_an_early_payload_identifies_nobody() -> None:
    """In IK the payload cannot be opened, and nothing is claimed."""
    pair, driver = started(NoisePair(pattern="IK"))
    driver.client(pair.client_frame(plain(CALL)))
    assert driver.connection.client is None
    assert driver.counts.opened == 1


def test_frames_in_the_message_that_ends_the_handshake() -> None:
    """Transport frames may follow ClientFinish within its message."""
    pair = NoisePair()
    driver = Driver(log_of(pair.key_log))
    driver.client(pair.client_hello)
    driver.server(pair.server_hello)
    frame = pair.client_frame(plain(CALL))
    assert kinds(driver.client(pair.client_finish + frame + frame[:5])) == [
        "HandshakeFinished",
        "ClientIdentified",
        "FrameOpened",
    ]
    assert kinds(driver.client(frame[5:])) == ["FrameClosed"]


def test_client_frames_before_the_server_answers() -> None:
    """A server frame where ClientFinish is due breaks the handshake off."""
    pair = NoisePair()
    driver = Driver(log_of())
    driver.client(pair.client_hello)
    driver.server(pair.server_hello)
    assert kinds(driver.server(pair.server_hello)) == ["FrameClosed"]
    assert driver.counts.closed == {ClosedReason.HANDSHAKE_NOT_SEEN: 1}
    assert driver.all(HandshakeFinished) == []


def test_a_broken_handshake_without_keys() -> None:
    """What follows a broken handshake waits like any frame, and is closed if nothing opens it."""
    pair = NoisePair()
    driver = Driver(log_of())
    driver.client(pair.client_hello)
    [refused] = driver.server(JUNK)
    assert isinstance(refused, FrameClosed)
    assert refused.reason is ClosedReason.HANDSHAKE_NOT_SEEN
    assert kinds(driver.server(JUNK)) == kinds(driver.client(JUNK)) == ["FrameHeld"]
    driver.close()
    assert driver.counts.closed == {ClosedReason.HANDSHAKE_NOT_SEEN: 1, ClosedReason.NO_KEY: 2}


@pytest.mark.parametrize("keys", [False, True])
def test_a_server_hello_that_is_missing(keys: bool) -> None:
    """The intro has shown what the socket is: no handshake seen, or no key, but no other protocol."""
    pair = NoisePair()
    driver = Driver(log_of(pair.key_log if keys else ""))
    driver.client(pair.client_hello)
    assert kinds(driver.client(pair.client_finish)) == ["FrameClosed"]
    driver.client(pair.client_frame(plain(CALL)))
    driver.close()
    assert driver.connection.is_ours
    not_seen = {ClosedReason.HANDSHAKE_NOT_SEEN: 1}
    assert driver.counts.closed == (not_seen if keys else not_seen | {ClosedReason.NO_KEY: 1})
    assert driver.counts.opened == (1 if keys else 0)


@pytest.mark.parametrize("late", [False, True])
def test_a_broken_handshake_with_keys(late: bool) -> None:
    """Where a server hello of a new kind breaks the handshake off, the keys still open the frames."""
    pair = NoisePair()
    driver = Driver(log_of() if late else log_of(pair.key_log))
    driver.client(pair.client_hello)
    assert kinds(driver.server(JUNK)) == ["FrameClosed"]
    assert kinds(driver.client(pair.client_finish)) == ["FrameClosed"]
    driver.client(pair.client_frame(plain(CALL)))
    driver.server(pair.server_frame(plain(CALL)))
    if late:
        driver.add_keys(pair.key_log)
    assert driver.opened == [(Direction.CLIENT, 2, 0, CALL), (Direction.SERVER, 1, 0, CALL)]
    assert driver.counts.closed == {ClosedReason.HANDSHAKE_NOT_SEEN: 2}


@pytest.mark.parametrize("handshake", [1, 2])
def test_a_message_of_zeros_during_the_handshake(handshake: int) -> None:
    """Many empty frames in one message are few events, whatever is due."""
    pair = NoisePair()
    driver = Driver(log_of(pair.key_log))
    for from_client, content in pair.handshake[:handshake]:
        _ = driver.client(content) if from_client else driver.server(content)
    events = driver.server(bytes(30_000))
    assert kinds(events) == ["FrameClosed"]
    assert driver.counts == FrameCounts(closed=driver.counts.closed)


def test_late_keys_of_both_directions() -> None:
    """Each direction waits for its own key."""
    pair, driver = started(NoisePair(), "# no keys\n")
    driver.client(pair.client_frame(plain(CALL)))
    driver.server(pair.server_frame(plain(CALL)))
    assert len(driver.all(FrameHeld)) == 2
    assert kinds(driver.add_keys(pair.server_line)) == ["FrameOpened"]
    assert driver.opened == [(Direction.SERVER, 1, 0, CALL)]
    assert kinds(driver.add_keys(pair.client_line)) == ["FrameOpened"]


def test_a_text_message_in_a_session() -> None:
    """The protocol has no text messages: one is a closed frame, and the frames around it still open."""
    pair, driver = started()
    driver.client(pair.client_frame(plain(CALL)))
    [closed] = driver.client(b"hello", binary=False)
    assert isinstance(closed, FrameClosed)
    assert (closed.place.frame, closed.place.message, closed.size) == (3, 4, 5)
    assert closed.reason is ClosedReason.NOT_THIS_PROTOCOL
    driver.client(pair.client_frame(plain(CALL)))
    assert [frame for _, frame, _, _ in driver.opened] == [2, 4]


def resumed(*keys: str, counter: int = 300, dictionary: int = 3) -> tuple[NoisePair, Driver]:
    """A pair in the middle of its session, and a connection that has seen nothing of it."""
    pair = NoisePair(dictionary)
    pair.client.counter = pair.server.counter = counter
    return pair, Driver(log_of(*keys))


@pytest.mark.parametrize("keys", ["key_log", "candidate_lines"])
@pytest.mark.parametrize("dictionary", [2, 3])
def test_a_capture_from_the_middle(keys: str, dictionary: int) -> None:
    """Both directions are resumed by trial, and the stanzas tell the token table."""
    pair, driver = resumed(getattr(NoisePair(dictionary), keys), dictionary=dictionary)
    undecided = driver.connection.is_ours
    driver.server(pair.server_frame(plain(IQ, dictionary)) + pair.server_frame(plain(CALL, dictionary)))
    assert (undecided, driver.connection.is_ours) == (None, True)
    driver.client(pair.client_frame(plain(CALL, dictionary)))
    assert driver.all(ConnectionResumed) == [
        ConnectionResumed(Direction.SERVER, 300),
        ConnectionResumed(Direction.CLIENT, 300),
    ]
    assert driver.opened == [(Direction.SERVER, 1, 301, CALL), (Direction.CLIENT, 0, 300, CALL)]
    assert driver.connection.table is not None
    assert driver.connection.table.dictionary == dictionary
    assert driver.counts == FrameCounts(opened=3)


def test_a_damaged_frame_first() -> None:
    """The frames behind a damaged first one open all the same."""
    pair, driver = resumed(NoisePair().key_log)
    frame = bytearray(pair.server_frame(plain(CALL)))
    frame[-1] ^= 1
    driver.server(bytes(frame))
    for _ in range(5):
        driver.server(pair.server_frame(plain(CALL)))
    assert driver.all(ConnectionResumed) == [ConnectionResumed(Direction.SERVER, 301)]
    assert (driver.counts.opened, driver.counts.closed) == (5, {ClosedReason.COUNTER_GAP: 1})


def test_a_resumed_session_with_late_keys() -> None:
    """Frames are held until a key of the log opens them."""
    pair, driver = resumed()
    driver.client(pair.client_frame(plain(CALL)))
    driver.client(pair.client_frame(plain(CALL)))
    assert kinds(driver.add_keys(NoisePair(seed=b"other").key_log)) == []
    events = driver.add_keys(pair.key_log)
    assert kinds(events) == ["ConnectionResumed", "FrameOpened", "FrameOpened"]
    assert all(event.late for event in events if isinstance(event, FrameOpened))
    assert driver.connection.is_ours is True


def test_a_direction_that_begins_inside_a_frame() -> None:
    """Of a message in front of the first whole frame nobody can tell the frames: it is one closed frame."""
    pair, driver = resumed(NoisePair().key_log)
    driver.client(pair.client_frame(plain(CALL)))
    tail = pair.server_frame(plain(CALL))[9:]
    assert driver.server(tail) == driver.server(b"") == []
    closed, *_ = driver.server(pair.server_frame(plain(CALL)))
    assert isinstance(closed, FrameClosed)
    assert (closed.reason, closed.size, closed.place.message) == (
        ClosedReason.HANDSHAKE_NOT_SEEN,
        len(tail),
        1,
    )
    driver.server(pair.server_frame(plain(CALL))[:7])
    assert driver.opened[1:] == [(Direction.SERVER, 1, 301, CALL)]
    assert kinds(driver.close()) == ["FrameClosed"]


def test_a_capture_that_begins_inside_a_frame() -> None:
    """With keys in the log the rest of a frame does not lose the session."""
    pair, driver = resumed(NoisePair().key_log)
    tail = pair.server_frame(plain(CALL))[40:]
    assert driver.server(tail) == []
    driver.server(pair.server_frame(plain(CALL)))
    driver.client(pair.client_frame(plain(CALL)))
    assert driver.opened == [(Direction.SERVER, 1, 301, CALL), (Direction.CLIENT, 0, 300, CALL)]
    assert driver.connection.is_ours is True
    assert driver.counts.closed == {ClosedReason.HANDSHAKE_NOT_SEEN: 1}


@pytest.mark.parametrize("cut", [1, 2, 3, 20])
def test_a_capture_in_which_every_frame_is_split(cut: int) -> None:
    """Messages that are whole frames only together are joined, and a frame's place is its last message."""
    pair, driver = resumed(NoisePair().key_log)
    for _ in range(3):
        frame = pair.server_frame(plain(CALL))
        driver.server(frame[:cut])
        driver.server(frame[cut:])
    assert driver.opened == [(Direction.SERVER, number, 300 + number, CALL) for number in range(3)]
    assert [event.place.message for event in driver.all(FrameOpened)] == [1, 3, 5]
    assert driver.counts == FrameCounts(opened=3)


def test_a_direction_that_never_begins_with_a_frame() -> None:
    """Where the other direction is entered, what waits is closed in order, at the end at the latest."""
    pair, driver = resumed(NoisePair().key_log)
    driver.client(pair.client_frame(plain(CALL)))
    for _ in range(MAX_WAITING_MESSAGES + 2):
        driver.server(b"tail")
    assert [event.place.message for event in driver.all(FrameClosed)] == [1, 2]
    driver.close()
    assert [event.place.frame for event in driver.all(FrameClosed)] == list(range(MAX_WAITING_MESSAGES + 2))
    assert driver.counts.closed == {ClosedReason.HANDSHAKE_NOT_SEEN: MAX_WAITING_MESSAGES + 2}


def test_a_resumed_session_that_never_opens() -> None:
    """Its frames are closed at the end, for the handshake was not seen."""
    pair, driver = resumed()
    driver.client(pair.client_frame(plain(CALL)))
    driver.server(pair.server_frame(plain(CALL)))
    driver.close()
    assert driver.counts.closed == {ClosedReason.HANDSHAKE_NOT_SEEN: 2}
    assert driver.connection.is_ours is None


@pytest.mark.parametrize(
    ("content", "frames"),
    [
        (framed(bytes(17)), True),
        (framed(bytes(17), bytes(400)), True),
        (framed(bytes(16)), False),
        (framed(bytes(17)) + b"\0", False),
        (b"", False),
        (b'{"type": "hello"}', False),
        (b"GET / HTTP/1.1\r\n\r\n", False),
    ],
)
def test_what_a_capture_from_the_middle_begins_with(content: bytes, frames: bool) -> None:
    """A first message of whole frames that each have room for a flag byte and a tag."""
    assert begins_with_frames(content) is frames
