"""`docs/watch.md` names every key of every screen, every column and every state."""

from __future__ import annotations

import re
from pathlib import Path

from ringback.view.marks import UNICODE
from ringback.watch.columns import Columns
from ringback.watch.keys import SCREENS

PAGE = (Path(__file__).parents[2] / "addon/ringback/docs/watch.md").read_text(encoding="utf-8")


def rows(section: str) -> list[list[str]]:
    table = section.split("| --- | --- |\n", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()]


def test_every_key_is_listed() -> None:
    """Screen by screen, in the order of the help, with the words of the help."""
    sections = dict(section.split("\n", 1) for section in PAGE.split("### ")[1:])
    assert list(sections) == list(SCREENS)
    for name, keys in SCREENS.items():
        listed = [(re.findall(r"`([^`]+)`", key), meaning) for key, meaning in rows(sections[name])]
        assert listed == [(list(key.names), key.meaning) for key in keys]


def test_every_column_is_listed() -> None:
    """In the order of the screen."""
    heading = Columns.of(80).heading(6, UNICODE, descending=False).plain
    columns = [row[0].strip("`") for row in rows(PAGE.split("## What is shown")[1])]
    assert re.sub(r" +", " ", heading.replace(UNICODE.up, "")).split() == " ".join(columns).split()
