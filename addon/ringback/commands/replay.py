"""`ringback replay`: annotated findings out of what was captured, the same that `mitmdump -r` prints."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ringback.commands.destinations import inputs_of, refuse_inputs
from ringback.commands.environment import Environment
from ringback.commands.recorded import SourceOptions
from ringback.commands.run import KEPT, Run, Sources
from ringback.errors import SourceError
from ringback.eventfile import EventFile
from ringback.findings import Severity
from ringback.ledger import Ledger
from ringback.ledger.failure import LockedError
from ringback.ledger.outlet import LedgerOutlet
from ringback.observations import Funnel, Observation
from ringback.outlets import EventOutlet, Outlet, RecordsOutlet, TerminalOutlet
from ringback.sanitize import Placeholders
from ringback.sources.notice import Notice, Tell, of_enums
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.status import ExitCode
from ringback.view.terminal import TerminalView

PATIENCE_S = 5.0
"""How long another writer of the ledger is waited for: no socket is held up here."""


@dataclass(frozen=True, slots=True)
class Report:
    """Where what was found is written."""

    level: Severity = Severity.NOTE
    """Least severity of the findings that are printed."""
    events: Path | None = None
    """The event file, which gets all findings."""
    ledger: Path | None = None
    """The ledger that keeps what was observed."""
    as_json: bool = False
    """Whether the lines of an event file are printed in place of text."""

    @property
    def files(self) -> dict[str, Path | None]:
        """What is written to, by its option."""
        return {"--events": self.events, "--ledger": self.ledger}


def replay(source: SourceOptions, report: Report, environment: Environment) -> ExitCode:
    """Go through the sources and report on them.

    Raises:
        ArgumentError: the event file or the ledger is among what is read.
        SourceError: a source cannot be read, or what it holds cannot go into a ledger.
        SpecError: the specification cannot be used.
        EventFileError: the event file cannot be written.
        LedgerError: a ledger cannot be read or written.
    """
    specification = load_specification(source.spec)
    for notice in of_enums(specification.unloaded_enums):
        environment.tell(notice)
    with ExitStack() as stack:
        sources = Sources.sorted_out(source.recording, stack, environment.tell)
        if report.ledger is not None:
            refuse_kept(sources)
        refuse_inputs(report.files, inputs_of(source))
        outlets: list[Outlet] = []
        run = Run(sources, specification, outlets, environment)
        outlets += _outlets(report, specification, environment)
        for outlet in outlets:
            stack.callback(_close, outlet, run)
        return run.go()


def refuse_kept(sources: Sources) -> None:
    """Refuse for a ledger what holds placeholders or pseudonyms: they would be taken for identities.

    Raises:
        SourceError: one of the sources does.
    """
    for kind, advice in KEPT.items():
        for path in sources.paths[kind]:
            raise SourceError(
                f"{path} holds placeholders, which no ledger can tell from identities; {advice}"
            )


class _SharedLedger:
    """A ledger that other processes may be writing to: a lock ends no run."""

    name = "ledger"

    def __init__(self, outlet: LedgerOutlet, tell: Tell) -> None:
        self._outlet = outlet
        self._tell = tell

    def show(self, observation: Observation) -> None:
        try:
            self._outlet.show(observation)
        except LockedError as error:
            self._tell(Notice(f"{error}; what comes is kept in memory meanwhile"))

    def close(self, funnel: Funnel) -> None:
        self._outlet.close(funnel)


def _close(outlet: Outlet, run: Run) -> None:
    """Of what was refused as a whole, which a pipe tells only while it is read, there is no report."""
    if not (run.is_refused and isinstance(outlet, TerminalOutlet | RecordsOutlet)):
        outlet.close(run.funnel)


def _outlets(report: Report, specification: Specification, environment: Environment) -> list[Outlet]:
    """The ledger first: what is reported anywhere else is kept by then."""
    placeholders = Placeholders.admitting(specification.stanzas.values())
    outlets: list[Outlet] = []
    if report.ledger is not None:
        outlets.append(_SharedLedger(LedgerOutlet(Ledger(report.ledger), PATIENCE_S), environment.tell))
    if report.as_json:
        outlets.append(RecordsOutlet(environment.write, placeholders))
    else:
        outlets.append(TerminalOutlet(TerminalView(environment.console(), report.level, placeholders)))
    if report.events is not None:
        outlets.append(EventOutlet(EventFile(report.events), placeholders))
    return outlets
