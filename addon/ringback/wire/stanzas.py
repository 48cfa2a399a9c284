"""What becomes of an opened frame: read in full where it may belong to a call, else passed over by its tag.

Every frame is authenticated before it comes here, and its root's tag is read in whichever way it is spelled.
So a frame that is passed over was opened, and is known to be something else.
"""

from __future__ import annotations

from ringback.errors import DecodeError
from ringback.wire.events import FrameOpened, FramePlace, FrameUnread
from ringback.wire.tablevote import TableVote
from ringback.wire.wabinary import Decoded, TokenTable, decode, decode_head, is_bare, peek_tag

MAX_KEPT_PARTS = 8192
"""Nodes and attributes of a stanza that may belong to a call, which is kept as long as its call. Each takes a
hundred bytes of memory or more, and may take less than a hundredth of a byte of frame. An offer to 32 people
with five devices each, the largest that can be thought of, has about a thousand."""

MAX_KEPT_BYTES = 1024 * 1024
"""Bytes that such a stanza may take, inflated; a real one takes some kilobytes."""

_ACK = "ack"
_CLASS = "class"
_CALL = "call"
_SUCCESS = "success"
"""Ends the login, and tells the client's own LID."""
_RECEIPT = "receipt"
"""Belongs to a call only if a child says so; nearly all receipts have none."""

_MAY_MATTER = frozenset({_CALL, _ACK, _RECEIPT, _SUCCESS})


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
        self._reads_all = decode_all or table is None
        self.table = table or TableVote().leader
        """The table in use; may change while it is not certain."""

    def learn(self, plaintext: bytes) -> None:
        """Take an opened frame into account for the choice of the table, as long as that is not certain."""
        if self._vote is None:
            return
        self._vote.count(plaintext)
        self.table = self._vote.leader
        if self._vote.settled:
            self._vote = None
            self._reads_all = self._decode_all

    def passed_tag(self, plaintext: bytes) -> str | None:
        """The tag of a frame that belongs to no call, as that tag, or a receipt's lack of content, tells.

        Such a frame is passed over: it need not be read. None also where that is not certain.
        """
        if self._reads_all:
            return None
        try:
            tag = peek_tag(plaintext, self.table)
        except DecodeError:
            return None
        return tag if tag not in self._tags or (tag == _RECEIPT and is_bare(plaintext)) else None

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

    def _decode(self, plaintext: bytes) -> Decoded:
        if self._decode_all:
            return decode(plaintext, self.table)
        if len(plaintext) > MAX_KEPT_BYTES:
            raise DecodeError(0, "", f"at most {MAX_KEPT_BYTES} bytes", f"{len(plaintext)}")
        return decode(plaintext, self.table, most_bytes=MAX_KEPT_BYTES, most_parts=MAX_KEPT_PARTS)

    def _is_wanted(self, tag: str, plaintext: bytes) -> bool:
        if self._decode_all:
            return True
        if tag == _ACK:
            return decode_head(plaintext, self.table).text(_CLASS) == _CALL
        if tag == _RECEIPT:
            return not is_bare(plaintext)
        return tag in self._tags
