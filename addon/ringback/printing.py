"""The rich console that ringback prints through."""

from __future__ import annotations

import errno
import os
from typing import NoReturn, TextIO

from rich.console import Console


class OutputConsole(Console):
    """A console that leaves it to its user what happens when the reader of the output went away.

    rich would end the process, which inside mitmproxy is not ours to end.
    """

    def on_broken_pipe(self) -> NoReturn:
        """Raise what rich has caught.

        Raises:
            BrokenPipeError: always.
        """
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def is_plain(*, color: bool = True) -> bool:
    """Whether text is to have no escape at all: colour was refused, or `NO_COLOR` is set to anything."""
    return not color or bool(os.environ.get("NO_COLOR"))


def is_text_alone(console: Console) -> bool:
    """Whether it prints text as it is, without an escape, and keeps nothing of it: a file or a pipe."""
    return console.color_system is None and not console.is_terminal and not console.record


def output_console(stream: TextIO, *, color: bool = True) -> OutputConsole:
    """A console on `stream`; its width, colours and encoding are those of the stream.

    Without `color`, and where `NO_COLOR` is set to anything, it prints text alone: rich would leave
    bold, faint and reversed letters in.
    """
    return OutputConsole(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        color_system=None if is_plain(color=color) else "auto",
    )
