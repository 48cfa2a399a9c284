"""One direction of a connection: its frames numbered, and after the handshake opened, held back or given up.

Every transport frame ends as exactly one of opened, held and closed; `FrameCounts` is kept here and nowhere
else, but for the frames that are passed over, which their numbers count. A frame has used its counter
whatever becomes of it, so one that is pushed out or does not open moves the counter on like one that opens.
Frames shorter than a tag cannot be sealed ones: they use no counter, and those that follow each other in one
message count as one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from cryptography.exceptions import InvalidTag

from ringback.wire.events import (
    ClosedReason,
    ConnectionResumed,
    CounterJumped,
    Direction,
    FrameClosed,
    FrameCounts,
    FrameHeld,
    FramePlace,
    FrameUnread,
    WireEvent,
)
from ringback.wire.framelog import Fate, FrameLog
from ringback.wire.frames import LENGTH_BYTES, FrameReader
from ringback.wire.holdback import HeldFrame, HoldBack
from ringback.wire.keylog import KeyLabel, KeyLog
from ringback.wire.noise import IV_BYTES, PROOF_FRAMES, TAG_BYTES, TransportOpener
from ringback.wire.stanzas import HEAD_BYTES, StanzaReader

LARGE_BYTES = 16 * 1024
"""Size from which on a frame is opened where it lies in its message: below, a copy is cheaper than a view."""

_NOTHING: tuple[WireEvent, ...] = ()
_LABELS = {Direction.CLIENT: KeyLabel.CLIENT_TRANSPORT, Direction.SERVER: KeyLabel.SERVER_TRANSPORT}


class TransportLane:
    """One direction. A message is first read into frames, then each of them is told what it is, in order."""

    def __init__(
        self,
        direction: Direction,
        keys: KeyLog,
        stanzas: StanzaReader,
        counts: FrameCounts,
        *,
        ephemeral: bytes | None,
        log: FrameLog | None = None,
    ) -> None:
        """Start before the direction's first frame; `ephemeral` is None where no handshake was seen.

        `stanzas`, `counts` and `log` are shared with the other direction.
        """
        self._log = log
        self._direction = direction
        self._keys = keys
        self._ephemeral = ephemeral
        self._stanzas = stanzas
        self._known = stanzas.heads.get
        self._counts = counts
        self._opener = TransportOpener(keys, _LABELS[direction], ephemeral)
        self._reader = FrameReader()
        self._pending = self._reader.rest
        self._held = HoldBack()
        self._number = 0
        self._noted = 0
        self._message = 0
        self._at = 0.0

    @property
    def passed(self) -> int:
        """Frames that were passed over. They are the ones that were numbered and nothing else, which saves
        counting them one by one; `counts` does not have them."""
        return self._number - self._noted

    @property
    def proven(self) -> bool:
        """Whether a key has opened a frame of this direction."""
        return self._opener.proven

    def read(self, content: bytes, message: int, at: float) -> list[bytes]:
        """The frames that a message completes: hand each to `skip`, `refuse` or `receive`, in order."""
        self._message = message
        self._at = at
        return _without_runs(self._reader.feed(content))

    def skip(self, size: int) -> None:
        """Number a handshake frame of `size` bytes, which is not counted."""
        if self._log is not None:
            self._log.note(self._message, self._number, size, Fate.HANDSHAKE)
        self._number += 1
        self._noted += 1

    def refuse(self, size: int, reason: ClosedReason) -> FrameClosed:
        """Give up a frame without trying to open it."""
        return self._close(self._next_place(), size, reason)

    def refuse_message(self, size: int, reason: ClosedReason, message: int, at: float) -> FrameClosed:
        """Give up a whole message that cannot be cut into frames; it counts as one."""
        self._message = message
        self._at = at
        return self.refuse(size, reason)

    def receive_message(self, content: bytes, message: int, at: float) -> Sequence[WireEvent]:
        """Take a message that holds nothing but transport frames, whole or in part."""
        # The way of nearly every message, flat for the sake of speed: one whole frame, which opens and is
        # passed over for its first bytes. Anything else goes the same way as many frames in one message do.
        size = len(content) - LENGTH_BYTES
        if size < TAG_BYTES or self._pending or (content[0] << 16 | content[1] << 8 | content[2]) != size:
            self._message = message
            self._at = at
            return self.receive(_without_runs(self._reader.feed(content)))
        opener = self._opener
        counter = opener.counter
        sealed = content[LENGTH_BYTES:] if size < LARGE_BYTES else memoryview(content)[LENGTH_BYTES:]
        try:
            plaintext = opener.decrypt(counter.to_bytes(IV_BYTES, "big"), sealed, None)
        except InvalidTag:
            self._message = message
            self._at = at
            return list(self._not_opened(self._next_place(), bytes(sealed)))
        opener.counter = counter + 1
        known = self._known(plaintext[:HEAD_BYTES])
        if known is None:
            tag = self._stanzas.passed_tag(plaintext)
        else:
            tag, may_matter = known
            if may_matter is not None and may_matter(plaintext):
                tag = None
        if tag is None:
            self._message = message
            self._at = at
            place, glanced = self._next_place(), self._ephemeral is not None
            return self._opened(place, counter, plaintext, size, late=False, glanced=glanced)
        if self._log is not None:
            self._log.note(message, self._number, size, Fate.OPENED, tag)
        self._number += 1
        return _NOTHING

    def receive(self, frames: list[bytes]) -> list[WireEvent]:
        """Take transport frames: what comes of them, and of those held before them if they prove a key."""
        opener, stanzas, log = self._opener, self._stanzas, self._log
        events: list[WireEvent] = []
        for sealed in frames:
            counter = opener.counter
            plaintext = opener.open(sealed)
            if plaintext is None:
                events += self._not_opened(self._next_place(), sealed)
            elif (tag := stanzas.passed_tag(plaintext)) is not None:
                if log is not None:
                    log.note(self._message, self._number, len(sealed), Fate.OPENED, tag)
                self._number += 1
            else:
                events += self._opened(self._next_place(), counter, plaintext, len(sealed), late=False)
        return events

    def keys_added(self) -> list[WireEvent]:
        """Try the keys that came since the last trial on the frames that are held."""
        expected = self._opener.counter
        return list(self._release(expected)) if self._held_prove() else []

    def give_up(self, reason: ClosedReason) -> list[WireEvent]:
        """Close every frame that is held."""
        frames = self._held.take()
        self._counts.held -= len(frames)
        return [self._close(frame.place, len(frame.sealed), reason) for frame in frames]

    def close(self) -> list[WireEvent]:
        """The connection has ended: try new keys once more, then close what is held or incomplete."""
        events = [*self.keys_added(), *self.give_up(self._why_unopened())]
        if self._pending:
            events.append(self.refuse(len(self._pending), ClosedReason.TRUNCATED))
            self._reader.clear()
        return events

    def _next_place(self) -> FramePlace:
        place = FramePlace(self._direction, self._number, self._message, self._at)
        self._number += 1
        self._noted += 1
        return place

    def _not_opened(self, place: FramePlace, sealed: bytes) -> Iterator[WireEvent]:
        """A frame that did not open at the expected counter, or before any key has proved itself."""
        if len(sealed) < TAG_BYTES:
            yield self._close(place, len(sealed), ClosedReason.TRUNCATED)
        elif self.proven:
            yield from self._seek(place, sealed, late=False)
        else:
            yield from self._try_keys(place, sealed)

    def _held_prove(self) -> bool:
        """Whether a key that is new in the log opens one of the first frames that are held."""
        first = [frame.sealed for frame in self._held.first(PROOF_FRAMES)]
        return bool(first) and self._opener.prove(first, ahead=0, fresh=True)

    def _try_keys(self, place: FramePlace, sealed: bytes) -> Iterator[WireEvent]:
        ahead = len(self._held)
        expected = self._opener.counter
        if self._held_prove() or (
            ahead < PROOF_FRAMES and self._opener.prove([sealed], ahead=ahead, fresh=False)
        ):
            if ahead:
                yield from self._release(expected)
            else:
                yield from self._found(place, expected)
            yield from self._in_turn(place, sealed, late=False)
            return
        yield from self._hold(HeldFrame(place, sealed))

    def _hold(self, frame: HeldFrame) -> Iterator[WireEvent]:
        self._counts.held += 1
        for oldest in self._held.add(frame):
            self._counts.held -= 1
            self._counts.dropped += 1
            self._opener.counter += 1
            yield self._close(oldest.place, len(oldest.sealed), self._why_unopened(), dropped=True)
        if self._log is not None:
            self._log.note(frame.place.message, frame.place.frame, len(frame.sealed), Fate.HELD)
        yield FrameHeld(frame.place)

    def _release(self, expected: int) -> Iterator[WireEvent]:
        """Open what is held, a key having proved itself."""
        frames = self._held.take()
        self._counts.held -= len(frames)
        if self._ephemeral is None:
            self._learn_from(frames)
        yield from self._found(frames[0].place, expected)
        for frame in frames:
            yield from self._in_turn(frame.place, frame.sealed, late=True)

    def _learn_from(self, frames: Sequence[HeldFrame]) -> None:
        """Let the frames decide on the token table before the first of them is read."""
        start = self._opener.counter
        for number, frame in enumerate(frames):
            self._opener.counter = start + number
            plaintext = self._opener.open(frame.sealed)
            if plaintext is not None:
                self._stanzas.learn(plaintext)
        self._opener.counter = start

    def _found(self, oldest: FramePlace, expected: int) -> Iterator[WireEvent]:
        """Tell where the counter was found, if that is news."""
        if self._ephemeral is None:
            yield ConnectionResumed(self._direction, self._opener.proof or 0)
        elif self._opener.counter > expected:
            yield CounterJumped(oldest, self._opener.counter - expected)

    def _in_turn(self, place: FramePlace, sealed: bytes, *, late: bool) -> Iterator[WireEvent]:
        counter = self._opener.counter
        plaintext = self._opener.open(sealed)
        if plaintext is None:
            yield from self._seek(place, sealed, late=late)
        else:
            yield from self._opened(place, counter, plaintext, len(sealed), late=late)

    def _seek(self, place: FramePlace, sealed: bytes, *, late: bool) -> Iterator[WireEvent]:
        expected = self._opener.counter
        plaintext = self._opener.seek(sealed)
        if plaintext is None:
            self._opener.counter += 1
            yield self._close(place, len(sealed), ClosedReason.COUNTER_GAP)
            return
        found = self._opener.counter - 1
        yield CounterJumped(place, found - expected)
        yield from self._opened(place, found, plaintext, len(sealed), late=late)

    def _opened(
        self,
        place: FramePlace,
        counter: int,
        plaintext: bytes,
        size: int,
        *,
        late: bool,
        glanced: bool = False,
    ) -> list[WireEvent]:
        self._counts.opened += 1
        if not late:
            self._stanzas.learn(plaintext)
        event = self._stanzas.read(place, counter, plaintext, size=size, late=late, glanced=glanced)
        is_unread = isinstance(event, FrameUnread)
        if self._log is not None:
            tag = event if isinstance(event, str) else event.tag or ""
            fate = Fate.UNREAD if is_unread else Fate.OPENED
            self._log.note(place.message, place.frame, size, fate, tag)
        if isinstance(event, str):
            return []
        self._counts.unread += is_unread
        return [event]

    def _why_unopened(self) -> ClosedReason:
        """Why frames stay closed while no key has proved itself."""
        if self._ephemeral is None:
            return ClosedReason.HANDSHAKE_NOT_SEEN
        listed = self._keys.session_key(_LABELS[self._direction], self._ephemeral)
        return ClosedReason.WRONG_KEY if listed else ClosedReason.NO_KEY

    def _close(
        self, place: FramePlace, size: int, reason: ClosedReason, *, dropped: bool = False
    ) -> FrameClosed:
        self._counts.closed[reason] += 1
        if self._log is not None:
            self._log.note(place.message, place.frame, size, reason)
        return FrameClosed(place, reason, size, dropped)


def _without_runs(frames: list[bytes]) -> list[bytes]:
    """`frames` of one message, of each run of frames too short to be sealed the first alone.

    A message of nothing but zeros would otherwise be as many frames as a third of its bytes.
    """
    if len(frames) < 2:
        return frames
    pairs = itertools.pairwise([bytes(TAG_BYTES), *frames])
    return [frame for before, frame in pairs if len(frame) >= TAG_BYTES or len(before) >= TAG_BYTES]
