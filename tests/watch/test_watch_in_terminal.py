"""`ringback watch` and `ringback live` in a real terminal, with real keys."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from ringback.status import ExitCode
from support.many_events import SILENT, many_events
from support.recorded import capture
from support.tmux import Terminal

MANY = 5_000
MULTI_DEVICE = capture("multi-device")


def ringback(*arguments: str | Path) -> tuple[str | Path, ...]:
    return (sys.executable, "-m", "ringback", *arguments)


def in_shell(*arguments: str | Path) -> tuple[str, ...]:
    """The command between two looks at the terminal's settings, which must be the same."""
    words = " ".join(f"'{word}'" for word in ringback(*arguments))
    return ("sh", "-c", f'b=$(stty -g); {words}; c=$?; [ "$b" = "$(stty -g)" ] && echo same; exit $c')


def restored(terminal: Terminal) -> bool:
    """Whether the screen is the shell's again, with a cursor."""
    return not terminal.is_alternate and terminal.has_cursor


def test_a_walk_over_the_multi_device_capture() -> None:
    """From the list to the ladder, to a stanza, and back, at 80x24; nothing is torn when it is resized."""
    with Terminal(*in_shell("watch", MULTI_DEVICE)) as terminal:
        terminal.wait_for(r"^ ringback multi-device\.flows +1 call  following$")
        terminal.wait_for(r"^ \?1 open 2/2  \?2 open 0/2  \?3 open 1/1$")
        terminal.wait_for(r"^\+ CALLID-0001 A:1@lid → B@lid +completed +0\.396 +2/4 +41 child-undocumented$")
        assert not restored(terminal)
        terminal.picture("watch-calls")
        terminal.press("Enter")
        terminal.wait_for(r"^ CALLID-0001 .* devices 2/4  41 stanzas$")
        terminal.wait_for(r"offer, to 4 devices")
        terminal.picture("watch-call")
        terminal.press("Down", "Down", "Enter")
        terminal.wait_for(r'^✓ +call-id="CALLID-0001" +probable, required$')
        terminal.picture("watch-stanza")
        terminal.resize(120, 40)
        terminal.wait_for(r"^ F1 Help  Esc Back .*")
        terminal.press("Escape")
        terminal.wait_for(r"^ CALLID-0001 .* 41 stanzas$")
        terminal.wait_for(r'call-id="CALLID-0001"')
        terminal.picture("watch-call-wide")
        terminal.resize(80, 24)
        terminal.press("q", "F2")
        terminal.wait_for(r"^\?1 Is <preaccept> always emitted")
        terminal.picture("watch-questions")
        terminal.press("?")
        terminal.wait_for(r"F3, /, F7 +filter the calls")
        terminal.press("q", "q", "F4")
        terminal.wait_for(r"^ Findings of all calls")
        terminal.press("q", "q")
        assert terminal.wait_for_end() == ExitCode.OK
        assert terminal.screen.splitlines()[0] == "same"
        assert restored(terminal)


def test_thousands_of_calls(tmp_path: Path) -> None:
    """They are listed as they are read, filtered, sorted and walked through with the same keys."""
    events = many_events(tmp_path / "many.jsonl", MANY)
    with Terminal(*ringback("watch", events)) as terminal:
        terminal.wait_for(r"^ ringback many\.jsonl +[0-9]+ calls  reading  following$")
        terminal.press("Up", "Enter")
        terminal.wait_for(r"^ CALLID-[0-9]+ ")
        terminal.press("q")
        terminal.wait_for(r"^ ringback many")
        terminal.press("End")
        for thousands in range(1, MANY // 1000 + 1):
            terminal.wait_for(rf" [{thousands}-9][0-9]{{3}} calls\b")
        terminal.wait_for(rf"^ ringback many\.jsonl +{MANY} calls  following$")
        terminal.wait_for(rf"^. CALLID-{MANY:04} ")
        terminal.press("Home")
        terminal.wait_for(r"^. CALLID-0001 ")
        terminal.press("Down", "Down", "Enter")
        terminal.wait_for(r"^ CALLID-0003 ")
        terminal.press("q")
        terminal.wait_for(r"^ ringback many")
        terminal.press("Home", "NPage", "NPage", "PPage")
        terminal.wait_for(r"^. CALLID-0020 ")
        terminal.type("/not action = preaccept")
        terminal.press("Enter")
        silent = MANY // SILENT
        terminal.wait_for(rf" {silent} of {MANY} calls")
        terminal.press(">", ">", ">", "z")
        terminal.wait_for(r"ring↓")
        terminal.press("F9")
        terminal.wait_for(rf" {MANY} calls$")
        terminal.press("C-c")
        assert terminal.wait_for_end() == ExitCode.INTERRUPTED


def test_ctrl_c_gives_the_terminal_back(tmp_path: Path) -> None:
    """While a source is waited for, too."""
    with Terminal(*in_shell("watch", tmp_path / "to-come.jsonl")) as terminal:
        terminal.wait_for(r"^ to-come\.jsonl is not there yet: waiting for it$")
        terminal.press("C-c")
        assert terminal.wait_for_end() == ExitCode.INTERRUPTED
        assert terminal.screen.splitlines()[0] == "same"
        assert restored(terminal)


def test_no_colour() -> None:
    """Where it is not wanted there is none; what is chosen is seen nevertheless."""
    with Terminal(*ringback("watch", "--no-color", MULTI_DEVICE)) as terminal:
        terminal.wait_for("CALLID-0001")
        sequences = re.findall(r"\x1b\[([0-9;]*)m", terminal.coloured)
        codes = {code for sequence in sequences for code in sequence.split(";")}
        assert "7" in codes
        assert codes <= {"", "0", "1", "2", "4", "7", "39", "49"}
    with Terminal(*ringback("watch", MULTI_DEVICE)) as terminal:
        terminal.wait_until(lambda: re.search(r"\x1b\[3[1-6]m", terminal.coloured) is not None, "colour")


def test_live(tmp_path: Path) -> None:
    """mitmdump's calls are shown and its words are not; at the end nothing of either is left."""
    confdir = tmp_path / "confdir"
    arguments = ("--set", f"confdir={confdir}", "-n", "-r", MULTI_DEVICE)
    with Terminal(*in_shell("live", *arguments), columns=120, TMPDIR=str(tmp_path)) as terminal:
        terminal.wait_for(r"^\+ +1 CALLID-0001 .*completed +0\.396 +2/4 +41 child-undocumented$")
        assert "WebSocket" not in terminal.screen
        folder = next(tmp_path.glob("ringback-*"))
        assert folder.stat().st_mode & 0o077 == 0
        assert (folder / "events.jsonl").stat().st_mode & 0o077 == 0
        terminal.press("F8")
        terminal.wait_for(r"GET https://web\.whatsapp\.com/ws/chat")
        terminal.press("C-c")
        assert terminal.wait_for_end() == ExitCode.INTERRUPTED
        assert terminal.screen.splitlines()[0] == "same"
    assert list(tmp_path.glob("ringback-*")) == []


def test_live_keeps_the_events_that_it_is_asked_to_keep(tmp_path: Path) -> None:
    events = tmp_path / "kept.jsonl"
    arguments = ("--events", events, "--set", f"confdir={tmp_path}", "-n", "-r", MULTI_DEVICE)
    with Terminal(*ringback("live", *arguments)) as terminal:
        terminal.wait_for("CALLID-0001")
        terminal.press("q")
        assert terminal.wait_for_end() == ExitCode.OK
    assert '"type": "summary"' in events.read_text()


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["-r", "/no/such.flows"]], ids=" ".join)
def test_a_mitmdump_that_fails(arguments: list[str]) -> None:
    """Its exit code and its last words are what is left."""
    with Terminal(*ringback("live", *arguments), columns=120) as terminal:
        code = terminal.wait_for_end()
        assert code not in (ExitCode.OK, ExitCode.INTERRUPTED)
        assert f"ringback: error: mitmdump has ended with {code}; its last lines:" in terminal.history
        assert arguments[-1] in terminal.history
        assert not terminal.is_alternate
