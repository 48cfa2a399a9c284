"""What takes long, done in a thread of its own while the proxy goes on; one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from ringback.errors import RingbackError
from ringback.faults import describe
from ringback.sources.notice import Notice, Tell, Urgency


class BusyError(RingbackError):
    """Another errand is under way."""


class Errands:
    """Runs errands and tells how they ended."""

    def __init__(self, tell: Tell) -> None:
        """`tell` is called in the errand's thread."""
        self._tell = tell
        self._thread: Thread | None = None
        self._what = ""

    def start(self, what: str, work: Callable[[], str]) -> str:
        """Begin with it, `what` in words such as `report.html`; what to answer meanwhile.

        `work` gives what is told when it is done. Nothing that other threads change may be in it.

        Raises:
            BusyError: another one is under way.
        """
        if self._thread is not None and self._thread.is_alive():
            raise BusyError(f"{self._what} is still being written: wait for it")
        self._what = what
        # A daemon: where mitmproxy is ended by force it is not waited for.
        self._thread = Thread(target=self._run, args=(what, work), name="ringback errand", daemon=True)
        self._thread.start()
        return f"{what} is being written: the event log says when it is there"

    def finish(self) -> None:
        """Wait for what is under way."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, what: str, work: Callable[[], str]) -> None:
        try:
            told = Notice(work(), Urgency.INFO)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            told = Notice(f"{what} was not written: {describe(error)}", Urgency.ERROR)
        self._tell(told)
