"""Where observations go: each place behind one small interface, so that one that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.text import Text

from ringback.eventfile import EventFile
from ringback.eventrecords import record_line, records_of, start_record, summary_record
from ringback.findings import Finding, Severity
from ringback.observations import FindingMade, Funnel, Observation, StanzaObserved, WireNotice
from ringback.recognise import PREACCEPT, StanzaKind
from ringback.sanitize import Placeholders
from ringback.tableguess import TableGuesses
from ringback.view.notices import Notices
from ringback.view.stanza_line import stanza_line
from ringback.view.terminal import TerminalView
from ringback.view.visible import visible

logger = logging.getLogger(__name__)

_LOG_LEVELS = {Severity.ERROR: logging.ERROR, Severity.WARNING: logging.WARNING}
"""Of what is worse than a note; the rest is information."""


class Outlet(Protocol):
    """Takes observations, raw as they are; what it lets out of the process carries placeholders."""

    name: str
    """What it is, for messages about its failure."""

    def show(self, observation: Observation) -> None:
        """Take one observation."""

    def close(self, funnel: Funnel) -> None:
        """The run is over; `funnel` is what it came to."""


def new_findings(observation: Observation) -> tuple[Finding, ...]:
    """The findings that an observation brings for the first time."""
    if isinstance(observation, StanzaObserved):
        return observation.fresh
    return (observation.finding,) if isinstance(observation, FindingMade) else ()


class EventOutlet:
    """Every observation as a record of the event file."""

    name = "event file"

    def __init__(self, file: EventFile, placeholders: Placeholders) -> None:
        """Write to `file`, which is closed at the end."""
        self._file = file
        self._placeholders = placeholders

    def show(self, observation: Observation) -> None:
        """Append its records."""
        self._file.write(observation, self._placeholders)

    def lose(self, observation: Observation) -> None:
        """Say with the next record that its records are missing."""
        self._file.lose(observation, self._placeholders)

    def close(self, funnel: Funnel) -> None:
        """Append the summary and give the file back."""
        try:
            self._file.summary(funnel)
        finally:
            self._file.close()


class RecordsOutlet:
    """Every observation as a line of JSON, as in an event file, wherever standard output goes."""

    name = "JSON lines"

    def __init__(self, write: Callable[[str], None], placeholders: Placeholders) -> None:
        """Hand each line to `write`, that of the run's start first."""
        self._write = write
        self._placeholders = placeholders
        self._guesses = TableGuesses()
        write(record_line(start_record()))

    def show(self, observation: Observation) -> None:
        """Print its records."""
        self._guesses.note(observation)
        for record in records_of(observation, self._placeholders, self._guesses):
            self._write(record_line(record))

    def close(self, funnel: Funnel) -> None:
        """Print the summary."""
        self._write(record_line(summary_record(funnel)))


class TerminalOutlet:
    """Annotated stanzas and findings on a terminal, or wherever standard output goes."""

    name = "terminal"

    def __init__(
        self, view: TerminalView, console: Console | None = None, remarks: Callable[[], list[str]] = list
    ) -> None:
        """Print through `view`, and at the end `remarks` to its console: notices may not be seen."""
        self._view = view
        self._console = console
        self._remarks = remarks

    def show(self, observation: Observation) -> None:
        """Print it, if it is of the view's level."""
        self._view.show(observation)

    def close(self, funnel: Funnel) -> None:
        """Print the summary and the remarks."""
        self._view.summary(funnel)
        if self._console is not None:
            encoding = self._console.encoding
            for remark in self._remarks():
                text = visible(remark).encode(encoding, "replace").decode(encoding)
                self._console.print(Text(f"ringback: {text}"), soft_wrap=True)


class LogOutlet:
    """Log lines for mitmproxy's own screens, which printed text would tear: what a connection tells, each
    pre-accept, each finding, and the counts."""

    name = "log"

    def __init__(self, level: Severity, placeholders: Placeholders) -> None:
        """Log findings of `level` and above."""
        self._level = level
        self._placeholders = placeholders
        self._notices = Notices(placeholders)
        self._counted = ""

    def show(self, observation: Observation) -> None:
        """Log its sentence or its stanza's line, and its new findings."""
        if isinstance(observation, WireNotice):
            self._notice(observation)
        elif isinstance(observation, StanzaObserved):
            self._stanza(observation)
        for finding in new_findings(observation):
            if finding.severity.rank >= self._level.rank:
                self._finding(self._placeholders.finding(finding))

    def report(self, funnel: Funnel) -> None:
        """Log what the run came to up to now, unless the same was logged last."""
        counted = (
            f"{funnel.opened} of {funnel.frames} frames opened; "
            f"calls: {funnel.calls}; pre-accepts: {funnel.preaccepts}"
        )
        if counted != self._counted:
            self._counted = counted
            _log(Severity.NOTE, counted)

    def close(self, funnel: Funnel) -> None:
        """Log what the run came to."""
        self.report(funnel)

    def _notice(self, notice: WireNotice) -> None:
        sentence = self._notices.sentence(notice)
        if sentence is not None and not self._is_detail(sentence.severity):
            place = f"connection {notice.connection} of {visible(notice.capture)}"
            _log(sentence.severity, f"{place} {sentence.text}")

    def _is_detail(self, severity: Severity) -> bool:
        """Whether it is said only where everything is asked for."""
        return severity is Severity.OK and self._level is not Severity.OK

    def _stanza(self, observed: StanzaObserved) -> None:
        recognised = observed.recognised
        if recognised is None or recognised.kind is not StanzaKind.CALL or observed.action != PREACCEPT:
            return
        line = stanza_line(observed, self._placeholders.node(observed.sighting.node), self._placeholders)
        way = "sent" if line.sent else "delivered"
        call = f" of call {line.call}" if line.call else ""
        ends = f"{visible(line.sender)} -> {visible(line.receiver)}"
        _log(Severity.NOTE, f"pre-accept{call} {way} on connection {line.connection}: {ends}")

    def _finding(self, finding: Finding) -> None:
        call = "" if finding.call_id is None else f" of call {finding.call_id}"
        text = f"{finding.severity.value}: {finding.message} ({finding.code} at {finding.place}{call})"
        _log(finding.severity, text)


def _log(severity: Severity, text: str) -> None:
    logger.log(_LOG_LEVELS.get(severity, logging.INFO), "ringback: %s", text)
