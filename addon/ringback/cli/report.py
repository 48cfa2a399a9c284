"""The command line of `ringback report`; `ringback.commands.report` does the work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ringback.cli.manual import Manual
from ringback.cli.options import EPILOG, PATH, filter_option, newest_option, source_options
from ringback.commands.environment import Environment
from ringback.status import ExitCode

if TYPE_CHECKING:
    from ringback.commands.recorded import SourceOptions
    from ringback.filters import Filter

_FORMATS = ("html", "markdown", "json", "junit", "sarif", "xml")


def _refuse_raw(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        raise click.UsageError("reports are for others to read: raw values are refused", context)


@click.command(cls=Manual, epilog=EPILOG)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="A page, Markdown, or one of four forms for programs. Default: what the name of --out says, else "
    "markdown.",
)
@click.option("--out", metavar="FILE", type=PATH, help="File for the report; one that is there is replaced.")
@click.option(
    "--raw",
    is_flag=True,
    expose_value=False,
    callback=_refuse_raw,
    help="Refused: reports are for others to read and carry placeholders.",
)
@newest_option
@filter_option
@source_options
def report(
    source: SourceOptions, chosen: Filter, newest: int | None, form: str | None, out: Path | None
) -> ExitCode:
    """Make a report: the verdict, the open questions, the specification, and every call with its findings.

    SOURCE is a flow file, an event file or a ledger; - is standard input. Without any it is the ledger in the
    user's data directory. The report carries placeholders and passes a scan for what could identify anybody,
    or is not written. The same evidence gives the same bytes. Of one ledger with more than 500 calls the
    newest are told in full and the others counted.

    \b
    Examples:
      ringback report --out report.html captures/synthetic/multi-device.flows
      ringback report --filter 'severity >= warning' calls.jsonl
      ringback report --format sarif --out report.sarif
    """
    from ringback.commands.report import Output  # noqa: PLC0415 - lxml and mitmproxy take long to import
    from ringback.commands.report import report as run  # noqa: PLC0415

    of_newest = replace(source, recording=replace(source.recording, newest=newest))
    return run(of_newest, chosen, Output(form, out), Environment())
