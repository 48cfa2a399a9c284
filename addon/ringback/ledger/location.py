"""Where the ledger lies unless its user says otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def default_path(environ: Mapping[str, str] = os.environ) -> Path:
    """`ringback/ledger.db` in the user's data directory.

    Source: XDG Base Directory Specification 0.8: a relative `$XDG_DATA_HOME` is to be ignored.
    """
    return _data_directory(environ) / "ringback" / "ledger.db"


def _data_directory(environ: Mapping[str, str]) -> Path:
    named = Path(environ.get("XDG_DATA_HOME", ""))
    if named.is_absolute():
        return named
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path.home() / ".local" / "share"
