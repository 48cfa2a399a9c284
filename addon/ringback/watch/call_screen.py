"""One call as a ladder, and its stanzas one by one."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.widget import Widget

from ringback.casebook import Case
from ringback.ladder.model import Ladder
from ringback.watch.findings_screen import CallFindingsScreen
from ringback.watch.keys import CALL, COMPARISON, STANZA, bindings
from ringback.watch.lines import Lines
from ringback.watch.pages import Page, call_title, comparison, ladder_page, stanza_page, stanza_title
from ringback.watch.screens import WatchScreen, beside

_PREVIEW_FROM = 36
"""Rows of the screen from which on the stanza under the cursor is shown below the ladder."""


class CallScreen(WatchScreen):
    """A lane for each device and the server, an arrow for each stanza."""

    KEYS = CALL
    BINDINGS = bindings(CALL)
    DEFAULT_CSS = """
    CallScreen {
        #preview { display: none; height: 40%; border-top: solid ansi_bright_black; }
        &.tall #preview { display: block; }
    }
    """

    def __init__(self, number: int) -> None:
        """Show the call of that number."""
        super().__init__()
        self._number = number
        self._unfold = False
        self._ladder: Ladder | None = None
        self._seen = (-1, -1)

    def more(self) -> Iterable[Widget]:
        """The stanza under the cursor."""
        yield Lines(id="preview")

    def title_text(self) -> Text:
        """The call in a line, and what has been done here."""
        case = self._case
        if case is None:
            return Text(" this call is kept no more")
        title = call_title(self.view.watched.line(self._number), self.view.marks)
        state = "1 marked" if self.view.marked is not None else "acks shown" if self._unfold else ""
        return beside(title, state, self.size.width)

    def update(self, changed: bool, /) -> None:
        """Draw the ladder anew if something came of this call."""
        case = self._case
        if case is None:
            return
        seen = (len(case.stanzas), len(case.findings))
        if seen == self._seen and not changed:
            return
        self._seen = seen
        self.set_class(self.size.height >= _PREVIEW_FROM, "tall")
        self._ladder, page = ladder_page(
            case, self.view.casebook.placeholders, self.view.marks, width=self.size.width, unfold=self._unfold
        )
        self.head(*page.heading)
        self.lines.put_texts(page.lines, page.stops)
        self.show_title()
        self._preview()

    def on_lines_moved(self) -> None:
        """Show the stanza under the cursor."""
        self._preview()

    def action_choose(self) -> None:
        """Show the stanza of the arrow."""
        stanza = self._stanza
        if stanza is not None:
            self.app.push_screen(StanzaScreen(self._number, stanza))

    def action_fold(self) -> None:
        """Draw acks and receipts as arrows, or fold them."""
        self._unfold = not self._unfold
        self.redraw()

    def action_findings(self) -> None:
        """What is found of this call."""
        self.app.push_screen(CallFindingsScreen(self._number))

    def action_mark(self) -> None:
        """Remember the stanza under the cursor, which another one is compared with."""
        shown = None if self._stanza is None else (self._number, self._stanza)
        self.view.marked = None if shown == self.view.marked else shown
        self.refresh_bars()

    def action_compare(self) -> None:
        """Show what differs; the marked stanza may be of another call."""
        marked = self.view.marked
        if marked is not None and self._stanza is not None:
            self.app.push_screen(ComparisonScreen(marked, (self._number, self._stanza)))

    def action_turn(self, by: int) -> None:
        """Another call of the list."""
        numbers = self.view.watched.rows
        if self._number in numbers:
            place = numbers.index(self._number) + by
            self._number = numbers[max(0, min(place, len(numbers) - 1))]
            self.lines.cursor = 0
            self.lines.scroll_to(y=0, animate=False)
            self.redraw()

    @property
    def _case(self) -> Case | None:
        return self.view.watched.case(self._number)

    @property
    def _stanza(self) -> int | None:
        """Index of the stanza that the arrow under the cursor shows first."""
        if self._ladder is None or not self._ladder.arrows:
            return None
        shown = self._ladder.arrows[self.lines.cursor].shown
        return shown[0] if shown else None

    def _preview(self) -> None:
        case, stanza = self._case, self._stanza
        if case is None or stanza is None or not self.has_class("tall"):
            return
        page = stanza_page(self.view.casebook, case, case.stanzas[stanza], self.view.marks, self.size.width)
        title = stanza_title(case.stanzas[stanza], self.view.casebook.placeholders, self.view.marks)
        self.query_one("#preview", Lines).put_texts([title, *page.lines])


class StanzaScreen(WatchScreen):
    """One stanza line by line, with the facts that it meets."""

    KEYS = STANZA
    BINDINGS = bindings(STANZA)

    def __init__(self, number: int, stanza: int) -> None:
        """Show the stanza of that index of the call of that number."""
        super().__init__()
        self._number = number
        self._stanza = stanza
        self._seen = -1

    def title_text(self) -> Text:
        """The stanza in a line."""
        case = self.view.watched.case(self._number)
        if case is None:
            return Text(" this call is kept no more")
        observed = case.stanzas[self._stanza]
        title = stanza_title(observed, self.view.casebook.placeholders, self.view.marks)
        return beside(title, f"{self._stanza + 1} of {len(case.stanzas)}", self.size.width)

    def update(self, changed: bool, /) -> None:
        """Show the stanza anew if something more was found."""
        case = self.view.watched.case(self._number)
        if case is None or (len(case.findings) == self._seen and not changed):
            return
        self._seen = len(case.findings)
        observed = case.stanzas[self._stanza]
        page: Page = stanza_page(self.view.casebook, case, observed, self.view.marks, self.size.width)
        self.lines.put_texts(page.lines)
        self.show_title()

    def action_turn(self, by: int) -> None:
        """Another stanza of the call."""
        case = self.view.watched.case(self._number)
        if case is not None:
            self._stanza = max(0, min(self._stanza + by, len(case.stanzas) - 1))
            self.lines.scroll_to(y=0, animate=False)
            self.redraw()


class ComparisonScreen(WatchScreen):
    """What differs between two stanzas."""

    KEYS = COMPARISON
    BINDINGS = bindings(COMPARISON)

    def __init__(self, left: tuple[int, int], right: tuple[int, int]) -> None:
        """Compare these, each by the number of its call and its index there."""
        super().__init__()
        self._sides = (left, right)

    def title_text(self) -> Text:
        """What it is."""
        return Text(" What differs about the right one", "bold")

    def update(self, changed: bool, /) -> None:
        """The same whatever comes."""
        cases = [self.view.watched.case(number) for number, _ in self._sides]
        if not changed or None in cases:
            return
        left, right = (
            case.stanzas[index]
            for case, (_, index) in zip(cases, self._sides, strict=True)
            if case is not None
        )
        placeholders, marks = self.view.casebook.placeholders, self.view.marks
        self.lines.put_texts(list(comparison(left, right, placeholders, marks, self.size.width)))
