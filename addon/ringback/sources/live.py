"""Live connections: which messages of a growing flow are new, and when a connection is over for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ringback.recent import Recent

KEY_GRACE_S = 2.0
"""Wait after the end of a connection before its held frames are given up: a client writes the server's key
only when it opens the first server frame, which may be the last thing that happened."""

MAX_FOLLOWED = 4096
"""Connections that are followed at once, and as many that are left out. One more ends for us the one that
began longest ago, and is counted; what still comes on that one is taken for another one, whose beginning was
not seen."""

MAX_PLACES = 16 * MAX_FOLLOWED
"""Connections that were given up while they are open of which it is remembered up to where they were taken:
more than a proxy can have."""

T = TypeVar("T")


@dataclass(slots=True)
class Followed:
    """One live connection that is looked at."""

    number: int
    """From 1, in order of the first messages."""
    seen: int = 0
    """Length of the flow's list of messages when it was last looked at."""
    messages: int = 0
    """Messages taken; the index of the next one."""
    ended_at: float | None = None
    keyless: set[bool] = field(default_factory=lambda: {True, False})
    """Directions, True for the client's, of which a new key could still tell more."""
    since: int = 0
    """Index of its first message, where those before were taken away, or belong to one that was given up."""


class LiveConnections:
    """Every connection of the running proxy, by the id of its flow."""

    def __init__(self) -> None:
        """No connection yet."""
        self.followed: dict[str, Followed] = {}
        """Those that are looked at, by their flows."""
        self._left_out: Recent[str, None] = Recent(MAX_FOLLOWED)
        self._given_up: Recent[str, tuple[int, int]] = Recent(MAX_PLACES)
        """Up to where they were taken: what was is not taken again."""
        self._over: list[int] = []
        self.given_up = 0
        """Connections that ended for us while they were open."""
        self.count = 0
        """Connections seen, those left out not counted."""

    def __contains__(self, flow: str) -> bool:
        """Whether the flow was seen live and is not over yet."""
        return flow in self.followed or flow in self._left_out or flow in self._given_up

    def admit(self, flow: str, is_allowed: Callable[[], bool], begin: int = 0) -> Followed | None:
        """The connection of `flow`, None where it is left out; `is_allowed` is asked at its first message,
        which is that of index `begin`."""
        if flow in self.followed or flow in self._left_out:
            return self.followed.get(flow)
        before = self._given_up.pop(flow, None)
        if before is None and not is_allowed():
            self._left_out[flow] = None
            return None
        self.count += 1
        if before is None:
            self.followed[flow] = Followed(self.count, messages=begin, since=begin)
        else:
            seen, messages = before
            self.followed[flow] = Followed(self.count, seen, messages, since=messages)
        if len(self.followed) > MAX_FOLLOWED:
            self._give_up(next(iter(self.followed)))
        return self.followed[flow]

    def _give_up(self, flow: str) -> None:
        followed = self.followed.pop(flow)
        self._over.append(followed.number)
        self.given_up += 1
        if followed.ended_at is None:
            self._given_up[flow] = followed.seen, followed.messages

    def is_given_up(self, flow: str) -> bool:
        """Whether it ended for us while it was open, and nothing came on it since."""
        return flow in self._given_up

    def trimmed(self, flow: str, count: int) -> None:
        """So many of the flow's messages, the oldest, were taken away after they were looked at."""
        if flow in self.followed:
            self.followed[flow].seen -= count

    def end(self, flow: str, now: float) -> bool:
        """The connection ended at `now`, in seconds; whether it had been left out."""
        if flow in self.followed:
            self.followed[flow].ended_at = now
        left_out = flow in self._left_out
        self._left_out.pop(flow, None)
        self._given_up.pop(flow, None)
        return left_out

    def due(self, now: float) -> list[int]:
        """The numbers of connections whose `KEY_GRACE_S` is over; each is given once and then forgotten.

        A clock that was set back begins the grace anew.
        """
        over = []
        for flow, followed in self.followed.items():
            if followed.ended_at is None:
                continue
            followed.ended_at = min(followed.ended_at, now)
            if followed.ended_at + KEY_GRACE_S <= now:
                over.append(flow)
        given_up, self._over = self._over, []
        return [*given_up, *(self.followed.pop(flow).number for flow in over)]


def new_messages(followed: Followed, exchanged: Sequence[T], *, arrived: bool) -> list[tuple[int, T]]:
    """The messages that were not taken yet, each with its index on the connection.

    `exchanged` is the flow's whole list, so that what was said before the add-on was loaded is taken first.
    `arrived` says that one has just come: the last one, also where an add-on empties the list to save memory.
    """
    count = len(exchanged)
    if arrived and count == followed.seen + 1:  # as nearly always
        first = followed.messages
        followed.seen, followed.messages = count, first + 1
        return [(first, exchanged[-1])]
    new = exchanged[followed.seen :] or (exchanged[-1:] if arrived else exchanged[:0])
    numbered = list(enumerate(new, start=followed.messages))
    followed.seen = count
    followed.messages += len(new)
    return numbered
