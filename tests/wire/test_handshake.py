"""The handshake state machine and its transcript: every state and input, and real handshakes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import HandshakeError
from ringback.wire.events import Direction
from ringback.wire.handshake import HandshakeState, Input, Pattern, State, Transcript
from support.noise_peer import NoisePair, client_payload, proto
from support.noise_peer import Pattern as PairPattern

E = bytes(range(32))
CLIENT, SERVER = Direction.CLIENT, Direction.SERVER
PATTERNS: list[PairPattern] = ["XX", "IK", "XXfallback"]

FRAMES = {
    Input.FULL_HELLO: (proto((2, proto((1, E)))), CLIENT),
    Input.RESUME_HELLO: (proto((2, proto((1, E), (2, b"s"), (3, b"p")))), CLIENT),
    Input.FULL_ANSWER: (proto((3, proto((1, E), (2, b"s"), (3, b"p")))), SERVER),
    Input.RESUME_ANSWER: (proto((3, proto((1, E), (3, b"p")))), SERVER),
    Input.FINISH: (proto((4, proto((1, b"s"), (2, b"p")))), CLIENT),
}

WAYS = {
    State.START: [],
    State.XX_SENT: [Input.FULL_HELLO],
    State.IK_SENT: [Input.RESUME_HELLO],
    State.XX_ANSWERED: [Input.FULL_HELLO, Input.FULL_ANSWER],
    State.FALLBACK_ANSWERED: [Input.RESUME_HELLO, Input.FULL_ANSWER],
    State.FINISHED: [Input.RESUME_HELLO, Input.RESUME_ANSWER],
    State.BROKEN: [Input.FULL_HELLO, Input.RESUME_ANSWER],
}

LEGAL = {
    (State.START, Input.FULL_HELLO): State.XX_SENT,
    (State.START, Input.RESUME_HELLO): State.IK_SENT,
    (State.XX_SENT, Input.FULL_ANSWER): State.XX_ANSWERED,
    (State.IK_SENT, Input.FULL_ANSWER): State.FALLBACK_ANSWERED,
    (State.IK_SENT, Input.RESUME_ANSWER): State.FINISHED,
    (State.XX_ANSWERED, Input.FINISH): State.FINISHED,
    (State.FALLBACK_ANSWERED, Input.FINISH): State.FINISHED,
}


def brought_to(state: State) -> HandshakeState:
    """A handshake in `state`."""
    handshake = HandshakeState(b"WA\x06\x03")
    for received in WAYS[state]:
        frame, direction = FRAMES[received]
        try:
            handshake.receive(frame, direction)
        except HandshakeError:
            assert state is State.BROKEN
    assert handshake.state is state
    return handshake


def followed(pair: NoisePair) -> HandshakeState:
    """The state after every handshake frame of `pair`."""
    handshake = HandshakeState(pair.prologue)
    for from_client, data in pair.handshake:
        assert not handshake.finished
        body = data.removeprefix(pair.intro)[3:]
        handshake.receive(body, CLIENT if from_client else SERVER)
    return handshake


@pytest.mark.parametrize(("state", "received"), [*itertools.product(State, Input)])
def test_every_state_and_input(state: State, received: Input) -> None:
    """Each input is a legal step of the pattern, or refused and the handshake broken off."""
    handshake = brought_to(state)
    frame, direction = FRAMES[received]
    if (state, received) in LEGAL:
        handshake.receive(frame, direction)
        assert handshake.state is LEGAL[state, received]
    else:
        with pytest.raises(HandshakeError, match=f"{received.name} in state {state.name}"):
            handshake.receive(frame, direction)
        assert handshake.state is State.BROKEN


@pytest.mark.parametrize(("state", "received"), [*LEGAL])
def test_a_legal_message_from_the_wrong_side(state: State, received: Input) -> None:
    """Who sends a message is part of the pattern."""
    frame, direction = FRAMES[received]
    handshake = brought_to(state)
    other = SERVER if direction is CLIENT else CLIENT
    with pytest.raises(HandshakeError, match=f"from the {other.value}"):
        handshake.receive(frame, other)
    assert handshake.state is State.BROKEN


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("direction", Direction)
def test_bytes_that_are_no_message(state: State, direction: Direction) -> None:
    """A frame that is no handshake message breaks the handshake off in any state."""
    handshake = brought_to(state)
    with pytest.raises(HandshakeError, match="no HandshakeMessage"):
        handshake.receive(b"\xff" * 8, direction)
    assert handshake.state is State.BROKEN


@pytest.mark.parametrize("pattern", PATTERNS)
def test_real_handshakes_finish(pattern: PairPattern) -> None:
    """Each pattern is told from the messages in clear; the client's ephemeral key names the session."""
    pair = NoisePair(pattern=pattern)
    handshake = followed(pair)
    assert handshake.finished
    assert handshake.pattern is Pattern(pattern)
    assert handshake.ephemeral == pair.ephemeral


@pytest.mark.parametrize("pattern", ["XX", "XXfallback"])
@pytest.mark.parametrize("dictionary", [2, 3, 9])
@pytest.mark.parametrize("routing_info", [None, b"route"])
def test_the_handshake_key_opens_the_payload(
    pattern: PairPattern, dictionary: int, routing_info: bytes | None
) -> None:
    """The transcript hash is that of the peers: prologue without routing info, name padded or hashed."""
    pair = NoisePair(dictionary, routing_info, pattern)
    sealed = followed(pair).sealed_payload
    assert sealed is not None
    assert sealed.open(pair.handshake_key) == client_payload()


def test_no_other_key_opens_the_payload() -> None:
    """A transport key of the session, or the key of another session, does not open it."""
    pair = NoisePair()
    sealed = followed(pair).sealed_payload
    assert sealed is not None
    other = NoisePair(seed=b"other")
    assert [sealed.open(key) for key in (pair.client.key, pair.server.key, other.handshake_key)] == [None] * 3


def test_a_fallback_under_the_plain_name() -> None:
    """After a refused resumption the payload is also tried under the XX name."""
    pair = NoisePair(pattern="XX")
    handshake = HandshakeState(pair.prologue)
    resuming = proto((2, proto((1, pair.ephemeral), (2, b"s"), (3, b"p"))))
    handshake.receive(resuming, CLIENT)
    handshake.receive(pair.server_hello[3:], SERVER)
    handshake.receive(pair.client_finish[3:], CLIENT)
    assert handshake.pattern is Pattern.XX_FALLBACK
    assert handshake.sealed_payload is not None
    assert handshake.sealed_payload.open(pair.handshake_key) == client_payload()


def test_an_early_payload_stays_closed() -> None:
    """An IK hello's payload is sealed over the server's static key, which the wire does not show."""
    assert followed(NoisePair(pattern="IK")).sealed_payload is None


def test_transcript_names() -> None:
    """A protocol name of at most 32 bytes is padded with zeros, a longer one is hashed."""
    assert [len(pattern.protocol_name) for pattern in Pattern] == [28, 28, 36]
    hashes = {Transcript(pattern, b"WA\x06\x03").hash for pattern in Pattern}
    assert len(hashes) == 3


@given(
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from([f for f, _ in FRAMES.values()]), st.binary(max_size=40)),
            st.sampled_from(Direction),
        ),
        max_size=6,
    )
)
def test_any_frames_are_taken_or_refused(frames: list[tuple[bytes, Direction]]) -> None:
    """Whatever is sent, a step is taken or HandshakeError raised; once broken it stays broken."""
    handshake = HandshakeState(b"WA\x06\x03")
    for frame, direction in frames:
        was_broken = handshake.state is State.BROKEN
        try:
            handshake.receive(frame, direction)
        except HandshakeError:
            assert handshake.state is State.BROKEN
        else:
            assert not was_broken
