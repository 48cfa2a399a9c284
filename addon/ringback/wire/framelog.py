"""What became of the frames of one connection, message by message, for whoever shows a message later.

Noise is stateful: a frame is opened once, in its turn. What is to be said of it afterwards is noted here
while it passes, also of the many that belong to no call and give no event.
"""

from __future__ import annotations

import enum
import itertools
from typing import NamedTuple, TypeAlias

from ringback.wire.events import ClosedReason

MAX_MESSAGES = 16_384
"""Messages of one connection that are remembered; the oldest eighth goes first. Against connections without
end."""
MAX_FRAMES = 64
"""Frames of one message that are remembered; others are counted. Against a message of a million frames."""
_LONGEST_TAG = 64
"""Characters of a tag that are remembered."""


class Fate(enum.Enum):
    """What became of a frame that was not given up."""

    HANDSHAKE = "handshake"
    OPENED = "opened"
    UNREAD = "unread"
    """Opened, but no valid WABinary."""
    HELD = "held"
    """Waits for its key."""


Outcome: TypeAlias = Fate | ClosedReason
"""What became of a frame; of one that was given up, why."""


class LoggedFrame(NamedTuple):
    """One frame."""

    number: int
    """Its number in its direction, as in `FramePlace`."""
    size: int
    """Length in bytes, length prefix not counted."""
    outcome: Outcome
    tag: str = ""
    """Root tag as it stood on the wire, its beginning where it is long; empty where it is not known."""


_Noted: TypeAlias = tuple[int, int, Outcome, str]
"""The fields of a `LoggedFrame`."""


class FrameLog:
    """A connection's frames by the message that completed them. Nothing is rendered, copied or decoded."""

    def __init__(self, first: int = 0) -> None:
        """No frame yet; what came before the message of index `first` is forgotten."""
        self.messages = 0
        """Messages that were taken; the index of the next one."""
        self.is_ignored = False
        """Whether the socket has turned out to speak something else."""
        self._frames: dict[int, _Noted] = {}
        """The first frame that each message completed."""
        self._further: dict[int, list[_Noted]] = {}
        """The others of those messages that completed several."""
        self._last: dict[int, int] = {}
        """Highest number of a frame, of messages that completed more frames than are remembered."""
        self._forgotten = first - 1
        self._most = MAX_MESSAGES

    @property
    def is_ours(self) -> bool:
        """Whether anything of the protocol was seen."""
        return bool(self._frames)

    def note(self, message: int, number: int, size: int, outcome: Outcome, tag: str = "") -> None:
        """Note a frame that `message` completed; one that was held before is replaced."""
        # Kept as it comes: nearly every message completes one frame that nobody ever looks at.
        frame = (number, size, outcome, tag[:_LONGEST_TAG])
        known = self._frames
        if message in known:
            self._note_further(message, frame)
            return
        known[message] = frame
        if len(known) > self._most:
            self.forget(max(1, self._most // 8))

    def _note_further(self, message: int, frame: _Noted) -> None:
        first, further, number = self._frames[message], self._further.setdefault(message, []), frame[0]
        if number == first[0]:
            self._frames[message] = frame
        elif number > (further[-1] if further else first)[0]:
            if len(further) < MAX_FRAMES - 1:
                further.append(frame)
            else:
                self._last[message] = max(number, self._last.get(message, number))
        else:
            known = [other[0] for other in further]
            if number in known:
                further[known.index(number)] = frame

    def ignore(self) -> None:
        """Forget everything: the socket is none of ours."""
        self.is_ignored = True
        self._frames.clear()
        self._further.clear()
        self._last.clear()

    def end(self) -> None:
        """Forget everything, also what is noted from now on: nobody will look anything up."""
        self._most = 0
        self.forget(len(self._frames))

    def frames(self, message: int) -> tuple[LoggedFrame, ...]:
        """The frames that the message completed, in order; none where it is a part of a frame."""
        first = self._frames.get(message)
        if first is None:
            return ()
        return tuple(LoggedFrame(*frame) for frame in (first, *self._further.get(message, ())))

    def more(self, message: int) -> int:
        """How many further frames the message completed."""
        last = self._last.get(message)
        return 0 if last is None else last - self._further[message][-1][0]

    def __len__(self) -> int:
        """Messages that are remembered."""
        return len(self._frames)

    def forget(self, number: int) -> None:
        """Forget so many messages, the oldest; there are as many."""
        # Together: to look for the oldest alone passes by the places of all that went before.
        for oldest in list(itertools.islice(self._frames, number)):
            del self._frames[oldest]
            self._further.pop(oldest, None)
            self._last.pop(oldest, None)
            self._forgotten = max(self._forgotten, oldest)
        # A dictionary keeps the room of what was taken out of it; its copy has none.
        self._frames = dict(self._frames)

    def is_forgotten(self, message: int) -> bool:
        """Whether what the message held was pushed out."""
        return message <= self._forgotten and message not in self._frames
