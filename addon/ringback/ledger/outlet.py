"""The ledger as an outlet: what is shown anywhere was committed first, and a failure harms nothing else."""

from __future__ import annotations

from collections import deque

from ringback.errors import LedgerError
from ringback.ledger.store import Ledger
from ringback.observations import Funnel, Observation

MAX_BACKLOG = 10_000
"""Observations kept in memory while the ledger cannot be written; the oldest goes first. Bounds the memory of
a proxy whose disk is full."""
MAX_PAUSE = 1024
"""Most observations that pass between two attempts to write."""
WAIT_S = 0.2
"""How long another writer is waited for by a proxy; while attempts fail none is."""


class LedgerOutlet:
    """Keeps every observation. It belongs before all other outlets, so that what they report is kept."""

    name = "ledger"

    def __init__(self, ledger: Ledger, wait_s: float = WAIT_S) -> None:
        """Write to `ledger`, which is closed at the end; another writer is waited for so long."""
        self._ledger = ledger
        self._wait_s = wait_s
        self._backlog: deque[Observation] = deque()
        self._lost = 0
        self._pause = 0
        self._passed = 0
        ledger.wait_for_others(wait_s)

    def show(self, *observations: Observation) -> None:
        """Keep them; they are safe from the end of this process afterwards.

        Raises:
            LedgerError: the ledger can take no more. Raised once: what comes is held back and written as soon
                as the ledger takes it, which is tried again ever more rarely.
            Exception: one of them is a fault of ringback; it alone is not kept.
        """
        for observation in observations:
            self._hold(observation)
        self._passed += len(observations)
        if self._passed < self._pause:
            return
        has_failed = self._pause > 0
        try:
            self._write()
        except LedgerError:
            self._pause, self._passed = min(2 * self._pause or 1, MAX_PAUSE), 0
            self._ledger.wait_for_others(0)
            if not has_failed:
                raise

    def close(self, funnel: Funnel) -> None:  # noqa: ARG002 - the interface of every outlet
        """The run is over: as `finish`."""
        self.finish()

    def finish(self) -> None:
        """Write what was held back and give the ledger back.

        Raises:
            LedgerError: something could not be kept; it says how much.
        """
        self._ledger.wait_for_others(self._wait_s)
        try:
            self._write()
        except LedgerError as error:
            self._lost += len(self._backlog)
            raise LedgerError(f"{error}; {self._lost} observations were not kept") from error
        finally:
            self._ledger.close()
        if self._lost:
            path = self._ledger.path
            raise LedgerError(f"{path}: {self._lost} observations were not kept, as was told")

    def _hold(self, observation: Observation) -> None:
        if len(self._backlog) == MAX_BACKLOG:
            self._backlog.popleft()
            self._lost += 1
        self._backlog.append(observation)

    def _write(self) -> None:
        fault = self._record()
        if self._pause:
            self._ledger.wait_for_others(self._wait_s)
        self._pause = self._passed = 0
        if fault is not None:
            raise fault

    def _record(self) -> Exception | None:
        """Write all that is held back; where that fails over one of them, one by one without it."""
        try:
            if self._backlog:
                self._ledger.record(*self._backlog)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are kept
            self._record_one_by_one()
            return error
        self._backlog.clear()
        return None

    def _record_one_by_one(self) -> None:
        while self._backlog:
            try:
                self._ledger.record(self._backlog[0])
            except LedgerError:
                raise
            except Exception:  # noqa: BLE001 - that one is told by the caller
                self._lost += 1
            self._backlog.popleft()
