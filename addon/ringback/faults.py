"""What should not happen, told once with its place and kept away from the proxied socket."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ringback.errors import RingbackError
from ringback.sources.notice import Notice, Tell, Urgency

MAX_TOLD = 256
"""Faults that are told; further ones are only counted. Against one that differs with every connection."""

_PACKAGE = Path(__file__).parent


class Faults:
    """Catches what should not happen and tells each place of it once."""

    def __init__(self, tell: Tell) -> None:
        """`tell` gets the notices."""
        self._tell = tell
        self._told: set[str] = set()
        self.count = 0
        """Faults up to now, those that were not told again included."""
        self.untold = 0
        """Of these: such as were not told because so many others were."""

    @contextmanager
    def contained(self, stage: str) -> Iterator[None]:
        """Run the block; an exception in it ends the block and is told with `stage`."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the proxied socket must not see it
            self.report(stage, error)

    def report(self, stage: str, error: Exception) -> None:
        """Tell of `error`, unless the same was told of this stage before."""
        self.count += 1
        line = f"{describe(error)}, while {stage}"
        if line in self._told:
            return
        if len(self._told) < MAX_TOLD:
            self._told.add(line)
            self._tell(Notice(line, Urgency.ERROR))
            return
        self.untold += 1
        if self.untold == 1:
            self._tell(Notice(f"{MAX_TOLD} faults were told; further ones are only counted", Urgency.ERROR))


def describe(error: Exception) -> str:
    """An error of ours, or of the system, in its own words; of any other its kind and innermost place here.

    The words of any other error are left out: they could quote what was on the wire.
    """
    if isinstance(error, RingbackError):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            place = f"{path.relative_to(_PACKAGE).as_posix()}:{frame.lineno}"
            return f"fault of ringback, please report it: {type(error).__name__} at {place}"
    return f"{type(error).__name__} outside of ringback"
