"""Ctrl-C as a request that is honoured between two messages, so that nothing is left half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType, TracebackType
from typing import Any

PATIENCE = 2
"""Ctrl-C that are requests: one to end the reading, one to end the going through what was read."""


class Interruptions(AbstractContextManager["Interruptions"]):
    """Counts Ctrl-C while it is entered, instead of ending the program."""

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self.count = 0
        self._is_waiting = False
        self._previous: Any = None

    def __enter__(self) -> Interruptions:
        """Take over the signal, where that is ours: it belongs to a program's main thread, and whoever
        started a program that is to ignore it has a use for that."""
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            return self
        self._previous = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signal back."""
        if self._previous is None:
            return
        signal.signal(signal.SIGINT, self._previous)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While this is entered Ctrl-C raises, so that it ends a read that would block."""
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self._is_waiting or self.count > PATIENCE:
            raise KeyboardInterrupt
