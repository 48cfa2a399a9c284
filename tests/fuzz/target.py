"""What a fuzz target is, and how it takes choices from bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Run: TypeAlias = Callable[[bytes], None]
"""Puts a parser to the test with these bytes; whatever it raises is a defect."""


@dataclass(frozen=True, slots=True)
class Target:
    """One parser, or several that have to agree, with the contract that holds for any bytes."""

    name: str
    rule: str
    """The contract in one sentence."""
    run: Run
    words: tuple[bytes, ...] = ()
    """What its input language is made of, for the fuzzer's dictionary."""
    most_bytes: int = 1024
    """Longest input that the fuzzer tries."""


def target(
    name: str, *, words: Sequence[str | bytes] = (), most_bytes: int = 1024
) -> Callable[[Run], Target]:
    """Make a target of a function; its docstring is the rule."""

    def make(run: Run) -> Target:
        rule = " ".join((run.__doc__ or "").split())
        spelled = tuple(word if isinstance(word, bytes) else word.encode() for word in words)
        return Target(name, rule, run, spelled, most_bytes)

    return make


class Script:
    """Bytes as a row of choices; where they have run out every choice is the first one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    @property
    def is_over(self) -> bool:
        """Whether all bytes were used."""
        return self._offset >= len(self._data)

    def number(self) -> int:
        """0 to 255."""
        return next(iter(self.take(1)), 0)

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.number() % len(choices)]

    def take(self, size: int) -> bytes:
        """The next bytes, as many as there are."""
        start, self._offset = self._offset, self._offset + size
        return self._data[start : self._offset]

    def piece(self) -> bytes:
        """As many bytes as the next byte says."""
        return self.take(self.number())

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(len(self._data))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """In memory where that can be had: some targets write a file for each input."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(prefix="ringback-fuzz-", dir=memory if memory.is_dir() else None)


def scratch(name: str, data: bytes) -> Path:
    """A file of these bytes in this process's own folder, for parsers that open files."""
    path = Path(_folder().name, name)
    path.write_bytes(data)
    return path


def text_of(data: bytes) -> str:
    """Any text, lone surrogates included."""
    return data.decode("utf-8", "surrogateescape")
