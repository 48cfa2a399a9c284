"""Whole recorded connections, put in one order of time.

A flow file holds one connection after the other, while a call's stanzas lie on several. Whoever replays a
recording collects its connections here first, so that `mitmdump -r` and `ringback replay` go through the same
messages in the same order under the same numbers.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import Protocol, TypeAlias

from msgspec import structs

from ringback.observations import Message
from ringback.sources.copies import MAX_FLOWS, LeftOut
from ringback.sources.notice import Notice

MAX_BUFFERED_BYTES = 512 << 20
"""Content held until the whole recording is known. Stops a recording larger than memory; past it the order of
time holds within each part only."""

MESSAGE_OVERHEAD_BYTES = 400
"""Counted for each listed message besides its content, so that millions of empty ones are bounded as well."""


@dataclass(frozen=True, slots=True)
class ConnectionEnded:
    """No more messages of this connection follow."""

    capture: str
    connection: int


Event: TypeAlias = Message | ConnectionEnded


class Recorded(Protocol):
    """A whole connection, whose messages are made when their turn comes."""

    @property
    def capture(self) -> str:
        """Name of the capture; any for one without messages."""

    @property
    def flow(self) -> str:
        """The flow's id in mitmproxy; any for one without messages."""

    @property
    def times(self) -> Sequence[float]:
        """When each message was sent, in its own order; in seconds since the epoch."""

    @property
    def size_bytes(self) -> int:
        """What it takes in memory."""

    def message(self, index: int, connection: int) -> Message:
        """The message at that place of `times`, under the number of its connection."""


class Listed:
    """A connection whose messages are there already."""

    def __init__(self, messages: Sequence[Message]) -> None:
        """Their connection may be any."""
        self._messages = messages
        self.capture = messages[0].capture if messages else ""
        self.flow = messages[0].flow if messages else ""
        self.times = [message.at for message in messages]
        self.size_bytes = sum(len(message.content) + MESSAGE_OVERHEAD_BYTES for message in messages)

    def message(self, index: int, connection: int) -> Message:
        """The message at that place, under the number of its connection."""
        return structs.replace(self._messages[index], connection=connection)


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
        self._waiting: list[tuple[int, Recorded]] = []
        """Which connection of those taken it is, and the connection."""
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
        return not self._waiting

    @property
    def is_full(self) -> bool:
        """Whether it is time to `drain` although more connections may follow."""
        return self._size_bytes >= self._limit_bytes

    def add(self, recorded: Recorded) -> None:
        """Take one connection, all of it; its number is set on the way out.

        One whose flow was taken before is left out, or takes its place where it is longer and the other was
        not given back yet: a proxy that was told to save twice has saved a beginning first.
        """
        if recorded.times:
            if not self._is_wanted(recorded):
                return
            self._waiting.append((self.count, recorded))
            self._size_bytes += recorded.size_bytes
        self.count += 1

    def copies(self) -> list[Notice]:
        """What there is to say of connections that were there more than once, a notice for each capture; each
        is given once."""
        left_out, self._left_out = self._left_out, {}
        return [each.notice() for each in left_out.values()]

    def _is_wanted(self, recorded: Recorded) -> bool:
        # With its time: what stands for the id in a HAR file is made of the first message alone.
        key = (recorded.flow, recorded.times[0])
        new = _Taken(recorded.capture, self.count, len(recorded.times))
        old = self._flows.setdefault(key, new)
        if len(self._flows) > MAX_FLOWS:
            del self._flows[next(iter(self._flows))]
        if old is new or not recorded.flow:
            return True
        is_longer = new.size > old.size and old.recording >= self._drained
        left_out = self._left_out.setdefault(recorded.capture, LeftOut(recorded.capture))
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
        waiting = [recorded for number, recorded in self._waiting if number not in superseded]
        self._waiting, self._size_bytes, self._drained = [], 0, self.count
        numbers = [0] * len(waiting)
        for _, order, index in heapq.merge(*map(_line, range(len(waiting)), waiting)):
            recorded = waiting[order]
            if index == 0:
                self._numbers[recorded.capture] += 1
                numbers[order] = self._numbers[recorded.capture]
            yield recorded.message(index, numbers[order])
            if index + 1 == len(recorded.times):
                yield ConnectionEnded(recorded.capture, numbers[order])


def _line(order: int, recorded: Recorded) -> Iterator[tuple[float, int, int]]:
    """Time, order of arrival and index of each message.

    The time is the message's or a later one of its connection: a clock that was set back does not reorder a
    connection, whose counters would no longer fit.
    """
    times = recorded.times
    return zip(accumulate(times, max), repeat(order), range(len(times)), strict=False)
