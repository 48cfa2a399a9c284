"""The identities seen so far, found again wherever they stand."""

from __future__ import annotations

import re

from ringback.sanitize.keep import is_protocol_word
from ringback.sanitize.series import MAX_NAMES

_LEAST = 5
"""Fewest characters of an identity that is searched for: a shorter one (`55`) stands in too many numbers."""
_LONGEST = 64
"""Characters of an identity that are compared: a longer one is found by its beginning. Bounds the search."""
_WORD = re.compile(rf"\w{{{_LEAST},}}")
_SHORT_WORD = re.compile(r"[^\W\d_]{3,}")
"""What is searched for word by word: letters only, for a short number stands in too many places."""


class Identities:
    """Answers whether a text carries an identity, in any case of its letters.

    Encoded forms need no search here. Whatever may leave is so short and so plainly spelled
    (`ringback.sanitize.keep`) that the hex or base64 form of an identity has no room in it; the bytes of a
    capability are searched through their hex digits, in which packed digits read as themselves.
    """

    def __init__(self) -> None:
        """Nobody seen yet."""
        self._known: set[str] = set()
        self._short: set[str] = set()

    def add(self, identity: str) -> None:
        """Remember an address's user part, a call-id or a stanza id. A word of the protocol is none."""
        if len(identity) >= _LEAST and not is_protocol_word(identity) and len(self._known) < MAX_NAMES:
            self._known.add(identity[:_LONGEST].casefold())

    def add_name(self, name: str) -> None:
        """Remember a name that somebody chose, as a whole and word by word."""
        for part in (name, *_WORD.findall(name[: _LONGEST * 4])):
            self.add(part)

    def add_chosen_name(self, name: str) -> None:
        """As `add_name`, for a name that a person goes by: its short words count too, where they stand as
        words. A word of the protocol is none."""
        self.add_name(name)
        for word in _SHORT_WORD.findall(name[: _LONGEST * 4].casefold()):
            if len(word) < _LEAST and not is_protocol_word(word) and len(self._short) < MAX_NAMES:
                self._short.add(word)

    @property
    def size(self) -> int:
        """How many are known; grows only."""
        return len(self._known) + len(self._short)

    def knows(self, text: str) -> bool:
        """Whether `text` as a whole is an identity."""
        return text[:_LONGEST].casefold() in self._known

    def within(self, text: str) -> bool:
        """Whether any identity stands anywhere in `text`; a short name only as a word of its own.

        The cost depends on the length of `text`, which the callers bound, and not on how many are known.
        """
        folded = text.casefold()
        if not self._short.isdisjoint(_SHORT_WORD.findall(folded)):
            return True
        starts = range(len(folded) - _LEAST + 1)
        return any(
            folded[start:end] in self._known
            for start in starts
            for end in range(start + _LEAST, min(len(folded), start + _LONGEST) + 1)
        )
