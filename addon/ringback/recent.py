"""What is remembered of things without end: those noted last, and how many were forgotten for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(OrderedDict[K, V]):
    """A mapping that keeps its `limit` newest keys; to set one makes it the newest.

    A set of keys is one whose values are None: see `note`.
    """

    def __init__(self, limit: int) -> None:
        """Remember nothing yet, and never more than `limit` keys."""
        super().__init__()
        self._limit = limit
        self.forgotten = 0
        """Keys that newer ones have pushed out."""

    def __setitem__(self, key: K, value: V) -> None:
        """Remember it; what was set longest ago is forgotten where that leaves one too many."""
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._limit:
            self.popitem(last=False)
            self.forgotten += 1

    def __reduce__(self) -> tuple[Any, ...]:
        """As pickle and copy take it: the limit is what it is made with."""
        return (type(self), (self._limit,), {"forgotten": self.forgotten}, None, iter(self.items()))

    @property
    def count(self) -> int:
        """How many different keys were set: one that was forgotten and came again counts again."""
        return len(self) + self.forgotten

    def nameless(self) -> Recent[K, V]:
        """What has the same count and no key."""
        counted: Recent[K, V] = Recent(self._limit)
        counted.forgotten = self.count
        return counted


def note(recent: Recent[K, None], key: K) -> bool:
    """Remember a key of a set; whether it was not known."""
    is_new = key not in recent
    recent[key] = None
    return is_new
