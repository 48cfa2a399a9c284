"""A ledger to read: what it holds, as the pipeline made it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ringback.calls import Call, CallBook, Sighting
from ringback.findings import Finding
from ringback.ledger.client import LedgerConnection
from ringback.ledger.counts import Counting, Going, Tally, tallied
from ringback.ledger.failure import reading, refused
from ringback.ledger.findings import emissions_of, iter_findings
from ringback.ledger.kinship import Kinship, read_kinship
from ringback.ledger.newest import Window, newest
from ringback.ledger.opening import open_for_reading
from ringback.ledger.reading import iter_sightings, read_connections, snapshot
from ringback.ledger.stats import Stats, read_content, read_content_name, read_stats
from ringback.ledger.verify import Advance, Verification, verify
from ringback.questions.evidence import ClientFacts
from ringback.spec.model import WEBSOCKET_CAPTURE

_SIZE = "SELECT count(*) FROM observation WHERE at >= ?"


class StoredLedger:
    """A ledger file that is read and never written, each method from a snapshot of its own."""

    def __init__(self, path: Path, newest_calls: int | None = None) -> None:
        """Look at the ledger at `path`; of its calls and stanzas at the newest, where a number is given.

        Raises:
            LedgerError: there is none, or it cannot be read; as every method does.
        """
        open_for_reading(path).close()
        self.path = path
        self.window = Window(float("-inf"), 0, 0)
        """Which calls are looked at; none is counted where all are."""
        if newest_calls is not None:
            with reading(path), snapshot(path) as database:
                self.window = newest(database, newest_calls)

    @property
    def since(self) -> float:
        """From when on stanzas are told, in seconds since the epoch."""
        return self.window.since

    @property
    def scope(self) -> str:
        """What is looked at, in words."""
        window = self.window
        return f"the newest {window.calls:,} of {window.of:,} calls; what is older is left out"

    def size(self) -> int:
        """Frames of the time that is looked at, those included that are no stanzas."""
        with refused(self.path), snapshot(self.path) as database:
            (count,) = database.execute(_SIZE, (self.since,)).fetchone()
        return int(count)

    def sightings(self) -> Iterator[Sighting]:
        """Every stanza once, in order of time; see `iter_sightings`. Of the newest calls those that are of no
        other one."""
        return self.window.told(iter_sightings(self.path, self.window.begin))

    def calls(self) -> Iterator[Call]:
        """The stanzas correlated, call by call, however many there are."""
        book = CallBook()
        for sighting in self.sightings():
            yield from book.add(sighting).evicted
        yield from book.calls.values()

    def tally(self, counting: Counting, going: Going) -> Tally:
        """What is counted of all calls, whatever is looked at otherwise; see `tallied`."""
        return tallied(self.path, counting, going)

    def findings(self) -> Iterator[Finding]:
        """Every finding once, whichever copies of its stanzas showed it; see `iter_findings`."""
        return iter_findings(self.path, emissions_of(self.calls()))

    def connections(self) -> list[LedgerConnection]:
        """Every connection with its client; the numbers are those in the evidence of the sightings."""
        return read_connections(self.path)

    def clients(self) -> dict[int, ClientFacts]:
        """The clients that were identified, and those that were not observed off the wire, by number of their
        connection: what the questions ask for."""
        return {
            each.number: ClientFacts(each.platform or "", each.version or "", each.device, each.technique)
            for each in self.connections()
            if each.platform is not None or each.technique != WEBSOCKET_CAPTURE
        }

    def stats(self) -> Stats:
        """How much it holds."""
        return read_stats(self.path)

    def kinship(self) -> Kinship:
        """What it leaves in doubt, having been recorded under several secrets."""
        return read_kinship(self.path)

    def content(self) -> list[str]:
        """Everything but the secret, in a form that is equal for ledgers that hold the same."""
        return read_content(self.path)

    def content_name(self) -> str:
        """A name for everything but the secret, equal for ledgers that hold the same; all of it is read."""
        return read_content_name(self.path)

    def verify(self, advance: Advance | None = None) -> Verification:
        """Whether all of it can be read and is what it should be; `advance` is told how far that is."""
        return verify(self.path) if advance is None else verify(self.path, advance)
