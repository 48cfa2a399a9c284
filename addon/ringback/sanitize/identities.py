"""The identities seen so far, found again wherever they stand."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from ringback.recent import Recent, note
from ringback.sanitize.keep import is_protocol_word
from ringback.sanitize.series import MAX_NAMES

_LEAST = 5
"""Fewest characters of an identity that is searched for: a shorter one (`55`) stands in too many numbers."""
_LONGEST = 64
"""Characters of an identity that are compared: a longer one is found by its beginning. Bounds the search."""
_WORD = re.compile(rf"\w{{{_LEAST},}}")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
"""The words in what has digits and underscores, too. Short ones are searched for as words, without digits: a
short number stands in too many places."""
_SEPARATORS = re.compile(r"[\W_]+")
_NAME_SEPARATORS = re.compile("[-_ ]")
"""What is left out where words are looked for that were run together; a version keeps its dots."""
_IN_NAMES = re.compile("[a-z0-9_-]{3,24}")
"""Form of what can stand in a plain name (`ringback.sanitize.keep`)."""
_MAX_NAME_DIGITS = 2
MAX_NEWS = 64
"""Identities that are remembered to be new. One stanza brings a few."""
_FRESH = 8
"""An identity that was remembered within this part of what is remembered at all is not remembered anew."""


class Identities:
    """Answers whether a text carries an identity, in any case of its letters.

    Encoded forms need no search here. Whatever may leave is so short and so plainly spelled
    (`ringback.sanitize.keep`) that the hex or base64 form of an identity has no room in it; the bytes of a
    capability are searched through their hex digits, in which packed digits read as themselves.
    """

    def __init__(self, most: int = MAX_NAMES) -> None:
        """Nobody seen yet; `most` of each kind are remembered, those that were seen last."""
        self._known: Recent[str, None] = Recent(most)
        self._short: Recent[str, None] = Recent(most)
        self.news: deque[str] = deque(maxlen=MAX_NEWS)
        """Those that were not known when they were added, the newest; for whoever empties it."""
        self._fresh: set[str] = set()
        """Names that were added since it was last emptied: none of their words is near to being forgotten."""
        self._added = 0
        self._most_added = most // _FRESH

    def add(self, identity: str) -> None:
        """Remember an address's user part, a call-id or a stanza id. A word of the protocol is none."""
        if len(identity) >= _LEAST and not is_protocol_word(identity):
            key = identity[:_LONGEST].casefold()
            if note(self._known, key):
                self.news.append(key)
            self._added += 1

    def add_name(self, name: str) -> None:
        """Remember a name that somebody chose, as a whole, word by word, and with its words run together."""
        if self._added >= self._most_added:
            self._fresh.clear()
            self._added = 0
        name = name[: _LONGEST * 4]
        if name in self._fresh:
            return
        self._fresh.add(name)
        self._added += 1
        for part in (name, *_WORD.findall(name), *_LETTERS.findall(name), _SEPARATORS.sub("", name)):
            self.add(part)

    def add_chosen_name(self, name: str) -> None:
        """As `add_name`, for a name that a person goes by: its short words count too, where they stand as
        words. A word of the protocol is none."""
        self.add_name(name)
        for word in _LETTERS.findall(name[: _LONGEST * 4].casefold()):
            if len(word) < _LEAST and not is_protocol_word(word) and note(self._short, word):
                self.news.append(word)

    @property
    def size(self) -> int:
        """How many came up to now, those included that are forgotten; grows only."""
        return self._known.count + self._short.count

    def knows(self, text: str) -> bool:
        """Whether `text` as a whole is an identity."""
        return text[:_LONGEST].casefold() in self._known

    def within(self, text: str) -> bool:
        """Whether any identity stands anywhere in `text`; a short name only as a word of its own.

        The cost depends on the length of `text`, which the callers bound, and not on how many are known.
        """
        short, folded = self._short, text.casefold()
        if short and any(word in short for word in _LETTERS.findall(folded)):
            return True
        if len(folded) < _LEAST or not self._known:
            return False
        # A set's own loop: this is what hiding a stanza takes most of its time for.
        return not self._known.keys().isdisjoint(_long_parts(folded))

    def news_may_stand_in(self, text: str) -> bool:
        """Whether any of `news` may stand in `text`, so that `within` would say so only since; never False
        where one does."""
        folded = text.casefold()
        squeezed = _NAME_SEPARATORS.sub("", folded)
        return any(new in folded or new in squeezed for new in self.news)

    def in_names(self) -> Iterator[str]:
        """Those that can stand in the name of a tag or attribute: few, for no number and hardly an id can."""
        for identity in (*self._known, *self._short):
            few = sum(map(str.isdigit, identity)) <= _MAX_NAME_DIGITS
            if few and _IN_NAMES.fullmatch(identity):
                yield identity


def parts_of(name: str) -> set[str]:
    """All that `Identities.within` looks for in a text: it carries an identity if one of these is one."""
    folded = name.casefold()
    return {*_long_parts(folded), *(word for word in _LETTERS.findall(folded) if len(word) < _LEAST)}


def _long_parts(folded: str) -> list[str]:
    squeezed = _NAME_SEPARATORS.sub("", folded)
    return [
        text[start:end]
        for text in ((folded, squeezed) if squeezed != folded else (folded,))
        for start in range(len(text) - _LEAST + 1)
        for end in range(start + _LEAST, min(len(text), start + _LONGEST) + 1)
    ]
