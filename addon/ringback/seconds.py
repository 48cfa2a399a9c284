"""A time as some file tells it, in seconds: a number that can be reckoned with, or none."""

from __future__ import annotations

from math import isfinite


def maybe_seconds(value: object) -> float | None:
    """The value as a float; None for what is no number, no finite one, or larger than any float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
    except OverflowError:
        return None
    return seconds if isfinite(seconds) else None
