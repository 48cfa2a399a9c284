"""The spellings in which an identity may stand in a reading of a text: plain, in hex and in base64.

Escapes need no spelling of their own: `ringback.export.readings` undoes them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ringback.export.readings import squeezed
from ringback.sanitize.keep import is_protocol_word

LEAST_LENGTH = 3
"""Characters of an identity that is searched for at all."""
_LEAST_INSIDE = 5
"""Characters from which on it is found inside words too: a shorter one must stand as a word of its own."""
_LEAST_JOINED = 8
"""Characters of a spelling that is searched for across blanks and line breaks, where words run together."""
_REMEMBERED = 1 << 17
"""Identities whose spellings are kept: every file of an export is searched for all of them."""


class Spellings(NamedTuple):
    """How one identity may be written."""

    folded: tuple[str, ...]
    """To be found in any case of letters; case-folded here."""
    exact: tuple[str, ...]
    """To be found as they stand."""
    inside: bool
    """Whether it counts inside of words."""

    @property
    def joined(self) -> Spellings:
        """As they stand in a text without its blanks and line breaks."""
        return Spellings(
            tuple(each for each in map(squeezed, self.folded) if len(each) >= _LEAST_JOINED),
            tuple(each for each in self.exact if len(each) >= _LEAST_JOINED),
            inside=True,
        )


_NONE = Spellings((), (), inside=False)


class Searched:
    """A text in which identities are searched for, however many, and however long it is."""

    def __init__(self, text: str) -> None:
        """Look through the text once; it is kept."""
        self._text = text
        self._folded = text.casefold()
        lines = set(self._folded.split("\n"))
        self._starts = {
            line[at : at + _LEAST_INSIDE] for line in lines for at in range(len(line) - _LEAST_INSIDE + 1)
        }

    def find(self, spellings: Spellings) -> Iterator[tuple[int, int]]:
        """Start and end of each place of the text that holds one of them."""
        for spelling in spellings.folded:
            if self._may_hold(spelling) and spelling in self._folded:
                yield from _find_folded(spelling, self._text, inside=spellings.inside)
        for spelling in spellings.exact:
            if self._may_hold(spelling) and spelling in self._text:
                yield from (found.span() for found in re.finditer(re.escape(spelling), self._text))

    def _may_hold(self, spelling: str) -> bool:
        """No where nothing in the text begins like it. Thousands are searched for and nearly all are absent:
        the whole text is gone through for what may be there only."""
        start = spelling[:_LEAST_INSIDE].casefold()[:_LEAST_INSIDE]
        return len(start) < _LEAST_INSIDE or "\n" in start or start in self._starts


def _find_folded(spelling: str, text: str, *, inside: bool) -> Iterator[tuple[int, int]]:
    pattern = re.escape(spelling) if inside else rf"(?<!\w){re.escape(spelling)}(?!\w)"
    spans = [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]
    if inside and not spans:
        # Case-folding changes the length of some texts (`ß`): it is there, and its place cannot be told.
        spans = [(0, len(text))]
    yield from spans


@lru_cache(maxsize=_REMEMBERED)
def spellings_of(identity: str | bytes) -> Spellings:
    """How a text or bytes, such as a packed address, may be written; nothing for what is too short, and for a
    word of the protocol, which tells nobody apart and stands in every stanza."""
    if isinstance(identity, bytes):
        return Spellings((identity.hex(),), tuple(sorted(_base64_cores(identity))), inside=True)
    if len(identity) < LEAST_LENGTH or is_protocol_word(identity) or is_protocol_word(identity.lower()):
        return _NONE
    if len(identity) < _LEAST_INSIDE:
        return Spellings((identity.casefold(),), (), inside=False)
    data = identity.encode("utf-8", "surrogatepass")
    return Spellings((identity.casefold(), data.hex()), tuple(sorted(_base64_cores(data))), inside=True)


@lru_cache(maxsize=_REMEMBERED)
def joined_spellings_of(identity: str | bytes) -> Spellings:
    """The same for a text without its blanks and line breaks."""
    return spellings_of(identity).joined


def _base64_cores(data: bytes) -> set[str]:
    """What base64 makes of the data at each of the three places it can have in a group, its edges, which
    depend on the neighbours, left off; in both alphabets."""
    cores = set()
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + data).decode("ascii")
        complete = (offset + len(data)) * 8 // 6
        core = encoded[-(-offset * 8 // 6) : complete]
        cores |= {core, core.replace("+", "-").replace("/", "_")}
    return cores
