"""One direction after the handshake: opened, held, dropped, late, gaps, and every frame counted once."""

from dataclasses import replace

import pytest

from ringback.stanza import Node
from ringback.wire import holdback, noise
from ringback.wire.events import (
    ClosedReason,
    ConnectionResumed,
    CounterJumped,
    Direction,
    FrameClosed,
    FrameCounts,
    FrameHeld,
    FrameOpened,
    FramePlace,
    FrameUnread,
    WireEvent,
)
from ringback.wire.gaps import COUNTER_WINDOW, EARNED_TRIALS, FULL_CREDIT, NEAR_GAPS, WINDOWS
from ringback.wire.keylog import KeyLog
from ringback.wire.noise import PROOF_FRAMES
from ringback.wire.stanzas import StanzaReader
from ringback.wire.transport import LARGE_BYTES, TransportLane
from ringback.wire.wabinary import token_table
from support.noise_peer import NoisePair, framed
from support.wire_driver import CALL, IQ, CountingCipher, log_of, plain

JUNK = bytes(40)


class Bench:
    """A client lane of a pair, its log and its counts."""

    def __init__(self, *lines: str, resuming: bool = False) -> None:
        self.pair = NoisePair()
        self.log: KeyLog = log_of(*lines)
        self._counts = FrameCounts()
        table = None if resuming else token_table(3)
        ephemeral = None if resuming else self.pair.ephemeral
        stanzas = StanzaReader(table, decode_all=False)
        self.lane = TransportLane(Direction.CLIENT, self.log, stanzas, self._counts, ephemeral=ephemeral)
        self.messages = 0

    @property
    def counts(self) -> FrameCounts:
        """What became of the frames."""
        return replace(self._counts, opened=self._counts.opened + self.lane.passed)

    def sealed(self, node: Node = CALL) -> bytes:
        """The next frame, with its length."""
        return self.pair.client_frame(plain(node))

    def send(self, content: bytes) -> list[WireEvent]:
        """One message; the time of message n is n seconds."""
        self.messages += 1
        return list(self.lane.receive_message(content, self.messages - 1, float(self.messages - 1)))

    def add(self, *lines: str) -> list[WireEvent]:
        """Let the log grow."""
        self.log.feed("".join(lines).encode())
        return self.lane.keys_added()


def place(frame: int, message: int | None = None) -> FramePlace:
    """The place of a client frame that came in the message of its own number, or in another."""
    at = frame if message is None else message
    return FramePlace(Direction.CLIENT, frame, at, float(at))


def shape(events: list[WireEvent]) -> list[tuple[str, int]]:
    """Kind and frame number of each event."""
    return [(type(event).__name__, event.place.frame) for event in events if hasattr(event, "place")]


def test_open_at_once() -> None:
    """With the key in the log a call comes out as it is received, with its place, counter and size."""
    bench = Bench(NoisePair().client_line)
    first, second = bench.sealed(), bench.sealed()
    assert bench.send(first) == [FrameOpened(place(0), 0, "call", CALL, len(first) - 3, compressed=False)]
    assert bench.send(second) == [FrameOpened(place(1), 1, "call", CALL, len(second) - 3, compressed=False)]
    assert bench.counts == FrameCounts(opened=2)


@pytest.mark.parametrize("late", [False, True])
def test_a_large_frame_opens_where_it_lies(late: bool) -> None:
    """A frame too large to be copied opens in its message, and is held as any other without its key."""
    bench = Bench(*([] if late else [NoisePair().client_line]))
    large = Node("call", {}, bytes(LARGE_BYTES))
    events = bench.send(bench.sealed(large))
    if late:
        assert shape(events) == [("FrameHeld", 0)]
        events = bench.add(NoisePair().client_line)
    (event,) = events
    assert isinstance(event, FrameOpened)
    assert event.node == large


def test_a_frame_passed_over_is_counted_and_numbered() -> None:
    """A frame that belongs to no call gives no event, yet has a number and a counter."""
    bench = Bench(NoisePair().client_line)
    assert bench.send(bench.sealed(IQ) + bench.sealed(IQ)) == []
    [event] = bench.send(bench.sealed())
    assert isinstance(event, FrameOpened)
    assert (event.place, event.counter) == (place(2, message=1), 2)
    assert bench.counts == FrameCounts(opened=3)


def test_a_frame_belongs_to_the_message_that_completes_it() -> None:
    """Of a frame that is split over messages the last one is its place."""
    bench = Bench(NoisePair().client_line)
    frame = bench.sealed()
    assert bench.send(frame[:2]) == bench.send(frame[2:9]) == []
    [event] = bench.send(frame[9:])
    assert isinstance(event, FrameOpened)
    assert event.place == place(0, message=2)


def test_handshake_frames_are_numbered_not_counted() -> None:
    """`skip` moves the number on and counts nothing."""
    bench = Bench(NoisePair().client_line)
    bench.lane.skip(48)
    bench.lane.skip(48)
    assert shape(bench.send(bench.sealed())) == [("FrameOpened", 2)]
    assert bench.counts.frames == 1


def test_a_late_key_opens_what_was_held_in_order() -> None:
    """Frames wait for their key and come out as late, each at the place where it was received."""
    bench = Bench()
    for number in range(6):
        assert bench.send(bench.sealed(CALL if number % 2 else IQ)) == [FrameHeld(place(number))]
    assert bench.counts == FrameCounts(held=6)
    size = len(plain(CALL)) + 16
    assert bench.add(bench.pair.client_line) == [
        FrameOpened(place(number), number, "call", CALL, size, compressed=False, late=True)
        for number in (1, 3, 5)
    ]
    assert bench.counts == FrameCounts(opened=6)
    [event] = bench.send(bench.sealed())
    assert isinstance(event, FrameOpened)
    assert not event.late


def test_other_keys_leave_the_frames_held() -> None:
    """A key that opens nothing changes nothing."""
    bench = Bench()
    bench.send(bench.sealed())
    assert bench.add(NoisePair(seed=b"other").key_log, f"CANDIDATE_KEY * {'77' * 32}\n") == []
    assert bench.counts == FrameCounts(held=1)


@pytest.mark.parametrize("keys", ["candidate_lines", "key_log"])
def test_a_key_that_came_unannounced(keys: str) -> None:
    """A key that is in the log when a frame comes is used, and opens the frames held before it, in order."""
    bench = Bench()
    bench.send(bench.sealed())
    bench.log.feed(getattr(bench.pair, keys).encode())
    assert shape(bench.send(bench.sealed())) == [("FrameOpened", 0), ("FrameOpened", 1)]


def test_frames_in_front_may_be_missing() -> None:
    """Where the first counters are missing the jump is told once, in front of the first frame."""
    bench = Bench(NoisePair().client_line)
    bench.pair.client.counter = 5
    jumped, opened = bench.send(bench.sealed())
    assert jumped == CounterJumped(place(0), skipped=5)
    assert isinstance(opened, FrameOpened)
    assert opened.counter == 5
    assert shape(bench.send(bench.sealed())) == [("FrameOpened", 1)]


def test_a_jump_before_held_frames() -> None:
    """The same with a key that comes late."""
    bench = Bench()
    bench.pair.client.counter = 3
    bench.send(bench.sealed())
    bench.send(bench.sealed())
    events = bench.add(bench.pair.client_line)
    assert events[0] == CounterJumped(place(0), skipped=3)
    assert shape(events[1:]) == [("FrameOpened", 0), ("FrameOpened", 1)]


@pytest.mark.parametrize("late", [False, True])
def test_a_gap_between_frames(late: bool) -> None:
    """Missing frames are jumped over within the window, also among frames that were held."""
    bench = Bench(*(() if late else (NoisePair().client_line,)))
    bench.send(bench.sealed())
    bench.pair.client.counter += COUNTER_WINDOW - 1
    events = bench.send(bench.sealed())
    if late:
        assert shape(events) == [("FrameHeld", 1)]
        events = bench.add(bench.pair.client_line)[1:]
    assert events[0] == CounterJumped(place(1), skipped=COUNTER_WINDOW - 1)
    assert shape(events[1:]) == [("FrameOpened", 1)]


def test_a_gap_beyond_the_window() -> None:
    """Past the window a frame is closed, and the next one is tried one further on."""
    bench = Bench(NoisePair().client_line)
    bench.send(bench.sealed())
    bench.pair.client.counter += COUNTER_WINDOW
    lost = bench.sealed()
    assert bench.send(lost) == [FrameClosed(place(1), ClosedReason.COUNTER_GAP, len(lost) - 3)]
    bench.pair.client.counter -= 2
    jumped, opened = bench.send(bench.sealed())
    assert jumped == CounterJumped(place(2), skipped=COUNTER_WINDOW - 2)
    assert isinstance(opened, FrameOpened)
    assert bench.counts.closed == {ClosedReason.COUNTER_GAP: 1}


@pytest.mark.parametrize("windows", [1, 2, WINDOWS - 2])
def test_a_large_gap_is_found_again(windows: int) -> None:
    """A gap of several windows costs a frame for each of them, and then the stream goes on."""
    bench = Bench(NoisePair().client_line)
    bench.send(bench.sealed())
    bench.pair.client.counter += windows * COUNTER_WINDOW
    lost = [event for _ in range(windows + 1) for event in bench.send(bench.sealed())]
    assert [type(event) for event in lost] == [FrameClosed] * (windows + 1)
    jumped, opened = bench.send(bench.sealed())
    assert jumped == CounterJumped(place(windows + 2), skipped=windows * COUNTER_WINDOW)
    assert isinstance(opened, FrameOpened)


@pytest.mark.parametrize("late", [False, True])
def test_frames_that_never_open_cost_little(monkeypatch: pytest.MonkeyPatch, late: bool) -> None:
    """Junk costs a bounded number of trials in all, also where it was held until the key came."""
    monkeypatch.setattr(noise, "AESGCM", CountingCipher)
    monkeypatch.setattr(CountingCipher, "uses", 0)
    bench = Bench(*(() if late else (NoisePair().client_line,)))
    bench.send(bench.sealed())
    junk = 1000
    bench.send(framed(JUNK) * junk)
    if late:
        bench.add(bench.pair.client_line)
    assert bench.counts.closed == {ClosedReason.COUNTER_GAP: junk}
    assert CountingCipher.uses <= FULL_CREDIT + junk * (1 + NEAR_GAPS + EARNED_TRIALS) + 10
    bench.pair.client.counter += junk
    assert shape(bench.send(bench.sealed())) == [("FrameOpened", junk + 1)]


def test_a_damaged_frame_costs_only_itself() -> None:
    """A frame that does not authenticate has used its counter: the next one opens without a jump."""
    bench = Bench(NoisePair().client_line)
    bench.send(bench.sealed())
    bench.sealed()
    assert shape(bench.send(framed(JUNK))) == [("FrameClosed", 1)]
    assert shape(bench.send(bench.sealed())) == [("FrameOpened", 2)]
    assert bench.counts.closed == {ClosedReason.COUNTER_GAP: 1}


@pytest.mark.parametrize("damaged", range(PROOF_FRAMES))
def test_damaged_first_frames(damaged: int) -> None:
    """Keys are tried on the first frames: with fewer than that damaged, the rest opens."""
    bench = Bench(NoisePair().client_line)
    for _ in range(damaged):
        bench.sealed()
        assert bench.send(framed(JUNK))
    bench.send(bench.sealed())
    assert bench.counts.opened == 1
    assert bench.counts.closed == ({ClosedReason.COUNTER_GAP: damaged} if damaged else {})
    assert bench.counts.held == 0


def test_only_so_many_first_frames_are_tried() -> None:
    """Past the proof frames a key in the log is not tried again."""
    bench = Bench(NoisePair().client_line)
    for _ in range(PROOF_FRAMES):
        bench.sealed()
        bench.send(framed(JUNK))
    assert shape(bench.send(bench.sealed())) == [("FrameHeld", PROOF_FRAMES)]
    assert bench.counts == FrameCounts(held=PROOF_FRAMES + 1)


def test_dropped_frames_have_used_their_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest held frame is pushed out, told and counted, and the rest still opens without a jump."""
    monkeypatch.setattr(holdback, "MAX_HELD_FRAMES", 3)
    bench = Bench()
    sizes = []
    events = []
    for _ in range(5):
        frame = bench.sealed()
        sizes.append(len(frame) - 3)
        events += bench.send(frame)
    assert [event for event in events if isinstance(event, FrameClosed)] == [
        FrameClosed(place(number), ClosedReason.NO_KEY, sizes[number], dropped=True) for number in (0, 1)
    ]
    assert bench.counts == FrameCounts(held=3, dropped=2, closed=bench.counts.closed)
    assert bench.counts.closed == {ClosedReason.NO_KEY: 2}
    assert shape(bench.add(bench.pair.client_line)) == [("FrameOpened", number) for number in (2, 3, 4)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", ClosedReason.NO_KEY),
        (f"CANDIDATE_KEY * {'77' * 32}\n", ClosedReason.NO_KEY),
        (f"CLIENT_TRANSPORT_KEY {NoisePair().ephemeral.hex()} {'77' * 32}\n", ClosedReason.WRONG_KEY),
        (f"SERVER_TRANSPORT_KEY {NoisePair().ephemeral.hex()} {'77' * 32}\n", ClosedReason.NO_KEY),
    ],
    ids=["empty", "candidate", "listed", "listed for the other direction"],
)
def test_why_frames_stayed_closed(line: str, reason: ClosedReason) -> None:
    """Without a key it is no key; with a listed one that does not open it is the wrong key."""
    bench = Bench(line)
    frame = bench.sealed()
    bench.send(frame)
    assert bench.lane.close() == [FrameClosed(place(0), reason, len(frame) - 3)]
    assert bench.counts.closed == {reason: 1}
    assert bench.counts.held == 0


def test_closing_tries_new_keys_once_more() -> None:
    """A key that nobody announced still opens what is held at the end."""
    bench = Bench()
    bench.send(bench.sealed())
    bench.log.feed(bench.pair.client_line.encode())
    assert shape(bench.lane.close()) == [("FrameOpened", 0)]


@pytest.mark.parametrize("announced", [False, True])
def test_a_key_that_came_unannounced_before_a_damaged_frame(announced: bool) -> None:
    """What is held is tried with every key, also where a frame that no key opens came in between."""
    bench = Bench()
    bench.send(bench.sealed())
    bench.log.feed(bench.pair.client_line.encode())
    events = bench.send(framed(JUNK))
    if announced:
        events += bench.lane.keys_added()
    assert shape(events) == [("FrameOpened", 0), ("FrameClosed", 1)]
    assert bench.lane.close() == []
    assert bench.counts.closed == {ClosedReason.COUNTER_GAP: 1}


def test_an_unannounced_key_after_many_held_frames() -> None:
    """However many frames are held, the next one is the occasion to try the keys that came."""
    bench = Bench()
    for _ in range(PROOF_FRAMES + 2):
        bench.send(bench.sealed())
    bench.log.feed(bench.pair.candidate_lines.encode())
    events = bench.send(bench.sealed())
    assert shape(events) == [("FrameOpened", number) for number in range(PROOF_FRAMES + 3)]
    assert bench.counts.held == 0


@pytest.mark.parametrize("tail", [b"\x00", b"\x00\x00\x20", b"\x00\x00\x20half"])
def test_an_incomplete_frame_at_the_end(tail: bytes) -> None:
    """Bytes that never became a frame are one truncated frame, at the last message's place."""
    bench = Bench(NoisePair().client_line)
    bench.send(bench.sealed())
    bench.send(tail)
    assert bench.lane.close() == [FrameClosed(place(1), ClosedReason.TRUNCATED, len(tail))]
    assert bench.lane.close() == []
    assert bench.counts.closed == {ClosedReason.TRUNCATED: 1}


def test_what_looks_like_a_frame_inside_of_another() -> None:
    """A message that would be a whole frame by itself belongs to the frame that was begun before it."""
    bench = Bench(NoisePair().client_line)
    bench.send(bench.sealed())
    whole = framed(b"ab" + framed(bytes(20)))
    assert bench.send(whole[:5]) == []
    [event] = bench.send(whole[5:])
    assert isinstance(event, FrameClosed)
    assert (event.size, bench.counts.frames) == (len(whole) - 3, 2)


@pytest.mark.parametrize("size", [0, 1, 15])
@pytest.mark.parametrize("keys", ["", NoisePair().client_line])
def test_frames_shorter_than_a_tag(size: int, keys: str) -> None:
    """They cannot be sealed frames: closed as truncated at once, and no counter is used up."""
    bench = Bench(keys)
    short = FrameClosed(place(0), ClosedReason.TRUNCATED, size)
    assert bench.send(framed(bytes(size))) == [short]
    assert shape(bench.send(bench.sealed())) == [("FrameOpened" if keys else "FrameHeld", 1)]
    bench.send(framed(bytes(size)))
    assert bench.counts.closed == {ClosedReason.TRUNCATED: 2}


@pytest.mark.parametrize("size", [0, 15])
def test_short_frames_in_a_row_are_one(size: int) -> None:
    """A message of nothing but short frames is one event and one frame; frames between them are read."""
    bench = Bench(NoisePair().client_line)
    run = framed(bytes(size)) * 2000
    assert bench.send(run) == [FrameClosed(place(0), ClosedReason.TRUNCATED, size)]
    assert shape(bench.send(run + bench.sealed() + run)) == [
        ("FrameClosed", 1),
        ("FrameOpened", 2),
        ("FrameClosed", 3),
    ]
    assert bench.counts == FrameCounts(opened=1, closed=bench.counts.closed)
    assert bench.counts.closed == {ClosedReason.TRUNCATED: 3}


def test_an_empty_plaintext() -> None:
    """A frame that holds nothing but its tag opens, and is no WABinary."""
    bench = Bench(NoisePair().client_line)
    [event] = bench.send(bench.pair.client_frame(b""))
    assert isinstance(event, FrameUnread)
    assert (event.counter, event.plaintext, event.tag) == (0, b"", None)
    assert bench.counts == FrameCounts(opened=1, unread=1)


def test_an_unreadable_frame_affects_no_other() -> None:
    """Rubbish that authenticates is kept with its error, and the next frame is decoded."""
    bench = Bench(NoisePair().client_line)
    events = bench.send(bench.pair.client_frame(b"\x00rubbish") + bench.sealed())
    assert shape(events) == [("FrameUnread", 0), ("FrameOpened", 1)]
    assert bench.counts == FrameCounts(opened=2, unread=1)


def test_refusing() -> None:
    """A refused frame is numbered and counted, and uses no counter."""
    bench = Bench(NoisePair().client_line)
    reason = ClosedReason.NOT_THIS_PROTOCOL
    assert bench.lane.refuse_message(9, reason, 0, 0.0) == FrameClosed(place(0), reason, 9)
    bench.messages = 1
    assert shape(bench.send(bench.sealed())) == [("FrameOpened", 1)]
    assert bench.counts.frames == 2


def test_giving_up() -> None:
    """All that is held is closed for the reason given."""
    bench = Bench()
    bench.send(bench.sealed())
    bench.send(bench.sealed())
    reason = ClosedReason.NOT_THIS_PROTOCOL
    assert shape(bench.lane.give_up(reason)) == [("FrameClosed", 0), ("FrameClosed", 1)]
    assert bench.counts.closed == {reason: 2}
    assert bench.counts.held == 0


@pytest.mark.parametrize("late", [False, True])
def test_resuming_tells_the_counter(late: bool) -> None:
    """Without a handshake the first frame that opens tells where the capture came in, once."""
    bench = Bench(*(() if late else (NoisePair().client_line,)), resuming=True)
    bench.pair.client.counter = 700
    events = bench.send(bench.sealed())
    if late:
        assert shape(events) == [("FrameHeld", 0)]
        events = bench.add(bench.pair.client_line)
    assert events[0] == ConnectionResumed(Direction.CLIENT, counter=700)
    assert shape(events[1:]) == [("FrameOpened", 0)]
    assert shape(bench.send(bench.sealed())) == [("FrameOpened", 1)]


def test_resuming_reads_held_frames_with_one_table() -> None:
    """The table is decided by all frames that were held, before the first of them is read."""
    bench = Bench(resuming=True)
    ambiguous = Node("receipt", {"id": "R1"}, (Node("offer"),))
    for node in (ambiguous, IQ, CALL):
        bench.send(bench.pair.client_frame(plain(node, 2)))
    events = bench.add(bench.pair.client_line)
    assert [event.node for event in events if isinstance(event, FrameOpened)] == [ambiguous, CALL]


@pytest.mark.parametrize("damaged", range(PROOF_FRAMES))
@pytest.mark.parametrize("keys", ["client_line", "candidate_lines"])
def test_resuming_with_damaged_first_frames(damaged: int, keys: str) -> None:
    """A damaged first frame does not lose a session whose handshake was not seen."""
    bench = Bench(getattr(NoisePair(), keys), resuming=True)
    bench.pair.client.counter = 700
    for _ in range(damaged):
        bench.sealed()
        assert shape(bench.send(framed(JUNK)))
    events = bench.send(bench.sealed())
    assert events[0] == ConnectionResumed(Direction.CLIENT, counter=700 + damaged)
    assert (bench.counts.opened, bench.counts.held) == (1, 0)
    assert bench.counts.closed == ({ClosedReason.COUNTER_GAP: damaged} if damaged else {})


def test_candidates_where_the_first_frames_are_missing() -> None:
    """A key without a label finds the counter like a listed one, and the jump is told."""
    bench = Bench(NoisePair().candidate_lines)
    bench.pair.client.counter = 5
    jumped, opened = bench.send(bench.sealed())
    assert jumped == CounterJumped(place(0), skipped=5)
    assert isinstance(opened, FrameOpened)


def test_frames_of_a_session_never_seen() -> None:
    """Without handshake and key the reason is that the handshake was not seen."""
    bench = Bench(resuming=True)
    bench.send(bench.sealed())
    bench.lane.close()
    assert bench.counts.closed == {ClosedReason.HANDSHAKE_NOT_SEEN: 1}
