"""A command in a terminal of a known size, driven by keys and looked at as its user does."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from rich.text import Text

from ringback.view.picture import picture
from support.browser import SCREENSHOTS
from support.mitm import PATIENCE_S, environment
from support.programs import program

_CONFIGURATION = """
set -g status off
set -g default-terminal screen-256color
set -g history-limit 50000
set -s escape-time 0
"""
"""Every row is the command's, and a key goes out at once."""

_WRAPPER = r"""
trap : INT QUIT
"$@"
printf '\030\033]2;ended %d\033\\' $?
exec tail -f /dev/null
"""
"""Keeps the terminal open behind the command. The exit code becomes the terminal's title: whoever reads it
there knows that everything printed before has arrived, which tmux's own word of a dead pane does not tell."""


class Terminal:
    """A command in a tmux server of its own. A context manager: both are gone behind it."""

    def __init__(
        self,
        *command: str | Path,
        columns: int = 80,
        rows: int = 24,
        cwd: Path | None = None,
        **variables: str,
    ) -> None:
        """Start the command. `variables` come on top of the tests' environment."""
        self._tmux = program("tmux", "tmux", package="tmux")
        self.columns, self.rows = columns, rows
        # Not below pytest's folder: the path of a socket has 107 bytes at most.
        self._folder = TemporaryDirectory(prefix="rb-tmux-")
        self._socket = Path(self._folder.name, "socket")
        configuration = Path(self._folder.name, "tmux.conf")
        configuration.write_text(_CONFIGURATION)
        inherited = environment(LC_ALL="C.UTF-8", SHELL="/bin/sh", **variables)
        inherited.pop("TMUX", None)
        self._do(
            *("-f", str(configuration), "new-session", "-d", "-x", str(columns), "-y", str(rows)),
            *(("-c", str(cwd)) if cwd else ()),
            f"exec {shlex.join(['sh', '-c', _WRAPPER, 'sh', *map(str, command)])}",
            env=inherited,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do("kill-server")
        self._folder.cleanup()

    def press(self, *keys: str) -> None:
        """Press keys by their names in tmux: `Enter`, `Escape`, `Down`, `PageUp`, `F1`, `C-c`, `j`."""
        self._do("send-keys", "--", *keys)

    def type(self, text: str) -> None:
        """Type a text letter by letter, without Enter."""
        self._do("send-keys", "-l", "--", text)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the command is told so by the system."""
        self._do("resize-window", "-x", str(columns), "-y", str(rows))
        self.columns, self.rows = columns, rows

    @property
    def screen(self) -> str:
        """The rows of the screen, without the blanks at their ends."""
        return self._do("capture-pane", "-p")

    @property
    def coloured(self) -> str:
        """The screen with the escape sequences of its colours and styles."""
        return self._do("capture-pane", "-p", "-e")

    @property
    def history(self) -> str:
        """The screen and all that has scrolled out of it, lines that were wrapped made whole."""
        return self._do("capture-pane", "-p", "-J", "-S", "-")

    @property
    def is_alternate(self) -> bool:
        """Whether the command has taken the whole screen and will give the old one back."""
        return self._ask("alternate_on") == "1"

    @property
    def has_cursor(self) -> bool:
        """Whether the cursor is shown."""
        return self._ask("cursor_flag") == "1"

    @property
    def title(self) -> str:
        """What the command has set as the terminal's title."""
        return self._ask("pane_title")

    @property
    def exit_code(self) -> int | None:
        """How the command ended, 128 + N for signal N; None while it runs or its output is not all read."""
        ended = re.fullmatch(r"ended (\d+)", self._ask("pane_title"))
        return int(ended[1]) if ended else None

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until the screen shows the regular expression `pattern`, in which `^` and `$` mean a row."""
        self.wait_until(lambda: re.search(pattern, self.screen, re.MULTILINE) is not None, repr(pattern))
        found = re.search(pattern, self.screen, re.MULTILINE)
        assert found is not None, f"{pattern!r} went away again"
        return found

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until `condition` holds; fails with the screen where the command ends first."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            # Asked before the condition is tried once more: what came last is on the screen then.
            ended = self.exit_code
            if condition():
                return
            assert ended is None, f"the command ended with {ended} before {what}:\n{self.screen}"
            assert time.monotonic() < deadline, f"no {what} in:\n{self.screen}"
            time.sleep(0.02)

    def wait_for_end(self) -> int:
        """Wait until the command has ended; its exit code."""
        self.wait_until(lambda: self.exit_code is not None, "end")
        code = self.exit_code
        assert code is not None
        return code

    def picture(self, name: str) -> None:
        """Saves the screen as `name`.svg in the folder of `RINGBACK_TEST_SCREENSHOTS`, where there is one."""
        folder = os.environ.get(SCREENSHOTS)
        if folder:
            text = Text.from_ansi(self.coloured)
            drawn = picture(
                lambda console: console.print(text, soft_wrap=True), title=name, width=self.columns
            )
            Path(folder, f"{name}.svg").write_text(drawn, encoding="utf-8")

    def _ask(self, variable: str) -> str:
        return self._do("display-message", "-p", f"#{{{variable}}}").strip()

    def _do(self, *words: str, env: dict[str, str] | None = None) -> str:
        command: Sequence[str] = [self._tmux, "-u", "-S", str(self._socket), *words]
        done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, f"tmux {shlex.join(words)}: {done.stderr}"
        return done.stdout
