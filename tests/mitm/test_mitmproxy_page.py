"""The page on mitmproxy's screens is true to the letter: commands, fields, limits, and what messages say."""

from __future__ import annotations

import re
from pathlib import Path

from ringback.mitm import callflows, messagelog, screens
from ringback.mitm.callflows import HOST, METHOD, TAG
from ringback.mitm.marking import CALLS, CODES, SEVERITY
from ringback.wire import framelog
from support.desk import Desk

PAGE = (Path(__file__).parents[2] / "addon/ringback/docs/mitmproxy.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells below the table that begins with this heading."""
    lines = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_command_is_listed_with_its_arguments_and_help(tmp_path: Path) -> None:
    """In the words of mitmproxy's own help."""
    with Desk(tmp_path) as desk:
        known = desk.context.master.commands.commands
        expected = {}
        for name, each in known.items():
            if name.startswith("ringback."):
                usage = " ".join([name, *map(str, each.parameters)])
                expected[usage] = " ".join(str(each.help).split())
    assert {row[0].strip("`"): row[1] for row in rows("command")} == expected


def test_fields_and_limits_are_those_of_the_code() -> None:
    """Every name and number that the page gives."""
    assert {row[0].strip("`") for row in rows("field")} == {"comment", "marker", SEVERITY, CODES, CALLS}
    assert f"http://{HOST}/" in PAGE
    assert f"`{TAG}`" in PAGE
    assert f"`!~m {METHOD}`" in PAGE
    for number in (
        framelog.MAX_MESSAGES,
        messagelog.MAX_MESSAGES,
        messagelog.MAX_HOLDING,
        messagelog.MAX_CONNECTIONS,
        callflows.MAX_FLOWS,
        screens.MAX_CASES,
    ):
        assert re.search(rf"\b{number:,}\b", PAGE), number


def test_what_messages_say_is_what_is_written() -> None:
    """The words of the table stand in the code that writes them."""
    source = (Path(messagelog.__file__).parent / "messagetext.py").read_text(encoding="utf-8")
    for words, _ in rows("shown"):
        told = words.strip("`").removeprefix("<iq>  ").removesuffix(" no key")
        assert told in source, told
