"""`ringback replay`: annotated findings out of flow files, the same that `mitmdump -r` prints."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from ringback.commands.environment import Environment
from ringback.commands.recording import Going, Recording, conclude, go_through, key_advice, read_keys
from ringback.containment import ContainedInspector
from ringback.errors import SourceError
from ringback.eventfile import EventFile
from ringback.faults import Faults
from ringback.findings import Severity
from ringback.inspector import Inspector
from ringback.ledger import Ledger
from ringback.ledger.outlet import LedgerOutlet
from ringback.observations import Funnel, Observation
from ringback.outlets import EventOutlet, Outlet, TerminalOutlet
from ringback.sanitize import Placeholders
from ringback.sources.notice import of_enums
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.status import ExitCode
from ringback.view.terminal import TerminalView


@dataclass(frozen=True, slots=True)
class Report:
    """How a recording is judged, and where that is written."""

    spec: Path | None = None
    """None: the specification that ringback ships."""
    level: Severity = Severity.NOTE
    """Least severity of the findings that are printed."""
    events: Path | None = None
    """The event file, which gets all findings."""
    ledger: Path | None = None
    """The ledger that keeps what was observed."""


def replay(recording: Recording, report: Report, environment: Environment) -> ExitCode:
    """Go through the recording and report on it.

    Raises:
        SourceError: a file cannot be read.
        SpecError: the specification cannot be used.
        EventFileError: the event file cannot be written.
        LedgerError: the ledger cannot be written.
    """
    specification = load_specification(report.spec)
    for notice in of_enums(specification.unloaded_enums):
        environment.tell(notice)
    keys = read_keys(recording, environment)
    faults = Faults(environment.tell)
    inspector = ContainedInspector(Inspector(specification, keys), faults)
    outlets = _outlets(report, specification, environment)
    going = Going()
    with ExitStack() as stack:
        for outlet in outlets:
            stack.callback(_close, outlet, inspector, going)
        try:
            for event in stack.enter_context(closing(go_through(recording, environment, going))):
                _publish(inspector.take(event), outlets)
        except SourceError:
            going.refused = inspector.funnel == Funnel()
            raise
        if not going.interrupted:
            # What only absence shows is not claimed of a recording that was not gone through to its end.
            _publish(inspector.finish(), outlets)
    if faults.count:
        return ExitCode.INTERNAL
    funnel = inspector.funnel
    return conclude(going, funnel.frames, funnel.opened, environment, key_advice(recording.keylog, keys))


def _close(outlet: Outlet, inspector: ContainedInspector, going: Going) -> None:
    """Of what was refused as a whole, which a pipe tells only while it is read, there is no report."""
    if not (going.refused and isinstance(outlet, TerminalOutlet)):
        outlet.close(inspector.funnel)


def _outlets(report: Report, specification: Specification, environment: Environment) -> list[Outlet]:
    """The ledger first: what is reported anywhere else is kept by then."""
    placeholders = Placeholders()
    for spec in specification.stanzas.values():
        placeholders.admit(spec)
    view = TerminalView(environment.console(), report.level, placeholders)
    outlets: list[Outlet] = [] if report.ledger is None else [LedgerOutlet(Ledger(report.ledger))]
    outlets.append(TerminalOutlet(view))
    if report.events is not None:
        outlets.append(EventOutlet(EventFile(report.events), placeholders))
    return outlets


def _publish(observations: Iterable[Observation], outlets: list[Outlet]) -> None:
    for observation in observations:
        for outlet in outlets:
            outlet.show(observation)
