"""How far the reading of the flow files is: a bar on standard error, where that is a terminal."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, ProgressColumn, TaskID, TextColumn

from ringback.commands.environment import Environment
from ringback.printing import is_plain
from ringback.sources.notice import Notice
from ringback.view.visible import visible


def bars_on(environment: Environment, *columns: ProgressColumn) -> Progress:
    """Bars on standard error that are gone when they stop. None where that is no terminal, nor where
    text is to have no escape: a bar cannot be drawn without."""
    console = Console(file=environment.stderr)
    # Without a stream of its own rich would draw on standard output.
    is_seen = environment.stderr is not None and console.is_terminal
    is_drawn = is_seen and not is_plain(color=environment.color)
    return Progress(*columns, console=console, transient=True, disable=not is_drawn)


class ReadingProgress(AbstractContextManager["ReadingProgress"]):
    """One bar per file, gone when the reading is over; see `bars_on`."""

    def __init__(self, environment: Environment) -> None:
        """Draw on the environment's standard error."""
        self._environment = environment
        reading = TextColumn("reading {task.description}", markup=False)
        self._bars = bars_on(environment, reading, BarColumn(), DownloadColumn())
        self._tasks: dict[Path, TaskID] = {}

    def __enter__(self) -> ReadingProgress:
        """Show the bars from here on."""
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away."""
        self.stop()

    def stop(self) -> None:
        """Take the bars away: the reading is over, what comes next is printed."""
        self._bars.stop()

    def advance(self, path: Path, read: int, size: int) -> None:
        """So many bytes of the file's size were read."""
        if path not in self._tasks:
            self._tasks[path] = self._bars.add_task(visible(path.name), total=size)
        self._bars.update(self._tasks[path], completed=read)

    def tell(self, notice: Notice) -> None:
        """Say it above the bars."""
        self._bars.stop()
        self._environment.tell(notice)
        self._bars.start()
