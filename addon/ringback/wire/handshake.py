"""The Noise handshake as a bystander follows it: which pattern runs, when transport begins, what was sealed.

The theory. Three patterns occur, and the messages in clear tell them apart:

    XX          -> e               <- e, ee, s, es     -> s, se           first connection
    IK          -> e, es, s, ss    <- e, ee, se                           resumption; no finish
    XXfallback  (that IK hello)    <- e, ee, s, es     -> s, se           server refuses the resumption

A hello with a static key asks for IK; a server hello without one grants it, one with a static key falls back.
So two facts, whether the client's hello has a static key and whether the server's has one, decide the
pattern, and `_NEXT` lists every legal step. Any other message, or one from the wrong side, breaks the
handshake off for good.

A bystander has no Diffie-Hellman secret, but the transcript hash needs none: it covers the name, the prologue
and the bytes as sent. So the AAD of ClientFinish.payload can be computed, and a key of the key log opens it.
Not so the early payload of an IK hello: there the transcript begins with the server's static key, which the
client remembers and the wire never shows. It stays closed.

Source: The Noise Protocol Framework, revision 34, 5.2, 7.5, 10.2, 10.4; oxidezap/whatsapp-rust 0c577ed,
wacore/noise/src/handshake.rs; Baileys 7.0.0-rc13, lib/Utils/noise-handler.js (read in code).
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringback.errors import HandshakeError
from ringback.wire.events import Direction
from ringback.wire.messages import ClientFinish, ClientHello, HandshakeMessage, ServerHello, read_handshake

_HASH_BYTES = 32
_FIRST_NONCE = bytes(12)
"""The key that seals ClientFinish.payload is fresh, so its counter is 0."""


class Pattern(enum.Enum):
    """A handshake pattern; the value is its name within the protocol name."""

    XX = "XX"
    IK = "IK"
    XX_FALLBACK = "XXfallback"

    @property
    def protocol_name(self) -> bytes:
        """The Noise protocol name, which the transcript begins with."""
        return f"Noise_{self.value}_25519_AESGCM_SHA256".encode()


class State(enum.Enum):
    """How far the handshake is."""

    START = enum.auto()
    XX_SENT = enum.auto()
    IK_SENT = enum.auto()
    XX_ANSWERED = enum.auto()
    FALLBACK_ANSWERED = enum.auto()
    FINISHED = enum.auto()
    BROKEN = enum.auto()


class Input(enum.Enum):
    """A handshake message, as far as the pattern depends on it."""

    FULL_HELLO = enum.auto()
    """ClientHello with nothing but the ephemeral key."""
    RESUME_HELLO = enum.auto()
    """ClientHello with a static key."""
    FULL_ANSWER = enum.auto()
    """ServerHello with a static key."""
    RESUME_ANSWER = enum.auto()
    """ServerHello without one."""
    FINISH = enum.auto()
    """ClientFinish."""


_NEXT: dict[tuple[State, Input], tuple[State, Pattern | None]] = {
    (State.START, Input.FULL_HELLO): (State.XX_SENT, None),
    (State.START, Input.RESUME_HELLO): (State.IK_SENT, None),
    (State.XX_SENT, Input.FULL_ANSWER): (State.XX_ANSWERED, Pattern.XX),
    (State.IK_SENT, Input.FULL_ANSWER): (State.FALLBACK_ANSWERED, Pattern.XX_FALLBACK),
    (State.IK_SENT, Input.RESUME_ANSWER): (State.FINISHED, Pattern.IK),
    (State.XX_ANSWERED, Input.FINISH): (State.FINISHED, Pattern.XX),
    (State.FALLBACK_ANSWERED, Input.FINISH): (State.FINISHED, Pattern.XX_FALLBACK),
}
"""State and input to the next state and the pattern as far as it is then decided."""


class Transcript:
    """The running hash of a handshake: Noise's `h`."""

    def __init__(self, pattern: Pattern, prologue: bytes) -> None:
        """Begin with the pattern's protocol name, zero-padded or hashed to 32 bytes, and the prologue."""
        name = pattern.protocol_name
        fits = len(name) <= _HASH_BYTES
        self.hash = name.ljust(_HASH_BYTES, b"\0") if fits else hashlib.sha256(name).digest()
        self.mix(prologue)

    def mix(self, data: bytes) -> None:
        """Take in `data` as it was sent: a public key, or sealed bytes with their tag."""
        self.hash = hashlib.sha256(self.hash + data).digest()


@dataclass(frozen=True, slots=True)
class SealedPayload:
    """ClientFinish.payload, with the transcript hashes that may have sealed it."""

    sealed: bytes
    hashes: tuple[bytes, ...]
    """The likeliest first."""

    def open(self, key: bytes) -> bytes | None:
        """The payload, where the 32 bytes of `key` open it under one of the hashes; else None."""
        cipher = AESGCM(key)
        for transcript_hash in self.hashes:
            try:
                return cipher.decrypt(_FIRST_NONCE, self.sealed, transcript_hash)
            except InvalidTag:
                continue
        return None


class HandshakeState:
    """Follows one handshake, frame by frame. Keeps what it needs of the public parts, no key."""

    def __init__(self, prologue: bytes) -> None:
        """Wait for the client hello; `prologue` is the intro's `57 41 06 DD`."""
        self.state = State.START
        self.pattern: Pattern | None = None
        """None until the server has answered."""
        self.ephemeral: bytes | None = None
        """The client's ephemeral public key; None before its hello."""
        self.sealed_payload: SealedPayload | None = None
        """None before ClientFinish, and in IK for good."""
        self._prologue = prologue
        self._sent: list[bytes] = []

    @property
    def finished(self) -> bool:
        """Whether every further frame is a transport frame, in both directions."""
        return self.state is State.FINISHED

    def receive(self, frame: bytes, direction: Direction) -> None:
        """Take the next handshake frame, without its length prefix.

        Raises:
            HandshakeError: the frame is no handshake message, or not one that may come here from that side.
                The handshake is broken off then, and every further frame is refused.
        """
        try:
            message = read_handshake(frame)
            self._advance(_classify(message, direction))
        except HandshakeError:
            self.state = State.BROKEN
            raise
        self._record(message)

    def _advance(self, received: Input) -> None:
        following = _NEXT.get((self.state, received))
        if following is None:
            raise HandshakeError(f"{received.name} in state {self.state.name}")
        self.state, self.pattern = following

    def _record(self, message: HandshakeMessage) -> None:
        """Note what the message adds to the transcript."""
        match message:
            case ClientHello():
                self.ephemeral = message.ephemeral
                self._sent = [message.ephemeral]
            case ServerHello():
                self._sent += [message.ephemeral, message.static or b"", message.payload]
            case ClientFinish():
                self._sent.append(message.static)
                self.sealed_payload = SealedPayload(message.payload, self._hashes())

    def _hashes(self) -> tuple[bytes, ...]:
        """The transcript hash under each name that the messages allow.

        A client that falls back might go on under the plain XX name: nothing in clear tells, so both are
        tried.
        """
        names = [Pattern.XX] if self.pattern is Pattern.XX else [Pattern.XX_FALLBACK, Pattern.XX]
        hashes = []
        for name in names:
            transcript = Transcript(name, self._prologue)
            for data in self._sent:
                transcript.mix(data)
            hashes.append(transcript.hash)
        return tuple(hashes)


def _classify(message: HandshakeMessage, direction: Direction) -> Input:
    """The input that `message` is.

    Raises:
        HandshakeError: the other side sent it.
    """
    sender = Direction.SERVER if isinstance(message, ServerHello) else Direction.CLIENT
    if direction is not sender:
        raise HandshakeError(f"{type(message).__name__} from the {direction.value}")
    match message:
        case ClientHello():
            return Input.FULL_HELLO if message.static is None else Input.RESUME_HELLO
        case ServerHello():
            return Input.RESUME_ANSWER if message.static is None else Input.FULL_ANSWER
        case ClientFinish():
            return Input.FINISH
