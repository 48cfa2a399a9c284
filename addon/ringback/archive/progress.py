"""How far an archive was gone through: a bar where standard error is a terminal, else a line now and then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn

from ringback.archive.paths import Place
from ringback.archive.task import Done
from ringback.commands.environment import Environment
from ringback.commands.progress import bars_on
from ringback.sources.notice import Notice, Urgency
from ringback.wording import counted

STEPS = 10
"""Lines that are told of a run where there is no bar."""


class ArchiveProgress(AbstractContextManager["ArchiveProgress"]):
    """Captures and bytes that were gone through, over all processes."""

    def __init__(self, environment: Environment, places: Sequence[Place]) -> None:
        """Draw on the environment's standard error."""
        self._environment = environment
        self._total, self._bytes = len(places), sum(place.size_bytes for place in places)
        self._captures = self._read = self._told = 0
        self._is_over = False
        columns = (
            TextColumn("{task.fields[captures]}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
        )
        self._bars = bars_on(environment, *columns)
        self._task = self._bars.add_task("", total=self._bytes or None, captures=self._counted())

    def __enter__(self) -> ArchiveProgress:
        """Show the bar from here on."""
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bars.stop()

    def advance(self, done: Done) -> None:
        """A task is done."""
        self._captures += len(done.captures)
        self._read += sum(gone.place.size_bytes for gone in done.captures)
        self._bars.update(self._task, completed=self._read, captures=self._counted())
        step = self._captures * STEPS // self._total
        if self._bars.disable and step > self._told:
            self._told = step
            self._environment.tell(Notice(self._counted(), Urgency.INFO))

    def tell(self, notice: Notice) -> None:
        """Say it above the bar."""
        with self.paused():
            self._environment.tell(notice)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Without the bar, for something may be printed."""
        self._bars.stop()
        try:
            yield
        finally:
            if not self._is_over:
                self._bars.start()

    def stop(self) -> None:
        """Take the bar away for good."""
        self._is_over = True
        self._bars.stop()

    def _counted(self) -> str:
        return f"{self._captures} of {counted(self._total, 'capture')} gone through"
