"""One run from sources to outlets: what `replay` and every command on what was captured have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from ringback.calls import Sighting
from ringback.commands.environment import Environment
from ringback.commands.recorded import Recording
from ringback.commands.recording import Going, Passage, conclude, go_through, key_advice, read_keys
from ringback.containment import ContainedInspector
from ringback.errors import SourceError
from ringback.eventreading import RunEnded, Told
from ringback.faults import Faults
from ringback.inspector import Inspector
from ringback.observations import FindingMade, Funnel, Observation
from ringback.outlets import Outlet
from ringback.sources.copies import Copies
from ringback.sources.event_file import read_events
from ringback.sources.flows import Reading, name_captures
from ringback.sources.folder import unfolded
from ringback.sources.hosts import HostFilter
from ringback.sources.ledger_source import read_ledger
from ringback.sources.log_file import READERS
from ringback.sources.notice import Tell
from ringback.sources.recognition import SourceKind, kind_of
from ringback.sources.streams import STDIN, opened
from ringback.spec.model import Specification
from ringback.status import ExitCode
from ringback.wire.keylog import KeyLog

KEPT = {
    SourceKind.EVENTS: "replay the capture itself",
    SourceKind.LEDGER: "join ledgers with ringback ledger merge",
}
"""Sources that a ringback has written, whose identities are hidden already, and what to do for a ledger."""


@dataclass(slots=True)
class Sources:
    """What was named, by kind."""

    recording: Recording
    paths: dict[SourceKind, list[Path]] = field(default_factory=lambda: {kind: [] for kind in SourceKind})
    opened: dict[Path, BinaryIO] = field(default_factory=dict)
    """Pipes, each open and at its beginning."""

    @classmethod
    def sorted_out(
        cls,
        recording: Recording,
        stack: ExitStack,
        tell: Tell,
        already: Mapping[Path, BinaryIO] | None = None,
    ) -> Sources:
        """What was named, each recognised by its content; `stack` closes what stays open. What is open
        `already` is no file that lies here.

        Raises:
            SourceError: a source cannot be read.
        """
        files = tuple(recording.files if already else unfolded(recording.files, tell))
        sources = cls(replace(recording, files=files))
        for path in files:
            if path in sources.opened:
                continue
            stream = stack.enter_context(opened(path, already))
            kind = kind_of(path, stream)
            is_here = path != STDIN and not (already and path in already)
            if is_here and path.is_file():
                stream.close()
            elif kind is SourceKind.LEDGER:
                raise SourceError(
                    f"{path} gives a ledger, which SQLite reads only where it lies; name its file"
                )
            else:
                sources.opened[path] = stream
            sources.paths[kind].append(path)
        return sources

    @property
    def flow_files(self) -> Recording:
        """Those that are recordings, as they are read by `go_through`."""
        return replace(self.recording, files=tuple(self.paths[SourceKind.FLOWS]))


class Run:
    """Takes sources through one inspector and shows every observation to each outlet."""

    def __init__(
        self,
        sources: Sources,
        specification: Specification,
        outlets: Sequence[Outlet],
        environment: Environment,
        keys: KeyLog | None = None,
    ) -> None:
        """Read the keys, unless they are given. The outlets get observations and are not closed.

        Raises:
            SourceError: the key log or a recording cannot be read.
        """
        self._sources = sources
        self._outlets = outlets
        self._environment = environment
        self._faults = Faults(environment.tell)
        self._going = Going()
        self._going_on: dict[str, float] = {}
        self._copies = Copies()
        self._is_through = False
        recording = sources.flow_files
        keys = read_keys(recording, environment) if keys is None else keys
        self._advice = (
            key_advice(recording.keylog, keys)
            if recording.files
            else "replay what was captured with its key log"
        )
        self._inspector = ContainedInspector(Inspector(specification, keys), self._faults)

    @property
    def funnel(self) -> Funnel:
        """What the run has come to; incomplete until it has gone through all of its sources."""
        funnel = self._inspector.funnel
        funnel.incomplete |= not self._is_through or self._faults.count > 0
        return funnel

    @property
    def is_all_left_out(self) -> bool:
        """Whether the hosts let no connection through, and there was nothing else."""
        return self._going.left_out > 0 and not self._going.is_any

    @property
    def limited(self) -> tuple[str, ...]:
        """What was looked at of each source of which that was not all, as was asked for."""
        return tuple(self._going.limited)

    @property
    def is_refused(self) -> bool:
        """Whether it ended because its only source turned out to be none: there is nothing to report."""
        return self._going.refused

    def go(self) -> ExitCode:
        """Flow files in one order of time, then the others one after the other; the exit code for it.

        Raises:
            SourceError: a source cannot be read.
            LedgerError: a ledger cannot be read.
        """
        try:
            self._go_through()
        except SourceError:
            self._going.refused = self._inspector.funnel == Funnel()
            raise
        self._is_through = not (self._going.interrupted or self._going.torn)
        if not self._going.interrupted:
            # What only absence shows is not claimed of what was not gone through to its end.
            self._show(self._inspector.finish(self._going_on))
        if self._faults.count:
            return ExitCode.INTERNAL
        funnel = self.funnel
        return conclude(self._going, funnel.frames, funnel.opened, self._environment, self._advice)

    def _go_through(self) -> None:
        recording, already = self._sources.flow_files, self._sources.opened
        if recording.files:
            with closing(go_through(recording, self._environment, self._going, already)) as events:
                for event in events:
                    observations = self._inspector.take(event)
                    if not observations:  # as with nearly every message
                        continue
                    for observation in observations:
                        self._copies.note(observation)
                    self._show(observations)
        if self._going.interrupted or len(recording.files) == len(self._sources.recording.files):
            return
        named = self._sources.recording
        with Passage(
            self._environment,
            self._going,
            HostFilter(),
            already,
            capture=named.capture,
            newest=named.newest,
            is_counted=named.is_counted,
        ) as passage:
            for told in self._told(passage):
                self._going.is_any = True
                self._show(self._inspector.take_told(told))

    def _told(self, passage: Passage) -> Iterator[Told | FindingMade]:
        reading, paths = passage.reading, self._sources.paths
        for path, name in name_captures(paths[SourceKind.EVENTS], reading):
            yield from self._once(self._noted(read_events(path, name, reading)), path, reading)
        for path, name in name_captures(paths[SourceKind.LEDGER], reading):
            yield from self._once(read_ledger(path, name, reading), path, reading)
        for kind, read in READERS.items():
            for path, name in name_captures(paths[kind], reading):
                told = read(path, name, reading, self._sources.recording.technique)
                yield from self._once(told, path, reading)

    def _once(
        self, told: Iterator[Told | FindingMade], path: Path, reading: Reading
    ) -> Iterator[Told | FindingMade]:
        """The same without connections that another source has shown already."""
        return self._copies.once(told, str(path), reading.tell)

    def _noted(self, events: Iterator[Told]) -> Iterator[Told]:
        """The same; the captures of a run that has not ended are noted as going on, and those of one that
        has not read all as going on for ever: any answer may be in what it has not read."""
        going_on: dict[str, float] = {}
        for told in events:
            if isinstance(told, RunEnded):
                if told.funnel.incomplete:
                    self._going_on |= dict.fromkeys(going_on, float("-inf"))
                going_on.clear()
            elif isinstance(told, Sighting):
                capture = told.evidence.capture
                going_on[capture] = max(told.at, going_on.get(capture, told.at))
            yield told
        self._going_on |= going_on

    def _show(self, observations: Iterable[Observation]) -> None:
        for observation in observations:
            for outlet in self._outlets:
                outlet.show(observation)
