"""The commands that `docs/capturing.md` tells people to type."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "addon" / "ringback" / "docs" / "capturing.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ASSIGNMENT = re.compile(r"([A-Z_]+)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One command line of the page."""

    variables: Mapping[str, str]
    """Set for this command alone."""
    program: str
    arguments: tuple[str, ...]

    def on(self, places: Mapping[str, Path | str]) -> Command:
        """The command with every path that the page names replaced by the one that it stands for.

        Raises:
            AssertionError: the page names a path that `places` does not know.
        """
        known = re.compile("|".join(map(re.escape, places)))

        def put(text: str) -> str:
            replaced = known.sub(lambda found: str(places[found.group()]), text)
            assert "/" not in known.sub("", text), f"no place for what {PAGE.name} names: {text}"
            return replaced

        variables = {name: put(value) for name, value in self.variables.items()}
        return Command(variables, self.program, tuple(map(put, self.arguments)))


def documented(program: str) -> list[Command]:
    """The page's command lines of `program`, in order."""
    return [command for command in _commands() if command.program == program]


def _commands() -> list[Command]:
    blocks = _BLOCK.findall(PAGE.read_text())
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [_parse(shlex.split(line)) for line in lines if line.strip()]


def _parse(words: list[str]) -> Command:
    variables: dict[str, str] = {}
    while assignment := _ASSIGNMENT.fullmatch(words[0]):
        variables[assignment[1]] = assignment[2]
        words = words[1:]
    return Command(variables, words[0], tuple(words[1:]))
