"""What a ledger holds after its writer was killed."""

from __future__ import annotations

from pathlib import Path

from ringback.ledger import Ledger
from support.ledgers import raw


def kept(path: Path, flows: str = "") -> set[str]:
    """What a ledger that opens and is undamaged holds of the flows whose names begin so."""
    query = """SELECT flow || ' ' || direction || ' ' || frame FROM stanza
        JOIN observation ON observation.id = observation JOIN connection ON connection.id = connection
        WHERE flow LIKE ? || '%'"""
    with Ledger(path), raw(path) as database:
        assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        return {place for (place,) in database.execute(query, (flows,))}
