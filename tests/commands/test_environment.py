"""`ringback.commands.environment`: where notices and results go, whatever the encoding."""

from __future__ import annotations

import io

import pytest

from ringback.commands.environment import Environment
from ringback.sources.notice import Notice, Urgency


def test_notices_are_lines_on_standard_error() -> None:
    """Each notice is one line that begins with the command's name and, unless it is plain, its urgency."""
    stdout, stderr = io.StringIO(), io.StringIO()
    environment = Environment(stdout=stdout, stderr=stderr)
    for urgency in Urgency:
        environment.tell(Notice("so it is", urgency))
    assert stderr.getvalue() == (
        "ringback: so it is\nringback: warning: so it is\nringback: error: so it is\n"
    )
    assert stdout.getvalue() == ""


def test_a_terminal_obeys_no_notice() -> None:
    """Names of files, flows and hosts are somebody else's; what ringback wrote itself stays as it is."""
    stderr = io.StringIO()
    Environment(io.StringIO(), stderr).tell(Notice("flow \x1b]0;x\x07 of C:\\é.flows\n^ \x9b31m\u202e"))
    assert stderr.getvalue() == ("ringback: warning: flow \\x1b]0;x\\x07 of C:\\é.flows\n^ \\x9b31m\\u202e\n")


def test_characters_that_the_encoding_lacks_are_escaped() -> None:
    """A result is never lost over a character."""
    bytes_written = io.BytesIO()
    stream = io.TextIOWrapper(bytes_written, encoding="ascii")
    Environment(stdout=stream).write("Pré-accept ☎\n")
    stream.flush()
    assert bytes_written.getvalue() == b"Pr\\xe9-accept \\u260e\n"


def test_console_prints_what_it_is_given() -> None:
    """Brackets and colons in a text are no markup."""
    stream = io.StringIO()
    Environment(stdout=stream, color=False).console().print("[bold]te[2][/bold] :phone: 12")
    assert stream.getvalue() == "[bold]te[2][/bold] :phone: 12\n"


def test_color_can_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--no-color` holds on a terminal too."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for color in (True, False):
        stream = Terminal()
        Environment(stdout=stream, color=color).console().print("text", style="bold red")
        assert ("31m" in stream.getvalue()) is color
