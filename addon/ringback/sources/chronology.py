"""Whole recorded connections, put in one order of time.

A flow file holds one connection after the other, while a call's stanzas lie on several. Whoever replays a
recording collects its connections here first, so that `mitmdump -r` and `ringback replay` go through the same
messages in the same order under the same numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from ringback.observations import Message
from ringback.sources.copies import MAX_FLOWS, LeftOut
from ringback.sources.notice import Notice

MAX_BUFFERED_BYTES = 512 << 20
"""Content held until the whole recording is known. Stops a recording larger than memory; past it the order of
time holds within each part only."""

MESSAGE_OVERHEAD_BYTES = 400
"""Counted for each message besides its content, so that millions of empty ones are bounded as well."""


@dataclass(frozen=True, slots=True)
class ConnectionEnded:
    """No more messages of this connection follow."""

    capture: str
    connection: int


Event: TypeAlias = Message | ConnectionEnded


@dataclass(frozen=True, slots=True)
class _Entry:
    at: float
    """The message's time, or a later one of its connection: a clock that was set back does not reorder a
    connection, whose counters would no longer fit."""
    order: int
    """Order of arrival, which decides between equal times."""
    recording: int
    message: Message
    is_last: bool


@dataclass(slots=True)
class _Taken:
    """What was taken of one flow."""

    capture: str
    recording: int
    size: int
    """Messages."""


class Chronology:
    """Collects connections, gives their messages back in order of time and numbers the connections."""

    def __init__(self, limit_bytes: int = MAX_BUFFERED_BYTES) -> None:
        """Hold no more than `limit_bytes` before `is_full` asks for a drain."""
        self._limit_bytes = limit_bytes
        self._size_bytes = 0
        self._entries: list[_Entry] = []
        self.count = 0
        """Connections taken up to now."""
        self._numbers: Counter[str] = Counter()
        self._flows: dict[tuple[str, float], _Taken] = {}
        self._drained = 0
        """Connections that were given back."""
        self._superseded: set[int] = set()
        self._left_out: dict[str, LeftOut] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be drained."""
        return not self._entries

    @property
    def is_full(self) -> bool:
        """Whether it is time to `drain` although more connections may follow."""
        return self._size_bytes >= self._limit_bytes

    def add(self, messages: Sequence[Message]) -> None:
        """Take one connection, all of it, in its own order; its number is set on the way out.

        One whose flow was taken before is left out, or takes its place where it is longer and the other was
        not given back yet: a proxy that was told to save twice has saved a beginning first.
        """
        if messages and not self._is_wanted(messages):
            return
        at = float("-inf")
        for left, message in zip(range(len(messages) - 1, -1, -1), messages, strict=True):
            at = max(at, message.at)
            self._entries.append(_Entry(at, len(self._entries), self.count, message, left == 0))
            self._size_bytes += len(message.content) + MESSAGE_OVERHEAD_BYTES
        self.count += 1

    def copies(self) -> list[Notice]:
        """What there is to say of connections that were there more than once, a notice for each capture; each
        is given once."""
        left_out, self._left_out = self._left_out, {}
        return [each.notice() for each in left_out.values()]

    def _is_wanted(self, messages: Sequence[Message]) -> bool:
        first = messages[0]
        # With its time: what stands for the id in a HAR file is made of the first message alone.
        key, new = (first.flow, first.at), _Taken(first.capture, self.count, len(messages))
        old = self._flows.setdefault(key, new)
        if len(self._flows) > MAX_FLOWS:
            del self._flows[next(iter(self._flows))]
        if old is new or not first.flow:
            return True
        is_longer = new.size > old.size and old.recording >= self._drained
        left_out = self._left_out.setdefault(first.capture, LeftOut(first.capture))
        left_out.add(old.capture, is_longer=is_longer)
        if is_longer:
            self._superseded.add(old.recording)
            self._flows[key] = new
        return is_longer

    def drain(self) -> Iterator[Event]:
        """Everything collected, in order of time, each connection's end behind its last message.

        Connections are numbered from 1 within their capture by their first message; the numbers go on after a
        drain. Equal times keep the order of arrival.
        """
        superseded, self._superseded = self._superseded, set()
        entries = sorted(
            (entry for entry in self._entries if entry.recording not in superseded),
            key=lambda entry: (entry.at, entry.order),
        )
        self._entries, self._size_bytes, self._drained = [], 0, self.count
        numbers: dict[int, int] = {}
        for entry in entries:
            capture = entry.message.capture
            if entry.recording not in numbers:
                self._numbers[capture] += 1
                numbers[entry.recording] = self._numbers[capture]
            number = numbers[entry.recording]
            yield replace(entry.message, connection=number)
            if entry.is_last:
                yield ConnectionEnded(capture, number)
