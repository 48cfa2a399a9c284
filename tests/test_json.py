"""`--json`: every command that prints has it, and `docs/json.md` lists the keys of each to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import ringback
from ringback.cli import cli, main
from ringback.ledger import Ledger
from ringback.spec.load import SHIPPED
from support.recorded import capture
from support.specfiles import write

PAGE = (Path(ringback.__file__).parent / "docs" / "json.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## `(ringback [^`]*)`: `[^`]*`\n(.*?)(?=^## |\Z)", PAGE))
SCHEMAS = dict(re.findall(r"^## `(ringback [^`]*)`: `([^`]*)`$", PAGE, re.MULTILINE))
ELSEWHERE = {
    "ringback check": "--format json",
    "ringback completion": "a script",
    "ringback decode": "JSON lines",
    "ringback diff": "docs/diff.md",
    "ringback docs": "pages in Markdown",
    "ringback export captures": "files",
    "ringback export issues": "files",
    "ringback export patch": "a diff",
    "ringback export questions": "--format json",
    "ringback ledger export": "a copy",
    "ringback live": "a screen",
    "ringback replay": "the lines of an event file",
    "ringback report": "--format json",
    "ringback show": "the lines of an event file",
    "ringback spec rng": "a schema",
    "ringback watch": "a screen",
}
"""Commands that are not on the page, and what they give programs."""
ON_OTHER_PAGES = frozenset({"ringback diff", "ringback replay", "ringback show"})
"""Of these: those that have `--json`."""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs each command of the page on what it needs; gives its object."""
    monkeypatch.delenv("RINGBACK_KEYLOGFILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    ledger = tmp_path / "ledger.db"

    def recorded() -> Path:
        assert main(["replay", "--ledger", str(ledger), str(capture("single-callee"))]) == 0
        return ledger

    def other() -> Path:
        Ledger(tmp_path / "other.db").close()
        return tmp_path / "other.db"

    def stricter() -> Path:
        text = SHIPPED.read_text(encoding="utf-8").replace("type: jid", "type: hex", 1)
        return write(tmp_path, "call-preaccept.yaml", text)

    needs: dict[str, Any] = {
        "ringback ledger show": lambda: ["--ledger", recorded()],
        "ringback ledger merge": lambda: ["--ledger", recorded(), other()],
        "ringback ledger verify": lambda: ["--ledger", recorded()],
        "ringback recheck": lambda: ["--ledger", recorded(), "--spec", stricter()],
    }

    def start(usage: str) -> Any:
        command = usage.split(" --json", maxsplit=1)[0]
        arguments = [str(each) for each in needs.get(command, list)()]
        capfd.readouterr()
        main([*command.split()[1:], "--json", *arguments])
        return json.loads(capfd.readouterr().out)

    return start


def paths(value: Any, name: str = "") -> Iterator[str]:
    """`codes[].code` for each value; a list that is empty ends in `[]`, and so does one of plain values."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from paths(below, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        yield f"{name}[]"
        for below in value:
            yield from paths(below, f"{name}[]")
    else:
        yield name


@pytest.mark.parametrize("usage", SECTIONS, ids=lambda usage: usage.split(" --json")[0])
def test_the_page_lists_every_key(run: Any, usage: str) -> None:
    document = run(usage)
    assert next(iter(document)) == "schema"
    assert document["schema"] == SCHEMAS[usage]
    found = set(paths(document)) - {"schema"}
    cells = re.findall(r"^\| (`.*?) \|", SECTIONS[usage], re.MULTILINE)
    listed = {path for cell in cells for path in re.findall(r"`([^`]+)`", cell)}
    # A list of objects stands for itself only where it is empty: here a sound ledger's problems.
    objects = {path.rpartition(".")[0] for path in found | listed if "[]." in path}
    empty = (objects & found) - {path.rpartition(".")[0] for path in found}
    assert empty <= {"problems[]"}
    assert {path for path in listed if path.rpartition(".")[0] not in empty} - objects == found - objects


def test_every_command_that_prints_has_it() -> None:
    """Or gives programs something else."""

    def leaves(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from leaves(command, f"{prefix} {name}")
            else:
                yield f"{prefix} {name}", command

    on_page = {usage.split(" --json")[0] for usage in SECTIONS}
    for path, command in leaves(cli, "ringback"):
        has_json = any("--json" in parameter.opts for parameter in command.params)
        assert has_json is (path in on_page or path in ON_OTHER_PAGES)
        assert path in on_page | ELSEWHERE.keys()


def test_what_was_captured_comes_as_the_lines_of_an_event_file(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Replayed, the very lines that are written to one; shown, the stanzas and findings of one call."""
    events, flows = tmp_path / "events.jsonl", str(capture("multi-device"))
    assert main(["replay", "--json", "--events", str(events), flows]) == 0
    printed = capfd.readouterr().out
    assert printed == events.read_text(encoding="utf-8")
    assert main(["show", "--json", "--from", str(events), "1"]) == 0
    shown = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    kept = [json.loads(line) for line in printed.splitlines()]
    for kind in ("stanza", "finding"):
        assert sum(each["type"] == kind for each in shown) == sum(each["type"] == kind for each in kept)
    assert {each["call"] for each in shown} == {"CALLID-0001"}
