"""What was measured, as text, as Markdown and as JSON."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

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
    return "\n".join(lines) + "\n"


def marker() -> str:
    """What the two markers around the table of the running Python say."""
    return f"speed {sys.version_info.major}.{sys.version_info.minor}"


def check_place(page: Path) -> None:
    """See that `page` has a place for the running Python, before anything is measured.

    Raises:
        ValueError: it has not.
    """
    if not _place().search(page.read_text(encoding="utf-8")):
        raise ValueError(f"{page.name} has no markers <!-- {marker()} --> and <!-- end of {marker()} -->")


def write_into(page: Path, results: Sequence[Measured], around: dict[str, str]) -> None:
    """Replace the table of the running Python in `page`, between its two markers.

    Raises:
        ValueError: the page has no such markers.
    """
    check_place(page)
    between = f"\n{to_markdown(results, around)}\n"
    text = _place().sub(lambda found: f"{found[1]}{between}{found[2]}", page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8", newline="\n")


def _place() -> re.Pattern[str]:
    name = re.escape(marker())
    return re.compile(f"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
