"""Connections that are read with a token table that is a guess; for the outlets, whose stanzas say so."""

from __future__ import annotations

from ringback.findings import Evidence
from ringback.observations import Observation, WireNotice
from ringback.recent import Recent
from ringback.wire.events import ConnectionRecognised

MAX_GUESSED = 4096
"""Connections remembered whose table is a guess; the one that stanzas came of longest ago goes first, and its
stanzas no longer say so."""


class TableGuesses:
    """Remembers the connections whose intro asks for a token dictionary that ringback does not know."""

    def __init__(self) -> None:
        """None yet."""
        self._guessed: Recent[tuple[str, int], int] = Recent(MAX_GUESSED)

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
        connection = (seen.capture, seen.connection)
        table = self._guessed.get(connection)
        if table is not None:
            self._guessed.move_to_end(connection)
        return table
