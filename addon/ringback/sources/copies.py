"""Connections that several sources hold: each counts once, as in a ledger.

What makes a connection the same is its flow's id, which mitmproxy draws at random and every event file and
ledger keeps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from ringback.calls import Sighting
from ringback.eventreading import RunEnded, Told
from ringback.observations import FindingMade, Observation, StanzaObserved, WireNotice
from ringback.sources.notice import Notice, Tell, Urgency
from ringback.wire.events import FrameUnread

MAX_FLOWS = 200_000
"""Connections remembered; the oldest is forgotten first. Against sources without end."""


@dataclass(slots=True)
class LeftOut:
    """How many connections of one source another was found to hold."""

    source: str
    """What the source is called in a notice."""
    count: int = 0
    longer: int = 0
    """Of these: such as this source holds more of, so that its version counts."""
    others: dict[str, None] = field(default_factory=dict)
    """Captures that hold them."""

    def add(self, other: str, *, is_longer: bool = False) -> None:
        """One connection that the capture `other` holds."""
        self.count += 1
        self.longer += is_longer
        if len(self.others) < MAX_FLOWS:
            self.others[other] = None

    def notice(self) -> Notice:
        """What is told of them."""
        other, more = next(iter(self.others)), len(self.others) - 1
        others = f"{other} and {more} more" if more else other
        longer = f", {self.longer} of them as it is here, which is longer" if self.longer else ""
        is_one = self.count == 1
        told = "1 connection" if is_one else f"{self.count} connections"
        were, count = ("was", "it counts") if is_one else ("were", "they count")
        text = f"{told} of {self.source} {were} read from {others} already: {count} once{longer}"
        return Notice(text, Urgency.INFO)


class Copies:
    """Which connections were read, and from which source: the first that opened anything of one has it."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._owners: dict[bytes, tuple[Hashable, str]] = {}

    def note(self, observation: Observation) -> None:
        """Something was seen in a recording."""
        if isinstance(observation, StanzaObserved):
            evidence = observation.sighting.evidence
            self._own(_key(evidence.flow), None, evidence.capture)
        elif isinstance(observation, WireNotice) and isinstance(observation.event, FrameUnread):
            self._own(_key(observation.flow), None, observation.capture)

    def once(
        self, told: Iterator[Told | FindingMade], source: str, tell: Tell
    ) -> Iterator[Told | FindingMade]:
        """What a source tells that is no recording, without the connections that were read already."""
        copies, left_out = LeftOut(source), dict[bytes, None]()
        is_new = is_copy = False
        for each in told:
            if isinstance(each, RunEnded) and is_copy and not is_new:
                # Its frames were counted where its connections were read.
                is_copy = False
                continue
            place = _place(each)
            if place is None or not place[0]:
                if isinstance(each, RunEnded):
                    is_new = is_copy = False
                yield each
                continue
            key, capture = _key(place[0]), place[1]
            owner = self._owners.get(key)
            if owner is not None and owner != (source, capture):
                is_copy = True
                if key not in left_out and len(left_out) < MAX_FLOWS:
                    left_out[key] = None
                    copies.add(owner[1])
                continue
            if not isinstance(each, WireNotice) or isinstance(each.event, FrameUnread):
                is_new = True
                self._own(key, source, capture)
            yield each
        if copies.count:
            tell(copies.notice())

    def _own(self, key: bytes, source: Hashable, capture: str) -> None:
        if key in self._owners:
            return
        self._owners[key] = (source, capture)
        if len(self._owners) > MAX_FLOWS:
            del self._owners[next(iter(self._owners))]


def _place(told: Told | FindingMade) -> tuple[str, str] | None:
    """Flow and capture, None for what is of no connection."""
    if isinstance(told, WireNotice):
        return told.flow, told.capture
    if isinstance(told, Sighting):
        return told.evidence.flow, told.evidence.capture
    if isinstance(told, FindingMade):
        return told.finding.evidence[0].flow, told.finding.evidence[0].capture
    return None


def _key(flow: str) -> bytes:
    """What is remembered of a flow's id, however long a hostile source makes it."""
    return hashlib.blake2b(flow.encode(errors="surrogatepass"), digest_size=16).digest()
