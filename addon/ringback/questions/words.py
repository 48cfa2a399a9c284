"""Text off the wire that may stand in a table: words of the protocol, nothing that could name somebody.

Tables and sentences are not rewritten by outlets, which know where values stand in a stanza only.
"""

from __future__ import annotations

import re

OTHER = "other"
"""Stands for text that is no plain word."""

_WORD = re.compile(r"(?!.*[0-9]{5})[A-Za-z0-9_-]{1,32}")
"""No run of five digits: numbers of people have more, codes and media have fewer."""
_VERSION = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10}){1,5}")
"""Source: Cobalt's published fixtures (commit dce2b51a): `2.3000.1039501489` of delivered offers."""


def plain_word(text: str) -> str:
    """The text where it is a word such as `accepted_elsewhere`, else `OTHER`."""
    return text if _WORD.fullmatch(text) else OTHER


def plain_version(text: str) -> str:
    """The text where it is a dotted version, else `OTHER`."""
    return text if _VERSION.fullmatch(text) else OTHER
