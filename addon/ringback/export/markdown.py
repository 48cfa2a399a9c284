"""Markdown out of values that hold anything: nothing in them is taken for a sign of Markdown's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\|`*_<>[]&~"} | {"\n": " "})


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """An empty line and the lines of a table; nothing where there is no row."""
    if rows:
        yield from ("", _row(heads), _row(["---"] * len(heads)))
        yield from map(_row, rows)


def plain(text: str) -> str:
    """The text with nothing in it that Markdown takes for a sign of its own."""
    return text.translate(_SPECIAL)


def listed(texts: Sequence[str]) -> str:
    """All of them with commas, `none` where there is none."""
    return ", ".join(texts) or "none"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell if cell == "---" else plain(cell) for cell in cells) + " |"
