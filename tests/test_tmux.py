"""`support.tmux`: a command is started, driven, looked at, resized and ended in a terminal."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from support.browser import SCREENSHOTS
from support.mitm import PATIENCE_S
from support.tmux import Terminal

ASKING = """
import os, shutil, signal, sys
def size(*_):
    print("size", *shutil.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, size)
size()
for line in sys.stdin:
    print(f"\\033[1;31mheard\\033[0m {line.strip()} {os.environ['RINGBACK_X']}", flush=True)
sys.exit(3)
"""


def test_a_command_is_driven_and_ends() -> None:
    """Text is typed, keys are pressed, the screen is read with its colours, the exit code is known."""
    with Terminal(sys.executable, "-c", ASKING, columns=70, rows=20, RINGBACK_X="∀ x") as terminal:
        terminal.wait_for(r"^size 70 20$")
        terminal.type("Enter -l ☎")
        terminal.press("Enter")
        terminal.wait_for(r"^heard Enter -l ☎ ∀ x$")
        assert "\x1b[1m\x1b[31mheard" in terminal.coloured
        terminal.resize(100, 30)
        terminal.wait_for(r"^size 100 30$")
        assert terminal.exit_code is None
        terminal.press("C-d")
        assert terminal.wait_for_end() == 3


def test_an_end_by_a_signal_is_told() -> None:
    """As a shell tells it."""
    with Terminal("sh", "-c", "kill -9 $$") as terminal:
        assert terminal.wait_for_end() == 128 + 9


def test_ctrl_c_ends_the_command_only() -> None:
    """What the command says of it is still seen."""
    talk = "trap 'echo bye; exit 9' INT; echo up; while :; do sleep 0.1; done"
    with Terminal("sh", "-c", talk) as terminal:
        terminal.wait_for("up")
        terminal.press("C-c")
        assert terminal.wait_for_end() == 9
        assert "bye" in terminal.screen


def test_all_that_was_printed_is_kept() -> None:
    """What has scrolled out of the screen can be read, wrapped lines whole."""
    with Terminal("sh", "-c", "seq 1000; printf %0100d 7", columns=40, rows=10) as terminal:
        assert terminal.wait_for_end() == 0
        assert "\n1\n" not in f"\n{terminal.screen}"
        assert terminal.history.splitlines()[:1001] == [*map(str, range(1, 1001)), f"{7:0100}"]


def test_whole_screen_and_cursor() -> None:
    """It is known whether the command holds the whole screen, hides the cursor, and gives both back."""
    taking = r"printf '\033[?1049h\033[?25lfull'; read x; printf '\033[?1049l\033[?25hback'; read x"
    with Terminal("sh", "-c", taking) as terminal:
        terminal.wait_for("full")
        assert (terminal.is_alternate, terminal.has_cursor) == (True, False)
        terminal.press("Enter")
        terminal.wait_for("back")
        assert (terminal.is_alternate, terminal.has_cursor) == (False, True)


def test_a_command_that_ends_too_soon_fails_the_test() -> None:
    """With what was on the screen; nobody waits for what cannot come any more."""
    with Terminal("sh", "-c", "echo sorry; exit 5") as terminal:
        with pytest.raises(AssertionError, match=r"ended with 5 before 'glad':\nsorry"):
            terminal.wait_for("glad")
        assert terminal.wait_for("sorry")


def await_end(pid: int) -> None:
    """Raises ProcessLookupError as soon as there is no such process."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        os.kill(pid, 0)
        time.sleep(0.02)


def test_nothing_is_left_behind() -> None:
    """Neither the command nor its terminal outlives the test."""
    with Terminal("sh", "-c", "echo pid $$; exec sleep 1000") as terminal:
        pid = int(terminal.wait_for(r"pid (\d+)")[1])
        folder = Path(terminal._folder.name)
        os.kill(pid, 0)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        await_end(pid)


def test_the_screen_is_saved_where_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a picture of its text and colours."""
    monkeypatch.setenv(SCREENSHOTS, str(tmp_path))
    with Terminal("sh", "-c", r"printf '\033[38;2;1;2;3mtelephone\033[0m'") as terminal:
        terminal.wait_for("telephone")
        terminal.picture("screen")
    drawn = (tmp_path / "screen.svg").read_text(encoding="utf-8")
    assert "telephone" in drawn
    assert "#010203" in drawn
