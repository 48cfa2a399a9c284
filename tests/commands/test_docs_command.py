"""`ringback docs`, and that whatever names a page names one that it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ringback
from ringback.cli import main
from ringback.commands.docs import pages
from ringback.status import ExitCode

PACKAGE = Path(ringback.__file__).parent


def test_every_page_is_listed_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """By name and title; a page is printed as it lies in the package."""
    files = {file.stem: file.read_text("utf-8") for file in (PACKAGE / "docs").glob("*.md")}
    assert main(["docs"]) == ExitCode.OK
    listed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert {name: f"# {title}" for name, title in listed.items()} == {
        name: text.splitlines()[0] for name, text in files.items()
    }
    for spelled in ("filters", "filters.md", "docs/filters.md"):
        assert main(["docs", spelled]) == ExitCode.OK
        assert capsys.readouterr().out == files["filters"]


def test_a_page_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest one is named."""
    assert main(["docs", "filter"]) == ExitCode.USAGE
    assert "there is no page 'filter': did you mean filters?" in capsys.readouterr().err
    assert main(["docs", "7"]) == ExitCode.USAGE
    assert "there is no page '7'; `ringback docs` lists them" in capsys.readouterr().err


def test_help_and_messages_name_pages_that_can_be_read() -> None:
    """No text names a file of a checkout; comments and docstrings may, for whoever reads the code."""
    named: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        text = re.sub(r'"""(?:.|\n)*?"""|#.*', "", file.read_text("utf-8"))
        assert not re.search(r"docs/\w+\.md", text), file
        named |= set(re.findall(r"`ringback docs (\w+)`", text))
    assert named >= {"filters", "json", "sources"}
    assert named <= pages().keys()
