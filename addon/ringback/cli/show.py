"""The command line of `ringback show` and `ringback diff`; `ringback.commands` does the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ringback.cli.manual import Manual
from ringback.cli.options import EPILOG, PATH, filter_option, from_options, json_option, lines_option
from ringback.commands.environment import Environment
from ringback.findings import Severity
from ringback.status import ExitCode

if TYPE_CHECKING:
    from ringback.commands.recorded import SourceOptions
    from ringback.filters import Filter

_no_color = click.option(
    "--no-color", is_flag=True, help="No colour, also on a terminal. NO_COLOR does the same."
)


@click.command(cls=Manual, epilog=EPILOG)
@from_options
@filter_option
@click.option(
    "--level",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.NOTE.value,
    show_default=True,
    help="Least severity of the findings that are printed.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "svg", "png", "mermaid"]),
    default="text",
    show_default=True,
    help="Text with all there is to say, or the ladder of one call as a picture.",
)
@click.option("--out", metavar="FILE", type=PATH, help="Write to this file in place of standard output.")
@lines_option
@_no_color
@click.argument("call", metavar="CALL")
def show(  # noqa: PLR0917 - click passes them by name
    source: SourceOptions,
    chosen: Filter,
    level: str,
    form: str,
    out: Path | None,
    as_json: bool,
    no_color: bool,
    call: str,
) -> ExitCode:
    """Print one call: its ladder, every stanza annotated, and each finding once.

    CALL is the call's placeholder, its number, or all. With a filter only calls that pass it are printed, and
    of each the stanzas that do by themselves; all of them where none does.

    \b
    Examples:
      ringback show --from captures/synthetic/multi-device.flows 1
      ringback show --from found.jsonl --filter 'severity >= warning' all
      ringback show --from lab.db --format svg --out call.svg CALLID-0007
    """
    from ringback.commands.show import Choice, show_call  # noqa: PLC0415 - mitmproxy takes long to import

    choice = Choice(call, chosen, Severity(level), form, out, as_json)
    return show_call(source, choice, Environment(color=not no_color))


@click.command(cls=Manual, epilog=EPILOG)
@from_options
@json_option
@click.option(
    "--exit-code",
    "tells_by_code",
    is_flag=True,
    help="End with 5 where the two sides differ, as git does with 1.",
)
@_no_color
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
def diff(  # noqa: PLR0917 - click passes them by name
    source: SourceOptions, as_json: bool, tells_by_code: bool, no_color: bool, a: str, b: str
) -> ExitCode:
    """Print what is different about stanza B beside stanza A: added, removed, changed, reordered.

    \b
    A and B are each one of these:
      CALL/ACTION[N]       a stanza: CALL is the call's placeholder or number,
                           ACTION such as preaccept or "ack preaccept", N from 1
      CALL/ACTION[N]:COPY  its copy that was sent, or the first delivered
      spec:ID              the model, such as spec:call-preaccept
      ACTION@BUILD         all stanzas that clients of a version or platform sent;
                           *, ? and [a-z] stand for any

    Values that only name something, such as a call-id, do not make two stanzas different.

    \b
    Examples:
      ringback diff --from a.flows 1/preaccept:sent 1/preaccept:delivered
      ringback diff --from a.flows spec:call-preaccept 1/preaccept
      ringback diff preaccept@2.3000.10150* preaccept@2.3000.10395*
    """
    from ringback.commands.diff import diff as run  # noqa: PLC0415 - mitmproxy takes long to import

    environment = Environment(color=not no_color)
    return run(source, (a, b), environment, as_json=as_json, tells_by_code=tells_by_code)
