"""What was found: of one call finding by finding, of all calls kind by kind."""

from __future__ import annotations

from rich.text import Text

from ringback.filters import parse
from ringback.findings import Finding
from ringback.watch import call_screen
from ringback.watch.keys import FINDINGS, bindings
from ringback.watch.pages import findings_page, kind_row, worst_first
from ringback.watch.screens import WatchScreen, beside
from ringback.watch.watched import KindCount


class FindingsScreen(WatchScreen):
    """Kinds of findings over all calls, the worst and most frequent first."""

    KEYS = FINDINGS
    BINDINGS = bindings(FINDINGS)

    def __init__(self) -> None:
        """Of all calls, listed or not."""
        super().__init__()
        self._kinds: list[KindCount] = []

    def title_text(self) -> Text:
        """How many there are."""
        total = sum(kind.count for kind in self._kinds)
        title = Text(" Findings of all calls", "bold")
        return beside(title, f"{total} of {len(self._kinds)} kinds", self.size.width)

    def update(self, _changed: bool, /) -> None:
        """List the kinds."""
        kinds = self.view.watched.kinds.values()
        self._kinds = sorted(
            kinds, key=lambda kind: (-kind.first.severity.rank, -kind.count, kind.first.code)
        )
        heading = Text("  count   severity code                       place  (confidence of the fact)")
        heading.stylize("bold underline")
        self.head(heading)
        count = len(self._kinds)
        self.lines.put(self._row, count, range(count))
        self.show_title()

    def action_choose(self) -> None:
        """List the calls that have such a finding."""
        if self._kinds:
            code = self._kinds[self.lines.cursor].first.code
            self.view.use_filter(parse(f"code = {code}"))
            self.app.pop_screen()

    def _row(self, index: int) -> Text:
        return kind_row(self._kinds[index], self.view.casebook.placeholders, self.view.marks)


class CallFindingsScreen(WatchScreen):
    """The findings of one call, the worst first."""

    KEYS = FINDINGS
    BINDINGS = bindings(FINDINGS)

    def __init__(self, number: int) -> None:
        """Of the call of that number."""
        super().__init__()
        self._number = number
        self._findings: list[Finding] = []
        self._seen = -1

    def title_text(self) -> Text:
        """Whose findings they are."""
        case = self.view.watched.case(self._number)
        name = "" if case is None else self.view.casebook.name_of(case)
        title = Text(" Findings of ", "bold").append(name, "bold")
        return beside(title, f"{len(self._findings)}", self.size.width)

    def update(self, changed: bool, /) -> None:
        """List them anew if there are more."""
        case = self.view.watched.case(self._number)
        if case is None or (len(case.findings) == self._seen and not changed):
            return
        self._seen = len(case.findings)
        self._findings = worst_first(case.findings)
        page = findings_page(self.view.casebook, self._findings, self.view.marks, self.size.width)
        nothing = [Text(), Text("  Nothing but facts as stated.", "dim")]
        self.lines.put_texts(page.lines or nothing, page.stops)
        self.show_title()

    def action_choose(self) -> None:
        """Show the stanza that the finding is about."""
        case = self.view.watched.case(self._number)
        if case is None or not self._findings:
            return
        shown_by = self._findings[self.lines.cursor].evidence
        places = (index for index, each in enumerate(case.stanzas) if each.sighting.evidence in shown_by)
        stanza = next(places, None)
        if stanza is not None:
            self.app.push_screen(call_screen.StanzaScreen(self._number, stanza))
