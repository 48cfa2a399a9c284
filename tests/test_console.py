"""The add-on in the console of a real mitmproxy, driven by keys in a terminal."""

from __future__ import annotations

from pathlib import Path

from support.mitm import SCRIPT, command
from support.recorded import capture
from support.tmux import Terminal

NAME = "single-callee"


def test_a_recorded_call_is_seen(tmp_path: Path) -> None:
    """The WebSockets are listed, one shows its stanzas, and the event log has what ringback says."""
    arguments = command("-n", "-r", capture(NAME), "-s", SCRIPT, confdir=tmp_path, tool="mitmproxy")
    with Terminal(*arguments, columns=120, rows=40) as terminal:
        terminal.wait_for(r"^Flows")
        terminal.wait_for(r"WSS .*/ws/chat .*\n.*WSS .*/ws/chat ")
        terminal.picture("console-list")
        terminal.press("Enter")
        terminal.wait_for(r"^Flow Details")
        terminal.press("Tab", "Tab")
        terminal.wait_for(r"<offer call-id=.CALLID-0001.")
        terminal.picture("console-messages")
        terminal.press("q")
        terminal.wait_for(r"^Flows")
        terminal.press("E")
        terminal.wait_for(r"^Events")
        terminal.wait_for(r"ringback: .*calls: 1")
        terminal.picture("console-events")
        terminal.press("q", "q")
        terminal.wait_for("Quit")
        terminal.press("y")
        assert terminal.wait_for_end() == 0
        assert not terminal.is_alternate
