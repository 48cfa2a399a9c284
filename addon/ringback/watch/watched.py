"""What is shown of a casebook that grows: which calls, in which order, and the line of each. No screen.

Work is done in slices: whatever is new is noted at once and looked at by `work`, for as long as it is given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ringback.casebook import Case, Casebook
from ringback.filters import Filter, parse
from ringback.findings import Finding, Severity
from ringback.observations import FindingMade, Observation, StanzaObserved
from ringback.outlets import new_findings
from ringback.view.call_line import CallLine, call_line
from ringback.view.finding_text import Kind, kind_of

MAX_KINDS = 5_000
"""Kinds of findings that are counted apart. Against endless places."""


@dataclass(slots=True)
class KindCount:
    """Findings of one kind, over all calls."""

    first: Finding
    """Raw."""
    count: int = 0


SORTS: tuple[tuple[str, Callable[[CallLine], object]], ...] = (
    ("call", lambda line: line.number),
    ("from", lambda line: (line.caller, line.receiver, line.number)),
    ("state", lambda line: (line.state, line.number)),
    ("ring", lambda line: (float("inf") if line.ring_s is None else line.ring_s, line.number)),
    ("devices", lambda line: (line.rung, line.heard, line.number)),
    ("stanzas", lambda line: (line.stanzas, line.number)),
    ("finding", lambda line: (line.severity.rank, line.code, line.number)),
)
"""Columns that calls can be sorted by, the usual order first."""
BY_NUMBER = 0
"""Index of the usual order: as the calls were first seen."""


class Watched:
    """The calls of a casebook as they are listed."""

    def __init__(self, casebook: Casebook, chosen: Filter | None = None) -> None:
        """List those calls that `chosen` lets through, in the order in which they come."""
        self.casebook = casebook
        self.chosen = parse("") if chosen is None else chosen
        self.sort = 0
        """Index into `SORTS`."""
        self.descending = False
        self.cleared = 0
        """Number of the last call that was cleared away."""
        self.rows: list[int] = []
        """Numbers of those that are listed, in order."""
        self.kinds: dict[Kind, KindCount] = {}
        """Findings by kind, over all calls, listed or not."""
        self.changed: set[int] = set()
        """Numbers of calls that something came of since it was last emptied; whoever looks empties it."""
        self._cases: dict[int, Case] = {}
        self._lines: dict[int, CallLine] = {}
        self._listed: set[int] = set()
        self._unseen: dict[int, None] = {}
        self._evicted = 0
        self._is_stale = False

    @property
    def total(self) -> int:
        """Calls that are kept, listed or not."""
        return len(self._cases)

    @property
    def pending(self) -> int:
        """Calls that are still to be looked at."""
        return len(self._unseen)

    def show(self, observations: Iterable[Observation]) -> None:
        """Take what is new."""
        for observation in observations:
            self.casebook.show(observation)
            for finding in new_findings(observation):
                self._count(finding)
            case = self._case_of(observation)
            if case is not None:
                self._cases[case.number] = case
                self._lines.pop(case.number, None)
                self._unseen[case.number] = None
                self.changed.add(case.number)

    def case(self, number: int) -> Case | None:
        """The call of that number, None where it is kept no more."""
        return self._cases.get(number)

    def line(self, number: int) -> CallLine:
        """The line of the call of that number, which is kept; made when it is asked for first."""
        line = self._lines.get(number)
        if line is None:
            line = self._lines[number] = call_line(self.casebook, self._cases[number])
        return line

    def use(self, chosen: Filter) -> None:
        """List what this filter lets through from now on."""
        self.chosen = chosen
        self._look_again()

    def order(self, sort: int, *, descending: bool) -> None:
        """List in this order from now on."""
        sort %= len(SORTS)
        if sort not in (self.sort, BY_NUMBER):
            self._look_again()
        self.sort, self.descending = sort, descending
        self._is_stale = True

    def clear(self) -> None:
        """List only calls that come from now on; if none is listed for that, all again."""
        newest = max(self._cases, default=0)
        self.cleared = 0 if self.cleared == newest else newest
        self._is_stale = True

    def work(self, seconds: float) -> bool:
        """Look at what is new, for about so long; whether what is listed has changed.

        What nobody asks for is not made: to list all calls as they come takes no look at any.
        """
        deadline = time.monotonic() + seconds
        self._forget_evicted()
        self._is_stale |= bool(self._unseen)
        while self._unseen:
            number = next(iter(self._unseen))
            del self._unseen[number]
            self._look_at(number)
            if time.monotonic() > deadline:
                break
        if not self._is_stale:
            return False
        key = SORTS[self.sort][1]
        listed = (number for number in self._listed if number > self.cleared)
        if self.sort == BY_NUMBER:
            self.rows = sorted(listed, reverse=self.descending)
        else:
            self.rows = sorted(
                listed,
                key=lambda number: key(self.line(number)),  # type: ignore[arg-type, return-value]
                reverse=self.descending,
            )
        self._is_stale = False
        return True

    def _look_at(self, number: int) -> None:
        if self.chosen.matches_case(self.casebook, self._cases[number]):
            self._listed.add(number)
            if self.sort != BY_NUMBER:
                self.line(number)
        else:
            self._listed.discard(number)

    def _look_again(self) -> None:
        self._listed = set()
        self._unseen = dict.fromkeys(self._cases)
        self._is_stale = True

    def _forget_evicted(self) -> None:
        if self._evicted == self.casebook.evicted:
            return
        self._evicted = self.casebook.evicted
        kept = {case.number: case for case in self.casebook.cases}
        for number in self._cases.keys() - kept.keys():
            for of_number in (self._cases, self._lines, self._unseen):
                of_number.pop(number, None)
            self._listed.discard(number)
            self.changed.add(number)
        self._is_stale = True

    def _case_of(self, observation: Observation) -> Case | None:
        if isinstance(observation, StanzaObserved):
            call = observation.call
            return None if call is None else self.casebook.maybe_case(call.capture, call.call_id)
        if isinstance(observation, FindingMade):
            finding = observation.finding
            return self.casebook.maybe_case(finding.evidence[0].capture, finding.call_id)
        return None

    def _count(self, finding: Finding) -> None:
        if finding.severity is Severity.OK:
            return
        kind = kind_of(finding)
        if kind not in self.kinds and len(self.kinds) >= MAX_KINDS:
            return
        self.kinds.setdefault(kind, KindCount(finding)).count += 1
