"""A real mitmdump or mitmweb in a process of its own, and its output as it comes."""

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
from typing import Self
from urllib.parse import urlencode

from tornado.testing import bind_unused_port

ADDON = Path(__file__).parents[2] / "addon"
SCRIPT = ADDON / "capture.py"

PATIENCE_S = 60.0
"""How long a test waits for what must come; only a failing one does."""


def environment(**more: str) -> dict[str, str]:
    """An environment where nothing but the script's own folder leads to ringback, and no key log is named."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "RINGBACK_KEYLOGFILE", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
    }
    return {**inherited, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


def command(*arguments: str | Path, confdir: Path, tool: str = "mitmdump") -> list[str]:
    """The command line of the mitmproxy `tool` that belongs to this interpreter."""
    start = [sys.executable, "-c", f"from mitmproxy.tools.main import {tool}; {tool}()"]
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


class Proxy:
    """A running proxy without a screen of its own. Its output grows in `output`."""

    tool: str
    prefix: tuple[str, ...] = ()
    """Put before its command line."""

    def __init__(self, *arguments: str | Path, confdir: Path, **variables: str) -> None:
        self.process = subprocess.Popen(
            [*self.prefix, *command(*arguments, confdir=confdir, tool=self.tool)],
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
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
        announced = r"proxy(?: to \S+)? listening at \S*?:(\d+)"
        self.wait_for(announced)
        found = re.search(announced, self.output)
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
            assert not ended, f"{self.tool} ended before {what}:\n{self.output}"
            assert time.monotonic() < deadline, f"no {what} in:\n{self.output}"
            time.sleep(0.02)

    def stop(self) -> str:
        """End it as Ctrl-C does; its whole output."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE_S)
        self._reader.join()
        return self.output


class Mitmdump(Proxy):
    """mitmdump."""

    tool = "mitmdump"


class Mitmweb(Proxy):
    """mitmweb, without a browser. `support.mitmweb` looks at it with one."""

    tool = "mitmweb"
    _PASSWORD = "the test's"
    """Asked for from mitmproxy 11.1 on; what is before does not know the option and passes over it."""

    def __init__(self, *arguments: str | Path, confdir: Path, **variables: str) -> None:
        # mitmweb tells the port that it was given, not the one that it got.
        unused, self._web_port = bind_unused_port()
        unused.close()
        settings = {"web_open_browser": "false", "web_port": self._web_port, "web_password": self._PASSWORD}
        options = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
        super().__init__(*options, *arguments, confdir=confdir, **variables)

    @property
    def address(self) -> str:
        """The address of its user interface, as soon as that answers, with what it takes to be let in."""
        self.wait_for("Web server listening at")
        return f"http://127.0.0.1:{self._web_port}/?{urlencode({'token': self._PASSWORD})}"
