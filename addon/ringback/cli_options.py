"""Options that several subcommands of `ringback` have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ringback.status import ExitCode

_EXIT_CODES = "\n".join(f"  {code.value:>3}  {code.meaning}" for code in ExitCode)
EPILOG = f"\b\nExit codes:\n{_EXIT_CODES}"
"""What the help of every command ends with."""

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


PATH = click.Path(path_type=Path)
recording_options = _together(
    click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH),
    click.option(
        "--keylog",
        metavar="FILE",
        type=PATH,
        envvar="RINGBACK_KEYLOGFILE",
        show_envvar=True,
        help="Key log that the client wrote. Default: NAME.keys beside each NAME.flows.",
    ),
    click.option(
        "--hosts",
        metavar="HOST",
        multiple=True,
        help="Only WebSockets to this host: a name or a pattern such as *.example.org, with :port if need "
        "be; may be given again.",
    ),
)
spec_option = click.option(
    "--spec",
    metavar="PATH",
    type=PATH,
    help="Specification: a stanza file, a folder of them, or a wacrg checkout. "
    "Default: the call pre-accept file that ringback ships.",
)
