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


def drawn(stderr: io.StringIO, *, color: bool = True) -> str:
    """What is written while a file is read, a notice comes, and the reading goes on."""
    with ReadingProgress(Environment(io.StringIO(), stderr, color)) as progress:
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


@pytest.mark.parametrize(("no_color", "color"), [("1", True), ("0", True), ("", False)])
def test_no_escape_without_colour(monkeypatch: pytest.MonkeyPatch, no_color: str, color: bool) -> None:
    """A bar is nothing but escapes: where colour is refused only the notice is written."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    assert drawn(Terminal(), color=color) == "ringback: warning: something is odd\n"


def test_no_bar_in_a_pipe() -> None:
    """Where standard error is no terminal only the notice is written."""
    assert drawn(io.StringIO()) == "ringback: warning: something is odd\n"


def test_the_name_of_a_file_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the terminal nor rich obeys it."""
    monkeypatch.setenv("TERM", "xterm")
    stderr = Terminal()
    with ReadingProgress(Environment(io.StringIO(), stderr)) as progress:
        progress.advance(Path("[red]\x1b]0;x\x07.flows"), 200, 200)
    assert "reading [red]\\x1b]0;x\\x07.flows" in stderr.getvalue()
    assert "\x07" not in stderr.getvalue()
