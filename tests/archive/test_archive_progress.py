"""`ringback.archive.progress`: a bar where somebody looks, a few lines where nobody does."""

from __future__ import annotations

import io

import pytest

from ringback.archive.paths import Place
from ringback.archive.progress import STEPS, ArchiveProgress
from ringback.archive.task import Done, failed
from ringback.commands.environment import Environment
from ringback.sources.notice import Notice


class Terminal(io.StringIO):
    """A stream that passes for a terminal."""

    def isatty(self) -> bool:
        return True


def told(stderr: io.StringIO, count: int, *, color: bool = True) -> str:
    """What is written while so many captures are gone through, each a task of its own."""
    places = [Place(f"{number}.flows", f"{number}.flows", 1000) for number in range(count)]
    with ArchiveProgress(Environment(io.StringIO(), stderr, color), places) as progress:
        for number, place in enumerate(places):
            progress.advance(Done((failed(number, place, "gone"),)))
        progress.tell(Notice("something is odd"))
    return stderr.getvalue()


def test_a_line_for_each_tenth() -> None:
    """However many captures there are, a log is not flooded."""
    lines = told(io.StringIO(), 1000).splitlines()
    assert lines == [
        *(f"ringback: {1000 // STEPS * step} of 1000 captures gone through" for step in range(1, STEPS + 1)),
        "ringback: warning: something is odd",
    ]


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts captures and bytes; a notice stands on a line of its own, and there are no other lines."""
    monkeypatch.setenv("TERM", "xterm")
    text = told(Terminal(), 20)
    assert "20 of 20 captures gone through" in text
    assert "kB" in text
    assert "ringback: warning: something is odd\n" in text
    assert text.count("ringback: ") == 1


def test_without_colour_there_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar is nothing but escapes."""
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b" not in told(Terminal(), 3, color=False)


def test_a_bar_that_is_gone_stays_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told with the summary does not bring it back into it."""
    monkeypatch.setenv("TERM", "xterm")
    stderr = Terminal()
    with ArchiveProgress(Environment(io.StringIO(), stderr), [Place("a.flows", "a.flows", 1000)]) as progress:
        progress.stop()
        before = len(stderr.getvalue())
        progress.tell(Notice("interrupted"))
    assert stderr.getvalue()[before:] == "ringback: warning: interrupted\n"
