"""The list of calls: the first screen."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from ringback.filters import FilterError, parse
from ringback.watch.call_screen import CallScreen
from ringback.watch.columns import Columns
from ringback.watch.keys import CALLS, FILTER, LIVE, Key, bindings
from ringback.watch.lines import Lines
from ringback.watch.screens import WatchScreen, beside

_EXAMPLE = "severity >= warning and device = B:17"


class CallsScreen(WatchScreen):
    """Calls as they come."""

    KEYS = CALLS
    BINDINGS = bindings((*CALLS, *LIVE))

    def __init__(self) -> None:
        """Follow the newest call."""
        super().__init__()
        self._columns = Columns.of(80)
        self._rows: list[int] = []
        self._chosen: int | None = None
        self._is_following = True

    def more(self) -> Iterable[Widget]:
        """Where a filter is written."""
        yield FilterLine(id="filter")

    def more_keys(self) -> tuple[Key, ...]:
        """That of the log, where there is one."""
        return LIVE if self.view.proxy_log is not None else ()

    def title_text(self) -> Text:
        """What is watched, how many calls there are, and what is being done."""
        watched = self.view.watched
        title = Text(" ringback ", "bold").append(self.view.source_name)
        total = f"{watched.total} call{'' if watched.total == 1 else 's'}"
        parts = [total if len(watched.rows) == watched.total else f"{len(watched.rows)} of {total}"]
        if watched.pending or self.view.feed.is_behind:
            parts.append("reading" if self.view.feed.is_behind else f"{watched.pending} to look at")
        parts.append("PAUSED" if self.view.is_paused else "following" if self._is_following else "")
        return beside(title, "  ".join(filter(None, parts)), self.size.width)

    def update(self, _changed: bool, /) -> None:
        """List the calls."""
        watched = self.view.watched
        self._columns = Columns.of(self.size.width)
        heading = self._columns.heading(watched.sort, self.view.marks, descending=watched.descending)
        self.head(heading)
        # What is listed grows faster than it is drawn: what is chosen is chosen from what is seen.
        self._rows = watched.rows
        count = len(self._rows)
        cursor = self._newest() if self._is_following else self._place()
        if count:
            self.lines.put(self._row, count, range(count), cursor)
        else:
            self.lines.put_texts([Text(), Text(f"  {self._why_empty()}", "dim")])
        self._note_chosen()
        self.show_title()

    def on_lines_moved(self) -> None:
        """Who moves up does not follow; who moves to the newest does."""
        self._note_chosen()
        self._is_following = bool(self._rows) and self.lines.cursor == self._newest()
        self.refresh_bars()

    def action_choose(self) -> None:
        """Show the call."""
        # The next key may come before the message that the cursor was moved.
        self._note_chosen()
        if self._chosen is not None:
            self.app.push_screen(CallScreen(self._chosen))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """A key that opens the filter is a letter like any other while one is written."""
        return action != "filter" or not self.query_one(FilterLine).has_class("open")

    def action_filter(self) -> None:
        """Write a filter."""
        self.query_one(FilterLine).open(self.view.watched.chosen.text)

    def action_unfilter(self) -> None:
        """All calls again."""
        self.view.use_filter(parse(""))
        self.redraw()

    def action_clear(self) -> None:
        """An empty list, or the calls that were cleared away."""
        self.view.watched.clear()
        self.view.work_now()
        self.redraw()

    def action_pause(self) -> None:
        """Take nothing more, or what has come meanwhile."""
        self.view.is_paused = not self.view.is_paused
        self.refresh_bars()

    def action_follow(self) -> None:
        """Keep to the newest call, or stay where the cursor is."""
        self._is_following = not self._is_following
        self.redraw()

    def action_sort(self, by: int) -> None:
        """By another column."""
        watched = self.view.watched
        watched.order(watched.sort + by, descending=watched.descending)
        self.view.work_now()
        self.redraw()

    def action_reverse(self) -> None:
        """The other way round."""
        watched = self.view.watched
        watched.order(watched.sort, descending=not watched.descending)
        self.view.work_now()
        self.redraw()

    def _why_empty(self) -> str:
        watched = self.view.watched
        if not watched.total:
            return "No call yet: one is listed as soon as a stanza of it has passed."
        if watched.cleared:
            return "No call since the list was cleared; F5 brings the others back."
        return "No call passes the filter; F9 takes it away."

    def _row(self, index: int) -> Text:
        watched, number = self.view.watched, self._rows[index]
        if watched.case(number) is None:
            return Text()
        return self._columns.row(watched.line(number), self.view.marks)

    def _note_chosen(self) -> None:
        self._chosen = self._rows[self.lines.cursor] if self._rows else None

    def _place(self) -> int | None:
        """Where the call is that was chosen; it may be listed no more."""
        return self._rows.index(self._chosen) if self._chosen in self._rows else None

    def _newest(self) -> int:
        return self._rows.index(max(self._rows)) if self._rows else 0


class FilterLine(Widget):
    """A line to write a filter in, and above it what is wrong with one."""

    BINDINGS = bindings(FILTER)
    DEFAULT_CSS = """
    FilterLine {
        display: none; height: auto; layout: vertical;
        &.open { display: block; }
        Static { width: 100%; height: auto; color: ansi_red; background: ansi_default; text-wrap: nowrap; }
        Horizontal { height: 1; }
        #prompt { width: auto; color: ansi_default; }
        Input { width: 1fr; background: ansi_default; color: ansi_default; }
    }
    """

    def compose(self) -> ComposeResult:
        """The error and the line."""
        yield Static(id="error")
        with Horizontal():
            yield Static(" filter: ", id="prompt")
            yield Input(placeholder=_EXAMPLE, compact=True)

    def open(self, text: str) -> None:
        """Begin to write, with what the filter is now."""
        self.add_class("open")
        line = self.query_one(Input)
        line.value = text
        line.cursor_position = len(text)
        # At once: what is typed right behind the key that opens it belongs into it.
        self.screen.set_focus(line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Use the filter, or say what is wrong with it."""
        screen = self.screen
        assert isinstance(screen, CallsScreen)  # noqa: S101 - where else
        try:
            chosen = parse(event.value)
        except FilterError as error:
            self.query_one("#error", Static).update(Text(str(error)))
            self.query_one(Input).cursor_position = error.position
            return
        self._close()
        screen.view.use_filter(chosen)
        screen.redraw()

    def action_close(self) -> None:
        """Leave the filter as it was."""
        self._close()

    def _close(self) -> None:
        self.query_one("#error", Static).update("")
        self.remove_class("open")
        self.screen.set_focus(self.screen.query_one(Lines))
