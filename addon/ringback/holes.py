"""When something went by unread, and on which connection: there and then, absence says nothing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from ringback.wire.events import Direction

MAX_HOLES = 4096
"""Times remembered at which something went by unread. Against frames without end that do not open: past it
those of frames that follow each other are taken together, then the oldest are forgotten, and of the time from
the first to the last that was forgotten absence says nothing on any connection."""

Key: TypeAlias = tuple[str, int]
"""Capture and number of a connection."""
_ALWAYS, _NEVER = float("-inf"), float("inf")


@dataclass(slots=True)
class _Hole:
    connection: Key
    start: float
    end: float
    direction: Direction | None
    frames: range
    """The frames of that direction that were not read."""

    def takes(self, other: _Hole) -> bool:
        """Whether the other follows at once: between the two nothing was read of that direction."""
        follows = self.direction is other.direction is not None and other.frames.start <= self.frames.stop
        return follows and other.frames.start >= self.frames.start


class Holes:
    """The holes of all connections."""

    def __init__(self) -> None:
        """Everything was read up to now."""
        self._holes: deque[_Hole] = deque()
        self._forgotten_from, self._forgotten_to = _NEVER, _ALWAYS
        self.forgotten = 0
        """Holes that are no longer told apart from their neighbours in time."""

    def add(
        self,
        connection: Key,
        start: float,
        end: float,
        *,
        direction: Direction | None = None,
        frame: int = 0,
    ) -> None:
        """Something went by between these times at the most: that frame, where it was one frame."""
        self._holes.append(_Hole(connection, start, end, direction, range(frame, frame + 1)))
        if len(self._holes) > MAX_HOLES:
            self._join()
            while len(self._holes) > MAX_HOLES * 3 // 4:
                self._forget(self._holes.popleft())

    def on(self, capture: str, first: float, last: float) -> set[int] | None:
        """Numbers of the capture's connections with a hole between these times; None for all there are."""
        if self._forgotten_from <= last and self._forgotten_to >= first:
            return None
        return {
            hole.connection[1]
            for hole in self._holes
            if hole.connection[0] == capture and hole.start <= last and hole.end >= first
        }

    def _join(self) -> None:
        """Take together what lies in frames that follow each other."""
        newest: dict[tuple[Key, Direction | None], _Hole] = {}
        kept: deque[_Hole] = deque()
        for hole in self._holes:
            key = (hole.connection, hole.direction)
            before = newest.get(key)
            if before is not None and before.takes(hole):
                before.start, before.end = min(before.start, hole.start), max(before.end, hole.end)
                before.frames = range(before.frames.start, max(before.frames.stop, hole.frames.stop))
            else:
                newest[key] = hole
                kept.append(hole)
        self._holes = kept

    def _forget(self, hole: _Hole) -> None:
        self.forgotten += 1
        self._forgotten_from = min(self._forgotten_from, hole.start)
        self._forgotten_to = max(self._forgotten_to, hole.end)
