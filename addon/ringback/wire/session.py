"""A connection that may be ours: its two directions, from the client hello on or resumed without one."""

from __future__ import annotations

from ringback.errors import HandshakeError
from ringback.wire.boundary import BoundarySearch, RawMessage
from ringback.wire.client import ClientWatch
from ringback.wire.events import (
    ClientIdentified,
    ClosedReason,
    Direction,
    FrameCounts,
    HandshakeFinished,
    WireEvent,
)
from ringback.wire.framelog import FrameLog
from ringback.wire.handshake import HandshakeState, State
from ringback.wire.keylog import KeyLog
from ringback.wire.messages import is_handshake
from ringback.wire.opening import Opening
from ringback.wire.stanzas import StanzaReader
from ringback.wire.transport import TransportLane


class Session:
    """Both directions of one connection."""

    def __init__(
        self,
        keys: KeyLog,
        stanzas: StanzaReader,
        counts: FrameCounts,
        *,
        ephemeral: bytes | None,
        log: FrameLog | None = None,
    ) -> None:
        """`ephemeral` is the client's ephemeral public key, None where its hello was not seen."""
        self.ephemeral = ephemeral
        self.stanzas = stanzas
        self.client: ClientIdentified | None = None
        """Who speaks, once its payload was opened."""
        self.lanes = (
            TransportLane(Direction.CLIENT, keys, stanzas, counts, ephemeral=ephemeral, log=log),
            TransportLane(Direction.SERVER, keys, stanzas, counts, ephemeral=ephemeral, log=log),
        )
        """Client to server, and server to client. Once every message is one of transport frames, it may be
        handed to its lane at once."""

    @property
    def proven(self) -> bool:
        """Whether a key has opened a frame of either direction."""
        return any(lane.proven for lane in self.lanes)

    def wants_keys(self, direction: Direction) -> bool:
        """Whether the direction has no proven key yet."""
        return not self._lane(direction).proven

    def receive_text(self, size: int, direction: Direction, message: int, at: float) -> list[WireEvent]:
        """Take a text message, which the protocol never uses: it counts as one closed frame."""
        lane = self._lane(direction)
        return [lane.refuse_message(size, ClosedReason.NOT_THIS_PROTOCOL, message, at)]

    def keys_added(self) -> list[WireEvent]:
        """Open what the keys that came since the last time open."""
        return [event for lane in self.lanes for event in lane.keys_added()]

    def give_up(self) -> list[WireEvent]:
        """The socket has turned out to speak something else: close what is held."""
        reason = ClosedReason.NOT_THIS_PROTOCOL
        return [event for lane in self.lanes for event in lane.give_up(reason)]

    def close(self) -> list[WireEvent]:
        """The connection has ended: close what is held and what is incomplete."""
        return [event for lane in self.lanes for event in lane.close()]

    def _lane(self, direction: Direction) -> TransportLane:
        client_lane, server_lane = self.lanes
        return server_lane if direction is Direction.SERVER else client_lane


class HandshakenSession(Session):
    """A session from its client hello on: `follow` takes the messages until the handshake is `finished`.

    Should the handshake break off, mostly since a message of it is missing, what still is a handshake message
    is given up, and everything else is tried as a transport frame all the same: a key that opens it settles
    what it is.
    """

    def __init__(
        self,
        opening: Opening,
        keys: KeyLog,
        stanzas: StanzaReader,
        counts: FrameCounts,
        *,
        log: FrameLog | None = None,
    ) -> None:
        """`opening` was seen; its hello is still to be followed."""
        super().__init__(keys, stanzas, counts, ephemeral=opening.hello.ephemeral, log=log)
        self._keys = keys
        self._handshake = HandshakeState(opening.intro.prologue)
        self._watch: ClientWatch | None = None

    @property
    def finished(self) -> bool:
        """Whether every further message is one of transport frames: for `lanes`."""
        return self._handshake.finished

    def wants_keys(self, direction: Direction) -> bool:
        """As in every session; and as long as it is not told who the client is."""
        return self._watch is not None or super().wants_keys(direction)

    def follow(self, content: bytes, direction: Direction, message: int, at: float) -> list[WireEvent]:
        """Take a binary message during the handshake; transport frames behind its end are taken too."""
        frames = self._lane(direction).read(content, message, at)
        return [event for frame in frames for event in self._follow_frame(frame, direction)]

    def keys_added(self) -> list[WireEvent]:
        """Identify the client, and open frames, as far as the new keys go."""
        return [*self._identify(), *super().keys_added()]

    def close(self) -> list[WireEvent]:
        """Try the new keys once more, then close what is held and what is incomplete."""
        return [*self._identify(), *super().close()]

    def _follow_frame(self, frame: bytes, direction: Direction) -> list[WireEvent]:
        lane = self._lane(direction)
        if self.finished:
            return lane.receive([frame])
        if self._handshake.state is State.BROKEN:
            return [self._refuse(frame, lane)] if is_handshake(frame) else lane.receive([frame])
        try:
            self._handshake.receive(frame, direction)
        except HandshakeError:
            return [self._refuse(frame, lane)]
        lane.skip(len(frame))
        return self._finish() if self.finished else []

    def _refuse(self, frame: bytes, lane: TransportLane) -> WireEvent:
        return lane.refuse(len(frame), ClosedReason.HANDSHAKE_NOT_SEEN)

    def _finish(self) -> list[WireEvent]:
        handshake = self._handshake
        pattern = "" if handshake.pattern is None else handshake.pattern.value
        if self.ephemeral is not None and handshake.sealed_payload is not None:
            self._watch = ClientWatch(self._keys, self.ephemeral, handshake.sealed_payload)
        return [HandshakeFinished(pattern), *self._identify()]

    def _identify(self) -> list[WireEvent]:
        client = None if self._watch is None else self._watch.look()
        if client is None:
            return []
        self.client, self._watch = client, None
        return [client]


class ResumedSession(Session):
    """A session without a handshake: a capture that begins in the middle of a connection.

    Only a key that opens a frame shows that it is ours at all. A direction is entered with the first message
    that begins with a frame, as far as `BoundarySearch` sees one; what comes before counts as one closed
    frame a message.
    """

    def __init__(
        self, keys: KeyLog, stanzas: StanzaReader, counts: FrameCounts, *, log: FrameLog | None = None
    ) -> None:
        """No message was taken yet."""
        super().__init__(keys, stanzas, counts, ephemeral=None, log=log)
        self._searches = {direction: BoundarySearch() for direction in Direction}
        self.hopeless = False
        """Whether neither direction was entered, and so much came in one that it is not worth to wait on."""

    @property
    def entered(self) -> bool:
        """Whether a frame's beginning was seen in either direction. Before, there are no events."""
        return len(self._searches) < len(Direction)

    def receive(self, content: bytes, direction: Direction, message: int, at: float) -> list[WireEvent]:
        """Take a binary message; it may have to wait until it is seen where a frame begins."""
        search = self._searches.get(direction)
        if search is None:
            return list(self._lane(direction).receive_message(content, message, at))
        given_up, frames = search.add(RawMessage(content, message, at))
        if frames:
            del self._searches[direction]
        elif given_up and not self.entered:
            self.hopeless = True
            return []
        events = self._refuse_all(given_up, direction, ClosedReason.HANDSHAKE_NOT_SEEN)
        for each in frames:
            events += self._lane(direction).receive_message(each.content, each.message, each.at)
        return events

    def give_up(self) -> list[WireEvent]:
        """As in every session; what waits for a frame's beginning is given up with it."""
        return [*super().give_up(), *self._take_waiting(ClosedReason.NOT_THIS_PROTOCOL)]

    def close(self) -> list[WireEvent]:
        """As in every session; what waits for a frame's beginning is closed with it."""
        return [*super().close(), *self._take_waiting(ClosedReason.HANDSHAKE_NOT_SEEN)]

    def _take_waiting(self, reason: ClosedReason) -> list[WireEvent]:
        searches = self._searches.items() if self.entered else ()
        return [
            event
            for direction, search in searches
            for event in self._refuse_all(search.take(), direction, reason)
        ]

    def _refuse_all(
        self, messages: list[RawMessage], direction: Direction, reason: ClosedReason
    ) -> list[WireEvent]:
        lane = self._lane(direction)
        return [lane.refuse_message(len(each.content), reason, each.message, each.at) for each in messages]
