"""mitmdump with the add-on as a process of its own, which prints to a file and not to the screen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import ringback
from ringback.commands.writing import write_file

STOP_S = 10.0
"""How long mitmdump is given to end in order, and once more after it was told again."""
_LAST_BYTES = 256 * 1024
"""What is read of the end of the log."""
_MAIN = (
    "import sys; sys.argv[0] = 'mitmdump'; from mitmproxy.tools.main import mitmdump; sys.exit(mitmdump())"
)
"""The mitmdump of this very environment, wherever its script lies."""
_SCRIPT = "from ringback.addon import Ringback\n\naddons = [Ringback()]\n"
"""What mitmdump loads: addon/capture.py is not installed with the package."""


class Proxy:
    """A running mitmdump."""

    def __init__(self, arguments: Sequence[str], options: Sequence[str], folder: Path) -> None:
        """Start it with these arguments and then `options`, `NAME=VALUE` each; `folder` is for it alone.

        Its own process group and no terminal: Ctrl-C and the keys are not for it.
        """
        self.path = folder / "mitmdump.log"
        """Where it prints to."""
        script = folder / "capture.py"
        write_file(script, _SCRIPT)
        settings = [word for option in options for word in ("--set", option)]
        found_in = [str(Path(ringback.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, found_in)),
            "PYTHONUNBUFFERED": "1",
        }
        write_file(self.path, "")
        with self.path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own arguments
                [sys.executable, "-c", _MAIN, "-s", str(script), *arguments, *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    @property
    def ended(self) -> int | None:
        """Its exit code, -N for the signal N; None while it runs."""
        return self._process.poll()

    def failed(self) -> int | None:
        """Its exit code if it has ended and something went wrong, else None."""
        return self.ended or None

    def stop(self) -> None:
        """Have it end in order, and wait for that; it is killed if it does not."""
        for number in (signal.SIGINT, signal.SIGTERM):
            if self.ended is not None:
                return
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_S)
        if self.ended is None:
            self._process.kill()
            self._process.wait()

    def last_lines(self) -> list[str]:
        """The end of what it has printed."""
        try:
            with self.path.open("rb") as log:
                log.seek(max(0, self.path.stat().st_size - _LAST_BYTES))
                return log.read().decode("utf-8", "replace").splitlines()
        except OSError as error:
            return [f"the log cannot be read ({error.strerror})"]
