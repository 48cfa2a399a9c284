"""Placeholders for everything that identifies anybody; the gate that every outlet reads through.

Nothing here does I/O. A mapping lives as long as its `Placeholders` and is never written down: without it the
placeholders cannot be turned back.
"""

from ringback.sanitize.placeholders import Placeholders
from ringback.sanitize.raw import Raw

__all__ = ["Placeholders", "Raw"]
