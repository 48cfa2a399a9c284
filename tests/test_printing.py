from __future__ import annotations

import io

import pytest

from ringback.findings import Severity
from ringback.printing import output_console
from ringback.sanitize import Placeholders
from ringback.view.terminal import TerminalView
from support.viewing import observed_call


class Screen(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("no_color", "color", "styled"),
    [("", True, True), ("", False, False), ("1", True, False), ("0", True, False)],
)
def test_without_colour_a_screen_gets_text_alone(
    monkeypatch: pytest.MonkeyPatch, no_color: str, color: bool, styled: bool
) -> None:
    """Neither the option nor a set NO_COLOR leaves bold, faint or reversed letters; an empty NO_COLOR is
    none."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    screen = Screen()
    view = TerminalView(output_console(screen, color=color), Severity.NOTE, Placeholders())
    for observation in observed_call():
        view.show(observation)
    assert ("\x1b" in screen.getvalue()) is styled
    assert "preaccept" in screen.getvalue()
