"""Nothing that goes wrong inside the pipeline gets out of it.

The pipeline reports hostile bytes as events and findings, so an exception in it is a fault of ringback. It
must neither break the proxied socket nor end the reading of a capture: it is told once with its place, the
connection that it happened on is set aside, the other connections go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from ringback.calls import Sighting
from ringback.eventreading import RunEnded, Told
from ringback.faults import Faults
from ringback.inspector import NOTHING, Inspector
from ringback.observations import FindingMade, Funnel, Message, Observation, StanzaObserved, WireNotice
from ringback.recent import Recent
from ringback.sources.chronology import Event

MAX_SET_ASIDE = 1024
"""Connections that are remembered to be set aside until they end. One that is forgotten is looked at again
from its next message on, as one whose beginning was not seen; each was told."""

Step: TypeAlias = Callable[[], list[Observation]]
"""One thing to ask of the inspector."""


class ContainedInspector:
    """An `Inspector` whose methods raise nothing."""

    def __init__(self, inspector: Inspector, faults: Faults) -> None:
        """Contain `inspector` and report to `faults`."""
        self._inspector = inspector
        self._faults = faults
        self.set_aside: Recent[tuple[str, int], None] = Recent(MAX_SET_ASIDE)
        """Capture and number of each connection that is no longer looked at."""

    @property
    def funnel(self) -> Funnel:
        """Running counts, see `Inspector.funnel`."""
        return self._inspector.funnel

    @property
    def held(self) -> dict[tuple[str, int], int]:
        """Frames that wait for a key, see `Inspector.held`."""
        return self._inspector.held

    def is_ours(self, capture: str, connection: int) -> bool:
        """Whether a connection speaks the protocol, see `Inspector.is_ours`; not of one that is set aside."""
        return self._inspector.is_ours(capture, connection)

    def wants_keys(self, message: Message) -> bool:
        """Whether a new key could tell more of a message, see `Inspector.wants_keys`."""
        return self._inspector.wants_keys(message)

    def receive(self, message: Message) -> list[Observation]:
        """What a message shows."""
        # As `_on`, which makes two objects for each message before it calls anything.
        if self.set_aside and (message.capture, message.connection) in self.set_aside:
            return []
        try:
            return self._inspector.receive(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the proxied socket must not see it
            key = (message.capture, message.connection)
            return self._put_aside(key, f"reading message {message.number} of", error)

    def take(self, event: Event) -> list[Observation]:
        """What a message, or the end of a connection, shows."""
        if isinstance(event, Message):
            return self.receive(event)
        key = (event.capture, event.connection)
        observations = self._on(key, "closing", lambda: self._inspector.close_connection(*key))
        self.set_aside.pop(key, None)
        return observations

    def take_told(self, told: Told | FindingMade) -> list[Observation]:
        """What a stanza, or anything else, shows that was read before."""
        if isinstance(told, Sighting):
            key = (told.evidence.capture, told.connection)
            return self._on(key, "taking a stanza of", lambda: self._inspector.take_sighting(told))
        if isinstance(told, WireNotice):
            key = (told.capture, told.connection)
            return self._on(key, "taking a notice of", lambda: self._inspector.take_notice(told))
        if isinstance(told, FindingMade):
            return self._attempt("taking a finding", lambda: [self._inspector.take_finding(told)])
        if isinstance(told, RunEnded):
            self._inspector.take_end(told.funnel)
        return []

    def keys_added(self) -> list[Observation]:
        """What the keys that were added since the last call open, over all connections in order of time."""
        freed = [
            timed
            for key in self._inspector.connections
            for timed in _timed(
                self._on(key, "opening held frames of", partial(self._inspector.keys_added, *key))
            )
        ]
        return [observation for _, observation in sorted(freed, key=lambda timed: timed[0])]

    def settle(self, now: float) -> list[Observation]:
        """What is certain of calls that have been quiet; `now` in seconds since the epoch."""
        return self._attempt("settling calls", lambda: self._inspector.settle(now))

    def finish(self, going_on: Mapping[str, float] = NOTHING) -> list[Observation]:
        """What only the end shows; of captures that are `going_on` see `Inspector.finish`."""
        return self._attempt("finishing", lambda: self._inspector.finish(going_on))

    def _on(self, key: tuple[str, int], stage: str, step: Step) -> list[Observation]:
        """What `step` shows of one connection; sets it aside should that fail."""
        if key in self.set_aside:
            return []
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - whatever it is, the proxied socket must not see it
            return self._put_aside(key, stage, error)

    def _put_aside(self, key: tuple[str, int], stage: str, error: Exception) -> list[Observation]:
        self.set_aside[key] = None
        capture, number = key
        self._faults.report(f"{stage} connection {number} of {capture}, which is set aside", error)
        # The inspector lets go of it before it closes it: new keys must not lead back to a broken state.
        return self._attempt("setting it aside", lambda: self._inspector.close_connection(*key))

    def _attempt(self, stage: str, step: Step) -> list[Observation]:
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - whatever it is, the proxied socket must not see it
            self._faults.report(stage, error)
            return []


def _timed(observations: list[Observation]) -> Iterator[tuple[float, Observation]]:
    """Each observation of one connection with the time that it is shown by: a stanza's own, of anything else
    that of the stanza before it, and no finding before the last stanza that it cites."""
    stanza_at = float("-inf")
    for observation in observations:
        at = stanza_at
        if isinstance(observation, StanzaObserved):
            at = stanza_at = observation.sighting.at
        elif isinstance(observation, FindingMade):
            at = max((stanza_at, *(each.place.at for each in observation.finding.evidence)))
        yield at, observation
