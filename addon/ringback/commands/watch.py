"""`ringback watch`: the live view beside a mitmproxy, or over what was recorded."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from ringback.casebook import Casebook
from ringback.commands.environment import Environment
from ringback.commands.recorded import SourceOptions
from ringback.commands.recording import read_keys
from ringback.commands.usage import ArgumentError
from ringback.filters import Filter
from ringback.ledger import default_path
from ringback.sanitize import Placeholders
from ringback.sources.flows import capture_name
from ringback.sources.hosts import HostFilter
from ringback.sources.streams import STDIN
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.status import ExitCode
from ringback.view.marks import marks_for
from ringback.watch.app import Log, WatchApp
from ringback.watch.feed import SourceFeed


def watch(source: SourceOptions, chosen: Filter, environment: Environment) -> ExitCode | int:
    """Show what the source holds and what comes to it, until the user quits.

    Raises:
        ArgumentError: there is no terminal, or the source cannot be watched.
        SourceError: the source is there and cannot be read.
        LedgerError: it is a ledger that cannot be read.
        SpecError: the specification cannot be used.
    """
    require_terminal("watch", "`ringback show` prints without one")
    files = source.recording.files or (default_path(),)
    if files[0] == STDIN:
        raise ArgumentError("watch takes keys from standard input: name a file, or pipe into `ringback show`")
    specification = load_specification(source.spec)
    hosts = HostFilter(source.recording.hosts)
    keys = partial(read_keys, replace(source.recording, files=files), Environment(environment.stdout, None))
    feed = partial(SourceFeed, keys=keys, hosts=hosts, technique=source.recording.technique)
    app = make_app(files[0], specification, chosen, color=environment.color, feed=feed)
    # Once before the screen is taken: what cannot be read at all is refused as by every other command.
    app.watched.show(app.feed.poll())
    return run(app)


def require_terminal(command: str, instead: str) -> None:
    """Refuse to start where there is no terminal for keys, or none for the screen.

    Raises:
        ArgumentError: there is none.
    """
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise ArgumentError(f"{command} needs a terminal for input, output and errors; {instead}")


def make_app(
    path: Path,
    specification: Specification,
    chosen: Filter,
    *,
    color: bool,
    feed: Callable[..., SourceFeed] = SourceFeed,
    name: str = "",
    log: Log | None = None,
    ended: Callable[[], int | None] | None = None,
) -> WatchApp:
    """The view over one source, called `name` or as its file is; `feed` makes its feed."""
    placeholders = Placeholders.admitting(specification.stanzas.values())
    if os.environ.pop("NO_COLOR", "") or not color:
        # Textual looks at nothing else, and takes an empty one for one that is set.
        os.environ["NO_COLOR"] = "1"
    marks = marks_for(getattr(sys.stdout, "encoding", None) or "utf-8")
    return WatchApp(
        lambda tell: feed(path, specification, tell),
        Casebook(placeholders),
        specification,
        source_name=name or placeholders.capture(capture_name(path)),
        marks=marks,
        chosen=chosen,
        log=log,
        ended=ended,
    )


def run(app: WatchApp) -> ExitCode | int:
    """Run the view in this terminal, which is as before when it has ended; gives the exit code."""
    code = app.run(mouse=False)
    if app.fault is not None:
        raise app.fault
    return ExitCode.OK if code is None else code
