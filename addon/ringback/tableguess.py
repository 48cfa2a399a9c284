"""Connections that are read with a token table that is a guess; for the outlets, whose stanzas say so."""

from __future__ import annotations

from ringback.findings import Evidence
from ringback.observations import Observation, WireNotice
from ringback.wire.events import ConnectionRecognised


class TableGuesses:
    """Remembers the connections whose intro asks for a token dictionary that ringback does not know."""

    def __init__(self) -> None:
        """None yet."""
        self._guessed: dict[tuple[str, int], int] = {}

    def note(self, observation: Observation) -> None:
        """Take in what an observation tells about its connection's table."""
        if not isinstance(observation, WireNotice) or not isinstance(observation.event, ConnectionRecognised):
            return
        connection = (observation.capture, observation.connection)
        if observation.event.table_known:
            self._guessed.pop(connection, None)
        else:
            self._guessed[connection] = observation.event.table

    def table_for(self, seen: Evidence) -> int | None:
        """The table that stands in on the connection of `seen`; None where the table is no guess."""
        return self._guessed.get((seen.capture, seen.connection))
