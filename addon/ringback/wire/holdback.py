"""Frames that wait for their key, within bounds."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass

from ringback.wire.events import FramePlace

MAX_HELD_FRAMES = 4096
"""Frames that wait in one direction; for one more the oldest is pushed out."""

MAX_HELD_BYTES = 16 * 1024 * 1024
"""Bytes of those frames, enough for one of any length. A session whose key never comes costs no more."""


@dataclass(frozen=True, slots=True)
class HeldFrame:
    """A frame that waits."""

    place: FramePlace
    sealed: bytes


class HoldBack:
    """A queue of frames that pushes the oldest out when it is full."""

    def __init__(self) -> None:
        """Start empty."""
        self._frames: deque[HeldFrame] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        """Number of frames that wait."""
        return len(self._frames)

    def add(self, frame: HeldFrame) -> list[HeldFrame]:
        """Queue a frame; returns the frames that it pushed out, the oldest first."""
        self._frames.append(frame)
        self._bytes += len(frame.sealed)
        pushed_out = []
        while len(self._frames) > MAX_HELD_FRAMES or self._bytes > MAX_HELD_BYTES:
            oldest = self._frames.popleft()
            self._bytes -= len(oldest.sealed)
            pushed_out.append(oldest)
        return pushed_out

    def first(self, number: int) -> list[HeldFrame]:
        """The oldest frames, `number` of them at most; they stay queued."""
        return list(itertools.islice(self._frames, number))

    def take(self) -> list[HeldFrame]:
        """All frames, the oldest first; none is queued any more."""
        frames = list(self._frames)
        self._frames.clear()
        self._bytes = 0
        return frames
