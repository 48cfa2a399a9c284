"""From the sources that a command names to a casebook: what `show`, `report` and their like begin with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from ringback.calls import Sighting
from ringback.casebook import Casebook
from ringback.commands.environment import Environment
from ringback.commands.recorded import Recording
from ringback.commands.recording import Going, Passage, conclude, go_through, key_advice, read_keys
from ringback.containment import ContainedInspector
from ringback.errors import SourceError
from ringback.eventreading import RunEnded, Told
from ringback.faults import Faults
from ringback.inspector import Inspector
from ringback.ledger import default_path
from ringback.observations import FindingMade, Funnel, Observation
from ringback.sanitize import Placeholders
from ringback.sources.event_file import read_events
from ringback.sources.flows import STDIN, name_captures, opened
from ringback.sources.hosts import HostFilter
from ringback.sources.ledger_source import read_ledger
from ringback.sources.log_file import read_capture_file, read_document, read_log
from ringback.sources.recognition import SourceKind, kind_of
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.status import ExitCode


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that the sources hold, held against a specification."""

    casebook: Casebook
    specification: Specification
    status: ExitCode
    """How the reading went: what is to be the command's exit code if nothing else goes wrong."""


@dataclass(slots=True)
class _Sources:
    """What was named, by kind."""

    paths: dict[SourceKind, list[Path]] = field(default_factory=lambda: {kind: [] for kind in SourceKind})
    opened: dict[Path, BinaryIO] = field(default_factory=dict)
    """Pipes, each open and at its beginning."""


def gather(recording: Recording, spec: Path | None, environment: Environment) -> Gathered:
    """Go through sources of any kind, each recognised by its content; without any, through the user's own
    ledger. `spec` is what they are held against, None for what ringback ships.

    Raises:
        SourceError: a source cannot be read, or none is named and there is no ledger.
        LedgerError: a ledger cannot be read.
        SpecError: the specification cannot be used.
    """
    specification = load_specification(spec)
    with ExitStack() as stack:
        sources = _sorted_out(recording.files or (_own_ledger(),), stack)
        flow_files = replace(recording, files=tuple(sources.paths[SourceKind.FLOWS]))
        gathering = _Gathering(specification, flow_files, environment)
        gathering.go_through(flow_files, sources)
    return gathering.finished()


def _own_ledger() -> Path:
    path = default_path()
    if path.exists():
        return path
    raise SourceError(
        f"no source was named, and there is no ledger at {path}; name flow files, event files or ledgers, "
        f"or record a ledger with `ringback replay --ledger {path}`"
    )


def _sorted_out(paths: Iterable[Path], stack: ExitStack) -> _Sources:
    sources = _Sources()
    for path in paths:
        if path in sources.opened:
            continue
        stream = stack.enter_context(opened(path))
        kind = kind_of(path, stream)
        if path.is_file() and path != STDIN:
            stream.close()
        elif kind is SourceKind.LEDGER:
            raise SourceError(f"{path} gives a ledger, which SQLite reads only where it lies; name its file")
        else:
            sources.opened[path] = stream
        sources.paths[kind].append(path)
    return sources


class _Gathering:
    """One way from sources into a casebook."""

    def __init__(self, specification: Specification, flow_files: Recording, environment: Environment) -> None:
        self._specification = specification
        self._environment = environment
        self._faults = Faults(environment.tell)
        self._going = Going()
        self._going_on: dict[str, float] = {}
        self._technique = flow_files.technique
        placeholders = Placeholders()
        for each in specification.stanzas.values():
            placeholders.admit(each)
        self._casebook = Casebook(placeholders)
        keys = read_keys(flow_files, environment)
        self._advice = (
            key_advice(flow_files.keylog, keys)
            if flow_files.files
            else "replay what was captured with its key log"
        )
        self._inspector = ContainedInspector(Inspector(specification, keys), self._faults)

    def go_through(self, flow_files: Recording, sources: _Sources) -> None:
        """Flow files in one order of time, then the others one after the other."""
        if flow_files.files:
            with closing(go_through(flow_files, self._environment, self._going, sources.opened)) as events:
                for event in events:
                    self._show(self._inspector.take(event))
        if self._going.interrupted or not any(sources.paths[kind] for kind in _TOLD):
            return
        with Passage(self._environment, self._going, HostFilter(), sources.opened) as passage:
            for told in self._told(sources, passage):
                self._show(self._inspector.take_told(told))

    def finished(self) -> Gathered:
        """The casebook, and how it went."""
        if not self._going.interrupted:
            # What only absence shows is not claimed of what was not gone through to its end.
            self._show(self._inspector.finish(self._going_on))
        funnel = self._inspector.funnel
        self._casebook.close(funnel)
        status = ExitCode.INTERNAL if self._faults.count else self._conclude(funnel)
        return Gathered(self._casebook, self._specification, status)

    def _told(self, sources: _Sources, passage: Passage) -> Iterator[Told | FindingMade]:
        for path, name in name_captures(sources.paths[SourceKind.EVENTS], passage.reading.tell):
            yield from self._noted(read_events(path, name, passage.reading))
        for path, name in name_captures(sources.paths[SourceKind.LEDGER], passage.reading.tell):
            yield from read_ledger(path, name, passage.reading)
        for kind, read in _OPENED.items():
            for path, name in name_captures(sources.paths[kind], passage.reading.tell):
                yield from read(path, name, passage.reading, self._technique)

    def _noted(self, events: Iterator[Told]) -> Iterator[Told]:
        """The same; the captures of a run that has not ended are noted as going on."""
        going_on: dict[str, float] = {}
        for told in events:
            if isinstance(told, RunEnded):
                going_on.clear()
            elif isinstance(told, Sighting):
                capture = told.evidence.capture
                going_on[capture] = max(told.at, going_on.get(capture, told.at))
            yield told
        self._going_on |= going_on

    def _conclude(self, funnel: Funnel) -> ExitCode:
        return conclude(self._going, funnel.frames, funnel.opened, self._environment, self._advice)

    def _show(self, observations: Iterable[Observation]) -> None:
        for observation in observations:
            self._casebook.show(observation)


_OPENED = {
    SourceKind.LOG: read_log,
    SourceKind.DOCUMENT: read_document,
    SourceKind.CAPTURE_FILE: read_capture_file,
}
"""Sources whose stanzas something else has opened."""
_TOLD = (SourceKind.EVENTS, SourceKind.LEDGER, *_OPENED)
