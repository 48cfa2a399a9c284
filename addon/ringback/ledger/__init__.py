"""The ledger: what was observed, kept once, in a SQLite file that can be merged with others.

It holds pseudonyms only (`ringback.pseudonyms`); what it gives back are sightings and findings as the
pipeline makes them, so that calls, checks and questions work on it as they do on a capture.
"""

from ringback.ledger.client import LedgerConnection
from ringback.ledger.copying import copy_ledger
from ringback.ledger.kinship import Kinship
from ringback.ledger.location import default_path
from ringback.ledger.stats import Stats
from ringback.ledger.store import Ledger
from ringback.ledger.stored import StoredLedger
from ringback.ledger.verify import Verification

__all__ = [
    "Kinship",
    "Ledger",
    "LedgerConnection",
    "Stats",
    "StoredLedger",
    "Verification",
    "copy_ledger",
    "default_path",
]
