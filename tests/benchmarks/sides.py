"""What is timed in this process: the limit, inspection, and decoding all."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.pairing import Side, timed
from benchmarks.recording import Recording
from ringback.wire.events import Direction, FrameOpened
from ringback.wire.wabinary import decode, token_table


def bare_decryption(recording: Recording) -> Side:
    """`AESGCM.decrypt` of each frame, and its nonce, which nobody is spared."""
    sealed, key = recording.sealed, recording.pair.server.key

    def decrypt() -> None:
        cipher = AESGCM(key)
        for counter, body in enumerate(sealed):
            cipher.decrypt(counter.to_bytes(12, "big"), body, None)

    return timed(lambda: decrypt)


def inspection(recording: Recording) -> Side:
    """`Connection.from_server` with each message, as the inspector calls it."""
    messages = recording.messages

    def prepare() -> Callable[[], None]:
        connection = recording.connection()

        def inspect() -> None:
            for number, message in enumerate(messages):
                connection.from_server(message, number, 0.0)

        return inspect

    return timed(prepare)


def check_inspection(recording: Recording) -> None:
    """See that every frame is opened and every call is read in full.

    Raises:
        AssertionError: one is not.
    """
    connection = recording.connection()
    read = 0
    for number, message in enumerate(recording.messages):
        for event in connection.receive(message, Direction.SERVER, message=number, at=0.0):
            read += isinstance(event, FrameOpened) and event.tag == "call"
    calls = sum(frame.tag == "call" for frame in recording.frames)
    opened = connection.counts.opened
    assert opened == len(recording.frames), f"only {opened} of {len(recording.frames)} frames were opened"
    assert read == calls, f"only {read} of {calls} calls were read"


def full_decode(recording: Recording) -> Side:
    """`wabinary.decode` of each plaintext."""
    plaintexts, table = [frame.plaintext for frame in recording.frames], token_table(3)

    def decode_all() -> None:
        for plaintext in plaintexts:
            decode(plaintext, table)

    return timed(lambda: decode_all)
