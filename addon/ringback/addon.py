"""The mitmproxy add-on: its options, and thin hooks that hand flows on to a session."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader, traverse
from mitmproxy.exceptions import CommandError, OptionsError
from mitmproxy.hooks import Hook
from mitmproxy.http import HTTPFlow
from mitmproxy.tools.dump import DumpMaster

from ringback.commands.destinations import is_same_file
from ringback.errors import RingbackError, SourceError
from ringback.eventfile import EventFile
from ringback.findings import Severity
from ringback.hooks import RingbackFindingHook, RingbackStanzaHook
from ringback.ledger import Ledger
from ringback.ledger.outlet import LedgerOutlet
from ringback.ledger.queue import LedgerQueue
from ringback.mitm import trimming
from ringback.mitm.commands import Commands
from ringback.mitm.screens import Screens
from ringback.observations import Funnel, Observation, StanzaObserved
from ringback.outlets import EventOutlet, LogOutlet, Outlet, TerminalOutlet, new_findings
from ringback.printing import output_console
from ringback.sanitize import Placeholders
from ringback.session import Session
from ringback.sources.hosts import HostFilter
from ringback.sources.keylog_file import KEYLOG_VARIABLE, key_log_beside
from ringback.sources.notice import Notice, Urgency, of_enums
from ringback.spec.load import load_specification
from ringback.view.terminal import TerminalView
from ringback.view.visible import uncontrolled
from ringback.wording import counted

POLL_S = 0.1
"""Time between two looks at the key log: so long at most a frame is held once its key is written."""

MAX_NAMES = 20_000
"""Values of each kind, such as stanza ids, that keep their placeholder: fewer than of a recording, since a
proxy may run for weeks."""
MAX_CALL_NAMES = 5_000
"""Call-ids, and network addresses of each family, that do; a call has some ten stanza ids."""

DEFAULT_LEVEL = Severity.NOTE

_LEVELS = tuple(severity.value for severity in Severity)
_LOG_LEVELS = {
    Urgency.INFO: logging.INFO,
    Urgency.WARNING: logging.WARNING,
    Urgency.ERROR: logging.ERROR,
}

# mitmproxy tells an option's type by those of `typing`, which the annotations of its own loader do not say.
_MAYBE_TEXT: Any = Optional[str]  # noqa: UP045
_TEXTS: Any = Sequence[str]

logger = logging.getLogger(__name__)


class _UnusableValueError(RingbackError):
    """An option's value that cannot be used."""


class HookOutlet:
    """Every call stanza and finding as a hook event, raw, for other add-ons of this process."""

    name = "hook events"

    def show(self, observation: Observation) -> None:
        """Fire its events."""
        if isinstance(observation, StanzaObserved) and _is_awaited(RingbackStanzaHook):
            ctx.master.addons.trigger(RingbackStanzaHook(observation))
        findings = new_findings(observation)
        for finding in findings if findings and _is_awaited(RingbackFindingHook) else ():
            ctx.master.addons.trigger(RingbackFindingHook(finding))

    def close(self, funnel: Funnel) -> None:
        """Nothing to do."""


def _is_awaited(event: type[Hook]) -> bool:
    """Whether an add-on subscribes to the event: to fire it takes three times as long as to ask."""
    return any(hasattr(addon, event.name) for addon in traverse(ctx.master.addons.chain))  # type: ignore[no-untyped-call]


class Ringback:
    """Opens the WebSockets of one's own client and reports on its call pre-accepts. Changes no message."""

    name = "ringback"

    def __init__(self) -> None:
        """Do nothing until mitmproxy calls `load`, `configure` and `running`."""
        self._placeholders = Placeholders(MAX_NAMES, most_calls=MAX_CALL_NAMES)
        self._has_told_of_names = False
        self._trims = False
        self.screens = Screens(self._placeholders, _tell)
        self._session = Session(load_specification(None), _tell, frame_log=self.screens.frame_log)
        self._session.before_followed = self.screens.admit
        self._commands = Commands(self._session, self.screens.casebook, _tell)
        self._events: EventFile | None = None
        self._ledger: LedgerQueue | None = None
        self._reporters: list[Outlet] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._screen: Outlet | None = None
        self._task: asyncio.Task[None] | None = None
        self._applied: dict[str, Any] = {"ringback_spec": None}
        self._appliers: dict[str, Callable[[Any], None]] = {
            "ringback_spec": self._apply_spec,
            "ringback_hosts": self._apply_hosts,
            "ringback_keylog": self._apply_keylog,
            "ringback_events": self._apply_events,
            "ringback_ledger": self._apply_ledger,
            "ringback_level": self._apply_level,
            "ringback_marks": self._apply_marks,
            "ringback_call_flows": self._apply_call_flows,
            "ringback_trim_messages": self._apply_trim_messages,
        }

    def load(self, loader: Loader) -> None:
        """Add the options and the commands."""
        # Not as an add-on of this one, which mitmproxy would ask about every event.
        loader.master.commands.collect_commands(self._commands)
        loader.add_option(
            "ringback_keylog",
            _MAYBE_TEXT,
            os.environ.get(KEYLOG_VARIABLE) or None,
            "Key log file that the client writes, followed while it grows. "
            f"Default: the environment variable {KEYLOG_VARIABLE}; with -r also NAME.keys beside NAME.flows.",
        )
        loader.add_option(
            "ringback_events",
            _MAYBE_TEXT,
            None,
            "File that stanzas and findings are appended to as JSON lines, with placeholders for identities.",
        )
        loader.add_option(
            "ringback_ledger",
            _MAYBE_TEXT,
            None,
            "Ledger that keeps what was observed, with pseudonyms for identities. Default: nothing is kept.",
        )
        loader.add_option(
            "ringback_spec",
            _MAYBE_TEXT,
            None,
            "Specification to check against: a stanza file, a folder of them, or a wacrg checkout. "
            "Default: the call pre-accept file that ringback ships.",
        )
        loader.add_option(
            "ringback_hosts",
            _TEXTS,
            [],
            "Look at WebSockets to these hosts only: names or patterns such as *.example.org, "
            "with :port if need be. Default: every host; the protocol is told by its first bytes.",
        )
        loader.add_option(
            "ringback_level",
            str,
            DEFAULT_LEVEL.value,
            "Least severity of the findings that are shown; the event file gets all of them.",
            choices=_LEVELS,
        )
        loader.add_option(
            "ringback_marks",
            bool,
            True,
            "Write verdicts into the comment, marker and metadata of the flows that are looked at, with "
            "placeholders for identities; they are saved with the flow.",
        )
        loader.add_option(
            "ringback_call_flows",
            bool,
            True,
            "Show each call as a flow of its own in the flow list; save_stream_file never writes it.",
        )
        loader.add_option(
            "ringback_trim_messages",
            bool,
            False,
            f"Keep the newest {trimming.MAX_TAIL} messages or so of each of the client's WebSockets and let "
            "go of the others, so that a proxy can run for weeks; what -w saves lacks them, too.",
        )
        self._apply_level(DEFAULT_LEVEL.value)
        for name in [name for name in ctx.options.deferred if name.startswith("ringback_")]:
            self._take_up(name, ctx.options.deferred.pop(name))

    def _take_up(self, name: str, given: object) -> None:
        """Set an option to what was given before there was one. mitmproxy would do so itself, but lets go of
        the whole script, without a word, where the value cannot be read."""
        if name not in self._appliers:
            _refuse(f"{name}: no such option; there are {', '.join(sorted(self._appliers))}")
            return
        try:
            if isinstance(values := getattr(given, "val", None), list):
                ctx.options.set(*([f"{name}={value}" for value in values] or [name]))
            else:
                ctx.options.update(**{name: given})  # type: ignore[no-untyped-call]
        except (OptionsError, TypeError) as error:
            _refuse(f"{name}: {error}")

    def configure(self, updated: set[str]) -> None:
        """Take up changed options.

        While mitmproxy starts, an error that is logged ends it, and what a script raises is printed with a
        traceback: one that cannot be used is logged then.

        Raises:
            OptionsError: one of them cannot be used; it says which and what to do.
        """
        for name, apply in self._appliers.items():
            value = getattr(ctx.options, name)
            if name not in updated or (name in self._applied and self._applied[name] == value):
                continue
            try:
                apply(value)
            except RingbackError as error:
                if self._task is not None:
                    raise OptionsError(f"{name}: {error}") from None  # type: ignore[no-untyped-call]
                _refuse(f"{name}: {error}")
                self._applied[name] = value
                return
            self._applied[name] = value

    def running(self) -> None:
        """Start to follow the key log."""
        # Options that were left alone come up here only where no script loader configures the add-on.
        self.configure(set(self._appliers))
        self._session.recording = _path(ctx.options.rfile)
        if self._session.recording is not None and isinstance(ctx.master, DumpMaster):
            self._session.ends_with_recording = not ctx.options.keepserving
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._follow(), name="ringback")

    def websocket_message(self, flow: HTTPFlow) -> None:
        """A message was exchanged."""
        self._session.take_message(flow)
        if self._trims and flow.live and self._session.is_ours(flow):
            self._session.trimmed(flow, trimming.trim(flow))

    def websocket_end(self, flow: HTTPFlow) -> None:
        """A connection has ended."""
        self.screens.admit(flow)
        now = time.time()
        self._session.take_end(flow, now)
        # Before the flow is saved, which comes next.
        self.screens.refresh(now, at_once=True)

    def done(self) -> None:
        """mitmproxy shuts down, or the script is loaded anew and another instance takes over."""
        self.screens.close()
        if self._task is not None:
            self._task.cancel()
        self._session.close()
        self._commands.close()

    async def _follow(self) -> None:
        while True:
            self.tick(time.time())
            await asyncio.sleep(POLL_S)

    def tick(self, now: float) -> None:
        """Look after what time brings; `now` in seconds since the epoch. Called every `POLL_S`."""
        self._session.tick(now, reading=_is_reading())
        self._deliver()
        self.screens.refresh(now)
        if not self._has_told_of_names and self._placeholders.forgotten:
            self._has_told_of_names = True
            text = "more names were seen than are remembered: those seen longest ago are forgotten, "
            _tell(Notice(f"{text}and get another placeholder should they come again", Urgency.INFO))

    def _apply_spec(self, value: str | None) -> None:
        if self._session.has_begun:
            raise _UnusableValueError("it is fixed once a connection was seen; restart mitmproxy with it")
        specification = load_specification(_path(value))
        for notice in of_enums(specification.unloaded_enums):
            _tell(notice)
        self._session.use(specification)
        for spec in specification.stanzas.values():
            self._placeholders.admit(spec)

    def _apply_hosts(self, value: Sequence[str]) -> None:
        try:
            self._session.hosts = HostFilter(value)
        except SourceError as error:
            raise _UnusableValueError(f"{error}; for several repeat --set ringback_hosts=HOST") from None

    def _apply_keylog(self, value: str | None) -> None:
        path = _path(value)
        if path is not None and os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises without permission
            raise _UnusableValueError(f"{path} is a folder; name the file that the client writes its keys to")
        for option in ("ringback_events", "ringback_ledger"):
            _spare_keys(_path(getattr(ctx.options, option)), path)
        if path is not None and value == os.environ.get(KEYLOG_VARIABLE):
            _tell(Notice(f"keys are read from {path}, which {KEYLOG_VARIABLE} names", Urgency.INFO))
        self._session.follow_keys(path)

    def _apply_events(self, value: str | None) -> None:
        path = _path(value)
        _spare_keys(path, _path(ctx.options.ringback_keylog))
        before, self._events = self._events, None if path is None else EventFile(path)
        if before is not None:
            before.close()
        self._connect_outlets()

    def _apply_ledger(self, value: str | None) -> None:
        path = _path(value)
        _spare_keys(path, _path(ctx.options.ringback_keylog))
        before, self._ledger = self._ledger, None if path is None else self._queue(Ledger(path))
        try:
            if before is not None:
                before.finish()
        finally:
            self._connect_outlets()

    def _apply_level(self, value: str) -> None:
        if value not in _LEVELS:
            raise _UnusableValueError(f"{value!r} is no severity; use one of {', '.join(_LEVELS)}")
        self.screens.use_level(Severity(value))
        if isinstance(ctx.master, DumpMaster):
            console = output_console(sys.stdout)
            view = TerminalView(console, Severity(value), self._placeholders)
            self._screen = TerminalOutlet(view, console, self._remarks)
        else:
            log = self._screen = LogOutlet(Severity(value), self._placeholders)
            self._session.report = log.report
        self._connect_outlets()

    def _remarks(self) -> list[str]:
        """What the end of a run says besides its counts."""
        forgotten = self._placeholders.forgotten
        told = f"{counted(forgotten, 'name')} forgotten, to be given another placeholder" if forgotten else ""
        dropped = self._ledger.told if self._ledger is not None and self._ledger.dropped else ""
        return [*self._session.remarks(), *filter(None, (told, dropped))]

    def _apply_marks(self, value: bool) -> None:
        self.screens.marks.enabled = value

    def _apply_call_flows(self, value: bool) -> None:
        self.screens.calls.enabled = value

    def _apply_trim_messages(self, value: bool) -> None:
        self._trims = value

    def _connect_outlets(self) -> None:
        self._reporters = [HookOutlet()]
        if self._screen is not None:
            self._reporters.append(self._screen)
        if self._events is not None:
            self._reporters.append(EventOutlet(self._events, self._placeholders))
        queue = self._ledger
        # With a ledger, nothing is reported before it is kept.
        next_ones = self._reporters if queue is None else [queue]
        self._session.outlets = [*self.screens.outlets, *next_ones]
        self._session.behind = [] if queue is None else self._reporters
        self._session.before_recorded = _no_wait if queue is None else queue.make_room

    def _queue(self, ledger: Ledger) -> LedgerQueue:
        return LedgerQueue(
            LedgerOutlet(ledger),
            report=lambda observation: self._session.show(observation, self._reporters),
            failed=lambda error: self._session.failed(LedgerQueue.name, error),
            lost=self._lose,
            wake=self._wake,
        )

    def _lose(self, observation: Observation) -> None:
        for outlet in self._reporters:
            if isinstance(outlet, EventOutlet):
                outlet.lose(observation)

    def _wake(self) -> None:
        """Called in the ledger's thread; until mitmproxy runs, and once it ends, nobody listens."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        if self._ledger is not None and self._ledger.deliver():
            self._wake()


def _no_wait() -> None:
    """Without a ledger nothing has to be waited for."""


def _refuse(problem: str) -> None:
    """End the start: by an error that is logged, or that is raised where the master is one that somebody has
    made, and does without the add-on that looks for such errors.

    Raises:
        OptionsError: it is.
    """
    if ctx.master.addons.get("errorcheck") is None:  # type: ignore[no-untyped-call]
        raise OptionsError(problem) from None  # type: ignore[no-untyped-call]
    logger.error("%s", problem)


def _is_reading() -> bool:
    """Whether mitmproxy still reads a flow file; a master without the reader never does."""
    try:
        return bool(ctx.master.commands.call("readfile.reading"))
    except CommandError:
        return False


def _spare_keys(output: Path | None, keylog: Path | None) -> None:
    """Refuse to write into the key log that is read, also while that is empty.

    Raises:
        _UnusableValueError: it is the same file.
    """
    if keylog is None:
        # A master without the reader of flow files has no such option.
        recording = _path(getattr(ctx.options, "rfile", None))
        keylog = None if recording is None else key_log_beside(recording)
    if output is not None and keylog is not None and is_same_file(output, keylog):
        raise _UnusableValueError(f"{output} is the key log: name another file for what is written")


def _path(value: str | None) -> Path | None:
    return Path(os.path.expanduser(value)) if value else None  # noqa: PTH111 - Path.expanduser may raise


def _tell(notice: Notice) -> None:
    logger.log(_LOG_LEVELS[notice.urgency], "ringback: %s", uncontrolled(notice.text))
