"""Stable numbering: each raw value gets the next placeholder of its kind, once and for good."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

MAX_NAMES = 100_000
"""Most values that one series tells apart. Stops a flood of made-up addresses from filling the memory; all
values beyond it share one placeholder."""
_LONGEST_KEY = 256
"""Characters of a raw value that are kept as they are; of a longer one a digest is kept instead."""


class Series:
    """Placeholders of one kind, given out in order of first appearance.

    A value already spelled as a placeholder of the series stands for itself, so that sanitising what was
    sanitised changes nothing, whether in this run or in a later one.
    """

    def __init__(
        self, spell: Callable[[int], str], *, own: str, overflow: str, limit: int = MAX_NAMES
    ) -> None:
        """`spell` gives the placeholder of a number from 1; `own` matches spellings that pass as they are."""
        self._spell = spell
        self._own = re.compile(own)
        self._overflow = overflow
        self._limit = limit
        self._issued = 0
        self._names: dict[str, str] = {overflow: overflow}

    def name(self, raw: str) -> str:
        """The placeholder of `raw`, the same for every call."""
        key = _key(raw)
        return self._names.get(key) or self._register(key)

    def known(self, raw: str) -> str | None:
        """The placeholder of a value that was named before (a placeholder's is itself), else None."""
        return self._names.get(_key(raw))

    def link(self, one: str, other: str) -> None:
        """Give two values of one person one placeholder, unless both have their own already."""
        if self._own.fullmatch(one) or self._own.fullmatch(other):
            return
        named, unnamed = (one, other) if self.known(one) else (other, one)
        placeholder = self.name(named)
        if placeholder != self._overflow:
            self._names.setdefault(_key(unnamed), placeholder)

    def _register(self, raw: str) -> str:
        if self._own.fullmatch(raw):
            self._names[raw] = raw
            return raw
        placeholder = self._next()
        if placeholder != self._overflow:
            self._names[raw] = self._names[placeholder] = placeholder
        return placeholder

    def _next(self) -> str:
        while self._issued < self._limit:
            self._issued += 1
            placeholder = self._spell(self._issued)
            if placeholder not in self._names:
                return placeholder
        return self._overflow


def letters() -> Series:
    """`A` to `Z`, `AA`, `AB`, ...: the users."""
    return Series(_letter, own="[A-Z]{1,2}", overflow="OTHER")


def numbered(prefix: str) -> Series:
    """`PREFIX-0001`, `PREFIX-0002`, ..."""
    return Series(
        lambda number: f"{prefix}-{number:04}",
        own=f"{re.escape(prefix)}-[0-9]{{4}}",
        overflow=f"{prefix}-OTHER",
    )


def captures() -> Series:
    """`capture-1.flows`, `capture-2.flows`, ...: the files whose names do not stand."""
    return Series(
        lambda number: f"capture-{number}.flows",
        own=r"capture-[0-9]{1,4}\.flows",
        overflow="capture-other.flows",
    )


def _key(raw: str) -> str:
    if len(raw) <= _LONGEST_KEY:
        return raw
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()


def _letter(number: int) -> str:
    spelled = ""
    while number:
        number, digit = divmod(number - 1, 26)
        spelled = chr(ord("A") + digit) + spelled
    return spelled
