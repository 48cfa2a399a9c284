"""Frames as they stand on the wire of one connection, with its handshake and its keys."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.corpus import LENGTH_BYTES, Frame
from ringback.wire.connection import Connection
from ringback.wire.events import Direction
from ringback.wire.keylog import KeyLog
from support.noise_peer import NoisePair, framed


@dataclass(frozen=True, slots=True)
class Recording:
    """What a server sends to a client, each frame in a message of its own."""

    name: str
    """Names it to the peer."""
    frames: list[Frame]
    """Its frames before they were sealed."""
    pair: NoisePair
    """Both ends."""
    messages: list[bytes]
    """A sealed frame each, its length in front."""

    @classmethod
    def seal(cls, name: str, frames: list[Frame]) -> Recording:
        """`frames` sealed in their order, from counter 0."""
        pair = NoisePair(seed=name.encode())
        return cls(name, frames, pair, [pair.server_frame(frame.plaintext) for frame in frames])

    @property
    def sealed(self) -> list[bytes]:
        """The bodies without their lengths."""
        return [message[LENGTH_BYTES:] for message in self.messages]

    @property
    def sealed_stream(self) -> bytes:
        """Every message in one."""
        return b"".join(self.messages)

    @property
    def plain_stream(self) -> bytes:
        """Every plaintext in one, each behind its length."""
        return framed(*(frame.plaintext for frame in self.frames))

    def connection(self) -> Connection:
        """A connection that has its keys and its handshake behind it."""
        log = KeyLog()
        log.feed(self.pair.key_log.encode())
        log.finish()
        connection = Connection(log)
        for number, (from_client, content) in enumerate(self.pair.handshake):
            direction = Direction.CLIENT if from_client else Direction.SERVER
            connection.receive(content, direction, message=number, at=0.0)
        return connection
