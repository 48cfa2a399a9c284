"""The README is true to the letter: options, commands, exit codes, severities, key labels and links."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from mitmproxy.test import taddons

from ringback.addon import Ringback
from ringback.cli import cli
from ringback.findings import Severity
from ringback.status import ExitCode
from ringback.wire.events import ClosedReason
from ringback.wire.keylog import KeyLabel
from synthetic.picture import DOCS, PICTURES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    [ROOT / "README.md", *(ROOT / "addon/ringback/docs").glob("*.md"), ROOT / "captures/README.md"]
)


def table(heading: str) -> list[list[str]]:
    """The rows below the table heading that begins with these words, without markup."""
    rows = README.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def leaf_commands(group: click.Group, prefix: str = "ringback") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        found |= leaf_commands(command, path) if isinstance(command, click.Group) else {path: command}
    return found


def usage(path: str, command: click.Command) -> str:
    """One line with every option and argument of a command, in the order of its help; in brackets what may be
    left out."""
    words = [path]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            value = "" if parameter.is_flag else f" {parameter.metavar or str(parameter.name).upper()}"
            word = f"{parameter.opts[0]}{value}"
            words.append(word if parameter.required else f"[{word}]")
    words += [str(each.metavar) for each in command.params if isinstance(each, click.Argument)]
    return " ".join(words)


def test_every_option_of_the_addon_is_listed() -> None:
    """The options table names exactly the options that the add-on adds."""
    with taddons.context(Ringback()) as context:  # type: ignore[no-untyped-call]
        added = {name for name in context.options._options if name.startswith("ringback_")}
        levels = context.options._options["ringback_level"].choices
    rows = table("option")
    assert {row[0].strip("`") for row in rows} == added
    assert next(row[1] for row in rows if "level" in row[0]) == ", ".join(f"`{level}`" for level in levels)


def test_every_command_is_listed_with_its_options() -> None:
    """The commands table spells each command with all options and arguments."""
    expected = {usage(path, command) for path, command in leaf_commands(cli).items()}
    assert {row[0].strip("`") for row in table("command")} == expected


def test_every_exit_code_is_listed() -> None:
    """The exit codes stand with the words of the help."""
    listed = {int(code): meaning.replace("\\|", "|") for code, meaning in table("code")}
    assert listed == {code.value: code.meaning for code in ExitCode}


def test_every_severity_is_listed() -> None:
    """The severities stand, the worst first."""
    assert [row[0] for row in table("severity")] == [each.value for each in reversed(Severity)]


def test_every_reason_for_a_closed_frame_is_listed() -> None:
    """The closed set of reasons stands as in the code, in its order."""
    reasons = re.search(r"what to do next: ([^.]*)\.", README.replace("\n", " "))
    assert reasons is not None
    assert reasons[1].split(", ") == [reason.value for reason in ClosedReason]


def test_every_label_of_the_key_log_is_listed() -> None:
    """The key log format names exactly the labels that are read."""
    block = next(each for each in README.split("```") if "CANDIDATE_KEY" in each)
    assert {line.split()[0] for line in block.strip().splitlines()} == {label.value for label in KeyLabel}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Links and pictures within the repository exist."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_what_is_printed(name: str) -> None:
    """The text in the picture is what is on the screen today; rich may change what is around it."""
    shown, printed = (
        re.findall(r"<text[^>]*>(.*?)</text>", svg)
        for svg in ((DOCS / name).read_text("utf-8"), PICTURES[name]())
    )
    assert len(shown) > 100
    assert shown == printed


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_stands_by_itself(name: str) -> None:
    """No font, style, script or picture is fetched from anywhere: the only addresses are XML namespaces."""
    drawn = re.sub(r"<!--.*?-->", "", (DOCS / name).read_text("utf-8"), flags=re.DOTALL)
    assert set(re.findall(r"""https?://[^\s"')<]+""", drawn)) == {"http://www.w3.org/2000/svg"}
