"""What tasks observe, as a ledger of their own that travels: packed, and without its secret."""

from __future__ import annotations

import zlib
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from ringback.ledger import Ledger
from ringback.observations import Funnel, Observation

_AT_ONCE = 256
"""Observations that are written together: whoever is killed does all of it again."""
_QUICKLY = 1


class TravellingLedger(AbstractContextManager["TravellingLedger"]):
    """A ledger in a folder that goes away; an outlet."""

    name = "ledger"

    def __init__(self, secret: bytes) -> None:
        """Record under `secret`, that of the ledger which it is to be merged into; it is in no file, for
        whoever is killed leaves the folder behind."""
        with ExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="ringback-"))
            self._path = Path(folder) / "task.db"
            self._ledger = stack.enter_context(Ledger(self._path))
            self._ledger.borrow(secret)
            self._stack = stack.pop_all()
        self._waiting: list[Observation] = []

    def show(self, observation: Observation) -> None:
        """Keep it.

        Raises:
            LedgerError: it could not be kept.
        """
        self._waiting.append(observation)
        if len(self._waiting) >= _AT_ONCE:
            self._write()

    def close(self, funnel: Funnel) -> None:  # noqa: ARG002 - the interface of every outlet
        """One capture was gone through; there may be others."""
        self._write()

    def packed(self) -> bytes:
        """All of it, as `unpacked` takes it. It takes no more afterwards.

        Raises:
            LedgerError: it could not be written.
        """
        self._write()
        self._ledger.close()
        return zlib.compress(self._path.read_bytes(), _QUICKLY)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the folder away."""
        self._stack.__exit__(kind, error, trace)

    def _write(self) -> None:
        if self._waiting:
            self._ledger.record(*self._waiting)
        self._waiting.clear()


def merge_packed(ledger: Ledger, packed: bytes) -> None:
    """Take over into `ledger` what `TravellingLedger.packed` gave; twice is as good as once.

    Raises:
        LedgerError: one of the two cannot be used.
    """
    with TemporaryDirectory(prefix="ringback-") as folder:
        path = Path(folder) / "task.db"
        path.touch(0o600)
        path.write_bytes(zlib.decompress(packed))
        ledger.merge(path)
