"""Figures in a page of the documentation, each set between two markers of its own."""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from pathlib import Path


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands in `page` between `<!-- NAME -->` and `<!-- end of NAME -->`.

    Raises:
        ValueError: the page has no such markers.
    """
    pattern = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end of {re.escape(name)} -->)", re.DOTALL)
    before = page.read_text(encoding="utf-8")
    if not pattern.search(before):
        raise ValueError(f"{page.name} has no markers <!-- {name} --> and <!-- end of {name} -->")
    after = pattern.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", before)
    page.write_text(after, encoding="utf-8", newline="\n")


def surroundings() -> str:
    """What it was measured with, in a line; nothing that names a machine."""
    return f"Python {platform.python_version()}, mitmproxy {version('mitmproxy')}, {platform.machine()}"
