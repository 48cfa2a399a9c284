"""The spellings in which an identity may stand in a text: plain, escaped, percent, hex and base64."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from html import escape
from urllib.parse import quote

from ringback.sanitize.keep import is_protocol_word

LEAST_LENGTH = 3
"""Characters of an identity that is searched for at all."""
_LEAST_INSIDE = 5
"""Characters from which on it is found inside words too: a shorter one must stand as a word of its own."""
_KEPT_PATTERNS = 1 << 14


@lru_cache(maxsize=_KEPT_PATTERNS)
def spellings_of(identity: str) -> tuple[re.Pattern[str], ...]:
    """Patterns that find the identity; empty for what is too short, and for a word of the protocol, which
    tells nobody apart and stands in every stanza."""
    if len(identity) < LEAST_LENGTH or is_protocol_word(identity) or is_protocol_word(identity.lower()):
        return ()
    if len(identity) < _LEAST_INSIDE:
        return (re.compile(rf"(?<!\w){re.escape(identity)}(?!\w)", re.IGNORECASE),)
    plain = dict.fromkeys((identity, escape(identity), quote(identity), _escaped(identity)))
    folded = "|".join(map(re.escape, (*plain, _bytes(identity).hex())))
    encoded = "|".join(map(re.escape, _base64_cores(_bytes(identity))))
    return (re.compile(folded, re.IGNORECASE), re.compile(encoded))


def _bytes(identity: str) -> bytes:
    return identity.encode("utf-8", "surrogatepass")


def _escaped(identity: str) -> str:
    """As JSON and double-quoted YAML spell what is not ASCII."""
    return identity.encode("ascii", "backslashreplace").decode("ascii")


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
