"""The help of a command as a manual page: what it is, how it is called, examples, exit codes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

import click

from ringback.status import ExitCode

_VERBATIM = "\b\n"
_EXAMPLES = re.compile(r"Examples?:\n")
_EXIT_CODES = "Exit codes:\n"


class _Formatter(click.HelpFormatter):
    """Headings as manual pages have them."""

    def write_heading(self, heading: str) -> None:
        """In capitals."""
        self.write(f"{'':>{self.current_indent}}{heading.upper()}\n")


class _Context(click.Context):
    formatter_class = _Formatter


class Manual(click.Command):
    """A command whose help has sections. Its docstring's first paragraph says what it is, the blocks that are
    kept line by line may be examples; an epilog that tells the exit codes makes a section of them."""

    context_class = _Context

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The whole page."""
        first, *others = _blocks(self.help)
        told = _blocks(self.epilog)
        with formatter.section("Name"):
            formatter.write_text(f"{ctx.command_path} - {first}")
        with formatter.section("Synopsis"):
            formatter.write_text(" ".join([ctx.command_path, *self.collect_usage_pieces(ctx)]))
        _section(formatter, "Description", (each for each in others if not _is_example(each)))
        self.format_options(ctx, formatter)
        _section(formatter, "Notes", (each for each in told if not each.startswith(_VERBATIM + _EXIT_CODES)))
        _section(formatter, "Examples", (_lines(each) for each in others if _is_example(each)))
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code.value), code.meaning) for code in ExitCode])


class Manuals(Manual, click.Group):
    """A group whose help has sections, and that of its commands too."""

    command_class = Manual
    group_class = type


def _blocks(text: str | None) -> list[str]:
    """The paragraphs of a docstring or epilog."""
    return re.split(r"\n\n+", inspect.cleandoc(text or ""))


def _is_example(block: str) -> bool:
    return _EXAMPLES.match(block.removeprefix(_VERBATIM)) is not None


def _lines(block: str) -> str:
    """The examples without their heading."""
    return _VERBATIM + inspect.cleandoc(_EXAMPLES.sub("", block.removeprefix(_VERBATIM), count=1))


def _section(formatter: click.HelpFormatter, heading: str, blocks: Iterable[str]) -> None:
    text = "\n\n".join(filter(None, blocks))
    if text:
        with formatter.section(heading):
            formatter.write_text(text)
