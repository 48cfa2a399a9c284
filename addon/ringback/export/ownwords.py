"""Words that ringback itself writes: a name made of them stands in every export, whoever is called so.

Somebody may have chosen to be called Example, Caller or Mark. Searched for as an identity, that word would be
found in the page's own sentences, and nothing could be exported.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_TEXTS = ("*.py", "*.xsl")
"""What holds the sentences that are written: the code itself, and the style sheet of reports."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAME = re.compile(r"[^\W\d_]+(?:[ '\-][^\W\d_]+)*")


def is_own(name: str) -> bool:
    """Whether `name` is made of nothing but words that ringback writes: it tells nobody apart."""
    return _NAME.fullmatch(name) is not None and words_of(name) <= own_words()


def words_of(text: str) -> frozenset[str]:
    """The words of two letters or more, in lower case."""
    return frozenset(_WORD.findall(text.lower()))


@cache
def own_words() -> frozenset[str]:
    """Every word of ringback's own texts, read once."""
    files = (file for pattern in _TEXTS for file in _ROOT.rglob(pattern))
    return frozenset().union(*(words_of(file.read_text(encoding="utf-8")) for file in files))
