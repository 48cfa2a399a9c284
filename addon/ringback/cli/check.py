"""The command line of `ringback check`; `ringback.commands.check` does the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ringback.cli.manual import Manual
from ringback.cli.options import EPILOG, PATH, filter_option, source_options
from ringback.commands.environment import Environment
from ringback.findings import Severity
from ringback.status import ExitCode

if TYPE_CHECKING:
    from ringback.commands.recorded import SourceOptions
    from ringback.filters import Filter

_FORMATS = ("text", "json", "junit", "sarif", "markdown")
_SEVERITIES = [severity.value for severity in Severity if severity is not Severity.OK]


@click.command(cls=Manual, epilog=EPILOG)
@source_options
@click.option(
    "--fail-on",
    metavar="SEVERITY",
    type=click.Choice(_SEVERITIES),
    default=Severity.ERROR.value,
    show_default=True,
    help="Least severity of findings that fail: note, warning or error.",
)
@click.option("--baseline", metavar="FILE", type=PATH, help="Findings that are known and do not fail.")
@click.option(
    "--write-baseline",
    metavar="FILE",
    type=PATH,
    help="Write what is found to this file: it is known from now on.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Fail also by what extends the specification, by frames that stayed closed, and by whatever of the "
    "sources is left out.",
)
@filter_option
@click.option(
    "--format",
    "form",
    metavar="FORM",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help=f"One of {', '.join(_FORMATS)}.",
)
@click.option("--out", metavar="FILE", type=PATH, help="Write to this file in place of standard output.")
def check(  # noqa: PLR0917 - click passes them by name
    source: SourceOptions,
    chosen: Filter,
    fail_on: str,
    baseline: Path | None,
    write_baseline: Path | None,
    strict: bool,
    form: str,
    out: Path | None,
) -> ExitCode:
    """Check recordings in a build: the exit code says whether they hold what the specification states.

    SOURCE is a flow file, an event file, a ledger, a client's log or a document; - is standard input.
    Findings are counted by place over all calls. The same sources give the same bytes, with placeholders for
    identities.

    \b
    Examples:
      ringback check captures/synthetic/single-callee.flows
      ringback check --write-baseline known.json *.flows
      ringback check --baseline known.json --fail-on warning --format junit --out junit.xml *.flows
    """
    from ringback.commands.check import Gate  # noqa: PLC0415 - mitmproxy and lxml take long to import
    from ringback.commands.check import check as run  # noqa: PLC0415

    gate = Gate(chosen, Severity(fail_on), strict, baseline, write_baseline, form, out)
    return run(source, gate, Environment())
