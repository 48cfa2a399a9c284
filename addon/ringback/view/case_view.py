"""One call as a page: its ladder, every stanza annotated, and each of its findings once."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from ringback.casebook import Case, Casebook
from ringback.findings import Severity
from ringback.ladder import ladder_of
from ringback.ladder.text import render_text
from ringback.observations import FindingMade, StanzaObserved
from ringback.view.marks import SEVERITY_STYLES, marks_for
from ringback.view.terminal import TerminalView
from ringback.view.visible import visible
from ringback.wire.events import (
    ClientIdentified,
    ConnectionRecognised,
    ConnectionResumed,
    CounterJumped,
)
from ringback.wording import agreeing, counted

_TOLD = (ConnectionRecognised, ConnectionResumed, ClientIdentified, CounterJumped)
"""What a connection told that matters to whoever reads a call on it."""


class CaseView:
    """Prints calls of one casebook."""

    def __init__(self, console: Console, level: Severity, casebook: Casebook) -> None:
        """Print findings of `level` and above to `console`, through the placeholders of `casebook`."""
        self._console = console
        self._casebook = casebook
        self._view = TerminalView(console, level, casebook.placeholders, annotates_all=True)
        self._told: set[int] = set()

    def show(self, case: Case, stanzas: Iterable[StanzaObserved]) -> None:
        """Print the call, and of its stanzas these."""
        self._view.blank_line()
        self._view.print(self._heading(case))
        self._notices(case)
        self._view.blank_line()
        ladder = ladder_of(case, self._casebook.placeholders)
        self._view.print(
            *render_text(ladder, width=self._console.width, marks=marks_for(self._console.encoding))
        )
        self._view.blank_line()
        for observed in stanzas:
            self._view.show(observed)
        self._view.blank_line()
        of_stanzas = {id(finding) for observed in case.stanzas for finding in observed.fresh}
        for finding in case.findings:
            if id(finding) not in of_stanzas:
                self._view.show(FindingMade(finding))

    def _heading(self, case: Case) -> Text:
        heading = Text(visible(self._casebook.name_of(case)), "bold")
        capture = visible(self._casebook.placeholders.capture(case.call.capture))
        heading.append(
            f"  number {case.number}, of {capture}: {counted(len(case.stanzas), 'stanza')}, worst finding "
        )
        heading.append(case.worst.value, SEVERITY_STYLES[case.worst])
        return heading.append(
            f"; {case.dropped} more {agreeing(case.dropped, 'was', 'were')} left out" if case.dropped else ""
        )

    def _notices(self, case: Case) -> None:
        """Who speaks on its connections; told once, however many calls are shown."""
        connections = {(each.sighting.evidence.capture, each.sighting.connection) for each in case.stanzas}
        if self._casebook.unheard and not self._told:
            unheard = counted(self._casebook.unheard, "older notice")
            self._view.print(Text(f"{unheard} of connections gave way to newer ones", "dim"))
        for notice in self._casebook.notices:
            is_its_own = (notice.capture, notice.connection) in connections
            if is_its_own and id(notice) not in self._told and isinstance(notice.event, _TOLD):
                self._told.add(id(notice))
                self._view.show(notice)
