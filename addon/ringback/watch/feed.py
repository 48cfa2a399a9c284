"""Where the view's observations come from: an event file that grows, a ledger, or what is read once.

What a source is shows when it is there: until then it is waited for. `poll` never takes long, so that the
screen can be drawn in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Protocol

from ringback.calls import Sighting
from ringback.containment import ContainedInspector
from ringback.errors import RingbackError, SourceError
from ringback.eventreading import RunEnded, Told
from ringback.faults import Faults
from ringback.inspector import Inspector
from ringback.observations import FindingMade, Observation, WireNotice
from ringback.sources import flows
from ringback.sources.event_file import EventFollower
from ringback.sources.hosts import HostFilter
from ringback.sources.ledger_source import read_ledger
from ringback.sources.log_file import READERS
from ringback.sources.notice import Tell
from ringback.sources.recognition import SourceKind, kind_of
from ringback.spec.model import Specification
from ringback.wire.keylog import KeyLog

Clock = Callable[[], float]
"""Seconds since the epoch."""

_SLICE = 40
"""Records that one poll takes: some milliseconds of work."""
_LEDGER_SLICE = 2_000
"""Stanzas of a ledger that one poll passes over, where they are known already."""
_LOOK_S = 1.0
"""Time between two looks at what only time brings: quiet calls, a ledger that was written to."""
_REST = 4
"""So many times as long as the last reading of a ledger took the next one waits."""


class Feed(Protocol):
    """Brings observations."""

    @property
    def is_behind(self) -> bool:
        """Whether more can be had at once."""

    @property
    def state(self) -> str:
        """Why nothing comes, for the status line; empty where all is well."""

    def poll(self) -> list[Observation]:
        """What is new, a slice of it where there is much.

        Raises:
            RingbackError: the source is none that can be shown.
        """


class Quiet:
    """Settles the calls of a source. Its clock is that of its stanzas: it goes on from the last one while
    nothing is written."""

    def __init__(self, path: Path, inspector: ContainedInspector, clock: Clock) -> None:
        """Take the source to be quiet since `path` was last written to."""
        self._path = path
        self._inspector = inspector
        self._clock = clock
        self._last_at = float("-inf")
        self._next_look = float("-inf")

    def note(self, told: Told | FindingMade) -> None:
        """Take the time of a stanza."""
        if isinstance(told, Sighting):
            self._last_at = told.at

    def settled(self) -> list[Observation]:
        """What is certain by now of calls on which nothing comes any more; looked for once a second."""
        now = self._clock()
        if now < self._next_look or self._last_at == float("-inf"):
            return []
        self._next_look = now + _LOOK_S
        try:
            quiet_s = max(0.0, now - self._path.stat().st_mtime)
        except OSError:
            return []
        return self._inspector.settle(self._last_at + quiet_s)


class EventFeed:
    """An event file while it grows."""

    def __init__(self, path: Path, inspector: ContainedInspector, tell: Tell, clock: Clock) -> None:
        """Follow `path`; `tell` gets what is amiss with it."""
        self._follower = EventFollower(path, flows.capture_name(path), tell)
        self._inspector = inspector
        self._quiet = Quiet(path, inspector, clock)
        self.is_behind = False

    @property
    def state(self) -> str:
        """What is amiss with the file."""
        trouble = self._follower.trouble
        return trouble and f"{self._follower.path.name} {trouble}"

    def poll(self) -> list[Observation]:
        """The next records."""
        observations: list[Observation] = []
        for told in self._follower.poll(_SLICE):
            self._quiet.note(told)
            observations += self._inspector.take_told(told)
            if isinstance(told, RunEnded):
                observations += self._inspector.finish()
        self.is_behind = self._follower.is_behind
        return observations if self.is_behind else [*observations, *self._quiet.settled()]


MAX_KNOWN = 2_000_000
"""Stanzas, clients and findings of a ledger that are remembered to have been taken; what comes on top is not
shown, which the screen says."""
_FULL = (
    f"the ledger holds more than {MAX_KNOWN:,} stanzas: newer ones are not shown; start anew with a filter"
)


class LedgerFeed:
    """A ledger, read again whenever it was written to; what is known of it is passed over."""

    def __init__(self, path: Path, inspector: ContainedInspector, tell: Tell, clock: Clock) -> None:
        """Read the ledger at `path` by and by."""
        self._path = path
        self._inspector = inspector
        self._quiet = Quiet(path, inspector, clock)
        self._reading = flows.Reading(tell, HostFilter())
        self._clock = clock
        self._under_way: Iterator[Sighting | WireNotice | FindingMade] | None = None
        self._begun_at = 0.0
        self._next_look = float("-inf")
        self._seen_state: tuple[tuple[int, int], ...] = ()
        self._known: set[object] = set()
        self._numbers: dict[str, int] = {}
        self._is_full = False
        self.is_behind = False
        self.state = ""

    def poll(self) -> list[Observation]:
        """The next stanzas that are new."""
        if self._under_way is None and not self._begin():
            return self._quiet.settled()
        assert self._under_way is not None  # noqa: S101 - it has begun
        observations: list[Observation] = []
        count = 0
        try:
            for count, told in enumerate(islice(self._under_way, _LEDGER_SLICE), start=1):  # noqa: B007
                observations += self._new(told)
                if len(observations) >= _SLICE:
                    break
        except RingbackError as error:
            self.state, count = str(error), 0
            self._seen_state = ()
        else:
            self.state = _FULL if self._is_full else ""
        self.is_behind = len(observations) >= _SLICE or count == _LEDGER_SLICE
        if not self.is_behind:
            self._under_way = None
            self._next_look = self._clock() + max(_LOOK_S, _REST * (self._clock() - self._begun_at))
        return observations

    def _begin(self) -> bool:
        now = self._clock()
        if now < self._next_look:
            return False
        self._next_look = now + _LOOK_S
        state = self._written()
        if state == self._seen_state:
            return False
        self._seen_state, self._begun_at = state, now
        self._under_way = read_ledger(self._path, flows.capture_name(self._path), self._reading)
        return True

    def _written(self) -> tuple[tuple[int, int], ...]:
        """What changes when somebody writes to the ledger."""
        files = (self._path, Path(f"{self._path}-wal"))
        states = []
        for file in files:
            try:
                status = file.stat()
            except OSError:
                states.append((0, 0))
            else:
                states.append((status.st_size, status.st_mtime_ns))
        return tuple(states)

    def _new(self, told: Sighting | WireNotice | FindingMade) -> list[Observation]:
        told = self._numbered(told)
        key = _key(told)
        if key in self._known:
            return []
        if len(self._known) >= MAX_KNOWN:
            self._is_full = True
            return []
        self._known.add(key)
        self._quiet.note(told)
        return self._inspector.take_told(told)

    def _numbered(self, told: Sighting | WireNotice | FindingMade) -> Sighting | WireNotice | FindingMade:
        """With a number of its connection that stays, whichever older connection is merged in later."""
        if isinstance(told, Sighting):
            evidence = replace(told.evidence, connection=self._number(told.evidence.flow))
            return replace(told, evidence=evidence)
        if isinstance(told, WireNotice):
            return replace(told, connection=self._number(told.flow))
        renumbered = (replace(each, connection=self._number(each.flow)) for each in told.finding.evidence)
        return FindingMade(replace(told.finding, evidence=tuple(renumbered)))

    def _number(self, flow: str) -> int:
        return self._numbers.setdefault(flow, len(self._numbers) + 1)


def _key(told: Sighting | WireNotice | FindingMade) -> object:
    if isinstance(told, Sighting):
        place = told.evidence.place
        return (told.connection, place.direction, place.frame, place.message)
    return (told.flow, told.event) if isinstance(told, WireNotice) else told.finding


class OnceFeed:
    """A source that is read once, to its end."""

    def __init__(self, shown: Iterator[list[Observation]], inspector: ContainedInspector) -> None:
        """`shown` is what one record after the other shows; at the end comes what only the end shows."""
        self._shown = shown
        self._inspector = inspector
        self.is_behind = True
        self.state = ""

    def poll(self) -> list[Observation]:
        """What the next records show."""
        if not self.is_behind:
            return []
        slices = list(islice(self._shown, _SLICE))
        observations = [each for observations in slices for each in observations]
        if len(slices) < _SLICE:
            self.is_behind = False
            observations += self._inspector.finish()
        return observations


class SourceFeed:
    """A source that may not be there yet: what it is shows when it is."""

    def __init__(
        self,
        path: Path,
        specification: Specification,
        tell: Tell,
        *,
        keys: Callable[[], KeyLog] = KeyLog,
        hosts: HostFilter | None = None,
        technique: str | None = None,
        clock: Clock = time.time,
    ) -> None:
        """Wait for `path`, and hold it against `specification`.

        `keys` reads those of a flow file, `technique` is that of a log.
        """
        self._path = path
        self._specification = specification
        self._tell = tell
        self._keys = keys
        self._hosts = HostFilter() if hosts is None else hosts
        self._technique = technique
        self._clock = clock
        self._feed: Feed | None = None
        self._waiting = ""

    @property
    def is_behind(self) -> bool:
        """Whether more can be had at once."""
        return self._feed is not None and self._feed.is_behind

    @property
    def state(self) -> str:
        """Why nothing comes."""
        return self._waiting if self._feed is None else self._feed.state

    def poll(self) -> list[Observation]:
        """What is new.

        Raises:
            RingbackError: it is there and cannot be shown, for it is no source, or of another version.
        """
        if self._feed is None:
            self._feed = self._maybe_feed()
        return [] if self._feed is None else self._feed.poll()

    def _maybe_feed(self) -> Feed | None:
        try:
            if self._path.is_dir():
                raise SourceError(f"{self._path} is a folder; name an event file, a ledger or a flow file")
            if self._path.stat().st_size == 0:
                self._waiting = f"{self._path.name} is empty: waiting for ringback to write to it"
                return None
            with self._path.open("rb") as stream:
                kind = kind_of(self._path, stream)
        except FileNotFoundError:
            self._waiting = f"{self._path.name} is not there yet: waiting for it"
            return None
        except OSError as error:
            raise SourceError(f"{self._path} cannot be read ({error.strerror}); make it readable") from error
        keys = self._keys() if kind is SourceKind.FLOWS else KeyLog()
        inspector = ContainedInspector(Inspector(self._specification, keys), Faults(self._tell))
        if kind is SourceKind.EVENTS:
            return EventFeed(self._path, inspector, self._tell, self._clock)
        if kind is SourceKind.LEDGER:
            return LedgerFeed(self._path, inspector, self._tell, self._clock)
        return OnceFeed(self._read(kind, inspector), inspector)

    def _read(self, kind: SourceKind, inspector: ContainedInspector) -> Iterator[list[Observation]]:
        reading = flows.Reading(self._tell, self._hosts)
        if kind is SourceKind.FLOWS:
            return map(inspector.take, flows.read_captures([self._path], reading))
        name = flows.capture_name(self._path)
        return map(inspector.take_told, READERS[kind](self._path, name, reading, self._technique))
