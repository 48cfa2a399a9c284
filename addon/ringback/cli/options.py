"""Options that several subcommands of `ringback` have in common."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.core import ParameterSource

from ringback.commands.recorded import Recording, SourceOptions
from ringback.commands.usage import ArgumentError
from ringback.errors import SourceError
from ringback.sources.hosts import HostFilter
from ringback.sources.keylog_file import KEYLOG_VARIABLE
from ringback.spec.model import TECHNIQUES
from ringback.status import ExitCode

if TYPE_CHECKING:
    from ringback.filters import Filter

_EXIT_CODES = "\n".join(f"  {code.value:>3}  {code.meaning}" for code in ExitCode)
EPILOG = f"\b\nExit codes:\n{_EXIT_CODES}"
"""What the help of every command ends with."""

_SPELLED = "ringback.spelled"
"""Where the context keeps how paths were spelled."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _together(*decorators: Callable[[Any], Any]) -> Callable[[_Command], _Command]:
    """Several options as one decorator."""

    def decorate(command: _Command) -> _Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def help_if_alone(ctx: click.Context) -> ExitCode:
    """Print the help where no subcommand was named, which is no use of the command."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    return ExitCode.USAGE


class _NamedPath(click.Path):
    """A path that is not empty: pathlib takes an empty one for the folder one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as in click
        if not os.fspath(value):
            self.fail("it is empty; name a file", param, ctx)
        path = super().convert(value, param, ctx)
        if ctx is not None:
            ctx.meta.setdefault(_SPELLED, {})[path] = os.fspath(value)
        return path


def _spelled(path: Path) -> str:
    """The path as the command line spells it: an address with `://` in it does not survive as a path."""
    spelled: dict[Path, str] = click.get_current_context().meta.get(_SPELLED, {})
    return spelled.get(path, str(path))


def _host_patterns(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    try:
        HostFilter(value)
    except SourceError as error:
        raise click.BadParameter(str(error), ctx, param) from None
    return value


def _parsed_filter(_context: click.Context, _parameter: click.Parameter, value: str) -> Filter:
    from ringback.filters import FilterError, parse  # noqa: PLC0415 - lxml takes long to import

    try:
        return parse(value)
    except FilterError as error:
        raise ArgumentError(f"--filter: {error}") from error


def _filter_keys(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """What was written, its last word completed to a key."""
    from ringback.filters import KEYS  # noqa: PLC0415 - lxml takes long to import

    before, space, word = incomplete.rpartition(" ")
    return [f"{before}{space}{key}" for key in KEYS if key.startswith(word)]


def _at_most_one(ctx: click.Context, param: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:
    if len(value) > 1:
        raise click.BadParameter(f"one at a time, not {len(value)}", ctx, param)
    return value


def keylog_variable() -> str | None:
    """The environment variable that gave the key log, None where the command line did or nothing."""
    source = click.get_current_context().get_parameter_source("keylog")
    return KEYLOG_VARIABLE if source is ParameterSource.ENVIRONMENT else None


PATH = _NamedPath(path_type=Path)
keylog_option = click.option(
    "--keylog",
    metavar="FILE",
    type=PATH,
    envvar=KEYLOG_VARIABLE,
    show_envvar=True,
    help="Key log that the client wrote. Default: NAME.keys beside each NAME.flows.",
)
_hosts = click.option(
    "--hosts",
    metavar="HOST",
    multiple=True,
    callback=_host_patterns,
    help="Only WebSockets to this host: a name or a pattern such as *.example.org, with :port if need "
    "be; may be given again.",
)
spec_option = click.option(
    "--spec",
    metavar="PATH",
    type=PATH,
    help="Specification: a stanza file, a folder of them, or a wacrg checkout. "
    "Default: the call pre-accept file that ringback ships.",
)


class Count(click.IntRange):
    """A whole number of things. click calls it an integer range, which says nothing to who gave another."""

    name = "whole number"


newest_option = click.option(
    "--newest",
    metavar="CALLS",
    type=Count(min=1),
    help="Of a ledger only so many calls, those that began last: for one that has grown large. Default: all.",
)
filter_option = click.option(
    "--filter",
    "chosen",
    metavar="EXPR",
    default="",
    callback=_parsed_filter,
    shell_complete=_filter_keys,
    help="Only what this filter lets through, such as 'severity >= warning and device = B:17'; its keys are "
    "listed by `ringback docs filters`.",
)
"""Gives the command a `Filter` as `chosen`."""
json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="One JSON object in place of text; `ringback docs json` lists its keys.",
)
"""Gives the command a flag `as_json`."""
lines_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="JSON lines in place of text, as in an event file; `ringback docs events` lists their keys.",
)
"""Gives the command a flag `as_json`."""
_technique = click.option(
    "--technique",
    metavar="ID",
    type=click.Choice(TECHNIQUES),
    help="How the stanzas of logs and documents were observed. Default: what a capture file says itself, "
    "else baileys-instrumentation.",
)
recording_options = _together(
    click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH), keylog_option, _hosts
)


def _collected(command: _Command) -> _Command:
    """The command with one argument `source` in place of the options that say where to look."""

    @wraps(command)
    def collecting(
        *arguments: Any,  # noqa: ANN401 - as in click
        sources: tuple[Path, ...],
        keylog: Path | None,
        hosts: tuple[str, ...],
        technique: str | None,
        spec: Path | None,
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - as in click
        recording = Recording(
            sources,
            keylog,
            hosts,
            keylog_variable(),
            technique,
            named=tuple(map(_spelled, sources)),
            keylog_named="" if keylog is None else _spelled(keylog),
        )
        return command(*arguments, source=SourceOptions(recording, spec), **options)

    return cast("_Command", collecting)


_where = _together(keylog_option, _hosts, _technique, spec_option, _collected)
source_options = _together(click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=PATH), _where)
"""For a command on what was recorded, whose arguments are its sources, of any kind. It gets them, and what to
hold them against, as one `SourceOptions` called `source`."""
needed_source_options = _together(
    click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=PATH), _where
)
"""As `source_options`, for a command that has to be told its sources."""
source_option = _together(
    click.argument("sources", metavar="[SOURCE]", nargs=-1, type=PATH, callback=_at_most_one), _where
)
"""As `source_options`, for a command that looks at one source at a time."""
from_options = _together(
    click.option(
        "--from",
        "sources",
        metavar="SOURCE",
        multiple=True,
        type=PATH,
        help="Flow file, HAR file, event file, ledger, client's log or XML document; may be given again; "
        "- is standard input. "
        "Default: the ledger in the user's data directory.",
    ),
    _where,
)
"""As `source_options`, for a command whose arguments are something else."""
