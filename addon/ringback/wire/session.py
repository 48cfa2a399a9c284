"""A connection that may be ours: its two directions, from the client hello on or resumed without one."""

from __future__ import annotations

from ringback.errors import HandshakeError
from ringback.wire.client import ClientWatch
from ringback.wire.events import (
    ClientIdentified,
    ClosedReason,
    Direction,
    FrameCounts,
    HandshakeFinished,
    WireEvent,
)
from ringback.wire.frames import is_chain
from ringback.wire.handshake import HandshakeState, State
from ringback.wire.keylog import KeyLog
from ringback.wire.messages import is_handshake
from ringback.wire.noise import TAG_BYTES
from ringback.wire.opening import Opening
from ringback.wire.stanzas import StanzaReader
from ringback.wire.transport import TransportLane

_SERVER = Direction.SERVER

_LEAST_SEALED = TAG_BYTES + 1
"""Shortest transport frame that says anything: the flag byte and the tag."""


def begins_with_frames(content: bytes) -> bool:
    """Whether a first message is a chain of whole transport frames: then a session may be resumed with it."""
    return is_chain(content, least=_LEAST_SEALED)


class Session:
    """Both directions of one connection."""

    def __init__(
        self, keys: KeyLog, stanzas: StanzaReader, counts: FrameCounts, *, ephemeral: bytes | None
    ) -> None:
        """`ephemeral` is the client's ephemeral public key, None where its hello was not seen."""
        self.ephemeral = ephemeral
        self.stanzas = stanzas
        self.client: ClientIdentified | None = None
        """Who speaks, once its payload was opened."""
        self._client_lane = TransportLane(Direction.CLIENT, keys, stanzas, counts, ephemeral=ephemeral)
        self._server_lane = TransportLane(Direction.SERVER, keys, stanzas, counts, ephemeral=ephemeral)
        self._lanes = (self._client_lane, self._server_lane)

    @property
    def proven(self) -> bool:
        """Whether a key has opened a frame of either direction."""
        return any(lane.proven for lane in self._lanes)

    def receive(self, content: bytes, direction: Direction, message: int, at: float) -> list[WireEvent]:
        """Take a binary message of transport frames."""
        lane = self._server_lane if direction is _SERVER else self._client_lane
        return lane.receive_message(content, message, at)

    def receive_text(self, size: int, direction: Direction, message: int, at: float) -> list[WireEvent]:
        """Take a text message, which the protocol never uses: it counts as one closed frame."""
        lane = self._lane(direction)
        return [lane.refuse_message(size, ClosedReason.NOT_THIS_PROTOCOL, message, at)]

    def keys_added(self) -> list[WireEvent]:
        """Open what the keys that came since the last time open."""
        return [event for lane in self._lanes for event in lane.keys_added()]

    def give_up(self) -> list[WireEvent]:
        """The socket has turned out to speak something else: close what is held."""
        reason = ClosedReason.NOT_THIS_PROTOCOL
        return [event for lane in self._lanes for event in lane.give_up(reason)]

    def close(self) -> list[WireEvent]:
        """The connection has ended: close what is held and what is incomplete."""
        return [event for lane in self._lanes for event in lane.close()]

    def _lane(self, direction: Direction) -> TransportLane:
        return self._server_lane if direction is _SERVER else self._client_lane


class HandshakenSession(Session):
    """A session from its client hello on: `follow` takes the messages until the handshake is `finished`.

    Should the handshake break off, mostly since a message of it is missing, what still is a handshake message
    is given up, and everything else is tried as a transport frame all the same: a key that opens it settles
    what it is.
    """

    def __init__(self, opening: Opening, keys: KeyLog, stanzas: StanzaReader, counts: FrameCounts) -> None:
        """`opening` was seen; its hello is still to be followed."""
        super().__init__(keys, stanzas, counts, ephemeral=opening.hello.ephemeral)
        self._keys = keys
        self._handshake = HandshakeState(opening.intro.prologue)
        self._watch: ClientWatch | None = None

    @property
    def finished(self) -> bool:
        """Whether every further message is for `receive`."""
        return self._handshake.finished

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
        lane.skip()
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
    that is a chain of whole frames; of what comes before nobody can tell where a frame begins.
    """

    def __init__(self, keys: KeyLog, stanzas: StanzaReader, counts: FrameCounts) -> None:
        """No message was taken yet."""
        super().__init__(keys, stanzas, counts, ephemeral=None)
        self._entered: set[Direction] = set()

    def receive(self, content: bytes, direction: Direction, message: int, at: float) -> list[WireEvent]:
        """Take a binary message; one in front of the first whole frame counts as one closed frame."""
        if direction not in self._entered:
            if not begins_with_frames(content):
                lane, reason = self._lane(direction), ClosedReason.HANDSHAKE_NOT_SEEN
                return [lane.refuse_message(len(content), reason, message, at)] if content else []
            self._entered.add(direction)
        return super().receive(content, direction, message, at)
