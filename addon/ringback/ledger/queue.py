"""The ledger off the way of the proxied sockets: a thread writes it, and what is reported is kept by then.

The theory. Observations are queued in the thread of the hooks, which never waits. The writer's thread takes
all that is queued, keeps it in one transaction, and gives it back; what came back is reported in the thread
of the hooks, in its order, so that outlets need no locks. What the ledger refuses is given back too: it is
told once, and reported all the same, as `LedgerOutlet` says.

At most `MAX_QUEUED` observations are on their way. One more, of a live connection, is dropped: neither kept
nor reported, but counted; and what still comes of its connection is marked as not whole, so that nobody takes
it for missing. A recording can wait, and loses nothing: see `make_room`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeAlias

from ringback.errors import LedgerError
from ringback.ledger.outlet import LedgerOutlet
from ringback.observations import FindingMade, Funnel, Observation, StanzaObserved
from ringback.recent import Recent

MAX_QUEUED = 10_000
"""Observations that are on their way to the ledger and back. Against a disk that is slower than the wire."""
MAX_BATCH = 256
"""Observations that are kept in one transaction."""
MAX_GAPPED = 4_096
"""Connections remembered of which something was dropped; the stanzas of one that is forgotten no longer say
that it is not whole."""
SLICE_S = 0.01
"""Reporting that is done at a time: so long at most it holds up a proxied socket."""

_Batch: TypeAlias = tuple[Sequence[Observation], Exception | None]


class LedgerQueue:
    """Keeps observations in the background and reports them once they are kept. An outlet."""

    name = "ledger"

    def __init__(
        self,
        ledger: LedgerOutlet,
        *,
        report: Callable[[Observation], None],
        failed: Callable[[Exception], None],
        lost: Callable[[Observation], None],
        wake: Callable[[], None],
    ) -> None:
        """Write to `ledger` from here on.

        `report`, `failed` (what the ledger raised) and `lost` (what was dropped) are called in the thread of
        the hooks. `wake` is called in the writer's: `deliver` has something to do.
        """
        self.dropped = 0
        """Observations that were neither kept nor reported."""
        self._ledger = ledger
        self._report = report
        self._failed = failed
        self._lost = lost
        self._wake = wake
        self._on_their_way = 0
        self._gapped: Recent[str, None] = Recent(MAX_GAPPED)
        self._queue: SimpleQueue[Observation | None] = SimpleQueue()
        self._kept: SimpleQueue[_Batch | None] = SimpleQueue()
        self._at_hand: deque[Observation] = deque()
        self._thread = Thread(target=self._write, name="ringback ledger", daemon=True)
        self._thread.start()

    def show(self, observation: Observation) -> None:
        """Queue it, or drop it where there is no room; never waits."""
        if self._on_their_way >= MAX_QUEUED:
            self._drop(observation)
            return
        self._on_their_way += 1
        self._queue.put(self._marked(observation))

    def make_room(self) -> None:
        """Wait until there is room for another observation, reporting meanwhile."""
        while self._on_their_way >= MAX_QUEUED:
            self._take(self._kept.get())
            self._report_all(float("inf"))

    def deliver(self) -> bool:
        """Report what is kept by now, for `SLICE_S` at most; whether there is more."""
        try:
            while not self._at_hand:
                self._take(self._kept.get_nowait())
        except Empty:
            return False
        self._report_all(time.monotonic() + SLICE_S)
        return True

    def finish(self) -> None:
        """Keep and report what is on its way, and give the ledger back.

        Raises:
            LedgerError: something was not kept; it says how much.
        """
        self._queue.put(None)
        while (batch := self._kept.get()) is not None:
            self._take(batch)
            self._report_all(float("inf"))
        self._report_all(float("inf"))
        self._thread.join()
        self._ledger.finish()
        if self.dropped:
            raise LedgerError(f"it could not keep up: {self.told}")

    def close(self, funnel: Funnel) -> None:  # noqa: ARG002 - the interface of every outlet
        """The run is over: as `finish`."""
        self.finish()

    @property
    def told(self) -> str:
        """What was dropped, in words."""
        return f"{self.dropped} observations were neither kept nor reported"

    def _take(self, batch: _Batch | None) -> None:
        observations, error = batch or ((), None)
        if error is not None:
            self._failed(error)
        self._at_hand.extend(observations)

    def _report_all(self, deadline: float) -> None:
        while self._at_hand:
            self._on_their_way -= 1
            self._report(self._at_hand.popleft())
            if time.monotonic() > deadline:
                return

    def _drop(self, observation: Observation) -> None:
        self.dropped += 1
        self._gapped[_flow_of(observation)] = None
        self._lost(observation)
        if self.dropped == 1:
            waiting = f"more than {MAX_QUEUED} observations wait for it"
            self._failed(LedgerError(f"it cannot keep up: {waiting}; further ones are dropped and counted"))

    def _marked(self, observation: Observation) -> Observation:
        if self._gapped and isinstance(observation, StanzaObserved) and _flow_of(observation) in self._gapped:
            return replace(observation, sighting=replace(observation.sighting, complete=False))
        return observation

    def _write(self) -> None:
        """The writer's thread."""
        is_last = False
        while not is_last:
            batch = self._next_batch()
            is_last = batch[-1] is None
            observations = [each for each in batch if each is not None]
            if observations:
                self._keep(observations)
        self._kept.put(None)

    def _keep(self, observations: list[Observation]) -> None:
        error = None
        try:
            self._ledger.show(*observations)
        except Exception as caught:  # noqa: BLE001 - it is told in the thread of the hooks
            error = caught
        self._kept.put((observations, error))
        self._wake()

    def _next_batch(self) -> list[Observation | None]:
        """What is queued, the end of it as None; waits for one."""
        batch = [self._queue.get()]
        while batch[-1] is not None and len(batch) < MAX_BATCH:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        return batch


def _flow_of(observation: Observation) -> str:
    if isinstance(observation, StanzaObserved):
        return observation.sighting.evidence.flow
    if isinstance(observation, FindingMade):
        return observation.finding.evidence[0].flow
    return observation.flow
