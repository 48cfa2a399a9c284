"""The page of limits has every limit of the code, with the number that it has there."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

import ringback

PACKAGE = Path(ringback.__file__).parent
PAGE = (PACKAGE / "docs" / "limits.md").read_text(encoding="utf-8")
LIMIT = re.compile(r"MAX_\w+|CLIENTS_OF_A_CASE")


def declared() -> set[str]:
    """Every limit as the page spells it: module and name."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            found |= {
                f"{module}.{target.id}"
                for target in targets
                if isinstance(target, ast.Name) and LIMIT.fullmatch(target.id)
            }
    return found


def value(name: str) -> float:
    module, _, constant = name.rpartition(".")
    return float(getattr(import_module(f"ringback.{module}"), constant))


TOLD = re.findall(r"`([a-z_.]+\.(?:MAX_\w+|CLIENTS_OF_A_CASE))`", PAGE)
ROWS = re.findall(r"^\| (.+?) \| `([a-z_.]+\.[A-Z_]+)` \|", PAGE, re.MULTILINE)


def test_every_limit_is_on_the_page_once() -> None:
    """None is missing, and none stands there that is no more."""
    assert sorted(TOLD) == sorted(declared())
    assert len(ROWS) == len(TOLD) - 2


@pytest.mark.parametrize(("told", "name"), ROWS, ids=[name for _, name in ROWS])
def test_the_number_is_that_of_the_code(told: str, name: str) -> None:
    """It begins the row; bytes are told in MB where that is a round number."""
    number, unit = re.match(r"([0-9,.]+)( MB| KB)?", told).groups()  # type: ignore[union-attr]
    factor = {" MB": 1 << 20, " KB": 1 << 10, None: 1}[unit]
    assert float(number.replace(",", "")) * factor == value(name)


@pytest.mark.parametrize("name", ["ledger", "live", "memory"])
def test_measured_figures_have_their_place(name: str) -> None:
    """The command writes between two markers."""
    assert PAGE.count(f"<!-- {name} -->") == PAGE.count(f"<!-- end of {name} -->") == 1
