"""Which ringback this is, as it was installed."""

from __future__ import annotations

from importlib import metadata


def _installed() -> str:
    try:
        return metadata.version("ringback")
    except metadata.PackageNotFoundError:  # run from a checkout by `mitmdump -s addon/capture.py`
        return "0+checkout"


VERSION = _installed()
"""`0.1.0`; `0+checkout` where the package is not installed."""
