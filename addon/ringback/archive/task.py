"""One task: captures gone through one after the other, each by itself, and what comes of it.

A task can be done anywhere and any number of times. What it gives back has placeholders, pseudonyms, counts
and names of captures; the captures and their keys are read where the task is done, and stay there.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import IO

from ringback.archive.evidence import TravellingLedger
from ringback.archive.keys import keys_for
from ringback.archive.paths import Place, is_address, opened_there
from ringback.archive.screen import Screen
from ringback.commands.environment import Listening
from ringback.commands.recorded import Recording
from ringback.commands.replay import refuse_kept
from ringback.commands.run import Run, Sources
from ringback.errors import RingbackError
from ringback.faults import describe
from ringback.findings import Severity
from ringback.observations import Funnel, Observation, StanzaObserved
from ringback.outlets import Outlet, RecordsOutlet
from ringback.sanitize import Placeholders
from ringback.sources.copies import MAX_FLOWS
from ringback.sources.notice import Notice, Urgency
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.status import ExitCode
from ringback.version import VERSION
from ringback.view.terminal import Counts, TerminalView


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a run have in common."""

    keylog: str | None = None
    """Path or address of the key log; None for those beside the captures."""
    hosts: tuple[str, ...] = ()
    technique: str | None = None
    specification: Specification | None = None
    """None for what ringback ships."""
    level: Severity = Severity.NOTE
    screen: Screen | None = None
    """What the text is for; None where nobody wants any."""
    wants_records: bool = False
    secret: bytes | None = field(default=None, repr=False)
    """That of the ledger which everything goes to, if any. It is in no result."""
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Task:
    """Captures of one run, each with its number in it."""

    places: tuple[tuple[int, Place], ...]

    @property
    def size_bytes(self) -> int:
        """How much there is to read."""
        return sum(place.size_bytes for _, place in self.places)


@dataclass(frozen=True, slots=True)
class Gone:
    """What came of one capture."""

    number: int
    place: Place
    status: ExitCode
    notices: tuple[Notice, ...]
    """Those that are no mere information."""
    funnel: Funnel
    counts: Counts | None = None
    """What the summary tells; None where nothing was shown."""
    text: str = ""
    """What is printed of it, without a summary."""
    records: tuple[str, ...] = ()
    """The lines of its run for an event file."""
    flows: frozenset[str] = frozenset()
    """Ids of the connections that showed a stanza."""
    is_all_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task."""

    captures: tuple[Gone, ...]
    ledger: bytes | None = None
    """For `merge_packed`."""


class VersionError(RingbackError):
    """A task that came from another version of ringback."""


class LostError(RingbackError):
    """Whoever gives out the tasks is gone, or can give out none; what came back stands."""


def do(job: Job, task: Task) -> Done:
    """Go through the captures of a task.

    Raises:
        VersionError: this is another ringback than the one that asks.
        LedgerError: there is no room for what was observed.
        OSError: a file system cannot be reached now; the task may be tried again.
    """
    if job.version != VERSION:
        raise VersionError(f"this worker has ringback {VERSION}, not {job.version}; install the same there")
    with ExitStack() as stack:
        ledger = None if job.secret is None else stack.enter_context(TravellingLedger(job.secret))
        captures = tuple(_gone(job, number, place, ledger) for number, place in task.places)
        return Done(captures, None if ledger is None else ledger.packed())


def failed(number: int, place: Place, why: str, status: ExitCode = ExitCode.INPUT) -> Gone:
    """What is told of a capture that could not be gone through."""
    notice = Notice(f"{place.location}: {why}", Urgency.ERROR)
    return Gone(number, place, status, (notice,), Funnel(incomplete=True))


def _gone(job: Job, number: int, place: Place, ledger: TravellingLedger | None) -> Gone:
    through = _Through(job, place, ledger)
    try:
        status = through.go()
    except OSError:
        raise
    except RingbackError as error:
        return failed(number, place, _named(str(error), place))
    except Exception as error:  # noqa: BLE001 - no capture ends the reading of the others
        return failed(number, place, describe(error), ExitCode.INTERNAL)
    return through.gone(number, status)


class _Through:
    """One capture, gone through as `ringback replay CAPTURE` does."""

    def __init__(self, job: Job, place: Place, ledger: TravellingLedger | None) -> None:
        self._job = job
        self._place = place
        self._specification = job.specification or _shipped()
        self._environment = Listening(stdout=io.StringIO(), stderr=None)
        self._records: list[str] = []
        self._text: IO[str] = io.StringIO()
        self._flows = _Flows()
        self._ledger = ledger
        self._view: TerminalView | None = None
        self._run: Run | None = None

    def go(self) -> ExitCode:
        """Read it; the exit code that `ringback replay` would have."""
        job, location = self._job, self._place.location
        path = Path(location)
        recording = Recording((path,), None, job.hosts, None, job.technique, self._place.capture)
        with ExitStack() as stack:
            remote = None
            if is_address(location):
                remote = stack.enter_context(opened_there(location))
            already = {} if remote is None else {path: remote}
            sources = Sources.sorted_out(recording, stack, self._environment.tell, already)
            if self._ledger is not None:
                refuse_kept(sources)
            keys = keys_for(location, job.keylog, self._environment.tell)
            outlets = self._outlets()
            run = self._run = Run(sources, self._specification, outlets, self._environment, keys)
            status = run.go()
            for outlet in outlets:
                outlet.close(run.funnel)
            return status

    def gone(self, number: int, status: ExitCode) -> Gone:
        """What came of it."""
        assert self._run is not None  # noqa: S101  (it has gone)
        return Gone(
            number,
            self._place,
            status,
            tuple(self._told(status)),
            self._run.funnel,
            None if self._view is None else self._view.counts,
            _whole(self._text),
            tuple(self._records),
            frozenset(self._flows.seen),
            self._run.is_all_left_out,
        )

    def _told(self, status: ExitCode) -> Iterator[Notice]:
        """What there is to say of the capture, with its name."""
        notices = list(self._environment.notices)
        if status is ExitCode.NOTHING_OPENED:
            # The last one says so: an error of a whole run, of one capture of many it is none.
            last = notices.pop()
            if not (self._run and self._run.is_all_left_out):
                notices.append(replace(last, urgency=Urgency.WARNING))
        for notice in notices:
            if notice.urgency is not Urgency.INFO:
                text = f"{self._place.location}: {_named(notice.text, self._place)}"
                yield replace(notice, text=text)

    def _outlets(self) -> list[Outlet]:
        job, placeholders = self._job, Placeholders.admitting(self._specification.stanzas.values())
        outlets: list[Outlet] = [self._flows] if self._ledger is None else [self._ledger, self._flows]
        if job.screen is not None:
            console = job.screen.console()
            self._text = console.file
            self._view = TerminalView(console, job.level, placeholders)
            outlets.append(_Shown(self._view))
        if job.wants_records:
            outlets.append(RecordsOutlet(self._records.append, placeholders))
        return outlets


class _Flows:
    """Notes which connections showed a stanza."""

    name = "connections"

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def show(self, observation: Observation) -> None:
        if isinstance(observation, StanzaObserved) and len(self.seen) < MAX_FLOWS:
            self.seen.add(observation.sighting.evidence.flow)

    def close(self, funnel: Funnel) -> None:
        """Nothing to do."""


class _Shown:
    """A view without its summary: that is for all captures together."""

    name = "terminal"

    def __init__(self, view: TerminalView) -> None:
        self.show: Callable[[Observation], None] = view.show

    def close(self, funnel: Funnel) -> None:
        """Nothing to do."""


def _named(text: str, place: Place) -> str:
    """The text without the path of the capture that it is about, which stands before it anyway."""
    return text.removeprefix(str(Path(place.location))).removeprefix(":").strip()


def _whole(text: IO[str]) -> str:
    text.seek(0)
    return text.read()


@lru_cache(maxsize=1)
def _shipped() -> Specification:
    return load_specification(None)
