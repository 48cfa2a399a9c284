"""A child process that takes commands and tells events, one JSON value a line, and waiting for these."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeAlias

from support.mitm import PATIENCE_S

Event: TypeAlias = dict[str, Any]
"""`event` is its kind; a line that is no event has the kind `text`."""

_TOLD_ON_FAILURE = 12


class Actor:
    """A running process. A context manager: the process never outlives it."""

    def __init__(
        self, name: str, arguments: list[str | Path], *, environment: Mapping[str, str], cwd: Path
    ) -> None:
        """Start `arguments`; `name` is what failures call it."""
        self._name = name
        self._events: list[Event] = []
        self._news = threading.Condition()
        self._ended = False
        self._process = subprocess.Popen(
            arguments,
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin = self._process.stdin
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        self._process.wait()
        self._reader.join()

    @property
    def events(self) -> list[Event]:
        """All events so far, in order."""
        with self._news:
            return list(self._events)

    def told(self, event: str, **fields: object) -> list[Event]:
        """The events of this kind whose fields have these values."""
        return [
            each
            for each in self.events
            if each["event"] == event and all(each.get(name) == value for name, value in fields.items())
        ]

    def expect(self, event: str, *, times: int = 1, **fields: object) -> Event:
        """Wait until such an event was told `times` times; the last one of these."""
        self.wait(lambda: len(self.told(event, **fields)) >= times, f"{event} {fields}")
        return self.told(event, **fields)[times - 1]

    def ask(self, command: str, **parameters: object) -> Any:
        """Have `command` carried out; its result.

        Raises:
            AssertionError: it failed, or was not answered.
        """
        before = len(self._answers())
        self._stdin.write(json.dumps({"command": command, **parameters}) + "\n")
        self._stdin.flush()
        self.wait(lambda: len(self._answers()) > before, f"the end of {command} {parameters}")
        answer = self._answers()[before]
        assert answer["event"] == "done", f"{self._name}: {command} failed: {answer['error']}"
        return answer["result"]

    def wait(self, seen: Callable[[], bool], what: str) -> None:
        """Wait until `seen()`, asked anew whenever something was told.

        Raises:
            AssertionError: it does not come to pass, or the process has ended; shows the last events.
        """
        with self._news:
            self._news.wait_for(lambda: seen() or self._ended, timeout=PATIENCE_S)
        last = "\n".join(str(event)[:400] for event in self.events[-_TOLD_ON_FAILURE:])
        assert seen(), f"{self._name}: waited for {what} in vain; last events:\n{last}"

    def finish(self) -> int:
        """Close the process's stdin and wait for its end; its exit code."""
        self._stdin.close()
        code = self._process.wait(PATIENCE_S)
        self._reader.join()
        return code

    def _answers(self) -> list[Event]:
        return [each for each in self.events if each["event"] in {"done", "failed"}]

    def _read(self, output: IO[str]) -> None:
        for line in output:
            event = _event(line)
            with self._news:
                self._events.append(event)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def _event(line: str) -> Event:
    with contextlib.suppress(ValueError):
        value = json.loads(line)
        if isinstance(value, dict) and "event" in value:
            return value
    return {"event": "text", "text": line.rstrip("\n")}
