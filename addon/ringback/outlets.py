"""Where observations go: each place behind one small interface, so that one that fails stops no other."""

from __future__ import annotations

import logging
from typing import Protocol

from ringback.eventfile import EventFile
from ringback.findings import Finding, Severity
from ringback.observations import FindingMade, Funnel, Observation, StanzaObserved
from ringback.sanitize import Placeholders
from ringback.view.terminal import TerminalView

logger = logging.getLogger(__name__)


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

    def close(self, funnel: Funnel) -> None:
        """Append the summary and give the file back."""
        try:
            self._file.summary(funnel)
        finally:
            self._file.close()


class TerminalOutlet:
    """Annotated stanzas and findings on a terminal, or wherever standard output goes."""

    name = "terminal"

    def __init__(self, view: TerminalView) -> None:
        """Print through `view`."""
        self._view = view

    def show(self, observation: Observation) -> None:
        """Print it, if it is of the view's level."""
        self._view.show(observation)

    def close(self, funnel: Funnel) -> None:
        """Print the summary."""
        self._view.summary(funnel)


class LogOutlet:
    """One log line per finding, for mitmproxy's own screens, which printed text would tear."""

    name = "log"

    def __init__(self, level: Severity, placeholders: Placeholders) -> None:
        """Log findings of `level` and above."""
        self._level = level
        self._placeholders = placeholders

    def show(self, observation: Observation) -> None:
        """Log its new findings."""
        for raw in new_findings(observation):
            if raw.severity.rank >= self._level.rank:
                finding = self._placeholders.finding(raw)
                call = "" if finding.call_id is None else f" of call {finding.call_id}"
                text = (
                    f"{finding.severity.value}: {finding.message} ({finding.code} at {finding.place}{call})"
                )
                logger.info("ringback: %s", text)

    def close(self, funnel: Funnel) -> None:
        """Log what the run came to."""
        logger.info(
            "ringback: %s of %s frames opened; calls: %s; pre-accepts: %s",
            funnel.opened,
            funnel.frames,
            funnel.calls,
            funnel.preaccepts,
        )
