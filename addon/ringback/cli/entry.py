"""The `ringback` command: parses the command line, maps errors to exit codes. `commands` does the work."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from ringback.cli.check import check
from ringback.cli.completion import complete_code, complete_page, complete_stanza, completion
from ringback.cli.doctor import doctor
from ringback.cli.export import export
from ringback.cli.ledger import ledger, recheck
from ringback.cli.manual import Manuals
from ringback.cli.options import (
    EPILOG,
    PATH,
    Count,
    help_if_alone,
    json_option,
    keylog_variable,
    lines_option,
    needed_source_options,
    recording_options,
    spec_option,
)
from ringback.cli.report import report
from ringback.cli.show import diff, show
from ringback.cli.watch import live, watch
from ringback.commands.environment import Environment
from ringback.commands.recorded import SourceOptions
from ringback.commands.usage import ArgumentError
from ringback.errors import RingbackError
from ringback.faults import describe
from ringback.findings import Severity
from ringback.sources.notice import Notice, Urgency
from ringback.status import ExitCode
from ringback.version import VERSION
from ringback.view.marks import LEGEND


class OutputClosedError(Exception):
    """The reader of the output went away. No OSError, for which click would end the process by itself."""


class _Commands(Manuals):
    """The commands, of which each gives an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as in click
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise OutputClosedError from error
        return code


@click.group(
    cls=_Commands,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="ringback", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> ExitCode:
    """Read call pre-accept stanzas off one's own WhatsApp test client and weigh the specification.

    Flow files are recorded by `mitmdump -w FILE`; live, the same runs as `mitmdump -s addon/capture.py`. What
    is printed carries placeholders in place of everything that identifies anybody.
    """
    return help_if_alone(ctx)


@cli.command(epilog=f"\b\n{LEGEND}\n\n{EPILOG}")
@needed_source_options
@click.option(
    "--events",
    metavar="FILE",
    type=PATH,
    help="Append stanzas and findings to this file as JSON lines.",
)
@click.option(
    "--ledger",
    metavar="FILE",
    type=PATH,
    help="Keep what was observed in this ledger, with pseudonyms in place of identities.",
)
@click.option(
    "--level",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.NOTE.value,
    show_default=True,
    help="Least severity of the findings that are printed.",
)
@lines_option
@click.option("--no-color", is_flag=True, help="No colour, also on a terminal. NO_COLOR does the same.")
@click.option(
    "--jobs",
    metavar="N",
    type=Count(min=1),
    help="Go through each SOURCE by itself, N at a time, each in a process of its own.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="The same on the workers of a Dask scheduler, such as tls://lab:8786.",
)
def replay(  # noqa: PLR0917 - click passes them by name
    source: SourceOptions,
    events: Path | None,
    ledger: Path | None,
    level: str,
    as_json: bool,
    no_color: bool,
    jobs: int | None,
    cluster: str | None,
) -> ExitCode:
    """Report on the call pre-accepts in what was captured.

    Every pre-accept is printed as annotated XML with its findings, a summary comes last. A SOURCE is a flow
    file, HAR file, event file, ledger, client's log or XML document; - is standard input. All recordings are
    gone through in one order of time; with --jobs or --cluster each by itself, and a SOURCE may be a pattern,
    or an address such as s3://bucket/*.flows (`ringback docs archives`). Findings are results: they do not
    change the exit code.

    \b
    Examples:
      ringback replay captures/synthetic/single-callee.flows
      ringback replay --keylog session.keys --events found.jsonl a.flows b.flows
      ringback replay --jobs 8 --ledger lab.db archive/
    """
    from ringback.commands.replay import Report  # noqa: PLC0415 - mitmproxy takes long to import
    from ringback.commands.replay import replay as run  # noqa: PLC0415

    report, environment = Report(Severity(level), events, ledger, as_json), Environment(color=not no_color)
    if jobs is not None and cluster is not None:
        raise ArgumentError("--jobs and --cluster are two ways to the same; leave one out")
    if jobs is None and cluster is None:
        address = next((each for each in source.recording.named if "://" in each), None)
        if address is not None:
            raise ArgumentError(
                f"{address} is an address, which --jobs or --cluster can read; add one of them"
            )
        return run(source, report, environment)
    from ringback.archive.replaying import Workers, replay_archive  # noqa: PLC0415

    return replay_archive(source, report, Workers(jobs, cluster), environment)


@cli.command(epilog=EPILOG)
@recording_options
@click.option("--raw", is_flag=True, help="Real values in place of placeholders. They identify people.")
def decode(files: tuple[Path, ...], keylog: Path | None, hosts: tuple[str, ...], raw: bool) -> ExitCode:
    """Print every opened stanza as one JSON line.

    Stanzas of every tag are printed, those of all FILEs in one order of time; - is standard input. What could
    not be opened is summed up on standard error.

    \b
    Each line is an object:
      n     number of the line, from 1
      dir   who sent it: client or server
      conn  number of the connection in its capture, from 1
      flow  id of the flow in mitmproxy
      msg   index of the WebSocket message in that flow, from 0
      at    time in seconds since the epoch
      node  {"tag", "attrs", "content"}; content is null, a string, {"hex": ...} or a list of nodes

    \b
    Examples:
      ringback decode captures/synthetic/single-callee.flows
      ringback decode --keylog session.keys a.flows | jq 'select(.node.tag == "call")'
    """
    from ringback.commands.decode import decode as run  # noqa: PLC0415 - mitmproxy takes long to import
    from ringback.commands.recording import Recording  # noqa: PLC0415

    return run(Recording(files, keylog, hosts, keylog_variable()), Environment(), raw=raw)


@cli.group(cls=Manuals, epilog=EPILOG, invoke_without_command=True)
@click.pass_context
def spec(ctx: click.Context) -> ExitCode:
    """Show the specification that stanzas are checked against."""
    return help_if_alone(ctx)


@spec.command("show", epilog=EPILOG)
@spec_option
@json_option
@click.argument("stanza", metavar="[ID]", required=False, shell_complete=complete_stanza)
def spec_show(spec: Path | None, as_json: bool, stanza: str | None) -> ExitCode:
    """Print the specification: every fact with its confidence and provenance.

    ID picks one stanza, such as call-preaccept; by default all are printed.
    """
    from ringback.commands.specs import show_spec  # noqa: PLC0415 - lxml and YAML take long to import

    return show_spec(spec, stanza, Environment(), as_json=as_json)


@spec.command("rng", epilog=EPILOG)
@spec_option
@click.option(
    "--vantage",
    type=click.Choice(["literal", "sent", "delivered"]),
    default="literal",
    show_default=True,
    help="Whose copy is judged: literal takes the file at its word, a sent copy needs no `from`, "
    "a delivered one no `to`.",
)
@click.option("--closed", is_flag=True, help="Refuse what the specification does not know, too.")
@click.argument("stanza", metavar="[ID]", required=False, shell_complete=complete_stanza)
def spec_rng(spec: Path | None, vantage: str, closed: bool, stanza: str | None) -> ExitCode:
    """Print the specification as a RELAX NG schema.

    ID picks the stanza, such as call-preaccept; it may be left out where there is only one.

    \b
    Example:
      ringback spec rng --vantage delivered > preaccept.rng
    """
    from ringback.commands.specs import show_relaxng  # noqa: PLC0415 - lxml and YAML take long to import
    from ringback.spec.model import Vantage  # noqa: PLC0415

    return show_relaxng(spec, stanza, Environment(), vantage=Vantage(vantage), closed=closed)


@cli.command(epilog=EPILOG)
@json_option
@click.argument("code", metavar="[CODE]", required=False, shell_complete=complete_code)
def codes(as_json: bool, code: str | None) -> ExitCode:
    """List the codes of findings, or explain one with its examples."""
    from ringback.commands.codes import explain_code, list_codes  # noqa: PLC0415

    if code is None:
        return list_codes(Environment(), as_json=as_json)
    return explain_code(code, Environment(), as_json=as_json)


@cli.command(epilog=EPILOG)
@click.argument("page", metavar="[PAGE]", required=False, shell_complete=complete_page)
def docs(page: str | None) -> ExitCode:
    """List the pages of the documentation, or print one.

    PAGE is a name of that list. Pages are in Markdown; the links in them lead to each other.

    \b
    Examples:
      ringback docs
      ringback docs filters
    """
    from ringback.commands.docs import list_pages, show_page  # noqa: PLC0415

    return list_pages(Environment()) if page is None else show_page(page, Environment())


cli.add_command(check)
cli.add_command(completion)
cli.add_command(doctor)
cli.add_command(export)
cli.add_command(ledger)
cli.add_command(recheck)
cli.add_command(show)
cli.add_command(diff)
cli.add_command(report)
cli.add_command(watch)
cli.add_command(live)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, by default that of this process; gives the exit code."""
    if sys.stdout is None:  # it is where the caller closed it
        return _fail("standard output is closed; give it somewhere to go", ExitCode.INPUT)
    try:
        return _run(arguments)
    finally:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            _let_go(stream)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        return int(cli.main(arguments, prog_name="ringback", standalone_mode=False))
    except click.ClickException as error:
        return _fail(_usage(error), ExitCode.USAGE)
    except OutputClosedError:
        return ExitCode.OUTPUT_CLOSED
    except RingbackError as error:
        is_usage = isinstance(error, ArgumentError)
        return _fail(str(error), ExitCode.USAGE if is_usage else ExitCode.INPUT)
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort, which names the place
        return _unexpected(error)


def _unexpected(error: Exception) -> ExitCode:
    if isinstance(error, OSError) and error.filename is None:
        # Whatever reads or writes a file names it: this is standard output.
        return _fail(f"standard output cannot be written ({error.strerror})", ExitCode.INPUT)
    return _fail(describe(error), ExitCode.INTERNAL)


def _let_go(stream: TextIO) -> None:
    """See to it that what a stream has not taken by now does not fail once more at exit."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    command = "ringback" if context is None else context.command_path
    return f"{error.format_message().rstrip('.')}; see {command} --help"


def _fail(message: str, code: ExitCode) -> ExitCode:
    Environment().tell(Notice(message, Urgency.ERROR))
    return code
