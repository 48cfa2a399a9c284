"""The command line of `ringback watch` and `ringback live`; `ringback.commands` does the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ringback.cli.manual import Manual
from ringback.cli.options import EPILOG, PATH, filter_option, source_option, spec_option
from ringback.commands.environment import Environment

if TYPE_CHECKING:
    from ringback.commands.recorded import SourceOptions
    from ringback.filters import Filter

_no_color = click.option("--no-color", is_flag=True, help="No colour. NO_COLOR does the same.")


@click.command(cls=Manual, epilog=EPILOG)
@source_option
@filter_option
@_no_color
def watch(source: SourceOptions, chosen: Filter, no_color: bool) -> int:
    """Look at calls while they come: as a list, as ladders, stanza by stanza.

    SOURCE is the event file that a mitmproxy beside it writes (--set ringback_events=FILE), a ledger, or a
    flow file; one that is not there yet is waited for. Default: the ledger in the user's data directory. F1
    shows the keys.

    \b
    Example:
      ringback watch captures/mine.jsonl
    """
    from ringback.commands.watch import watch as run  # noqa: PLC0415 - Textual takes long to import

    return run(source, chosen, Environment(color=not no_color))


@click.command(
    cls=Manual,
    epilog=EPILOG,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "--events",
    metavar="FILE",
    type=PATH,
    help="Keep stanzas and findings in this file as JSON lines. Default: in one that is removed at the end.",
)
@spec_option
@filter_option
@_no_color
@click.argument("arguments", metavar="[MITMDUMP-ARGUMENT]...", nargs=-1, type=click.UNPROCESSED)
def live(
    events: Path | None, spec: Path | None, chosen: Filter, no_color: bool, arguments: tuple[str, ...]
) -> int:
    """Run mitmdump with the add-on, and look at calls while they come.

    What stands behind the options of live goes to mitmdump as it is. What mitmdump prints is kept from the
    screen: F8 shows it. When mitmdump fails, its last lines are printed and its exit code is given.

    \b
    Examples:
      ringback live -p 8081 --set ringback_keylog=captures/mine.keys -w captures/mine.flows
      ringback live -n -r captures/synthetic/multi-device.flows
    """
    from ringback.commands.live import Proxying  # noqa: PLC0415 - Textual takes long to import
    from ringback.commands.live import live as run  # noqa: PLC0415

    return run(Proxying(arguments, events, spec), chosen, Environment(color=not no_color))
