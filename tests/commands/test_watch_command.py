"""`ringback watch` and `ringback live` before the screen is taken: what they refuse, and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringback.cli import main
from ringback.commands import live, watch
from ringback.status import ExitCode


@pytest.fixture
def in_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a terminal, as far as the commands can tell."""
    for module in (watch, live):
        monkeypatch.setattr(module, "require_terminal", lambda *_: None)


@pytest.mark.parametrize("command", ["watch", "live"])
def test_without_a_terminal(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They say what does the same without one."""
    assert main([command]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert told.startswith(f"ringback: error: {command} needs a terminal")
    assert told.endswith(" without one\n")


@pytest.mark.usefixtures("in_terminal")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["watch", "-"], ExitCode.USAGE, "watch takes keys from standard input: name a file"),
        (["watch", "a", "b"], ExitCode.USAGE, "one at a time, not 2"),
        (["watch", "--filter", "x=1", "a"], ExitCode.USAGE, "--filter: there is no key 'x'"),
        (["watch", "{folder}"], ExitCode.INPUT, "{folder} is a folder; name an event file, a ledger or"),
        (["watch", "--spec", "{folder}/no.yaml", "a"], ExitCode.INPUT, "no.yaml"),
        (["live", "--set", "ringback_events=x"], ExitCode.USAGE, "give it --events instead"),
        (["live", "--set=ringback_spec=x"], ExitCode.USAGE, "give it --spec instead"),
        (["live", "--spec", "{folder}/no.yaml"], ExitCode.INPUT, "no.yaml"),
    ],
)
def test_what_is_refused(
    arguments: list[str], code: ExitCode, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the screen is taken, as by every other command."""
    assert main([each.format(folder=tmp_path) for each in arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message.format(folder=tmp_path) in captured.err
