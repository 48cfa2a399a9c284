"""What becomes of an opened frame: read in full where it may belong to a call, else passed over by its tag.

Every frame is authenticated before it comes here, and its root's tag is read in whichever way it is spelled.
So a frame that is passed over was opened, and is known to be something else.
"""

from __future__ import annotations

from ringback.errors import DecodeError
from ringback.wire.events import FrameOpened, FramePlace, FrameUnread
from ringback.wire.tablevote import TableVote
from ringback.wire.wabinary import (
    START_BYTES,
    Decoded,
    TokenTable,
    decode,
    decode_head,
    is_bare,
    peek_start,
    peek_tag,
)
from ringback.wire.wabinary.tags import LIST_8

MAX_KEPT_PARTS = 8192
"""Nodes and attributes of a stanza that may belong to a call, which is kept as long as its call. Each takes a
hundred bytes of memory or more, and may take less than a hundredth of a byte of frame. An offer to 32 people
with five devices each, the largest that can be thought of, has about a thousand."""

MAX_KEPT_BYTES = 1024 * 1024
"""Bytes that such a stanza may take, inflated; a real one takes some kilobytes."""

HEAD_BYTES = 1 + START_BYTES
"""First bytes of a plaintext that tell a stanza's tag where it is spelled as usual: the flag byte and what
`peek_start` gives."""

MAX_HEADS = 4096
"""Different first bytes that are remembered. There are some hundreds of usual stanzas; a peer that makes up
others gains nothing but that its own are looked at closely each time."""

ACK = "ack"
_CLASS = "class"
_CALL = "call"
_SUCCESS = "success"
"""Ends the login, and tells the client's own LID."""
_RECEIPT = "receipt"
"""Belongs to a call only if a child says so; nearly all receipts have none."""

_MAY_MATTER = frozenset({_CALL, ACK, _RECEIPT, _SUCCESS})


class StanzaReader:
    """Reads the opened frames of a connection, both directions, with its token table."""

    def __init__(
        self, table: TokenTable | None, *, decode_all: bool, tags: frozenset[str] = frozenset()
    ) -> None:
        """`table` is None where no intro was seen: then the frames themselves decide (`learn`).

        `tags` are those of further stanzas that are read in full. With `decode_all` every frame is, within
        the limits of the decoder alone: whoever asks for every stanza does not keep them.
        """
        self._vote = TableVote() if table is None else None
        self._decode_all = decode_all
        self._tags = _MAY_MATTER | tags
        self.heads: dict[bytes, str] = {}
        """Tag by the first `HEAD_BYTES` of each kind of frame that belongs to no call, as far as these alone
        tell and were met before; of an ack see `may_be_of_call`. Empty while everything is read."""
        self._inflated: dict[bytes, str] = {}
        """The same for what is compressed, by the first bytes once they are inflated."""
        self._use(table or TableVote().leader)

    def learn(self, plaintext: bytes) -> None:
        """Take an opened frame into account for the choice of the table, as long as that is not certain."""
        if self._vote is None:
            return
        self._vote.count(plaintext)
        self._use(self._vote.leader)
        if self._vote.settled:
            self._vote = None

    def passed_tag(self, plaintext: bytes) -> str | None:
        """The tag of a frame that belongs to no call, as that tag, or a receipt's lack of content, tells.

        Such a frame is passed over: it need not be read. None also where that is not certain.
        """
        if self._decode_all or self._vote is not None:
            return None
        inflated = peek_start(plaintext)
        start = plaintext[:HEAD_BYTES] if inflated is None else inflated
        heads = self.heads if inflated is None else self._inflated
        known = heads.get(start)
        is_certain = known != ACK or (inflated is None and not self.may_be_of_call(plaintext))
        if known is not None and is_certain:
            return known
        try:
            tag = peek_tag(plaintext, self.table)
            if self._is_wanted(tag, plaintext):
                return None
        except DecodeError:
            return None
        if len(heads) < MAX_HEADS and _tells_tag(start, self.table):
            heads[start] = tag
        return tag

    def may_be_of_call(self, plaintext: bytes) -> bool:
        """Whether an ack that is not compressed may be of class `call`: False is certain.

        For a token, or the letters, of both the name and the value must be somewhere, in whichever way each
        is spelled; no packed text and no address reads like either.
        """
        return self._class_call in plaintext or b"class" in plaintext or b"call" in plaintext

    def read(
        self, place: FramePlace, counter: int, plaintext: bytes, *, size: int, late: bool
    ) -> FrameOpened | FrameUnread | str:
        """The stanza in an opened frame, or why it cannot be read; its tag alone where it is passed over."""
        tag = None
        try:
            tag = peek_tag(plaintext, self.table)
            if not self._is_wanted(tag, plaintext):
                return tag
            decoded = self._decode(plaintext)
        except DecodeError as error:
            return FrameUnread(place, counter, error, plaintext, tag)
        return FrameOpened(
            place, counter, tag, decoded.node, size, decoded.compressed, decoded.trailing, late
        )

    def _use(self, table: TokenTable) -> None:
        self.table = table
        """The table in use; may change while it is not certain."""
        self._class_call = table.spellings[_CLASS] + table.spellings[_CALL]

    def _decode(self, plaintext: bytes) -> Decoded:
        if self._decode_all:
            return decode(plaintext, self.table)
        if len(plaintext) > MAX_KEPT_BYTES:
            raise DecodeError(0, "", f"at most {MAX_KEPT_BYTES} bytes", f"{len(plaintext)}")
        return decode(plaintext, self.table, most_bytes=MAX_KEPT_BYTES, most_parts=MAX_KEPT_PARTS)

    def _is_wanted(self, tag: str, plaintext: bytes) -> bool:
        if self._decode_all:
            return True
        if tag == ACK:
            return decode_head(plaintext, self.table).text(_CLASS) == _CALL
        if tag == _RECEIPT:
            return not is_bare(plaintext)
        return tag in self._tags


def _tells_tag(start: bytes, table: TokenTable) -> bool:
    """Whether `start` ends with the first bytes of WABinary, and these are a short list and a token."""
    list_tag, size, token = start[-START_BYTES:] if len(start) >= START_BYTES else (0, 0, 0)
    return list_tag == LIST_8 and size > 0 and bool(table.single[token])
