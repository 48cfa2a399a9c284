"""Figures in a page of the documentation, each set between two markers of its own."""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from pathlib import Path


def check(page: Path, name: str) -> None:
    """See that `page` has the markers `<!-- NAME -->` and `<!-- end of NAME -->`.

    Raises:
        ValueError: it has not.
    """
    if not _between(name).search(page.read_text(encoding="utf-8")):
        raise ValueError(f"{page.name} has no markers <!-- {name} --> and <!-- end of {name} -->")


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands in `page` between the markers of `name`.

    Raises:
        ValueError: the page has no such markers.
    """
    check(page, name)
    before = page.read_text(encoding="utf-8")
    after = _between(name).sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", before)
    page.write_text(after, encoding="utf-8", newline="\n")


def _between(name: str) -> re.Pattern[str]:
    named = re.escape(name)
    return re.compile(rf"(<!-- {named} -->\n).*?(<!-- end of {named} -->)", re.DOTALL)


def surroundings() -> str:
    """What it was measured with, in a line; nothing that names a machine."""
    return f"Python {platform.python_version()}, mitmproxy {version('mitmproxy')}, {platform.machine()}"
