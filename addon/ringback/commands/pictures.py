"""A call's ladder in the forms that `ringback show --format` has, and where they go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ringback.commands.environment import Environment
from ringback.commands.usage import ArgumentError
from ringback.errors import ExportError
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


def check_destination(form: str, out: Path | None, sources: Iterable[Path], environment: Environment) -> None:
    """Refuse what would spoil something, before anything is read.

    Raises:
        ArgumentError: a PNG picture would go to a terminal, or the output over one of the sources.
    """
    if out is None:
        if form == PNG and environment.stdout.isatty():
            raise ArgumentError("a PNG picture is nothing that a terminal shows; name a file with --out")
        return
    if any(_is_same(out, source) for source in sources):
        raise ArgumentError(f"--out {out} is one of the sources; name another file")


def write_out(content: bytes, out: Path | None, environment: Environment) -> None:
    """To the file, or to standard output.

    Raises:
        ExportError: the file cannot be written.
    """
    if out is None:
        environment.write_bytes(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise ExportError(f"{out}: cannot be written ({error.strerror}); name another file") from error


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
