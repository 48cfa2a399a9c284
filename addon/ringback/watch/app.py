"""The view as a program of its own: it takes from the feed what is new and shows it, a slice at a time."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from rich.text import Text
from textual.app import App

from ringback.casebook import Casebook
from ringback.errors import RingbackError
from ringback.faults import Faults
from ringback.filters import Filter
from ringback.findings import Severity
from ringback.sources.notice import Notice, Tell, Urgency
from ringback.spec.model import Specification
from ringback.status import ExitCode
from ringback.view.marks import SEVERITY_STYLES, Marks
from ringback.view.visible import visible
from ringback.watch.calls_screen import CallsScreen
from ringback.watch.feed import Feed
from ringback.watch.findings_screen import FindingsScreen
from ringback.watch.keys import EVERYWHERE, bindings
from ringback.watch.questions import strip
from ringback.watch.reading_screens import HelpScreen, LogScreen, QuestionsScreen
from ringback.watch.screens import WatchScreen
from ringback.watch.watched import Watched
from ringback.watch.weighing import Weigher

TICK_S = 0.05
"""Time between two looks at the feed."""
_SLICE_S = 0.04
"""Work that is done at a time: so long at most a key waits for it."""
_REDRAW_S = 0.2
"""Time between two changes of what is shown that nobody has asked for."""
_MOST_PENDING = 200
"""Calls that wait to be looked at from which on nothing more is taken: the list keeps up with the reading."""
_NOTICES = 100


class Log(Protocol):
    """What another program prints."""

    path: Path

    def last_lines(self) -> list[str]:
        """The end of it."""


class WatchApp(App[int]):
    """The live view. Gives the exit code."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = bindings(EVERYWHERE)
    AUTO_FOCUS = None

    def __init__(
        self,
        feed: Callable[[Tell], Feed],
        casebook: Casebook,
        specification: Specification,
        *,
        source_name: str,
        marks: Marks,
        chosen: Filter,
        log: Log | None = None,
        ended: Callable[[], int | None] | None = None,
    ) -> None:
        """Show what the feed brings that `feed` makes; it tells the view what is amiss.

        `ended` gives the exit code of what feeds it once that has failed: the view ends with it then.
        """
        super().__init__(ansi_color=True)
        self.casebook = casebook
        self.source_name = source_name
        self.marks = marks
        self.proxy_log = log
        self.watched = Watched(casebook, chosen)
        self.notices: deque[Notice] = deque(maxlen=_NOTICES)
        self.feed = feed(self.notices.append)
        self.weigher = Weigher(casebook, specification, Faults(self.notices.append))
        self.is_paused = False
        self.marked: tuple[int, int] | None = None
        """Call and index of the stanza that another one is to be compared with."""
        self.fault: Exception | None = None
        """What has ended the view and should not have."""
        self._ended = ended
        self._next_draw = 0.0
        self._is_changed = False
        self._drawn_status = ""

    def on_mount(self) -> None:
        """Show the calls, and begin to look."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.exit, 128 + number)
        self.push_screen(CallsScreen())
        self.set_interval(TICK_S, self.tick)

    def tick(self) -> None:
        """Take what is new, look at it, and show it if it is time."""
        if self._ended is not None and (code := self._ended()) is not None:
            self.exit(code)
            return
        deadline = time.monotonic() + _SLICE_S
        is_first = True
        is_taking = not self.is_paused and self.watched.pending < _MOST_PENDING
        while is_taking and (is_first or (self.feed.is_behind and time.monotonic() < deadline)):
            is_first = False
            self._take()
        is_changed = self.watched.work(max(0.005, deadline - time.monotonic()))
        self.weigher.note(self.watched.changed)
        self._is_changed |= is_changed or bool(self.watched.changed)
        self.watched.changed = set()
        is_weighed = self.weigher.work(self.watched.case, 0.005)
        self._draw(is_weighed=is_weighed)

    def work_now(self) -> None:
        """Look at what is new, for what the user has asked for."""
        self.watched.work(_SLICE_S)

    def use_filter(self, chosen: Filter) -> None:
        """List what this filter lets through."""
        self.watched.use(chosen)
        self.work_now()

    def strip(self) -> Text:
        """The verdicts on one line."""
        return strip(self.weigher.latest)

    def status(self) -> Text:
        """What is amiss, else what was told last, else the filter."""
        if self.feed.state:
            return Text(f" {visible(self.feed.state)}", "yellow")
        if self.notices:
            notice = self.notices[-1]
            severity = {Urgency.ERROR: Severity.ERROR, Urgency.WARNING: Severity.WARNING}
            style = SEVERITY_STYLES.get(severity.get(notice.urgency, Severity.OK), "")
            return Text(f" {visible(notice.text)}", style if notice.urgency is not Urgency.INFO else "dim")
        chosen = self.watched.chosen
        return Text() if chosen.is_empty else Text(f" filter: {visible(chosen.text)}", "cyan")

    def action_help(self) -> None:
        """Every key."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_questions(self) -> None:
        """The open questions."""
        self.push_screen(QuestionsScreen())

    def action_findings(self) -> None:
        """The findings of all calls."""
        self.push_screen(FindingsScreen())

    def action_log(self) -> None:
        """What mitmdump prints."""
        if self.proxy_log is not None:
            self.push_screen(LogScreen())

    def action_leave(self) -> None:
        """Quit."""
        self.exit(int(ExitCode.OK))

    def action_interrupt(self) -> None:
        """Quit as Ctrl-C does."""
        self.exit(int(ExitCode.INTERRUPTED))

    def _take(self) -> None:
        try:
            self.watched.show(self.feed.poll())
        except RingbackError as error:
            self.notices.append(Notice(str(error), Urgency.ERROR))
            self.is_paused = True

    def _draw(self, *, is_weighed: bool) -> None:
        screen = self.screen
        if not isinstance(screen, WatchScreen) or not screen.is_mounted:
            return
        now = time.monotonic()
        if is_weighed and isinstance(screen, QuestionsScreen):
            screen.update(True)
        if self._is_changed and now >= self._next_draw:
            self._is_changed = False
            self._next_draw = now + _REDRAW_S
            screen.update(isinstance(screen, CallsScreen))
            screen.refresh_bars()
        elif is_weighed or self.status().plain != self._drawn_status:
            screen.refresh_bars()
        self._drawn_status = self.status().plain

    def _handle_exception(self, error: Exception) -> None:
        self.fault = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's report, which shows the values of variables: they come off the wire."""
        self._close_messages_no_wait()
