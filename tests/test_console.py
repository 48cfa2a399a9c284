"""The add-on in the console of a real mitmproxy, driven by keys in a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.hostile import write_hostile
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


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_what_ringback_adds_is_seen(tmp_path: Path, columns: int, rows: int) -> None:
    """Marks and the call in the list, the annotated pre-accept, comment, metadata, ladder, commands."""
    arguments = command("-n", "-r", capture(NAME), "-s", SCRIPT, confdir=tmp_path, tool="mitmproxy")
    with Terminal(*arguments, columns=columns, rows=rows) as terminal:
        terminal.wait_for(r"CALL .*/CALLID-0001\?stanzas=34&pre-accepts=1 .*🔵$")
        terminal.wait_for(r"GET .*/ws/chat .*🔵$")
        terminal.press("Enter")
        terminal.wait_for(r"^Flow Details")
        terminal.press("Tab", "Tab")
        terminal.wait_for(r"⇐ server frame 1  55 bytes  <success>  belongs to no call")
        terminal.press("/")
        terminal.type("child-undocumented")
        terminal.press("Enter")
        terminal.wait_for(r"[+]     <capability ver=.1.>0105f709e4bb13</capability> +not specified$")
        terminal.wait_for(r"\+ note    child-undocumented  /call/preaccept/audio")
        terminal.picture(f"console-annotated-{columns}")
        terminal.press("Tab")
        terminal.wait_for(r"^Comment: ringback: 2 notes \(addresses-literal, attribute-undocumented\);")
        terminal.wait_for(r"ringback-calls +'CALLID-0001'$")
        terminal.press("q")
        terminal.wait_for(r"^Flows")
        terminal.press("End", "Enter")
        terminal.wait_for(r"^Flow Details")
        terminal.press("Tab")
        terminal.wait_for(r"│ offer, to 1 device")
        terminal.wait_for(r"^ +22:13:21.171Z")
        terminal.picture(f"console-call-{columns}")
        terminal.press("q")
        terminal.wait_for(r"^Flows")
        terminal.type(":ringback.q")
        terminal.press("Tab")
        terminal.wait_for(r"^: ?ringback\.questions")
        terminal.press("Enter")
        terminal.wait_for(r"call-preaccept/1: Is <preaccept> always emitted")
        terminal.picture(f"console-questions-{columns}")


def test_nothing_in_a_stanza_is_obeyed(tmp_path: Path) -> None:
    """Escape sequences, HTML and bidirectional controls stay text in list, messages, ladder and detail."""
    recording = write_hostile(tmp_path / "hostile.flows")
    arguments = command("-n", "-r", recording, "-s", SCRIPT, confdir=tmp_path, tool="mitmproxy")
    with Terminal(*arguments, columns=120, rows=40) as terminal:
        terminal.wait_for(r"CALL .*/CALLID-0002\?")
        seen = [terminal.screen]
        terminal.press("Enter")
        terminal.wait_for(r"^Flow Details")
        terminal.press("Tab", "Tab")
        terminal.wait_for(r"⇐ ↓ preaccept  CALLID-0001")
        terminal.picture("console-hostile")
        seen.append(terminal.screen)
        terminal.press("Tab")
        terminal.wait_for(r"^Comment: ringback: ")
        seen.append(terminal.screen)
        terminal.press("q")
        terminal.wait_for(r"^Flows")
        terminal.press("Down", "Enter")
        terminal.wait_for(r"^Flow Details")
        terminal.press("Tab")
        terminal.wait_for(r"of hostile.flows: a call as ringback saw it")
        seen.append(terminal.screen)
        assert terminal.title != "owned"
    for screen in seen:
        assert "owned" not in screen
        assert "<img" not in screen
        assert all(each.isprintable() or each == "\n" for each in screen)
