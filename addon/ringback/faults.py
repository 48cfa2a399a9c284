"""What should not happen, told once with its place and kept away from the proxied socket."""

from __future__ import annotations

import traceback
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

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

    def contained(self, stage: str) -> AbstractContextManager[None]:
        """Run the block; an exception in it ends the block and is told with `stage`."""
        return _Contained(self, stage)

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


class _Contained(AbstractContextManager[None]):
    """Written out, since a generator takes three times as long, and every message passes through it."""

    __slots__ = ("_faults", "_stage")

    def __init__(self, faults: Faults, stage: str) -> None:
        self._faults = faults
        self._stage = stage

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Whatever it is, the proxied socket must not see it; what ends the process is none of it."""
        if not isinstance(error, Exception):
            return False
        self._faults.report(self._stage, error)
        return True


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
