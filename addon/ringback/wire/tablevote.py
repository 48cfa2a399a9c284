"""Which token table a connection uses, where no intro was seen: the table in which its stanzas make sense.

The tables differ in nearly every entry, so a stanza read with the wrong one has an odd tag and odd attribute
names, seldom an error. Each stanza gives each table as many points as it has usual names there.
"""

from __future__ import annotations

from ringback.errors import DecodeError
from ringback.wire.wabinary import KNOWN_DICTIONARIES, TokenTable, decode_head, token_table

SETTLED_LEAD = 8
"""Points ahead that settle the vote: two or three stanzas of usual shape. They are points for the leader that
no other table got, so chance agreement of the tables does not add up to it."""

_USUAL_TAGS = frozenset(
    {"ack", "call", "chatstate", "failure", "ib", "iq", "message", "notification", "presence", "receipt"}
    | {"stream:error", "success"}
)
_USUAL_ATTRIBUTES = frozenset(
    {"class", "from", "id", "notify", "offline", "participant", "t", "to", "type", "xmlns"}
)
_TAG_POINTS = 2


class TableVote:
    """Counts the points of each known table; with equal points the newest leads."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._points = dict.fromkeys(sorted(KNOWN_DICTIONARIES, reverse=True), 0)

    @property
    def leader(self) -> TokenTable:
        """The table with the most points."""
        return token_table(max(self._points, key=self._points.__getitem__))

    @property
    def settled(self) -> bool:
        """Whether the leader is far enough ahead to stay."""
        first, second = sorted(self._points.values(), reverse=True)[:2]
        return first - second >= SETTLED_LEAD

    def count(self, plaintext: bytes) -> None:
        """Add the points of one opened frame."""
        for dictionary in self._points:
            self._points[dictionary] += _points(plaintext, token_table(dictionary))


def _points(plaintext: bytes, table: TokenTable) -> int:
    try:
        head = decode_head(plaintext, table)
    except DecodeError:
        return 0
    return _TAG_POINTS * (head.tag in _USUAL_TAGS) + len(_USUAL_ATTRIBUTES.intersection(head.attrs))
