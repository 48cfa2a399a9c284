"""Mitmdumps one after the other at the price of one: forks of a process that has imported everything.

Run as a script it is that process. It takes one command a line on its standard input and answers each with a
line: a JSON object starts a mitmdump and gives its process id, `kill` kills it and gives its wait status.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

TESTS = Path(__file__).resolve().parents[1]
ADDON = TESTS.parent / "addon"


class Nursery:
    """A process that bears mitmdumps, one at a time."""

    def __enter__(self) -> Nursery:
        self._parent = subprocess.Popen(
            [sys.executable, "-u", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parent.communicate()

    def start(self, *arguments: str | Path, output: Path) -> None:
        """Start a mitmdump with these arguments; what it prints goes to `output`."""
        self._ask(json.dumps({"arguments": list(map(str, arguments)), "output": str(output)}))

    def kill(self) -> int:
        """Kill it at once; gives how it ended, as `os.waitpid` tells it."""
        return int(self._ask("kill"))

    def _ask(self, command: str) -> str:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{command}\n")
        self._parent.stdin.flush()
        return self._parent.stdout.readline()


def _main() -> None:
    sys.path.insert(0, str(ADDON))
    import mitmproxy.tools.main

    import ringback.addon  # noqa: F401 - so that no child has to

    child = 0
    for line in sys.stdin:
        if line.strip() == "kill":
            os.kill(child, signal.SIGKILL)
            print(os.waitpid(child, 0)[1])
            child = 0
            continue
        asked = json.loads(line)
        child = os.fork()
        if not child:
            output = os.open(asked["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            for stream in (1, 2):
                os.dup2(output, stream)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            mitmproxy.tools.main.mitmdump(asked["arguments"])
            os._exit(0)
        print(child)
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    _main()
