"""From WebSocket messages to stanzas. Plaintexts are sealed here, so that the fuzzer gets behind AES-GCM."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache

from fuzz.target import Script, target
from ringback.errors import DecodeError, HandshakeError
from ringback.recognise import recognise
from ringback.stanza import Node
from ringback.wire import noise
from ringback.wire.client import MAX_TEXT, identify
from ringback.wire.connection import Connection
from ringback.wire.events import (
    Direction,
    FrameClosed,
    FrameCounts,
    FrameOpened,
    FrameUnread,
    WireEvent,
)
from ringback.wire.framelog import Fate, FrameLog
from ringback.wire.frames import FrameReader, Intro, NoIntroError, is_chain, maybe_intro
from ringback.wire.handshake import HandshakeState, State
from ringback.wire.keylog import MAX_PROBLEMS, KeyLabel, KeyLog
from ringback.wire.messages import is_handshake, read_client_payload, read_handshake
from ringback.wire.opening import Opening, maybe_opening
from ringback.wire.wabinary import (
    Decoded,
    TokenTable,
    decode,
    decode_head,
    encode,
    peek_tag,
    tags,
    token_table,
)
from ringback.wire.wabinary.inflate import inflate
from ringback.wire.wabinary.nodes import MAX_PARTS, NodeReader
from ringback.wire.wabinary.usual import maybe_usual
from support.noise_peer import Lane, NoisePair, chunks, framed
from support.spelling import Speller

TABLES = (token_table(3), token_table(2))
_LENGTHS = range(1, 24)


# Frames, the opening, the handshake.


@target("frames", words=(b"WA\x06\x03", b"ED\x00\x01", b"\x00\x00\x10"))
def frames(data: bytes) -> None:
    """Frames are the same for any chunking, the rest is pending; an intro is one from its last byte on."""
    script = Script(data)
    sizes, stream = [script.number() for _ in range(script.number() % 8)], script.rest()
    expected, pending = _cut(stream)
    reader, found = FrameReader(), []
    for chunk in _chunks(stream, sizes):
        found += reader.feed(chunk)
    assert (found, reader.pending) == (expected, pending)
    assert FrameReader().feed(stream) == expected
    for least in (0, 17):
        is_whole = bool(expected) and not pending and all(len(frame) >= least for frame in expected)
        assert is_chain(stream, least=least) == is_whole
    _check_intro(stream)


def _cut(stream: bytes) -> tuple[list[bytes], int]:
    """The frames of a stream and how many bytes are left over: the rule, written once more."""
    found = []
    while len(stream) >= 3 and len(stream) >= 3 + int.from_bytes(stream[:3], "big"):
        end = 3 + int.from_bytes(stream[:3], "big")
        found.append(stream[3:end])
        stream = stream[end:]
    return found, len(stream)


def _chunks(stream: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """The stream in pieces of these sizes, over and over; in one piece where there are none."""
    start, turn = 0, 0
    while start < len(stream):
        size = max(1, sizes[turn % len(sizes)]) if sizes else len(stream)
        yield stream[start : start + size]
        start, turn = start + size, turn + 1


def _intro(data: bytes) -> Intro | str | None:
    try:
        return maybe_intro(data)
    except NoIntroError as error:
        return str(error)


def _check_intro(stream: bytes) -> None:
    whole = _intro(stream)
    if isinstance(whole, Intro):
        assert whole.prologue == stream[whole.size - 4 : whole.size]
        assert _intro(stream[: whole.size]) == whole
        assert _intro(stream[: whole.size - 1]) is None
    for size in _LENGTHS:
        prefix = _intro(stream[:size])
        assert not isinstance(prefix, str) or isinstance(whole, str), "refused, though it became an intro"


@target("opening", words=(b"WA\x06\x03", b"ED\x00\x01", b"\x12\x22\x0a\x20"))
def opening(data: bytes) -> None:
    """An opening is found at one byte and stays; a refusal stays, too; nothing else is raised."""
    told: list[Opening | str | None] = []
    for size in (*_LENGTHS, *range(24, len(data), 7), len(data)):
        try:
            told.append(maybe_opening(data[:size]))
        except (NoIntroError, HandshakeError) as error:
            told.append(str(error))
    decided = [each for each in told if each is not None]
    assert all(type(each) is type(decided[0]) for each in decided)
    assert not decided or isinstance(decided[0], str) or decided.count(decided[0]) == len(decided)


@target("handshake", words=(b"\x12\x22\x0a\x20", b"\x1a\x28\x0a\x20", b"\x22\x04\x0a\x00\x12\x00"))
def handshake(data: bytes) -> None:
    """Any row of frames finishes the handshake or breaks it off for good; only HandshakeError is raised."""
    script = Script(data)
    state = HandshakeState(b"WA\x06\x03")
    while not script.is_over and not state.finished:
        direction = script.pick(tuple(Direction))
        frame = script.piece()
        was_broken = state.state is State.BROKEN
        try:
            state.receive(frame, direction)
        except HandshakeError:
            assert state.state is State.BROKEN
        else:
            assert not was_broken
            assert is_handshake(frame)
    if state.sealed_payload is not None:
        assert state.sealed_payload.open(bytes(32)) is None
        assert all(len(each) == 32 for each in state.sealed_payload.hashes)
    assert state.ephemeral is None or len(state.ephemeral) == 32


@target("client-payload", words=(b"\x2a\x06\x08\x0e\x12\x02\x08\x02", b"\x90\x01\x07", b"\x9a\x01"))
def client_payload(data: bytes) -> None:
    """A payload tells a client in words of bounded length, or is refused as none; nothing else is raised."""
    client = identify(data)
    assert all(len(name) > 0 and len(text) <= MAX_TEXT for name, text in client.detail)
    assert len(client.platform) <= MAX_TEXT
    assert len(client.version) <= MAX_TEXT
    try:
        payload = read_client_payload(data)
    except HandshakeError:
        assert client.platform == "unreadable"
    else:
        assert client.device == payload.device
    try:
        read_handshake(data)
    except HandshakeError:
        assert not is_handshake(data)
    else:
        assert is_handshake(data)


_KEY_WORDS = [label.value + " " for label in KeyLabel]


@target("keylog", words=(*_KEY_WORDS, "* ", "11" * 32, "#", "\r\n", b"\xef\xbb\xbf"))
def keylog(data: bytes) -> None:
    """Any chunking gives the same keys and problems; problems are located and hold nothing of their line."""
    script = Script(data)
    sizes, text = [script.number() for _ in range(script.number() % 4)], script.rest()
    whole, pieces = KeyLog(), KeyLog()
    whole.feed(text)
    whole.finish()
    gained = sum(pieces.feed(chunk) for chunk in _chunks(text, sizes)) + pieces.finish()
    assert gained == pieces.size == len(set(pieces.since(0)))
    assert whole.since(0) == pieces.since(0)
    assert whole.problems == pieces.problems
    assert len(whole.problems) == min(whole.problem_count, MAX_PROBLEMS)
    lines = text.count(b"\n") + 1
    for problem in whole.problems:
        assert 1 <= problem.line <= lines
    for entry in whole.since(0):
        assert len(entry.key) == 32
        assert entry.key.hex() not in repr(whole) + repr(entry.label) + repr(whole.problems)
        assert (entry.ephemeral is None) == (entry.label is KeyLabel.CANDIDATE)
    pieces.restart()
    assert not pieces.feed(text) + pieces.finish()


# WABinary.


_SPELLINGS = (
    bytes.fromhex("f80664"),
    bytes.fromhex("f90002"),
    bytes.fromhex("ec12"),
    bytes.fromhex("f700010a"),
    bytes.fromhex("fa0003"),
    bytes.fromhex("fc0463616c6c"),
    bytes.fromhex("fd000004"),
    bytes.fromhex("fe00000004"),
    bytes.fromhex("ff8112"),
    bytes.fromhex("fb0212ab"),
    bytes.fromhex("f5"),
    bytes.fromhex("f6"),
)


@target("wabinary", words=_SPELLINGS)
def wabinary(data: bytes) -> None:
    """A plaintext is a node, the same by both readers, that comes back, or an error that lies within it."""
    script = Script(data)
    table, plaintext = script.pick(TABLES), script.rest()
    _check_plaintext(plaintext, table)


def _check_plaintext(plaintext: bytes, table: TokenTable) -> Decoded | None:
    try:
        decoded = decode(plaintext, table)
    except DecodeError as error:
        assert error.expected
        assert error.got
        assert f"byte {error.offset} in {error.path or 'root'}: " in str(error)
        is_plain = plaintext and not plaintext[0] & tags.COMPRESSED
        assert 0 <= error.offset <= (max(len(plaintext) - 1, 0) if is_plain else 16 << 20)
        return None
    node = decoded.node
    _check_usual(plaintext, table)
    assert peek_tag(plaintext, table) == node.tag
    assert decode_head(plaintext, table) == Node(node.tag, node.attrs, None, node.repeated)
    written = encode(node, table)
    assert decode(written, table) == Decoded(node, trailing=0, compressed=False)
    return decoded


def _check_usual(plaintext: bytes, table: TokenTable) -> None:
    """What is read in the fast way is what the exact reader reads, in the same order."""
    data = inflate(plaintext).data
    exact = NodeReader(data, table)
    node = exact.root()
    usual = maybe_usual(data, table, MAX_PARTS)
    if usual is not None:
        assert usual == (node, exact.offset)
        assert [list(each.attrs) for each in usual[0].walk()] == [list(each.attrs) for each in node.walk()]


@target("wabinary-zlib", words=_SPELLINGS)
def wabinary_zlib(data: bytes) -> None:
    """Compressed WABinary reads as the same uncompressed; a torn or damaged stream is a located error."""
    script = Script(data)
    table, damage = script.pick(TABLES), script.number()
    body = script.rest()
    plain, packed = b"\0" + body, b"\2" + zlib.compress(body)
    told = [_told(each, table) for each in (plain, packed)]
    assert told[0] == told[1]
    torn = packed[: 1 + damage]
    if 1 + damage < len(packed):
        assert _check_plaintext(torn, table) is None
    flipped = bytearray(packed)
    flipped[1 + damage % (len(packed) - 1)] ^= 1 + damage // 3
    _check_plaintext(bytes(flipped), table)
    _check_plaintext(b"\2" + body, table)


def _told(plaintext: bytes, table: TokenTable) -> tuple[Node, int] | tuple[int, str, str]:
    try:
        decoded = decode(plaintext, table)
    except DecodeError as error:
        return error.offset, error.path, error.expected
    return decoded.node, decoded.trailing


# Connections.


@cache
def _pair(dictionary: int, pattern: str) -> NoisePair:
    return NoisePair(dictionary, pattern=pattern)  # type: ignore[arg-type]


@contextmanager
def _bounded() -> Iterator[None]:
    """Searches for keys that take no tenth of a second each; their bound is what is made smaller."""
    before, noise.PROOF_TRIALS = noise.PROOF_TRIALS, 256
    try:
        yield
    finally:
        noise.PROOF_TRIALS = before


class _Expected:
    """How many frames messages hold behind a handshake: the rule, written once more."""

    def __init__(self) -> None:
        self.frames = 0
        self._pending = dict.fromkeys(Direction, b"")
        self._is_over = False

    def take(self, content: bytes | None, direction: Direction) -> None:
        """A message, None for one of text, which counts as a frame."""
        if self._is_over:
            return
        if content is None:
            self.frames += 1
            return
        stream = self._pending[direction] + content
        found, pending = _cut(stream)
        self._pending[direction] = stream[len(stream) - pending :]
        # Of those too short to be sealed that follow each other in one message the first alone counts.
        shorts = [len(frame) < noise.TAG_BYTES for frame in found]
        self.frames += sum(not (one and other) for one, other in zip(shorts, [False, *shorts], strict=False))

    def close(self) -> None:
        """What is left in a direction counts as a frame."""
        if not self._is_over:
            self._is_over = True
            self.frames += sum(map(bool, self._pending.values()))


class _Told:
    """What a connection told of a row of messages, frame by frame."""

    def __init__(self, keys: KeyLog, *, decode_all: bool, further: frozenset[str] = frozenset()) -> None:
        self.log = FrameLog()
        self.connection = Connection(keys, decode_all=decode_all, tags=further, log=self.log)
        self.events: list[WireEvent] = []
        self.messages = 0
        self.expected: _Expected | None = None
        """How many frames there have to be; None where that depends on the handshake."""

    def receive(self, content: bytes, direction: Direction, *, binary: bool = True) -> None:
        """One message; its time is its number."""
        number = self.messages
        self.messages += 1
        if self.expected is not None:
            self.expected.take(content if binary else None, direction)
        self.events += self.connection.receive(
            content, direction, message=number, at=float(number), binary=binary
        )

    def close(self) -> None:
        """The connection ends."""
        if self.expected is not None:
            self.expected.close()
        self.events += self.connection.close()

    def shake_hands(self, pair: NoisePair) -> None:
        """Take the handshake, a message each."""
        for from_client, content in pair.handshake:
            self.receive(content, Direction.CLIENT if from_client else Direction.SERVER)

    def by_frame(self) -> dict[tuple[Direction, int], FrameOpened | FrameUnread]:
        """Each frame that was told, each at most once."""
        found: dict[tuple[Direction, int], FrameOpened | FrameUnread] = {}
        for event in self.events:
            if isinstance(event, FrameOpened | FrameUnread):
                place = event.place
                key = (place.direction, place.frame)
                assert key not in found
                found[key] = event
        return found


@cache
def _keys(dictionary: int, pattern: str) -> KeyLog:
    log = KeyLog()
    pair = _pair(dictionary, pattern)
    log.feed((pair.client_line + pair.server_line).encode())
    return log


_OF_A_RECEIPT = ("offer", "accept", "reject", "enc_rekey", "preaccept", "call-id")
"""Names of which a receipt of a call holds one."""
_FURTHER = (frozenset[str](), frozenset({"notification"}), frozenset({"iq", "message"}))


@target("policy", words=_SPELLINGS, most_bytes=600)
def policy(data: bytes) -> None:
    """The fast policy tells what full decoding recognises as of a call, however it is spelled and split."""
    script = Script(data)
    setting = script.number()
    dictionary, is_resumed = (2 if setting & 1 else 3), bool(setting & 2)
    further = _FURTHER[setting >> 2 & 3] if setting >> 2 & 3 < 3 else _FURTHER[0]
    sizes = [script.number() for _ in range(setting >> 4 & 7)]
    pair, keys, table = _pair(dictionary, "XX"), _keys(dictionary, "XX"), token_table(dictionary)
    lanes = {Direction.CLIENT: Lane(pair.client.key), Direction.SERVER: Lane(pair.server.key)}
    messages: list[tuple[Direction, bytes]] = []
    while not script.is_over and len(messages) < 12:
        control = script.number()
        direction = Direction.SERVER if control & 1 else Direction.CLIENT
        messages.append((direction, lanes[direction].frame(_plaintext(control >> 1, script, table))))
    whole, fast = (_Told(keys, decode_all=each, further=further) for each in (True, False))
    with _bounded():
        for told in (whole, fast):
            if not is_resumed:
                told.shake_hands(pair)
            for direction, content in messages:
                told.receive(content, direction)
    _check_policy(whole, fast, further, TABLES if is_resumed else (table,))
    if is_resumed:
        return
    assert fast.connection.counts.frames == fast.connection.counts.opened == len(messages)
    split = _Told(keys, decode_all=False, further=further)
    split.shake_hands(pair)
    for way in Direction:
        stream = b"".join(content for direction, content in messages if direction is way)
        for chunk in _chunks(stream, sizes):
            split.receive(chunk, way)
    one, other = (
        {frame: _facts(event) for frame, event in each.by_frame().items()} for each in (split, fast)
    )
    assert one == other
    assert split.connection.counts == fast.connection.counts


def _facts(event: FrameOpened | FrameUnread) -> tuple[object, ...]:
    """What is told of a frame, but for the message that it came in."""
    if isinstance(event, FrameUnread):
        return (event.counter, event.error, event.plaintext, event.tag)
    return (event.counter, event.tag, event.node, event.size, event.compressed, event.trailing, event.late)


def _plaintext(form: int, script: Script, table: TokenTable) -> bytes:
    """A plaintext out of a script: as it stands there, or behind a flag byte, or its stanza spelled anew."""
    seed = script.number() if form & 2 else None
    piece = script.piece()
    if form & 1:
        return piece
    body = piece
    if seed is not None:
        with suppress(DecodeError):
            body = Speller(table, seed).body(decode(b"\0" + piece, table).node)
    return b"\2" + zlib.compress(body) if form & 4 else b"\0" + body


def _check_policy(whole: _Told, fast: _Told, further: frozenset[str], tables: Sequence[TokenTable]) -> None:
    expected, found = whole.by_frame(), fast.by_frame()
    assert found.keys() <= expected.keys()
    for key, event in expected.items():
        told = found.get(key)
        if isinstance(event, FrameUnread):
            assert told is None or isinstance(told, FrameUnread)
            # Without a handshake the table is what was thought at that time, one or the other.
            assert told is not None or not all(_may_be_of_a_call(event, each, further) for each in tables)
        elif _is_wanted(event, further):
            assert told == event or _is_too_large(told)
        else:
            assert told is None or (told == event and event.tag == "receipt"), "told, though of no call"
    counts, others = fast.connection.counts, whole.connection.counts
    assert (counts.frames, counts.opened, counts.closed) == (others.frames, others.opened, others.closed)
    assert counts.unread <= others.unread
    for message in range(whole.messages):
        for one, other in zip(whole.log.frames(message), fast.log.frames(message), strict=True):
            assert one[:2] == other[:2]
            assert one == other or Fate.UNREAD in (one.outcome, other.outcome)


def _is_wanted(event: FrameOpened, further: frozenset[str]) -> bool:
    assert event.node is not None
    return recognise(event.node) is not None or event.tag in further | {"success"}


def _may_be_of_a_call(event: FrameUnread, table: TokenTable, further: frozenset[str]) -> bool:
    """Whether what can be read of a frame leaves it open that it is one of a call."""
    if event.tag is None or event.tag in further | {"call", "success"}:
        return True
    if event.tag not in {"ack", "receipt"}:
        return False
    plaintext = event.plaintext
    size = plaintext[2] if plaintext[1:2] == bytes([tags.LIST_8]) else 0
    if plaintext[0] & tags.COMPRESSED or (event.tag == "receipt" and size % 2):
        # What is compressed is read in full or not at all; a receipt without content has no child.
        return event.tag == "ack" and _class_of(plaintext, table) == "call"
    if event.tag == "ack":
        spelled = table.spellings["class"] + table.spellings["call"]
        return spelled in plaintext and _class_of(plaintext, table) == "call"
    spellings = [table.spellings.get(name, b"") or name.encode() for name in _OF_A_RECEIPT]
    return any(each in plaintext for each in spellings)


def _class_of(plaintext: bytes, table: TokenTable) -> str | None:
    """The class of an ack of which at least the attributes can be read."""
    try:
        return decode_head(plaintext, table).text("class")
    except DecodeError:
        return None


def _is_too_large(told: FrameOpened | FrameUnread | None) -> bool:
    """What is kept of a call has narrower limits than what is only printed."""
    return isinstance(told, FrameUnread) and "most" in told.error.expected + told.error.got


_PATTERNS = ("XX", "IK", "XXfallback")
_LATER = ("keys", "client", "server", "candidates", "others", "wrong")


@target("connection", words=(*_SPELLINGS, b"WA\x06\x03"), most_bytes=2000)
def connection(data: bytes) -> None:
    """Any bytes in any chunking, some of them sealed: every frame ends in one bucket, nothing is raised."""
    script = Script(data)
    setting = script.number()
    pair = _pair(2 if setting & 1 else 3, _PATTERNS[setting >> 1 & 3] if setting >> 1 & 3 < 3 else "XX")
    keys = KeyLog()
    if setting & 8:
        keys.feed(pair.key_log.encode())
    told = _Told(keys, decode_all=bool(setting & 16))
    lanes = {Direction.CLIENT: Lane(pair.client.key), Direction.SERVER: Lane(pair.server.key)}
    if setting & 32:
        told.shake_hands(pair)
        told.expected = _Expected()
    handshake = iter(pair.handshake)
    with _bounded():
        for _ in range(64):
            if script.is_over:
                break
            _act(script, told, keys, pair, lanes, handshake)
            counts = told.connection.counts
            assert counts.frames == _in_buckets(counts)
            assert counts.unread <= counts.opened
            assert told.expected is None or counts.frames == told.expected.frames
        told.close()
    _check_closed(told)


def _act(  # noqa: C901 - one step of many
    script: Script,
    told: _Told,
    keys: KeyLog,
    pair: NoisePair,
    lanes: dict[Direction, Lane],
    handshake: Iterator[tuple[bool, bytes]],
) -> None:
    """One step of a script: a message, or something else that happens to a connection."""
    action = script.number()
    direction = Direction.SERVER if action & 128 else Direction.CLIENT
    lane = lanes[direction]
    match action & 15:
        case 0:
            told.receive(script.piece(), direction)
        case 1:
            told.receive(lane.frame(script.piece()), direction)
        case 2:
            frame = bytearray(lane.frame(script.piece()))
            frame[script.number() % len(frame)] ^= 1 << script.number() % 8
            told.receive(bytes(frame), direction)
        case 3:
            lane.counter += script.pick((1, 2, 8, 9, 100, 1023, 1024, 1025, 5000, -1 if lane.counter else 0))
        case 4:
            for from_client, content in handshake:
                told.receive(content, Direction.CLIENT if from_client else Direction.SERVER)
                break
        case 5:
            for from_client, content in handshake:
                _receive_split(told, content, Direction.CLIENT if from_client else Direction.SERVER, script)
                break
        case 6:
            keys.feed(_lines(script.pick(_LATER), pair).encode())
            told.events += told.connection.keys_added()
        case 7:
            told.receive(script.piece(), direction, binary=False)
        case 8:
            joined = b"".join(lane.frame(script.piece()) for _ in range(1 + script.number() % 4))
            _receive_split(told, joined, direction, script)
        case 9:
            _receive_split(told, lane.frame(script.piece()), direction, script)
        case 10:
            # A piece that is itself framed may come as a message of its own, inside of another frame.
            _receive_split(told, framed(script.piece()), direction, script)
        case 11:
            told.receive(bytes(script.number()), direction)
        case 12:
            told.close()
        case 13:
            told.receive(pair.client_hello, direction)
        case 14:
            told.receive(lane.frame(b"\0" + script.piece()), direction)
        case _:
            told.receive(lane.frame(b"\2" + zlib.compress(script.piece())), direction)


def _receive_split(told: _Told, content: bytes, direction: Direction, script: Script) -> None:
    for chunk in chunks(content, (script.number(), script.number())):
        told.receive(chunk, direction)


def _lines(which: str, pair: NoisePair) -> str:
    """Key log lines: all of this pair, some of them, those of another session, or wrong ones for this one."""
    other = _pair(3, "XX" if pair.pattern != "XX" else "IK")
    wrong = f"CLIENT_TRANSPORT_KEY {pair.ephemeral.hex()} {'22' * 32}\n"
    return {
        "keys": pair.key_log,
        "client": pair.client_line,
        "server": pair.server_line,
        "candidates": pair.candidate_lines,
        "others": other.key_log,
        "wrong": wrong,
    }[which]


def _in_buckets(counts: FrameCounts) -> int:
    return counts.opened + counts.held + sum(counts.closed.values())


def _check_closed(told: _Told) -> None:
    """What holds once a connection has ended."""
    counts = told.connection.counts
    assert (counts.held, counts.frames) == (0, _in_buckets(counts))
    assert told.expected is None or counts.frames == told.expected.frames
    closed = [event for event in told.events if isinstance(event, FrameClosed)]
    assert len(closed) == sum(counts.closed.values())
    assert sum(event.dropped for event in closed) == counts.dropped
    told.by_frame()
    _check_order(told.events)
    assert told.connection.close() == []


def _check_order(events: Iterable[WireEvent]) -> None:
    """Frames that open are told in their order; each says the message that it came in."""
    last = dict.fromkeys(Direction, -1)
    for event in events:
        if isinstance(event, FrameOpened | FrameUnread):
            place = event.place
            assert place.frame > last[place.direction]
            assert place.at == place.message
            last[place.direction] = place.frame


TARGETS = (
    frames,
    opening,
    handshake,
    client_payload,
    keylog,
    wabinary,
    wabinary_zlib,
    policy,
    connection,
)
