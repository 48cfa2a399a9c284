"""A real mitmdump in a process of its own, and its output as it comes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

ADDON = Path(__file__).parents[2] / "addon"
SCRIPT = ADDON / "capture.py"

PATIENCE_S = 60.0
"""How long a test waits for what must come; only a failing one does."""


def environment(**more: str) -> dict[str, str]:
    """An environment where nothing but the script's own folder leads to ringback, and no key log is named."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "RINGBACK_KEYLOGFILE", "NO_COLOR", "FORCE_COLOR", "COLUMNS"}
    }
    return {**inherited, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


def command(*arguments: str | Path, confdir: Path) -> list[str]:
    """The command line of the mitmdump that belongs to this interpreter."""
    start = [sys.executable, "-c", "from mitmproxy.tools.main import mitmdump; mitmdump()"]
    return [*start, "--set", f"confdir={confdir}", *map(str, arguments)]


def run_mitmdump(*arguments: str | Path, confdir: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        command(*arguments, confdir=confdir),
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


class Mitmdump:
    """A running mitmdump. Its output grows in `output`."""

    def __init__(self, *arguments: str | Path, confdir: Path, **variables: str) -> None:
        self.process = subprocess.Popen(
            command(*arguments, confdir=confdir),
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Mitmdump:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line

    @property
    def port(self) -> int:
        """The port that it listens on, as soon as it does."""
        self.wait_for(r"listening at \S*?:\d+")
        found = re.search(r"listening at \S*?:(\d+)", self.output)
        assert found is not None
        return int(found[1])

    def wait_for(self, pattern: str, *, times: int = 1) -> None:
        """Wait until the output shows `pattern`, so many times."""
        self.wait_until(lambda: len(re.findall(pattern, self.output)) >= times, pattern)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until `condition` holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            ended = self.process.poll() is not None and not self._reader.is_alive()
            assert not ended, f"mitmdump ended before {what}:\n{self.output}"
            assert time.monotonic() < deadline, f"no {what} in:\n{self.output}"
            time.sleep(0.02)

    def stop(self) -> str:
        """End it as Ctrl-C does; its whole output."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE_S)
        self._reader.join()
        return self.output
