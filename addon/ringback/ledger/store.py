"""The ledger as one object: recording, merging, and what it gives back."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from ringback.calls import Call, CallBook, Sighting
from ringback.errors import LedgerError
from ringback.findings import Finding
from ringback.ledger.client import LedgerConnection
from ringback.ledger.failure import refused
from ringback.ledger.findings import iter_findings
from ringback.ledger.merging import SOURCE, merge_attached, prepare_maps
from ringback.ledger.opening import open_for_reading, open_for_writing, reading_uri
from ringback.ledger.reading import iter_sightings, read_connections
from ringback.ledger.schema import transaction
from ringback.ledger.stats import Stats, read_content, read_stats
from ringback.ledger.verify import Verification, verify
from ringback.ledger.writing import Recorder
from ringback.observations import Observation
from ringback.pseudonyms import SECRET_BYTES, Pseudonyms
from ringback.questions.evidence import WEBSOCKET_CAPTURE, ClientFacts


class Ledger:
    """A ledger file, open. A context manager; several processes may have one open at a time."""

    def __init__(self, path: Path) -> None:
        """Open the ledger at `path`; make it, readable by its owner only, where there is none.

        Raises:
            LedgerError: it cannot be used; the message says why and what to do.
        """
        self.path = path
        self._database = open_for_writing(path)
        self._recorders: dict[str, Recorder] = {}

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, also after an error."""
        self.close()

    def record(self, *observations: Observation, technique: str = WEBSOCKET_CAPTURE) -> None:
        """Keep the observations: all of them, or none where it fails. Once it returns they are kept whatever
        becomes of this process. Those that are kept already change nothing.

        Raises:
            LedgerError: they could not be kept.
        """
        with refused(self.path), self._undone_together():
            recorder = self._recorder(technique)
            for observation in observations:
                recorder.record(observation)

    def merge(self, other: Path) -> None:
        """Take over everything that the ledger at `other` holds, but for its secret.

        Raises:
            LedgerError: one of the two cannot be used; nothing was taken over then.
        """
        open_for_reading(other).close()
        with refused(other):
            self._database.execute(f"ATTACH ? AS {SOURCE}", (reading_uri(other),))
        with refused(self.path):
            try:
                prepare_maps(self._database)
                with transaction(self._database):
                    merge_attached(self._database)
            finally:
                self._database.execute(f"DETACH {SOURCE}")

    def export(self, copy: Path, *, with_secret: bool = False) -> None:
        """Make another ledger that holds the same, to be handed over and merged.

        With the secret, for one's own other machine: what it records has the same pseudonyms. It also lets
        whoever holds it try phone numbers against them.

        Raises:
            LedgerError: `copy` exists, or cannot be made.
        """
        if os.path.lexists(copy):
            raise LedgerError(f"{copy}: exists: name a new file")
        with Ledger(copy) as other:
            if with_secret:
                other._adopt(self._own_secret())
            other.merge(self.path)

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
        """Every finding once, those that say the same together; see `iter_findings`."""
        return iter_findings(self.path)

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

    def content(self) -> list[str]:
        """Everything but the secret, in a form that is equal for ledgers that hold the same."""
        return read_content(self.path)

    def verify(self) -> Verification:
        """Whether all of it can be read and is what it should be."""
        return verify(self.path)

    def close(self) -> None:
        """Give the file back. Closing twice does nothing."""
        self._database.close()

    def wait_for_others(self, seconds: float) -> None:
        """How long `record` waits where another process is writing."""
        self._database.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    @contextmanager
    def _undone_together(self) -> Iterator[None]:
        """A transaction that takes what is known of the secret with it where it fails."""
        try:
            with transaction(self._database):
                yield
        except BaseException:
            self._recorders.clear()
            raise

    def _recorder(self, technique: str) -> Recorder:
        """Made with the first observation, and with it the secret."""
        if technique not in self._recorders:
            pseudonyms = Pseudonyms(self._own_secret())
            self._recorders[technique] = Recorder(self._database, pseudonyms, technique)
        return self._recorders[technique]

    def _own_secret(self) -> bytes:
        """The secret under which this ledger records, made where there is none."""
        found = self._database.execute("SELECT secret FROM realm WHERE secret IS NOT NULL").fetchone()
        if found is not None:
            return bytes(found[0])
        secret = secrets.token_bytes(SECRET_BYTES)
        self._adopt(secret)
        return secret

    def _adopt(self, secret: bytes) -> None:
        self._database.execute(
            "INSERT INTO realm VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET secret = excluded.secret",
            (Pseudonyms(secret).realm, secret),
        )
