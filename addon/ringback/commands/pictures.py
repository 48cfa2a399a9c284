"""A call's ladder in the forms that `ringback show --format` has, and where they go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ringback.commands.environment import Environment
from ringback.commands.usage import ArgumentError
from ringback.commands.writing import write_file
from ringback.ladder import Ladder
from ringback.ladder.mermaid import render_mermaid
from ringback.ladder.png import render_png
from ringback.ladder.svg import render_svg

TEXT = "text"
PNG = "png"
FORMS: Mapping[str, Callable[[Ladder], bytes]] = {
    "svg": lambda ladder: render_svg(ladder).encode(),
    PNG: render_png,
    "mermaid": lambda ladder: render_mermaid(ladder).encode(),
}
"""By name: the bytes of a picture. Text, which is more than a ladder, is printed instead."""


def check_terminal(form: str, out: Path | None, environment: Environment) -> None:
    """Refuse a picture that nobody could see, before anything is read.

    Raises:
        ArgumentError: a PNG picture would go to a terminal.
    """
    if out is None and form == PNG and environment.stdout.isatty():
        raise ArgumentError("a PNG picture is nothing that a terminal shows; name a file with --out")


def write_out(content: bytes, out: Path | None, environment: Environment) -> None:
    """To the file, or to standard output.

    Raises:
        ExportError: the file cannot be written.
    """
    if out is None:
        environment.write_bytes(content)
    else:
        write_file(out, content)
