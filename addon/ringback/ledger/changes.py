"""From when on what was counted of a ledger no longer holds, as whoever writes to it tells.

What is counted of a call rests on its stanzas, on their acks, and on who speaks on its connections. So each
change has a time: that of the frame that is new or told otherwise, or the beginning of a connection of which
something else is known. Calls that were over well before that time are what they were
(`ringback.ledger.counts`). Names of several secrets are told to be one by all that the ledger holds: there
every change has the start of time.
"""

from __future__ import annotations

import sqlite3

NEVER = float("inf")
ALWAYS = float("-inf")

BEGINNING = "SELECT min(at) FROM observation WHERE connection = ?"


def mark(database: sqlite3.Connection, at: float | None) -> None:
    """Something has changed at that time, in seconds since the epoch; within the transaction that changes it.
    None where nothing was observed that it could bear on."""
    if at is None or at == NEVER:
        return
    several = len(database.execute("SELECT 1 FROM realm LIMIT 2").fetchall()) > 1
    since = ALWAYS if several else at
    database.execute("UPDATE tally SET since = ? WHERE since > ?", (since, since))


def forget(database: sqlite3.Connection) -> None:
    """Take away all that was counted, within a transaction of the caller; it is counted again when it is
    asked for."""
    for table in ("counted", "count", "tally"):
        database.execute(f"DELETE FROM {table}")  # noqa: S608


def beginning(database: sqlite3.Connection, connection: int) -> float | None:
    """When something was first observed on the connection, None where nothing was."""
    (at,) = database.execute(BEGINNING, (connection,)).fetchone()
    return None if at is None else float(at)
