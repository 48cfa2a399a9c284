"""Where frames begin in a direction of which only the middle was captured.

Nothing marks a frame's start. But clients and servers begin a message with a frame nearly always, so a frame
is taken to begin with the first message from which on the messages are a chain of whole frames, be it one
message or several. What came before it is the rest of a frame that nobody can open.
"""

from __future__ import annotations

from dataclasses import dataclass

from ringback.wire.frames import is_chain
from ringback.wire.noise import TAG_BYTES

MAX_WAITING_MESSAGES = 8
"""Messages of a direction that wait for a boundary; for one more the oldest is given up."""

MAX_WAITING_BYTES = 64 * 1024
"""Bytes of those messages, so that looking again with each message costs little."""

_LEAST_SEALED = TAG_BYTES + 1
"""Shortest transport frame that says anything: the flag byte and the tag."""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A binary message as it was received."""

    content: bytes
    message: int
    """Its index over both directions."""
    at: float


def begins_with_frames(content: bytes) -> bool:
    """Whether a message, or several joined, is a chain of whole transport frames."""
    return is_chain(content, least=_LEAST_SEALED)


class BoundarySearch:
    """Collects the first messages of a direction until it is seen where frames begin."""

    def __init__(self) -> None:
        """No message came yet."""
        self._waiting: list[RawMessage] = []

    def add(self, message: RawMessage) -> tuple[list[RawMessage], list[RawMessage]]:
        """The messages that are given up, and those that begin with a frame, `message` the last of them.

        While there are none of the latter, messages are given up only for want of room.
        """
        waiting = [*self._waiting, message]
        for start in range(len(waiting)):
            if begins_with_frames(b"".join(each.content for each in waiting[start:])):
                self._waiting = []
                return waiting[:start], waiting[start:]
        first = 0
        while len(waiting) - first > MAX_WAITING_MESSAGES or _size(waiting[first:]) > MAX_WAITING_BYTES:
            first += 1
        self._waiting = waiting[first:]
        return waiting[:first], []

    def take(self) -> list[RawMessage]:
        """The messages that still wait; none waits any more."""
        waiting, self._waiting = self._waiting, []
        return waiting


def _size(messages: list[RawMessage]) -> int:
    return sum(len(each.content) for each in messages)
