"""What all screens have in common: a title, the verdicts, lines, what is amiss, and the keys at the foot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from ringback.view.visible import visible
from ringback.watch.keys import EVERYWHERE, Key
from ringback.watch.lines import Lines

if TYPE_CHECKING:
    from ringback.watch.app import WatchApp


class WatchScreen(Screen[None]):
    """One screen of the view; `update` is called when there is something new to show."""

    DEFAULT_CSS = """
    WatchScreen {
        background: ansi_default; color: ansi_default; layout: vertical;
        .bar { height: 1; width: 100%; background: ansi_default; color: ansi_default; text-wrap: nowrap; }
        #title { text-style: reverse; }
        #heading { height: auto; width: 100%; text-wrap: nowrap; background: ansi_default; }
        #heading.empty { display: none; }
        Lines { height: 1fr; background: ansi_default; color: ansi_default; }
    }
    """
    KEYS: tuple[Key, ...] = ()
    """What this screen offers."""

    @property
    def view(self) -> WatchApp:
        """The program that this is a screen of."""
        app: WatchApp = self.app  # type: ignore[assignment]
        return app

    @property
    def lines(self) -> Lines:
        """What is scrolled."""
        return self.query_one("#body", Lines)

    def compose(self) -> ComposeResult:
        """The bars, the lines between them, and whatever else a screen has above its foot."""
        yield Static(id="title", classes="bar")
        yield Static(id="strip", classes="bar")
        yield Static(id="heading", classes="empty")
        yield Lines(id="body")
        yield from self.more()
        yield Static(id="status", classes="bar")
        yield Static(id="foot", classes="bar")

    def more(self) -> Iterable[Widget]:
        """What stands below the lines."""
        return ()

    def on_mount(self) -> None:
        """Show what there is."""
        self.lines.focus()
        self.refresh_bars()
        self.update(True)

    def on_resize(self) -> None:
        """What depends on the width is made anew."""
        self.call_after_refresh(self.redraw)

    def on_screen_resume(self) -> None:
        """What has come meanwhile is shown."""
        if self.is_mounted:
            self.redraw()

    def redraw(self) -> None:
        """Make everything anew."""
        self.refresh_bars()
        self.update(True)

    def refresh_bars(self) -> None:
        """Show the title, the verdicts, and what is amiss."""
        self.show_title()
        self.query_one("#strip", Static).update(self.view.strip())
        self.query_one("#status", Static).update(self.view.status())
        keys = (*EVERYWHERE, *self.KEYS, *self.more_keys())
        self.query_one("#foot", Static).update(foot(keys, self.size.width))

    def show_title(self) -> None:
        """Show the first line, over the whole width."""
        title = self.title_text()
        title.truncate(self.size.width, pad=True)
        self.query_one("#title", Static).update(title)

    def head(self, *lines: Text) -> None:
        """Show these lines above those that are scrolled."""
        heading = self.query_one("#heading", Static)
        heading.update(Text("\n").join(lines))
        heading.set_class(not lines, "empty")

    def title_text(self) -> Text:
        """The first line."""
        return Text()

    def more_keys(self) -> tuple[Key, ...]:
        """Further keys for the foot."""
        return ()

    def update(self, changed: bool, /) -> None:
        """Show what is new; `changed` says that more than single calls may have."""

    def action_back(self) -> None:
        """To the screen before."""
        self.app.pop_screen()


def foot(keys: Iterable[Key], width: int) -> Text:
    """The keys that have a label, in a row; the most used ones first, as many as there is room for."""
    row = Text()
    for key in sorted((key for key in keys if key.label), key=lambda key: key.rank):
        named = Text(f" {key.names[0]}", "bold").append(f" {key.label} ", "not bold reverse")
        if row.cell_len + named.cell_len > width:
            break
        row.append_text(named)
    return row


def beside(left: Text, right: str, width: int) -> Text:
    """One text at each end of a line; of the left one as much as there is room for."""
    if not right:
        return left
    room = max(0, width - cell_len(right) - 2)
    row = left.copy()
    row.truncate(room, pad=True)
    return row.append(f" {visible(right)}")
