"""The ledger as one object: recording and merging, besides all that it gives back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from ringback.ledger.changes import NEVER, forget, mark
from ringback.ledger.failure import refused
from ringback.ledger.merging import SOURCE, merge_attached, prepare_maps
from ringback.ledger.names import PlainNames
from ringback.ledger.opening import attachable, open_existing, open_for_reading, open_for_writing
from ringback.ledger.schema import transaction
from ringback.ledger.stored import StoredLedger
from ringback.ledger.writing import Recorder
from ringback.observations import FindingMade, Observation, StanzaObserved
from ringback.pseudonyms import SECRET_BYTES, Pseudonyms
from ringback.spec.model import WEBSOCKET_CAPTURE


class Ledger(StoredLedger):
    """A ledger file, open. A context manager; several processes may have one open at a time."""

    def __init__(self, path: Path) -> None:
        """Open the ledger at `path`; make it, readable by its owner only, where there is none.

        Raises:
            LedgerError: it cannot be used; the message says why and what to do.
        """
        self._database = open_for_writing(path)
        super().__init__(path)
        self._recorders: dict[str, Recorder] = {}
        self._techniques: dict[str, str] = {}
        """By capture, where that was not read off the wire."""
        self._lent: bytes | None = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, also after an error."""
        self.close()

    def record(self, *observations: Observation) -> None:
        """Keep the observations: all of them, or none where it fails. Once it returns they are kept whatever
        becomes of this process. Those that are kept already change nothing.

        Raises:
            LedgerError: they could not be kept.
        """
        with refused(self.path), self._undone_together():
            self._recorder(WEBSOCKET_CAPTURE)
            for observation in observations:
                self._recorder(self._technique_of(observation)).record(observation)
            self._mark()

    def _mark(self) -> None:
        """Tell from when on what was counted no longer holds."""
        for recorder in self._recorders.values():
            mark(self._database, recorder.changed_at)
            recorder.changed_at = NEVER

    def merge(self, other: Path) -> None:
        """Take over everything that the ledger at `other` holds, but for its secret.

        Where it was recorded under another one, what both saw tells who is the same; what that leaves in
        doubt is in `kinship`.

        Raises:
            LedgerError: one of the two cannot be used; nothing was taken over then.
        """
        with self._attached(other), refused(self.path):
            prepare_maps(self._database)
            with transaction(self._database):
                merge_attached(self._database)
                secret = self._maybe_secret()
                if secret is not None:
                    PlainNames(self._database, Pseudonyms(secret)).look_again()

    @staticmethod
    def forget_counts(path: Path) -> None:
        """Take away all that was counted of the ledger at `path`.

        Raises:
            LedgerError: it cannot be written.
        """
        with closing(open_existing(path)) as database, refused(path), transaction(database):
            forget(database)

    @staticmethod
    def bring_up_to_date(path: Path) -> None:
        """Give the ledger at `path`, which an older ringback has written, the schema of this one.

        Raises:
            LedgerError: it cannot be written.
        """
        open_existing(path).close()

    def close(self) -> None:
        """Give the file back. Closing twice does nothing."""
        self._database.close()

    def wait_for_others(self, seconds: float) -> None:
        """How long `record` waits where another process is writing."""
        self._database.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    @contextmanager
    def _attached(self, other: Path) -> Iterator[None]:
        """While the block runs the ledger at `other` can be read as `SOURCE`."""
        open_for_reading(other).close()
        with refused(other):
            self._database.execute(f"ATTACH ? AS {SOURCE}", (attachable(other),))
        try:
            yield
        finally:
            with refused(self.path):
                self._database.execute(f"DETACH {SOURCE}")
            # Whoever opens it last so that it could be written takes away what was put beside it.
            open_for_reading(other).close()

    @contextmanager
    def _undone_together(self) -> Iterator[None]:
        """A transaction that takes what is known of the secret with it where it fails."""
        try:
            with transaction(self._database):
                yield
        except BaseException:
            self._recorders.clear()
            raise

    def _technique_of(self, observation: Observation) -> str:
        """By which technique it was observed: a finding by that of the stanzas of its capture."""
        if isinstance(observation, StanzaObserved):
            technique, capture = observation.sighting.technique, observation.sighting.evidence.capture
            if technique != WEBSOCKET_CAPTURE:
                self._techniques[capture] = technique
            return technique
        if isinstance(observation, FindingMade):
            return self._techniques.get(observation.finding.evidence[0].capture, WEBSOCKET_CAPTURE)
        return WEBSOCKET_CAPTURE

    def _recorder(self, technique: str) -> Recorder:
        """Made when something is recorded for the first time, and with it the secret."""
        if technique not in self._recorders:
            pseudonyms = Pseudonyms(self.own_secret())
            self._recorders[technique] = Recorder(self._database, pseudonyms, technique)
        return self._recorders[technique]

    def own_secret(self) -> bytes:
        """The secret under which this ledger records, made where there is none. Whoever has it can try phone
        numbers against all pseudonyms.

        Raises:
            LedgerError: it cannot be written.
        """
        found = self._maybe_secret()
        if found is not None:
            return found
        secret = secrets.token_bytes(SECRET_BYTES)
        self.adopt(secret)
        return secret

    def _maybe_secret(self) -> bytes | None:
        if self._lent is not None:
            return self._lent
        found = self._database.execute("SELECT secret FROM realm WHERE secret IS NOT NULL").fetchone()
        return None if found is None else bytes(found[0])

    def borrow(self, secret: bytes) -> None:
        """Record under this secret until it is closed, and never write it down.

        Raises:
            LedgerError: it cannot be written.
        """
        with refused(self.path):
            self._database.execute(
                "INSERT INTO realm VALUES (?, NULL) ON CONFLICT DO NOTHING", (Pseudonyms(secret).realm,)
            )
        self._lent = secret

    def adopt(self, secret: bytes) -> None:
        """Record under this secret, another ledger's; only in one that has none yet.

        Raises:
            LedgerError: it cannot be written.
        """
        with refused(self.path):
            self._database.execute(
                "INSERT INTO realm VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET secret = excluded.secret",
                (Pseudonyms(secret).realm, secret),
            )
