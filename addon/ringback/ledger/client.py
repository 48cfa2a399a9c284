"""A connection as the ledger knows it."""

from __future__ import annotations

from dataclasses import dataclass

from ringback.spec.model import WEBSOCKET_CAPTURE


@dataclass(frozen=True, slots=True)
class LedgerConnection:
    """One connection, whatever captures it is in, and the client that spoke on it."""

    number: int
    """Its number in the evidence of the ledger's sightings: from 1, in order of time."""
    flow: str
    """The flow's id in mitmproxy."""
    platform: str | None
    """As in `ClientIdentified`; None where the client was not identified."""
    version: str | None
    """The client's build; None where it was not identified."""
    device: int | None
    """The client's own device number; None where it has none or was not identified."""
    detail: tuple[tuple[str, str], ...] = ()
    """Further facts, as in `ClientIdentified`."""
    techniques: tuple[str, ...] = ()
    """Ids of the techniques by which it was observed, sorted."""
    captures: tuple[str, ...] = ()
    """Names of the captures that hold it, `live` among them, sorted."""

    @property
    def technique(self) -> str:
        """The one technique that it counts for: the first by name, where several watched one wire."""
        return self.techniques[0] if self.techniques else WEBSOCKET_CAPTURE
