"""The open questions weighed while evidence comes, in a thread beside the screen's, and seldom enough for it.

Calls change while they are weighed, so that copies of them are. A copy is made anew only where its call has
changed, and the copying is done in slices.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ringback.calls import Call
from ringback.casebook import Case, Casebook, renumbered
from ringback.faults import Faults
from ringback.questions.evidence import ClientFacts
from ringback.questions.verdict import Verdict
from ringback.questions.weighing import verdicts_on
from ringback.spec.model import Specification

LEAST_WAIT_S = 1.0
"""Between the end of one weighing and the beginning of the next."""
_REST = 4
"""So many times as long as the last weighing took the next one waits."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a number of calls say about the questions."""

    verdicts: tuple[Verdict, ...] = ()
    """One for each question with a rule; none before the first weighing."""
    calls: int = 0
    """How many were weighed."""


class _Numbers(dict[tuple[str, int], int]):
    """A number for each connection of each capture, in the order in which they are asked for."""

    def __missing__(self, connection: tuple[str, int]) -> int:
        return self.setdefault(connection, len(self) + 1)


MAX_NUMBERED = 250_000
"""Connections that have a number; past it those of the calls that are kept are numbered anew."""


class Weigher:
    """Weighs the calls of a casebook again and again."""

    def __init__(
        self,
        casebook: Casebook,
        specification: Specification,
        faults: Faults,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is weighed before `work` is called."""
        self.latest = Weighed()
        self._casebook = casebook
        self._specification = specification
        self._faults = faults
        self._clock = clock
        self._numbers = _Numbers()
        self._copies: dict[int, Call] = {}
        self._changed: set[int] = set()
        self._is_due = False
        self._thread: threading.Thread | None = None
        self._begun_at = 0.0
        self._next_at = float("-inf")

    def note(self, numbers: Iterable[int]) -> None:
        """Calls of these numbers have changed."""
        self._changed.update(numbers)
        self._is_due |= bool(self._changed)

    def work(self, case: Callable[[int], Case | None], seconds: float) -> bool:
        """Go on, for about so long in this thread; whether there is another verdict than before."""
        if self._thread is not None:
            return self._maybe_end()
        if not self._is_due or self._clock() < self._next_at:
            return False
        deadline = time.monotonic() + seconds
        if len(self._numbers) > MAX_NUMBERED:
            self._changed |= self._copies.keys()
            self._copies.clear()
            self._numbers.clear()
        while self._changed:
            if time.monotonic() > deadline:
                return False
            number = self._changed.pop()
            found = case(number)
            if found is None:
                self._copies.pop(number, None)
            else:
                self._copies[number] = renumbered(found.call, self._numbers)
        self._is_due = False
        self._begin()
        return False

    def join(self) -> None:
        """Wait until what is under way has ended."""
        if self._thread is not None:
            self._thread.join()

    def _begin(self) -> None:
        calls = list(self._copies.values())
        clients = self._casebook.facts_by(self._numbers)
        self._begun_at = self._clock()
        # A daemon: who quits does not wait for it.
        self._thread = threading.Thread(target=self._weigh, args=(calls, clients), daemon=True)
        self._thread.start()

    def _weigh(self, calls: list[Call], clients: dict[int, ClientFacts]) -> None:
        with self._faults.contained("weighing the questions"):
            self.latest = Weighed(verdicts_on(calls, clients, self._specification), len(calls))

    def _maybe_end(self) -> bool:
        if self._thread is None or self._thread.is_alive():
            return False
        self._thread = None
        now = self._clock()
        self._next_at = now + max(LEAST_WAIT_S, _REST * (now - self._begun_at))
        return True
