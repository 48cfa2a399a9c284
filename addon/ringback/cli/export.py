"""The command line of `ringback export`; `ringback.commands.export` does the work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ringback.cli.manual import Manuals
from ringback.cli.options import EPILOG, PATH, help_if_alone, newest_option, spec_option
from ringback.commands.environment import Environment
from ringback.status import ExitCode

if TYPE_CHECKING:
    from ringback.export.change import Change

_ledger = click.option(
    "--ledger",
    metavar="PATH",
    type=PATH,
    help="The ledger to export from. Default: the one in the user's data directory.",
)
_out = click.option(
    "--out", metavar="FOLDER", type=PATH, required=True, help="Folder for the files; made where it is not."
)
_actions = click.option(
    "--action",
    "actions",
    metavar="TAG",
    multiple=True,
    default=("preaccept",),
    show_default=True,
    help="Stanzas of this action; may be given again.",
)


def _refuse_raw(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        raise click.UsageError("exports are for publication: raw values are refused", context)


_raw = click.option(
    "--raw",
    is_flag=True,
    expose_value=False,
    callback=_refuse_raw,
    help="Refused: exports are for publication and carry placeholders.",
)


@click.group(cls=Manuals, name="export", epilog=EPILOG, invoke_without_command=True)
@click.pass_context
def export(ctx: click.Context) -> ExitCode:
    """Give back what a ledger has found: captures, issues, patches, verdicts.

    All of it carries placeholders and passes a scan for what could identify anybody, or is not written. The
    same ledger gives the same bytes.
    """
    return help_if_alone(ctx)


@export.command(epilog=EPILOG)
@_ledger
@newest_option
@spec_option
@_out
@_actions
@click.option("--contributor", metavar="HANDLE", help="GitHub handle to be named in the files.")
@_raw
def captures(
    *,
    ledger: Path | None,
    newest: int | None,
    spec: Path | None,
    out: Path,
    actions: tuple[str, ...],
    contributor: str | None,
) -> ExitCode:
    """Write capture files for wacrg's corpus, one for each form of a stanza.

    \b
    Example:
      ringback export captures --out wacrg/corpus/captures
    """
    from ringback.commands.export import Source, export_captures  # noqa: PLC0415 - YAML takes long to import

    source = Source(ledger, spec, newest)
    return export_captures(source, out, Environment(), actions=actions, contributor=contributor)


@export.command(epilog=EPILOG)
@_ledger
@newest_option
@spec_option
@_out
@_actions
@_raw
def issues(
    ledger: Path | None, newest: int | None, spec: Path | None, out: Path, actions: tuple[str, ...]
) -> ExitCode:
    """Write bodies for wacrg's issue forms: stanza captures, discrepancies and protocol findings.

    The script file-them.sh beside them files them with GitHub's gh.

    \b
    Example:
      ringback export issues --spec wacrg --out issues && sh issues/file-them.sh
    """
    from ringback.commands.export import Source, export_issues  # noqa: PLC0415 - YAML takes long to import

    return export_issues(Source(ledger, spec, newest), out, Environment(), actions=actions)


@export.command(epilog=EPILOG)
@_ledger
@newest_option
@spec_option
@click.option("--yes", is_flag=True, help="Accept every change without asking.")
@_raw
def patch(ledger: Path | None, newest: int | None, spec: Path | None, yes: bool) -> ExitCode:
    """Change the stanza files at --spec in place by what the ledger shows.

    Each change is shown with its evidence and accepted or skipped; what was changed is printed as a diff.
    Nothing is written before the last answer.

    \b
    Example:
      ringback export patch --spec wacrg/spec/stanzas/call-preaccept.yaml
    """
    from ringback.commands.export import Source, export_patch  # noqa: PLC0415 - YAML takes long to import

    if not yes and not sys.stdin.isatty():
        raise click.UsageError("patch asks about each change: run it in a terminal, or accept all with --yes")
    return export_patch(Source(ledger, spec, newest), _accept if yes else _ask, Environment())


@export.command(epilog=EPILOG)
@_ledger
@newest_option
@spec_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "json"]),
    default="markdown",
    show_default=True,
    help="Markdown for people, JSON for programs.",
)
@_raw
def questions(ledger: Path | None, newest: int | None, spec: Path | None, form: str) -> ExitCode:
    """Print what is known about the open questions, with the numbers.

    \b
    Example:
      ringback export questions --format json > questions.json
    """
    from ringback.commands.export import Source, export_questions  # noqa: PLC0415 - YAML takes long to import

    return export_questions(Source(ledger, spec, newest), Environment(), as_json=form == "json")


def _accept(_change: Change, _number: int, _total: int) -> bool:
    return True


def _ask(change: Change, number: int, total: int) -> bool:
    from ringback.commands.export import shown_change  # noqa: PLC0415 - YAML takes long to import

    click.echo(shown_change(change, number, total), err=True, nl=False)
    choice = click.Choice(["accept", "skip"])
    return bool(click.prompt("  accept or skip", type=choice, err=True) == "accept")
