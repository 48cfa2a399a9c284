"""Stable numbering: each raw value gets the next placeholder of its kind, for as long as it is remembered."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable

MAX_NAMES = 100_000
"""Most values that one series remembers. Stops a flood of made-up addresses from filling the memory; the one
that was named longest ago is forgotten first, and gets another placeholder should it come again."""
MAX_ISSUED = 999_999
"""Placeholders of one series: a longer number could pass for an identity itself. All values beyond it share
one placeholder."""
_LONGEST_KEY = 256
"""Characters of a raw value that are kept as they are; of a longer one a digest is kept instead."""


class Series:
    """Placeholders of one kind, given out in order of first appearance.

    A value already spelled as a placeholder of the series stands for itself, so that sanitising what was
    sanitised changes nothing, whether in this run or in a later one.
    """

    def __init__(
        self,
        spell: Callable[[int], str],
        *,
        own: str,
        overflow: str,
        limit: int = MAX_ISSUED,
        most: int = MAX_NAMES,
    ) -> None:
        """`spell` gives the placeholder of a number from 1 to `limit`; `own` matches spellings that pass as
        they are. `most` values are remembered."""
        self._spell = spell
        self._own = re.compile(own)
        self._overflow = overflow
        self._limit = limit
        self._issued = 0
        self._most = most
        self._names: OrderedDict[str, str] = OrderedDict()
        self._bearers: dict[str, int] = {overflow: 1}
        """How many values are remembered under each placeholder."""
        self.forgotten = 0
        """Values that newer ones have pushed out."""

    def name(self, raw: str) -> str:
        """The placeholder of `raw`, the same for every call."""
        key = _key(raw)
        placeholder = self._known(key)
        if placeholder is None:
            return self._register(key)
        if key in self._names:
            self._names.move_to_end(key)
        return placeholder

    def known(self, raw: str) -> str | None:
        """The placeholder of a value that was named before (a placeholder's is itself), else None."""
        return self._known(_key(raw))

    def link(self, one: str, other: str) -> None:
        """Give two values of one person one placeholder, unless both have their own already."""
        if self._own.fullmatch(one) or self._own.fullmatch(other):
            return
        named, unnamed = (one, other) if self.known(one) else (other, one)
        placeholder = self.name(named)
        key = _key(unnamed)
        if placeholder != self._overflow and self._known(key) is None:
            self._remember(key, placeholder)

    def _known(self, key: str) -> str | None:
        return self._names.get(key) or (key if key in self._bearers else None)

    def _register(self, raw: str) -> str:
        if self._own.fullmatch(raw):
            self._remember(raw, raw)
            return raw
        placeholder = self._next()
        if placeholder != self._overflow:
            self._remember(raw, placeholder)
        return placeholder

    def _remember(self, key: str, placeholder: str) -> None:
        self._names[key] = placeholder
        self._bearers[placeholder] = self._bearers.get(placeholder, 0) + 1
        if len(self._names) > self._most:
            _, freed = self._names.popitem(last=False)
            self.forgotten += 1
            self._bearers[freed] -= 1
            if not self._bearers[freed]:
                del self._bearers[freed]

    def _next(self) -> str:
        while self._issued < self._limit:
            self._issued += 1
            placeholder = self._spell(self._issued)
            if placeholder not in self._bearers:
                return placeholder
        return self._overflow


def letters(most: int = MAX_NAMES) -> Series:
    """`A` to `Z`, `AA`, `AB`, ...: the users."""
    return Series(_letter, own="[A-Z]{1,2}", overflow="OTHER", most=most)


def numbered(prefix: str, most: int = MAX_NAMES) -> Series:
    """`PREFIX-0001`, `PREFIX-0002`, ..."""
    return Series(
        lambda number: f"{prefix}-{number:04}",
        own=f"{re.escape(prefix)}-[0-9]{{4}}",
        overflow=f"{prefix}-OTHER",
        most=most,
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
