"""A whole connection: what it is taken for, its tables, its end, and that no bytes make it lose count."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.stanza import Node
from ringback.wire import noise
from ringback.wire.boundary import MAX_WAITING_BYTES, MAX_WAITING_MESSAGES
from ringback.wire.connection import Connection
from ringback.wire.events import (
    ClosedReason,
    ConnectionIgnored,
    ConnectionRecognised,
    Direction,
    FrameClosed,
    FrameCounts,
    FrameHeld,
    FrameOpened,
    WireEvent,
)
from support.noise_peer import NoisePair, chunks, framed
from support.wire_driver import (
    CALL,
    CALL_ACK,
    IQ,
    MESSAGE_ACK,
    RECEIPT,
    SUCCESS,
    Driver,
    log_of,
    plain,
    started,
)

STANZAS = [IQ, CALL, MESSAGE_ACK, CALL_ACK, RECEIPT, SUCCESS]


def ignored(events: Iterable[WireEvent]) -> str:
    """Why the connection was ignored, which is the only thing that was told."""
    [event] = events
    assert isinstance(event, ConnectionIgnored)
    return event.why


@pytest.mark.parametrize("routing_info", [None, b"", b"route"])
@pytest.mark.parametrize(("dictionary", "table"), [(3, 3), (2, 2), (4, 3), (255, 3), (1, 2), (0, 2)])
def test_recognised(routing_info: bytes | None, dictionary: int, table: int) -> None:
    """Intro and hello make the socket ours; a dictionary unknown is read with the nearest table, and said."""
    pair = NoisePair(dictionary, routing_info)
    driver = Driver(log_of())
    [event] = driver.client(pair.client_hello)
    assert event == ConnectionRecognised(dictionary, table, routing_info)
    assert isinstance(event, ConnectionRecognised)
    assert event.table_known == (dictionary == table)
    connection = driver.connection
    assert (connection.is_ours, connection.ephemeral) == (True, pair.ephemeral)
    assert connection.table is not None
    assert connection.table.dictionary == table
    assert connection.counts == FrameCounts()


def test_before_the_first_message() -> None:
    """A new connection is undecided about everything."""
    connection = Connection(log_of())
    facts = (connection.is_ours, connection.client, connection.ephemeral, connection.table)
    assert facts == (None, None, None, None)


@pytest.mark.parametrize("dictionary", [2, 3, 4])
def test_the_intro_selects_the_table(dictionary: int) -> None:
    """Stanzas are read with the table of the intro."""
    pair, driver = started(NoisePair(dictionary))
    driver.client(pair.client_frame(plain(CALL, 2 if dictionary == 2 else 3)))
    assert [node for *_, node in driver.opened] == [CALL]


@pytest.mark.parametrize("compress", [False, True])
def test_only_what_may_belong_to_calls_is_told(compress: bool) -> None:
    """Calls, their acks, receipts and success are events; the rest is counted, and told with `decode_all`."""
    pair, driver = started()
    for node in STANZAS:
        driver.server(pair.server_frame(plain(node, compress=compress)))
    assert [node for *_, node in driver.opened] == [CALL, CALL_ACK, RECEIPT, SUCCESS]
    pair, driver = started(decode_all=True)
    for node in STANZAS:
        driver.server(pair.server_frame(plain(node, compress=compress)))
    assert [node for *_, node in driver.opened] == STANZAS
    assert driver.counts == FrameCounts(opened=len(STANZAS))


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (b"GET / HTTP/1.1\r\n", "neither an intro nor whole frames in the first message"),
        (b'{"event": "phx_join"}', "neither an intro nor whole frames in the first message"),
        (framed(bytes(16)), "neither an intro nor whole frames in the first message"),
        (
            b"WA\x06\x03" + framed(b"no handshake"),
            "an intro, but no handshake: no HandshakeMessage in 12 bytes",
        ),
        (b"WA\x06\x03\xff\xff\xff", "an intro, but no handshake: a first frame of 16777215 bytes"),
        (b"ED\x00\x01\xff\xff\xff", "neither an intro nor whole frames in the first message"),
    ],
)
def test_left_alone(first: bytes, why: str) -> None:
    """A socket that is none of ours is ignored after its first bytes: nothing more is stored or counted."""
    pair = NoisePair()
    driver = Driver(log_of())
    assert ignored(driver.client(first)) == why
    assert driver.connection.is_ours is False
    driver.handshake(pair)
    assert driver.client(pair.client_frame(plain(CALL))) == []
    assert driver.server(b"text", binary=False) == []
    assert driver.add_keys(pair.key_log) == []
    assert driver.close() == []
    assert driver.counts == FrameCounts()


@pytest.mark.parametrize("direction", ["client", "server"])
def test_left_alone_though_there_are_keys(direction: str) -> None:
    """With keys at hand a capture may begin inside a frame: the socket is left alone after some messages."""
    pair = NoisePair()
    driver = Driver(log_of(pair.key_log))
    send = getattr(driver, direction)
    for _ in range(MAX_WAITING_MESSAGES):
        assert send(b"GET / HTTP/1.1") == []
        assert driver.connection.is_ours is None
    assert ignored(send(b"x")) == "neither an intro nor whole frames in the first messages"
    assert driver.connection.is_ours is False
    assert send(pair.client_frame(plain(CALL))) == driver.close() == []
    assert driver.counts == FrameCounts()


def test_a_long_first_message_is_not_kept() -> None:
    """What is longer than may wait ends the search at once."""
    driver = Driver(log_of(NoisePair().key_log))
    assert ignored(driver.server(bytes(MAX_WAITING_BYTES + 1)))


def test_ended_while_the_search_goes_on() -> None:
    """A socket whose few messages told nothing was none of ours; the same where text follows."""
    for end in ("close", "text"):
        driver = Driver(log_of(NoisePair().key_log))
        driver.server(b"GET / HTTP/1.1")
        ignored(driver.close() if end == "close" else driver.client(b"hello", binary=False))
        assert driver.connection.is_ours is False
        assert driver.counts == FrameCounts()


def test_an_intro_that_goes_wrong_later() -> None:
    """Bytes that began like an intro and turn out to be none are no capture from the middle."""
    driver = Driver(log_of())
    assert driver.client(b"W") == []
    assert ignored(driver.client(b"hat?")) == "no intro: neither WA nor ED"


def test_a_server_that_speaks_too_early() -> None:
    """The server has nothing to say before the hello is complete."""
    driver = Driver(log_of())
    assert driver.client(NoisePair().client_hello[:20]) == []
    assert (
        ignored(driver.server(framed(bytes(40)))) == "the server spoke before the client's hello was complete"
    )


@pytest.mark.parametrize("direction", ["client", "server"])
def test_a_text_message_first(direction: str) -> None:
    """A socket that starts with text is none of ours."""
    driver = Driver(log_of())
    assert ignored(getattr(driver, direction)(b"hello", binary=False)) == "a text message"


def test_a_text_message_where_nothing_was_opened_yet() -> None:
    """Whole frames that no key opens, and then text: held frames are closed and the socket is ignored."""
    driver = Driver(log_of())
    driver.server(framed(bytes(40)))
    closed, last = driver.server(b"hello", binary=False)
    assert isinstance(closed, FrameClosed)
    assert closed.reason is ClosedReason.NOT_THIS_PROTOCOL
    assert last == ConnectionIgnored("a text message")
    assert (driver.connection.is_ours, driver.counts.held) == (False, 0)


def test_empty_messages_decide_nothing() -> None:
    """Empty messages before the first bytes are no first bytes."""
    driver = Driver(log_of())
    assert driver.client(b"") == driver.server(b"") == []
    assert isinstance(driver.client(NoisePair().client_hello)[0], ConnectionRecognised)


@pytest.mark.parametrize("size", [1, 3, 20])
def test_an_empty_message_inside_the_hello(size: int) -> None:
    """An empty message of either side is nobody speaking too early."""
    pair = NoisePair()
    driver = Driver(log_of())
    assert driver.client(pair.client_hello[:size]) == driver.server(b"") == driver.client(b"") == []
    assert isinstance(driver.client(pair.client_hello[size:])[0], ConnectionRecognised)


def test_closed_before_anything_came() -> None:
    """A connection without bytes has nothing to tell."""
    driver = Driver(log_of())
    assert driver.close() == []
    assert driver.connection.is_ours is None


@pytest.mark.parametrize("size", [1, 4, 30])
def test_closed_inside_the_hello(size: int) -> None:
    """A connection that ended inside its hello never became ours."""
    driver = Driver(log_of())
    driver.client(NoisePair().client_hello[:size])
    assert ignored(driver.close()) == "ended before its first frame was complete"


def test_closed_inside_the_handshake() -> None:
    """What is left of an incomplete handshake frame is told as truncated."""
    pair = NoisePair()
    driver = Driver(log_of())
    driver.client(pair.client_hello)
    driver.server(pair.server_hello[:-1])
    [event] = driver.close()
    assert isinstance(event, FrameClosed)
    assert (event.reason, event.size) == (ClosedReason.TRUNCATED, len(pair.server_hello) - 1)


def test_after_the_end() -> None:
    """After `close` everything is harmless, and what was known stays known."""
    pair, driver = started()
    driver.client(pair.client_frame(plain(CALL)))
    driver.close()
    before = (driver.connection.is_ours, driver.connection.client, driver.counts.opened)
    assert driver.client(pair.client_frame(plain(CALL))) == []
    assert driver.server(b"x", binary=False) == []
    assert driver.add_keys(f"CANDIDATE_KEY * {'11' * 32}\n") == driver.close() == []
    assert before == (driver.connection.is_ours, driver.connection.client, driver.counts.opened)
    assert before[0] is True


def test_events_carry_index_and_time_of_their_message() -> None:
    """The place of a frame is that of the message that completed it, over both directions."""
    pair, driver = started()
    frame = pair.server_frame(plain(CALL))
    driver.server(frame[:1])
    driver.client(pair.client_frame(plain(IQ)))
    driver.server(frame[1:])
    [event] = driver.all(FrameOpened)
    assert (event.place.message, event.place.at, event.place.frame) == (5, 5.0, 1)


def stream_of(pair: NoisePair, nodes: list[Node]) -> tuple[bytes, bytes]:
    """Both directions of a session after the client hello: the handshake's rest, and frames of `nodes`."""
    client = b"".join(pair.client_frame(plain(node, pair.prologue[3])) for node in nodes)
    server = b"".join(pair.server_frame(plain(node, pair.prologue[3])) for node in nodes)
    return client, server


cuts = st.lists(st.integers(0, 5000), max_size=12)


@settings(max_examples=60)
@given(
    st.sampled_from(["XX", "IK", "XXfallback"]),
    st.sampled_from([2, 3]),
    st.sampled_from([None, b"route"]),
    st.lists(st.sampled_from(STANZAS), max_size=6),
    cuts,
    cuts,
    st.booleans(),
)
def test_any_splitting_opens_the_same_frames(
    pattern: str,
    dictionary: int,
    routing_info: bytes | None,
    nodes: list[Node],
    client_cuts: list[int],
    server_cuts: list[int],
    late: bool,
) -> None:
    """However the bytes of a session are split into messages, the same frames open with the same stanzas."""
    pair = NoisePair(dictionary, routing_info, pattern)  # type: ignore[arg-type]
    driver = Driver(log_of() if late else log_of(pair.key_log), decode_all=True)
    for from_client, content in pair.handshake:
        for chunk in chunks(content, client_cuts if from_client else server_cuts):
            _ = driver.client(chunk) if from_client else driver.server(chunk)
    client, server = stream_of(pair, nodes)
    for chunk in chunks(client, client_cuts):
        driver.client(chunk)
    for chunk in chunks(server, server_cuts):
        driver.server(chunk)
    if late:
        driver.add_keys(pair.key_log)
    opened = sorted(driver.opened, key=lambda each: (each[0].value, each[1]))
    first_client = 1 if pattern == "IK" else 2
    expected = [(Direction.CLIENT, first_client + n, n, node) for n, node in enumerate(nodes)]
    expected += [(Direction.SERVER, 1 + n, n, node) for n, node in enumerate(nodes)]
    assert opened == expected
    assert driver.close() == []


def test_byte_by_byte() -> None:
    """A whole session in messages of one byte."""
    pair = NoisePair(2, b"route")
    driver = Driver(log_of(pair.key_log), decode_all=True)
    client, server = stream_of(pair, STANZAS)
    for from_client, content in [*pair.handshake, (True, client), (False, server)]:
        for byte in content:
            _ = driver.client(bytes([byte])) if from_client else driver.server(bytes([byte]))
    assert [node for *_, node in driver.opened] == STANZAS * 2
    assert driver.close() == []


def in_buckets(counts: FrameCounts) -> int:
    """Frames in the buckets that exclude each other."""
    return counts.opened + counts.held + sum(counts.closed.values())


message = st.tuples(
    st.sampled_from(Direction),
    st.one_of(
        st.binary(max_size=60),
        st.binary(min_size=16, max_size=60).map(framed),
        st.integers(0, 3).map(lambda size: framed(bytes(size))),
        st.integers(0, 300).map(bytes),
        st.sampled_from(["good", "rubbish", "skip", "hello", "keys", "text", "close"]),
    ),
)


@settings(max_examples=150)
@given(st.sampled_from(["nothing", "XX", "IK", "middle"]), st.booleans(), st.lists(message, max_size=14))
def test_any_bytes_in_any_chunking(
    prefix: str, keys: bool, messages: list[tuple[Direction, bytes | str]]
) -> None:
    """Any bytes, with and without a valid beginning, give events; every frame is in exactly one bucket.

    Left out: floods that fill the hold-back store, which `test_transport` covers.
    """
    pair = NoisePair(pattern="IK" if prefix == "IK" else "XX")
    driver = Driver(log_of(pair.key_log if keys else ""))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(noise, "PROOF_TRIALS", 512)  # as it is, one long search would take most of the time
        if prefix == "middle":
            pair.client.counter = pair.server.counter = 40
        elif prefix != "nothing":
            driver.handshake(pair)
        for direction, content in messages:
            receive(driver, pair, direction, content)
            assert driver.counts.frames == in_buckets(driver.counts)
            assert driver.counts.unread <= driver.counts.opened
        driver.close()
    counts = driver.counts
    assert (counts.held, counts.frames) == (0, in_buckets(counts))
    told = [event for event in driver.all(FrameClosed) if not event.dropped]
    assert len(told) == sum(counts.closed.values())


def receive(driver: Driver, pair: NoisePair, direction: Direction, content: bytes | str) -> None:
    """Send bytes as they are, or what a word stands for."""
    lane = pair.client if direction is Direction.CLIENT else pair.server
    send = driver.client if direction is Direction.CLIENT else driver.server
    match content:
        case "good":
            send(lane.frame(plain(CALL)))
        case "rubbish":
            send(lane.frame(b"\x00rubbish"))
        case "skip":
            lane.counter += 3
        case "hello":
            send(pair.client_hello)
        case "keys":
            driver.add_keys(pair.key_log)
        case "text":
            send(b"text", binary=False)
        case "close":
            driver.close()
        case bytes():
            send(content)


def test_held_frames_are_told_when_held() -> None:
    """Each frame that waits is told once, and once more when it opens."""
    pair, driver = started(NoisePair(), "# no keys yet\n")
    for _ in range(3):
        driver.client(pair.client_frame(plain(CALL)))
    assert [event.place.frame for event in driver.all(FrameHeld)] == [2, 3, 4]
    driver.add_keys(pair.key_log)
    assert [event.place.frame for event in driver.all(FrameOpened)] == [2, 3, 4]
    assert driver.counts == FrameCounts(opened=3)
