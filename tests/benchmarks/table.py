"""What was measured, as text, as Markdown and as JSON."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from benchmarks import callgrind, markers
from benchmarks.peer import BAILEYS
from benchmarks.rows import Bound, Measured
from support.npm_pack import tool


def bound_text(bound: Bound, unit: str) -> str:
    """`at least 16x`, `at most 4 %`."""
    if bound.least is not None:
        return f"at least {bound.least:g}{unit}"
    return f"at most {bound.most:g}{unit}"


def line(measured: Measured) -> str:
    """What one row came to, for a terminal: two lines."""
    row, ratio = measured.row, measured.ratio
    figure = f"{ratio.median:.2f}{row.unit} ({ratio.least:.2f} to {ratio.most:.2f})"
    verdict = "met" if measured.met else "NOT MET"
    sides = ", ".join(f"{name} {took}" for name, took in measured.sides.items())
    return f"{row.name:15} {figure:28} {bound_text(row.bound, row.unit)}: {verdict}\n{'':15} {sides}"


def surroundings() -> dict[str, str]:
    """What it was measured with; nothing that names a machine."""
    libraries = {name: version(name) for name in ("mitmproxy", "cryptography")}
    node = subprocess.run([tool("node"), "--version"], capture_output=True, text=True, check=True)
    node_version = node.stdout.strip().removeprefix("v")
    around = {"Python": platform.python_version(), **libraries, "Node": node_version}
    return around | {"Baileys": BAILEYS, "processor": platform.machine()}


def to_json(results: Sequence[Measured], around: dict[str, str]) -> str:
    """All of it, for programs."""
    rows = [
        {
            "name": each.row.name,
            "what": each.row.what,
            "unit": each.row.unit.strip(),
            "bound": asdict(each.row.bound),
            "met": each.met,
            **asdict(each.ratio),
            "sides": each.sides,
        }
        for each in results
    ]
    return json.dumps({"surroundings": around, "rows": rows}, indent=2) + "\n"


def to_markdown(results: Sequence[Measured], around: dict[str, str]) -> str:
    """A table, and what it was measured with."""
    lines = ["| what | measured | least to most | has to be | met | took |", "|" + " --- |" * 6]
    for each in results:
        row, ratio = each.row, each.ratio
        cells = (
            row.what,
            f"{ratio.median:.2f}{row.unit}",
            f"{ratio.least:.2f} to {ratio.most:.2f}",
            bound_text(row.bound, row.unit),
            "yes" if each.met else "no",
            "; ".join(f"{name} {took}" for name, took in each.sides.items()),
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "Measured with " + ", ".join(f"{name} {value}" for name, value in around.items()) + "."]
    return "\n".join(lines)


def block(name: str) -> str:
    """What the markers say around the table that a row of that name stands in, under the running Python.

    Instructions have one of their own: to count them takes no quiet machine, so it is done at other times.
    """
    what = "instructions" if name in callgrind.NAMES else "speed"
    return f"{what} {sys.version_info.major}.{sys.version_info.minor}"


def check_places(page: Path, names: Sequence[str]) -> None:
    """See that `page` has a place for each of these rows, before anything is measured.

    Raises:
        ValueError: it has not.
    """
    for name in names:
        markers.check(page, block(name))


def write_into(page: Path, results: Sequence[Measured], around: dict[str, str]) -> None:
    """Replace the tables of the running Python that these rows stand in.

    Raises:
        ValueError: the page has no markers for them.
    """
    tables: dict[str, list[Measured]] = {}
    for each in results:
        tables.setdefault(block(each.row.name), []).append(each)
    for name, rows in tables.items():
        markers.put(page, name, to_markdown(rows, around))
