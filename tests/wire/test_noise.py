"""Opening frames: which keys are tried where, the counter's window at its edges, and bounded searches."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.wire import noise
from ringback.wire.gaps import COUNTER_WINDOW
from ringback.wire.keylog import KeyLabel, KeyLog
from ringback.wire.noise import PROOF_FRAMES, PROOF_TRIALS, SEARCHED_KEYS, TransportOpener
from support.noise_peer import NoisePair
from support.wire_driver import CountingCipher

CLIENT, SERVER = KeyLabel.CLIENT_TRANSPORT, KeyLabel.SERVER_TRANSPORT


def log_of(*lines: str) -> KeyLog:
    """A key log that holds `lines`."""
    log = KeyLog()
    log.feed("".join(lines).encode())
    return log


def sealed(pair: NoisePair, *plaintexts: bytes, counter: int | None = None) -> list[bytes]:
    """Client frames without their length, from `counter` or where the last ones ended."""
    pair.client.counter = pair.client.counter if counter is None else counter
    return [pair.client_frame(plaintext)[3:] for plaintext in plaintexts]


def opener_of(pair: NoisePair, *lines: str, resuming: bool = False) -> TransportOpener:
    """The client direction's opener over a log of `lines`."""
    return TransportOpener(log_of(*lines), CLIENT, None if resuming else pair.ephemeral)


def proven(pair: NoisePair) -> TransportOpener:
    """An opener whose key has proved itself on the pair's frame 0, which is still to be opened."""
    opener = opener_of(pair, pair.client_line)
    assert opener.prove(sealed(pair, b"first"), ahead=0, fresh=False)
    return opener


def test_nothing_opens_before_the_proof() -> None:
    """A key in the log is not used before it has opened a frame, and a failure moves no counter."""
    pair = NoisePair()
    opener = opener_of(pair, pair.key_log)
    assert opener.open(*sealed(pair, b"a")) is None
    assert (opener.counter, opener.proven) == (0, False)


@pytest.mark.parametrize("source", ["client_line", "server_line", "key_log", "candidate_lines"])
def test_frames_open_in_order(source: str) -> None:
    """The direction's own key, a key listed under the other direction, and a candidate all open it."""
    pair = NoisePair()
    lines = getattr(pair, source)
    if source == "server_line":
        lines = pair.client_line.replace("CLIENT", "SERVER")
    opener = opener_of(pair, lines)
    frames = sealed(pair, b"a", b"b", b"c")
    assert opener.prove(frames[:1], ahead=0, fresh=False)
    assert [opener.open(frame) for frame in frames] == [b"a", b"b", b"c"]
    assert opener.counter == 3


def test_keys_of_another_session_prove_nothing() -> None:
    """Keys that the log lists for another session are not tried, even where they would open the frame."""
    pair = NoisePair()
    other = NoisePair(seed=b"other")
    opener = opener_of(pair, pair.client_line.replace(pair.ephemeral.hex(), other.ephemeral.hex()))
    assert not opener.prove(sealed(pair, b"a"), ahead=0, fresh=False)
    assert not opener_of(pair, other.key_log).prove(sealed(pair, b"a", counter=0), ahead=0, fresh=False)


def test_a_handshake_key_is_no_transport_key() -> None:
    """A key under CLIENT_HANDSHAKE_KEY is not tried on frames."""
    pair = NoisePair()
    opener = opener_of(pair, pair.client_line.replace("TRANSPORT", "HANDSHAKE"))
    assert not opener.prove(sealed(pair, b"a"), ahead=0, fresh=False)


def test_only_fresh_keys() -> None:
    """With `fresh` a key that was tried before is not tried again, one that came since is."""
    pair = NoisePair()
    log = log_of(pair.client_line)
    opener = TransportOpener(log, CLIENT, pair.ephemeral)
    frames = sealed(pair, b"a")
    assert not opener.prove([b"x" * 20], ahead=0, fresh=True)
    assert not opener.prove(frames, ahead=0, fresh=True)
    log.feed(f"CANDIDATE_KEY * {pair.client.key.hex()}\n".encode())
    assert opener.prove(frames, ahead=0, fresh=True)


def test_a_later_frame_proves_the_key() -> None:
    """Where the first frame is damaged, the next one at its own counter decides, and the counter is right."""
    pair = NoisePair()
    opener = opener_of(pair, pair.client_line)
    damaged, *rest = sealed(pair, b"a", b"b", b"c")
    assert opener.prove([damaged[:-1] + b"!", *rest], ahead=0, fresh=False)
    assert (opener.counter, opener.proof) == (0, 1)
    opener.counter += 1
    assert [opener.open(frame) for frame in rest] == [b"b", b"c"]


def test_ahead_counts_the_frames_before() -> None:
    """`ahead` is the distance to the frame that the counter belongs to."""
    pair = NoisePair()
    opener = opener_of(pair, pair.candidate_lines)
    frames = sealed(pair, b"a", b"b", b"c")
    assert not opener.prove(frames[2:], ahead=3, fresh=False)
    assert opener.prove(frames[2:], ahead=2, fresh=False)
    assert [opener.open(frame) for frame in frames] == [b"a", b"b", b"c"]


@pytest.mark.parametrize(
    ("missing", "found"), [(0, True), (COUNTER_WINDOW - 1, True), (COUNTER_WINDOW, False)]
)
def test_a_session_key_is_searched_with_from_the_start(missing: int, found: bool) -> None:
    """Frames may be missing before the first one: the window is searched, up to its edge."""
    pair = NoisePair()
    opener = opener_of(pair, pair.client_line)
    assert opener.prove(sealed(pair, b"a", counter=missing), ahead=0, fresh=False) is found
    assert opener.counter == (missing if found else 0)


@pytest.mark.parametrize(
    ("missing", "found"), [(0, True), (1, True), (COUNTER_WINDOW - 1, True), (COUNTER_WINDOW, False)]
)
def test_candidates_are_searched_with_too(missing: int, found: bool) -> None:
    """A key without a label gets the window that a listed one has, if the log holds not too many of them."""
    pair = NoisePair()
    others = [f"CANDIDATE_KEY * {number:064x}\n" for number in range(1, SEARCHED_KEYS)]
    opener = opener_of(pair, *others, f"CANDIDATE_KEY * {pair.client.key.hex()}\n")
    assert opener.prove(sealed(pair, b"a", counter=missing), ahead=0, fresh=False) is found
    assert opener.counter == (missing if found else 0)


def test_a_candidate_too_old_is_tried_at_the_expected_counter_only() -> None:
    """A log full of candidates must not cost a window each: the oldest are tried at one counter."""
    others = [f"CANDIDATE_KEY * {number:064x}\n" for number in range(1, SEARCHED_KEYS + 1)]
    for counter in (0, 1):
        pair = NoisePair()
        opener = opener_of(pair, f"CANDIDATE_KEY * {pair.client.key.hex()}\n", *others)
        assert opener.prove(sealed(pair, b"a", counter=counter), ahead=0, fresh=False) is (counter == 0)


@pytest.mark.parametrize(
    ("missing", "found"), [(0, True), (1, True), (COUNTER_WINDOW - 1, True), (COUNTER_WINDOW, False)]
)
def test_seeking_over_a_gap(missing: int, found: bool) -> None:
    """A proven key is searched with up to the window's edge; without success the counter stays."""
    pair = NoisePair()
    opener = proven(pair)
    opener.counter = 1
    [frame] = sealed(pair, b"next", counter=1 + missing)
    if missing == 0:
        assert opener.open(frame) == b"next"
    else:
        assert opener.open(frame) is None
        assert opener.seek(frame) == (b"next" if found else None)
    assert opener.counter == (2 + missing if found else 1)


def test_the_counter_may_pass_32_bits() -> None:
    """Noise counts in 64 bits: the carry goes on into the bytes that are zero up to there."""
    pair = NoisePair()
    opener = proven(pair)
    last = 0xFFFFFFFF
    opener.counter = last
    frames = sealed(pair, b"last", b"past", counter=last)
    assert [opener.open(frame) for frame in frames] == [b"last", b"past"]
    cipher = AESGCM(pair.client.key)
    assert frames[0] == cipher.encrypt(bytes(8) + b"\xff\xff\xff\xff", b"last", None)
    assert frames[1] == cipher.encrypt(bytes(7) + b"\x01\0\0\0\0", b"past", None)
    assert opener.seek(bytes(40)) is None
    assert opener.counter == last + 2


@pytest.mark.parametrize("lines", ["client_line", "candidate_lines"])
@pytest.mark.parametrize("counter", [0, 1, 5000])
def test_resuming_with_few_keys(lines: str, counter: int) -> None:
    """Without a handshake any key of the direction may open, and few keys are searched with far."""
    pair = NoisePair()
    opener = opener_of(pair, getattr(pair, lines), resuming=True)
    assert opener.prove(sealed(pair, b"a", counter=counter), ahead=0, fresh=False)
    assert opener.counter == counter


@pytest.mark.parametrize(
    ("counter", "found"), [(COUNTER_WINDOW - 1, True), (COUNTER_WINDOW, False)], ids=["edge", "past"]
)
def test_resuming_with_many_keys(counter: int, found: bool) -> None:
    """The newest keys share the trials out: each is searched with to the window's edge."""
    pair = NoisePair()
    others = [f"CANDIDATE_KEY * {number:064x}\n" for number in range(1, SEARCHED_KEYS)]
    opener = opener_of(pair, *others, pair.client_line, resuming=True)
    assert opener.prove(sealed(pair, b"a", counter=counter), ahead=0, fresh=False) is found


def test_resuming_leaves_the_oldest_keys_out() -> None:
    """Of more keys than can take part only the newest do."""
    pair = NoisePair()
    others = [f"CANDIDATE_KEY * {number:064x}\n" for number in range(1, SEARCHED_KEYS + 1)]
    assert not opener_of(pair, pair.client_line, *others, resuming=True).prove(
        sealed(pair, b"a"), ahead=0, fresh=False
    )


def test_resuming_takes_keys_of_its_direction() -> None:
    """A key listed for the other direction is not tried without a session."""
    pair = NoisePair()
    opener = opener_of(pair, pair.client_line.replace("CLIENT", "SERVER"), resuming=True)
    assert not opener.prove(sealed(pair, b"a"), ahead=0, fresh=False)


@pytest.mark.parametrize(("size", "trials"), [(100, COUNTER_WINDOW), (1 << 20, 64), (0xFFFFFF, 4)])
def test_a_search_is_bounded(monkeypatch: pytest.MonkeyPatch, size: int, trials: int) -> None:
    """A frame that does not open costs a window of trials when small, and few when it is large."""
    monkeypatch.setattr(noise, "AESGCM", CountingCipher)
    monkeypatch.setattr(CountingCipher, "uses", 0)
    pair = NoisePair()
    assert not opener_of(pair, pair.client_line).prove([bytes(size)], ahead=0, fresh=False)
    assert CountingCipher.uses == trials


@pytest.mark.parametrize("resuming", [False, True])
def test_the_search_for_unlisted_keys_is_bounded(monkeypatch: pytest.MonkeyPatch, resuming: bool) -> None:
    """However many keys the log holds, the trials of all frames together are as stated."""
    monkeypatch.setattr(noise, "AESGCM", CountingCipher)
    monkeypatch.setattr(noise, "PROOF_TRIALS", 1600)
    monkeypatch.setattr(CountingCipher, "uses", 0)
    lines = [f"CANDIDATE_KEY * {number:064x}\n" for number in range(2 * SEARCHED_KEYS)]
    opener = opener_of(NoisePair(), *lines, resuming=resuming)
    first = SEARCHED_KEYS if resuming else 2 * SEARCHED_KEYS
    uses = []
    for _ in range(PROOF_FRAMES):
        before = CountingCipher.uses
        assert not opener.prove([bytes(40)], ahead=0, fresh=False)
        uses.append(CountingCipher.uses - before)
    assert uses == [first + SEARCHED_KEYS * ahead for ahead in (11, 5, 2, 0)]
    assert PROOF_TRIALS == 2 * SEARCHED_KEYS * COUNTER_WINDOW


def test_new_keys_get_new_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the trials are used up, a key that comes later is searched with like the first."""
    monkeypatch.setattr(noise, "PROOF_TRIALS", 64)
    pair = NoisePair()
    log = log_of(f"CANDIDATE_KEY * {'11' * 32}\n")
    opener = TransportOpener(log, CLIENT, None)
    for _ in range(PROOF_FRAMES):
        assert not opener.prove([bytes(40)], ahead=0, fresh=False)
    log.feed(pair.client_line.encode())
    assert opener.prove(sealed(pair, b"a", counter=31), ahead=0, fresh=True)


@pytest.mark.parametrize("counter", [0, 1, 5000])
def test_resuming_behind_a_damaged_frame(counter: int) -> None:
    """Without a handshake too the second frame decides where the first is damaged."""
    pair = NoisePair()
    opener = opener_of(pair, pair.key_log, resuming=True)
    damaged, good = sealed(pair, b"a", b"b", counter=counter)
    assert not opener.prove([damaged[:-1] + b"!"], ahead=0, fresh=False)
    assert opener.prove([good], ahead=1, fresh=False)
    assert (opener.counter, opener.proof) == (counter, counter + 1)


def test_no_key_in_the_repr() -> None:
    """An opener shows nothing of its keys."""
    pair = NoisePair()
    opener = proven(pair)
    assert pair.client.key.hex()[:12] not in repr(opener)
    assert repr(pair.client.key)[2:12] not in repr(opener)


@settings(max_examples=20)
@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_any_bytes_open_or_stay_closed(frames: list[bytes], resuming: bool) -> None:
    """Frames of any size, shorter than a tag and empty ones included, never raise."""
    pair = NoisePair()
    opener = proven(pair)
    assert [opener.open(frame) or opener.seek(frame) for frame in frames] == [None] * len(frames)
    fresh = TransportOpener(log_of(), CLIENT, None if resuming else pair.ephemeral)
    assert not fresh.prove(frames, ahead=0, fresh=False)
