"""What becomes of an opened frame: read in full where it may belong to a call, else passed over by its tag.

Every frame is authenticated before it comes here, and its root's tag is read in whichever way it is spelled.
So a frame that is passed over was opened, and is known to be something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from ringback.errors import DecodeError
from ringback.stanza import Node
from ringback.wire.events import FrameOpened, FramePlace, FrameUnread
from ringback.wire.tablevote import TableVote
from ringback.wire.wabinary import (
    START_BYTES,
    Decoded,
    TokenTable,
    decode,
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

_ACK = "ack"
_CLASS = "class"
_CALL = "call"
_SUCCESS = "success"
"""Ends the login, and tells the client's own LID."""
_RECEIPT = "receipt"
"""Belongs to a call only if a child says so; nearly all receipts have none."""

_LETTER_C = ord("c")

_MAY_MATTER = frozenset({_CALL, _ACK, _RECEIPT, _SUCCESS})

RECEIPTED_ACTIONS = frozenset({"offer", "accept", "reject", "enc_rekey", "preaccept"})
"""Actions whose receipt is recognised by its child's tag alone; any other child must name a call.

Source: read in zapo src/client/__tests__/incoming.test.ts for offer, accept, reject and enc_rekey. A receipt
for a pre-accept is in no public capture: it is listed so that the first one is seen.
"""

CALL_ID = "call-id"


Known: TypeAlias = tuple[str, Callable[[bytes], bool] | None]
"""A tag, and what tells whether a frame with it may matter all the same; None where none does."""


class _Mentions:
    """Tells of a plaintext that is not compressed whether one of some texts can stand in it as a name.

    For a name that is no token is spelled by its letters: a packed text holds no lower-case letter, and an
    address has an `@`. So False is certain, and costs a fraction of reading.
    """

    def __init__(self, table: TokenTable, texts: Iterable[str]) -> None:
        spelled = [each for text in texts for each in (table.spellings.get(text), text.encode()) if each]
        self._marks = [(mark[-1], mark) for mark in spelled]

    def found_in(self, plaintext: bytes) -> bool:
        """Whether any of them may be there."""
        for byte, mark in self._marks:  # noqa: SIM110 - a generator costs twice as much
            if byte in plaintext and plaintext.find(mark) >= 0:
                return True
        return False


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
        self.heads: dict[bytes, Known] = {}
        """What the first `HEAD_BYTES` of a frame tell, as far as such frames were met before. Empty while
        everything is read."""
        self._inflated: dict[bytes, Known] = {}
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
        """The tag of a frame that is seen to belong to no call without being read: it is passed over.

        None where that is not certain, as nothing is while the table is not.
        """
        return None if self._vote is not None else self._passed_tag(plaintext)

    def _passed_tag(self, plaintext: bytes) -> str | None:
        if self._decode_all:
            return None
        inflated = peek_start(plaintext)
        start = plaintext[:HEAD_BYTES] if inflated is None else inflated
        heads = self.heads if inflated is None else self._inflated
        known = heads.get(start)
        if known is None:
            try:
                known = self._known(peek_tag(plaintext, self.table), plaintext, inflated is not None)
            except DecodeError:
                return None
            if self._vote is None and len(heads) < MAX_HEADS and _tells_tag(start, self.table):
                heads[start] = known
        tag, may_matter = known
        return None if may_matter is not None and may_matter(plaintext) else tag

    def read(
        self,
        place: FramePlace,
        counter: int,
        plaintext: bytes,
        *,
        size: int,
        late: bool,
        glanced: bool = False,
    ) -> FrameOpened | FrameUnread | str:
        """The stanza in an opened frame, or why it cannot be read; its tag alone where it is passed over.

        With `glanced`, `passed_tag` has just said that it is to be read.
        """
        passed = None if glanced else self._passed_tag(plaintext)
        if passed is not None:
            return passed
        try:
            decoded = self._decode(plaintext)
        except DecodeError as error:
            return FrameUnread(place, counter, error, plaintext, self._maybe_tag(plaintext))
        node = decoded.node
        if not self._decode_all and not self._matters(node):
            return node.tag
        return FrameOpened(place, counter, node.tag, node, size, decoded.compressed, decoded.trailing, late)

    def _known(self, tag: str, plaintext: bytes, is_compressed: bool) -> Known:
        """What is known of every frame that begins like this one."""
        if tag not in self._tags or (tag == _RECEIPT and is_bare(plaintext)):
            return tag, None
        look = {_ACK: self._may_be_of_call, _RECEIPT: self._call_children.found_in}.get(tag)
        return tag, _always if look is None or is_compressed else look

    def _may_be_of_call(self, plaintext: bytes) -> bool:
        """Whether an ack that is not compressed may be of class `call`: False is certain.

        For then the name and the value are two tokens, or one of them is spelled by its letters.
        """
        # A look for a single byte costs a tenth of any other, and mostly there is none.
        return (self._call_token in plaintext and plaintext.find(self._class_call) >= 0) or (
            _LETTER_C in plaintext and (plaintext.find(b"class") >= 0 or plaintext.find(b"call") >= 0)
        )

    def _matters(self, node: Node) -> bool:
        """Whether a stanza that was read is one to tell of."""
        return node.tag in self._tags and (node.tag != _ACK or node.text(_CLASS) == _CALL)

    def _maybe_tag(self, plaintext: bytes) -> str | None:
        try:
            return peek_tag(plaintext, self.table)
        except DecodeError:
            return None

    def _use(self, table: TokenTable) -> None:
        self.table = table
        """The table in use; may change while it is not certain."""
        self._class_call = table.spellings[_CLASS] + table.spellings[_CALL]
        self._call_token = self._class_call[-1]
        self._call_children = _Mentions(table, (*sorted(RECEIPTED_ACTIONS), CALL_ID))

    def _decode(self, plaintext: bytes) -> Decoded:
        if self._decode_all:
            return decode(plaintext, self.table)
        if len(plaintext) > MAX_KEPT_BYTES:
            raise DecodeError(0, "", f"at most {MAX_KEPT_BYTES} bytes", f"{len(plaintext)}")
        return decode(plaintext, self.table, most_bytes=MAX_KEPT_BYTES, most_parts=MAX_KEPT_PARTS)


def _tells_tag(start: bytes, table: TokenTable) -> bool:
    """Whether `start` ends with the first bytes of WABinary, and these are a short list and a token."""
    list_tag, size, token = start[-START_BYTES:] if len(start) >= START_BYTES else (0, 0, 0)
    return list_tag == LIST_8 and size > 0 and bool(table.single[token])


def _always(_plaintext: bytes) -> bool:
    return True
