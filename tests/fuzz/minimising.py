"""Few inputs that together reach most of ringback's code that a corpus reaches."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import TypeAlias

import ringback
from fuzz.corpus import choose, kept, name_of
from fuzz.target import Target

_PACKAGE = str(Path(ringback.__file__).parent)

_Step: TypeAlias = tuple[CodeType, int, int]
"""From one line of a function to another."""


def minimise(target: Target, found: Path, folder: Path) -> str:
    """Choose the files of `folder` anew out of what is kept and what was `found`; says how many."""
    inputs = {data for _, data in kept(target.name)} | {file.read_bytes() for file in found.glob("*")}
    chosen = choose(_reaching(target, inputs))
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    for data in chosen:
        (folder / name_of(data)).write_bytes(data)
    return f"{len(chosen)} inputs of {sum(map(len, chosen))} bytes"


def _reaching(target: Target, inputs: Iterable[bytes]) -> Iterator[bytes]:
    """Those that take a step that no other before them took, the one that takes most of them first."""
    target.run(b"")
    left = {data: _steps(target, data) for data in inputs}
    while left:
        best = max(left, key=lambda data: (len(left[data]), -len(data), data))
        taken = left[best]
        yield best
        left = {data: steps - taken for data, steps in left.items() if steps - taken}


def _steps(target: Target, data: bytes) -> set[_Step]:
    taken: set[_Step] = set()

    def trace(frame: FrameType, _event: str, _argument: object):  # type: ignore[no-untyped-def]
        if not frame.f_code.co_filename.startswith(_PACKAGE):
            return None
        last = 0

        def step(frame: FrameType, _event: str, _argument: object):  # type: ignore[no-untyped-def]
            nonlocal last
            taken.add((frame.f_code, last, frame.f_lineno))
            last = frame.f_lineno
            return step

        return step

    sys.settrace(trace)
    try:
        target.run(data)
    finally:
        sys.settrace(None)
    return taken
