"""`ringback.commands.progress`: a bar where somebody looks, nothing where nobody does."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ringback.commands.environment import Environment
from ringback.commands.progress import ReadingProgress
from ringback.sources.notice import Notice


class Terminal(io.StringIO):
    """A stream that passes for a terminal."""

    def isatty(self) -> bool:
        return True


def drawn(stderr: io.StringIO) -> str:
    """What is written while a file is read, a notice comes, and the reading goes on."""
    with ReadingProgress(Environment(stdout=io.StringIO(), stderr=stderr)) as progress:
        progress.advance(Path("folder/a.flows"), 50, 200)
        progress.tell(Notice("something is odd"))
        progress.advance(Path("folder/a.flows"), 200, 200)
    return stderr.getvalue()


def test_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """File and bytes are shown; a notice stands on a line of its own."""
    monkeypatch.setenv("TERM", "xterm")
    text = drawn(Terminal())
    assert "reading a.flows" in text
    assert "200" in text
    assert "ringback: warning: something is odd\n" in text


def test_no_bar_in_a_pipe() -> None:
    """Where standard error is no terminal only the notice is written."""
    assert drawn(io.StringIO()) == "ringback: warning: something is odd\n"
