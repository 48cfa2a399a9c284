"""A ledger to read: what it holds, as the pipeline made it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ringback.calls import Call, CallBook, Sighting
from ringback.findings import Finding
from ringback.ledger.client import LedgerConnection
from ringback.ledger.findings import emissions_of, iter_findings
from ringback.ledger.kinship import Kinship, read_kinship
from ringback.ledger.opening import open_for_reading
from ringback.ledger.reading import iter_sightings, read_connections
from ringback.ledger.stats import Stats, read_content, read_stats
from ringback.ledger.verify import Verification, verify
from ringback.questions.evidence import ClientFacts


class StoredLedger:
    """A ledger file that is read and never written, each method from a snapshot of its own."""

    def __init__(self, path: Path) -> None:
        """Look at the ledger at `path`.

        Raises:
            LedgerError: there is none, or it cannot be read; as every method does.
        """
        open_for_reading(path).close()
        self.path = path

    def sightings(self) -> Iterator[Sighting]:
        """Every stanza once, in order of time; see `iter_sightings`."""
        return iter_sightings(self.path)

    def calls(self) -> Iterator[Call]:
        """The stanzas correlated, call by call, however many there are."""
        book = CallBook()
        for sighting in self.sightings():
            yield from book.add(sighting).evicted
        yield from book.calls.values()

    def findings(self) -> Iterator[Finding]:
        """Every finding once, whichever copies of its stanzas showed it; see `iter_findings`."""
        return iter_findings(self.path, emissions_of(self.calls()))

    def connections(self) -> list[LedgerConnection]:
        """Every connection with its client; the numbers are those in the evidence of the sightings."""
        return read_connections(self.path)

    def clients(self) -> dict[int, ClientFacts]:
        """The clients that were identified, by number of their connection: what the questions ask for."""
        return {
            each.number: ClientFacts(each.platform, each.version or "", each.device, each.technique)
            for each in self.connections()
            if each.platform is not None
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

    def verify(self) -> Verification:
        """Whether all of it can be read and is what it should be."""
        return verify(self.path)
