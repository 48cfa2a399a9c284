"""`ringback report` on what was recorded."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ringback.cli import main
from ringback.cli.report import _FORMATS
from ringback.commands.environment import Environment
from ringback.commands.recorded import Recording, SourceOptions
from ringback.commands.report import Output, report
from ringback.commands.usage import ArgumentError
from ringback.filters import parse
from ringback.report.rendering import FORMATS
from ringback.status import ExitCode
from synthetic import generate

CAPTURES = generate.CAPTURES / "synthetic"
FLOWS = CAPTURES / "single-callee.flows"


@pytest.fixture
def ringback(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line; gives exit code, standard output and standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["report", *map(str, arguments)])
        return (code, *capsys.readouterr())

    return run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_markdown_goes_to_standard_output(ringback: Any) -> None:
    """Where nothing else was asked for."""
    code, out, _ = ringback(FLOWS)
    assert (code, out[:18]) == (ExitCode.OK, "# ringback report:")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.html", "<!DOCTYPE html>"),
        ("a.HTM", "<!DOCTYPE html>"),
        ("a.md", "# ringback report"),
        ("a.json", '{\n "format": 1'),
        ("a.sarif", '{\n "$schema"'),
        ("a.xml", '<?xml version="1.0" encoding="UTF-8"?>\n<report'),
        ("a.txt", "# ringback report"),
    ],
)
def test_the_name_of_the_file_says_the_format(ringback: Any, tmp_path: Path, name: str, start: str) -> None:
    """And what was written is said."""
    code, out, err = ringback("--out", tmp_path / "new" / name, FLOWS)
    assert (code, out) == (ExitCode.OK, "")
    assert (tmp_path / "new" / name).read_text("utf-8").startswith(start)
    assert f"report on 1 call written to {tmp_path / 'new' / name}" in err


def test_the_format_asked_for_goes_before_the_name(ringback: Any, tmp_path: Path) -> None:
    """JUnit is XML too."""
    ringback("--format", "junit", "--out", tmp_path / "a.xml", FLOWS)
    assert "<testsuites" in (tmp_path / "a.xml").read_text("utf-8")


def test_the_formats_of_the_command_line_are_those_there_are() -> None:
    """Which are named twice, so that the help needs no XML library."""
    assert _FORMATS == FORMATS


def test_a_filter_chooses_calls(ringback: Any) -> None:
    """By what was found in them; an error in it is marked."""
    code, out, _ = ringback(
        "--format", "json", "--filter", "severity >= error", CAPTURES / "violations.flows"
    )
    told = json.loads(out)
    assert code == ExitCode.OK
    assert 0 < told["provenance"]["selected"] < told["provenance"]["total"] == 28
    assert all(call["errors"] for call in told["calls"])
    code, _, err = ringback("--filter", "severity >", FLOWS)
    assert code == ExitCode.USAGE
    assert "^" in err


def test_raw_values_are_refused(ringback: Any) -> None:
    """Reports are for others to read."""
    code, out, err = ringback("--raw", FLOWS)
    assert (code, out) == (ExitCode.USAGE, "")
    assert "raw values are refused" in err


def test_a_name_that_is_of_no_format_is_refused(ringback: Any, tmp_path: Path) -> None:
    """Before anything is read, unless a format is asked for; a name without a suffix says nothing."""
    out = tmp_path / "a.pdf"
    code, _, err = ringback("--out", out, FLOWS)
    assert (code, out.exists()) == (ExitCode.USAGE, False)
    assert "use one of .html, .htm, .md, .txt, .json, .sarif, .xml, or name --format" in err
    assert ringback("--format", "markdown", "--out", out, FLOWS)[0] == ExitCode.OK
    assert ringback("--out", tmp_path / "a", FLOWS)[0] == ExitCode.OK


def test_a_page_is_not_printed_on_a_terminal() -> None:
    """It would be noise; nothing was read either."""
    output = Output("html", None)
    with pytest.raises(ArgumentError, match="--out"):
        report(
            SourceOptions(Recording((Path("missing.flows"),))),
            parse(""),
            output,
            Environment(stdout=Terminal(), stderr=None),
        )


def test_a_file_that_cannot_be_written_is_told(ringback: Any, tmp_path: Path) -> None:
    """With its name."""
    (tmp_path / "file").write_text("x")
    code, _, err = ringback("--out", tmp_path / "file" / "a.md", FLOWS)
    assert code == ExitCode.INPUT
    assert "cannot be written" in err


def test_how_the_reading_went_is_the_exit_code(ringback: Any, tmp_path: Path) -> None:
    """A report is made of what could be read, and says so."""
    torn = tmp_path / "torn.flows"
    torn.write_bytes(FLOWS.read_bytes()[:-300])
    code, out, _ = ringback("--keylog", CAPTURES / "single-callee.keys", torn)
    assert code == ExitCode.INPUT
    assert "A source was not read to its end" in out


def test_progress_is_drawn_on_a_terminal_only() -> None:
    """Standard output has the report alone."""
    out, err = io.StringIO(), Terminal()
    code = report(
        SourceOptions(Recording((FLOWS,))),
        parse(""),
        Output("json", None),
        Environment(stdout=out, stderr=err),
    )
    assert code is ExitCode.OK
    assert json.loads(out.getvalue())["format"] == 1
    assert "writing calls" in err.getvalue()
    plain = Terminal()
    silent = Environment(io.StringIO(), plain, color=False)
    report(SourceOptions(Recording((FLOWS,))), parse(""), Output("json", None), silent)
    assert "\x1b" not in plain.getvalue()
