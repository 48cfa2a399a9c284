"""A copy of a ledger, to be handed over and merged elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from ringback.errors import LedgerError
from ringback.ledger.failure import refused
from ringback.ledger.reading import snapshot
from ringback.ledger.store import Ledger


def copy_ledger(path: Path, copy: Path, *, with_secret: bool = False) -> None:
    """Make a ledger at `copy` that holds the same as that at `path`, but for the secret.

    With the secret, it is for one's own other machine: what that records has the same pseudonyms. Whoever
    has the secret can also try phone numbers against them.

    Raises:
        LedgerError: `copy` exists or cannot be made, or there is no secret to take along.
    """
    if os.path.lexists(copy):
        raise LedgerError(f"{copy}: exists: name a new file")
    secret = _secret(path) if with_secret else None
    with Ledger(copy) as other:
        if secret is not None:
            other.adopt(secret)
        other.merge(path)


def _secret(path: Path) -> bytes:
    with refused(path), snapshot(path) as database:
        found = database.execute("SELECT secret FROM realm WHERE secret IS NOT NULL").fetchone()
    if found is None:
        raise LedgerError(f"{path}: has no secret of its own: it was never recorded into")
    return bytes(found[0])
