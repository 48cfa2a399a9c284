"""How far the reading of the flow files is: a bar on standard error, where that is a terminal."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

from ringback.commands.environment import Environment
from ringback.sources.notice import Notice


class ReadingProgress(AbstractContextManager["ReadingProgress"]):
    """One bar per file, gone when the reading is over. Nothing at all where standard error is no terminal."""

    def __init__(self, environment: Environment) -> None:
        """Draw on the environment's standard error."""
        self._environment = environment
        console = Console(file=environment.stderr, no_color=not environment.color or None)
        columns = (TextColumn("reading {task.description}"), BarColumn(), DownloadColumn())
        # Without a stream of its own rich would draw on standard output.
        is_seen = environment.stderr is not None and console.is_terminal
        self._bars = Progress(*columns, console=console, transient=True, disable=not is_seen)
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
            self._tasks[path] = self._bars.add_task(path.name, total=size)
        self._bars.update(self._tasks[path], completed=read)

    def tell(self, notice: Notice) -> None:
        """Say it above the bars."""
        self._bars.stop()
        self._environment.tell(notice)
        self._bars.start()
