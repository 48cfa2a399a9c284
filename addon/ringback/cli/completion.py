"""`ringback completion`, and what is completed besides commands, options and files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from ringback.cli.manual import Manual
from ringback.cli.options import EPILOG
from ringback.commands.environment import Environment
from ringback.status import ExitCode

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_RINGBACK_COMPLETE"


@click.command(cls=Manual, epilog=EPILOG)
@click.argument("shell", metavar="SHELL", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> ExitCode:
    """Print a script that makes a shell complete the words of ringback.

    SHELL is bash (from 4.4 on), zsh or fish. Commands, options, their values, files, codes of findings, ids
    of stanza files, pages of the documentation and the keys of filters are completed.

    \b
    Examples:
      ringback completion bash > ~/.local/share/bash-completion/completions/ringback
      ringback completion zsh > ~/.zfunc/_ringback   # a folder of $fpath
      ringback completion fish > ~/.config/fish/completions/ringback.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"{shell} is none of the shells that can be served", ctx)
    script = kind(ctx.find_root().command, {}, "ringback", VARIABLE)
    Environment().write(script.source_template % script.source_vars() + "\n")
    return ExitCode.OK


def complete_code(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Codes of findings, each with what it means."""
    from ringback.check.codes import CODES  # noqa: PLC0415 - lxml takes long to import

    return [
        CompletionItem(code.code, help=code.meaning)
        for code in CODES.values()
        if code.code.startswith(incomplete)
    ]


def complete_stanza(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Ids of the stanza files at `--spec`; none where they cannot be loaded."""
    from ringback.errors import SpecError  # noqa: PLC0415
    from ringback.spec.load import load_specification  # noqa: PLC0415 - YAML takes long to import

    named = ctx.params.get("spec")
    try:
        known: Iterable[str] = load_specification(None if named is None else Path(named)).stanzas
    except SpecError:
        return []
    return [name for name in known if name.startswith(incomplete)]


def complete_page(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the pages that `ringback docs` prints."""
    from ringback.commands.docs import pages  # noqa: PLC0415

    return [name for name in pages() if name.startswith(incomplete)]
