"""The pipeline of one WebSocket: messages in, typed events out. Raises nothing, whatever the bytes are.

The theory. A connection is in one of six stages, each a function that takes the next binary message:

    starting     until the first bytes tell what the socket is
    handshaking  an intro and a client hello were seen: `HandshakenSession.follow`
    transport    the handshake is finished: `TransportLane.receive_message`, without a stage in between
    searching    no intro, but keys or the look of the first message make it worth to search for frames
    resuming     a message that begins with a frame was seen: `ResumedSession.receive`
    ignored      none of ours, or closed: nothing is stored or counted any more

starting leads to handshaking, searching or ignored, handshaking to transport, and searching to resuming, or
to ignored where the search has no result. A text message leads from starting and searching to ignored, and
from resuming too unless a key has shown that the session is ours. Closing leads from each to ignored.

With keys in the log some first messages are waited for, since the first may begin inside a frame; without any
and without whole frames in the first message nothing speaks for the socket, and it is left alone at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from ringback.errors import HandshakeError
from ringback.wire.boundary import begins_with_frames
from ringback.wire.events import (
    ClientIdentified,
    ConnectionIgnored,
    ConnectionRecognised,
    Direction,
    FrameCounts,
    WireEvent,
)
from ringback.wire.framelog import FrameLog
from ringback.wire.frames import NoIntroError
from ringback.wire.keylog import KeyLog
from ringback.wire.opening import Opening, maybe_opening
from ringback.wire.session import HandshakenSession, ResumedSession, Session
from ringback.wire.stanzas import StanzaReader
from ringback.wire.wabinary import TokenTable, nearest_dictionary, token_table

_Stage: TypeAlias = Callable[[bytes, Direction, int, float], list[WireEvent]]

Way: TypeAlias = Callable[[bytes, int, float], Sequence[WireEvent]]
"""Takes a message of a direction: its content, index and time."""


class Connection:
    """One WebSocket, from its first message to its end."""

    def __init__(
        self,
        keys: KeyLog,
        *,
        decode_all: bool = False,
        tags: frozenset[str] = frozenset(),
        log: FrameLog | None = None,
    ) -> None:
        """Keys are taken from `keys` as they come. With `decode_all` every stanza is decoded in full, else
        those that may belong to calls and those of the further `tags`.

        What becomes of each frame is noted in `log`, if there is one.
        """
        self._counts = FrameCounts()
        self._keys = keys
        self._stanzas = partial(StanzaReader, decode_all=decode_all, tags=tags)
        self._log = log
        self._first = bytearray()
        self._session: Session | None = None
        self._ignored = False
        self._over = False
        self._stage: _Stage = self._start
        self.from_client: Way = self._from_client
        """Takes the next binary message of the client, as `receive` does. Look it up anew for each message:
        it changes with the stage, so that a message of transport frames takes no turn on its way."""
        self.from_server: Way = self._from_server
        """The same for the server."""

    @property
    def counts(self) -> FrameCounts:
        """Where every transport frame went, up to now."""
        passed = 0 if self._session is None else sum(lane.passed for lane in self._session.lanes)
        return replace(self._counts, opened=self._counts.opened + passed)

    @property
    def held(self) -> int:
        """Frames that wait for a key now."""
        return self._counts.held

    def wants_keys(self, direction: Direction) -> bool:
        """Whether a key could still tell anything of what comes next in the direction."""
        return not self._over and (self._session is None or self._session.wants_keys(direction))

    @property
    def is_ours(self) -> bool | None:
        """Whether the socket speaks the protocol; None while that is open."""
        if self._ignored:
            return False
        if isinstance(self._session, HandshakenSession) or (self._session and self._session.proven):
            return True
        return None

    @property
    def client(self) -> ClientIdentified | None:
        """Who speaks, once its payload was opened."""
        return None if self._session is None else self._session.client

    @property
    def ephemeral(self) -> bytes | None:
        """The client's ephemeral public key, which names the session; None where no hello was seen."""
        return None if self._session is None else self._session.ephemeral

    @property
    def table(self) -> TokenTable | None:
        """The token table in use; None before there is a session."""
        return None if self._session is None else self._session.stanzas.table

    def receive(
        self, content: bytes, direction: Direction, *, message: int, at: float, binary: bool = True
    ) -> Sequence[WireEvent]:
        """Take the next message: its content whole, its index and time as they shall stand in events.

        A frame that is passed over, since its root's tag says that it belongs to no call, is counted and
        gives no event.
        """
        if not binary:
            return self._receive_text(len(content), direction, message, at)
        way = self.from_server if direction is Direction.SERVER else self.from_client
        return way(content, message, at)

    def keys_added(self) -> list[WireEvent]:
        """The key log has grown: open what the new keys open."""
        return [] if self._session is None or self._over else self._session.keys_added()

    def close(self) -> list[WireEvent]:
        """The connection has ended: close what is held or incomplete. Whatever comes after is ignored."""
        if self._over:
            return []
        if self._session is None:
            return self._ignore("ended before its first frame was complete") if self._first else self._end()
        if isinstance(self._session, ResumedSession) and not self._session.entered:
            return self._ignore("neither an intro nor whole frames in any message")
        events = self._session.close()
        self._end()
        return events

    def _from_client(self, content: bytes, message: int, at: float) -> list[WireEvent]:
        return self._stage(content, Direction.CLIENT, message, at) if content else []

    def _from_server(self, content: bytes, message: int, at: float) -> list[WireEvent]:
        return self._stage(content, Direction.SERVER, message, at) if content else []

    def _start(self, content: bytes, direction: Direction, message: int, at: float) -> list[WireEvent]:
        if direction is Direction.SERVER:
            if self._first:
                return self._ignore("the server spoke before the client's hello was complete")
            return self._resume(content, direction, message, at)
        is_first = not self._first
        self._first += content
        try:
            opening = maybe_opening(self._first)
        except NoIntroError as error:
            if is_first:
                return self._resume(content, direction, message, at)
            return self._ignore(f"no intro: {error}")
        except HandshakeError as error:
            return self._ignore(f"an intro, but no handshake: {error}")
        return [] if opening is None else self._recognise(opening, message, at)

    def _recognise(self, opening: Opening, message: int, at: float) -> list[WireEvent]:
        intro = opening.intro
        dictionary = nearest_dictionary(intro.dictionary)
        stanzas = self._stanzas(token_table(dictionary))
        session = HandshakenSession(opening, self._keys, stanzas, self._counts, log=self._log)
        frames = bytes(self._first[intro.size :])
        self._enter(session, partial(self._follow, session))
        return [
            ConnectionRecognised(intro.dictionary, dictionary, intro.routing_info),
            *self._follow(session, frames, Direction.CLIENT, message, at),
        ]

    def _follow(
        self, session: HandshakenSession, content: bytes, direction: Direction, message: int, at: float
    ) -> list[WireEvent]:
        events = session.follow(content, direction, message, at)
        if session.finished:
            client_lane, server_lane = session.lanes
            self.from_client, self.from_server = client_lane.receive_message, server_lane.receive_message
        return events

    def _resume(self, content: bytes, direction: Direction, message: int, at: float) -> list[WireEvent]:
        if not self._keys.size and not begins_with_frames(content):
            return self._ignore("neither an intro nor whole frames in the first message")
        stanzas = self._stanzas(None)
        session = ResumedSession(self._keys, stanzas, self._counts, log=self._log)
        self._enter(session, partial(self._search, session))
        return self._search(session, content, direction, message, at)

    def _search(
        self, session: ResumedSession, content: bytes, direction: Direction, message: int, at: float
    ) -> list[WireEvent]:
        events = session.receive(content, direction, message, at)
        if session.hopeless:
            return self._ignore("neither an intro nor whole frames in the first messages")
        if session.entered:
            self._stage = session.receive
        return events

    def _receive_text(self, size: int, direction: Direction, message: int, at: float) -> list[WireEvent]:
        if self._over:
            return []
        if self._session is not None and self.is_ours:
            return self._session.receive_text(size, direction, message, at)
        given_up = [] if self._session is None else self._session.give_up()
        return [*given_up, *self._ignore("a text message")]

    def _enter(self, session: Session, stage: _Stage) -> None:
        self._first.clear()
        self._session = session
        self._stage = stage

    def _ignore(self, why: str) -> list[WireEvent]:
        self._ignored = True
        if self._log is not None:
            self._log.ignore()
        self._end()
        self._session = None
        return [ConnectionIgnored(why)]

    def _end(self) -> list[WireEvent]:
        self._over = True
        self._first.clear()
        self.from_client = self.from_server = _ignore_more
        self._stage = _ignore_message
        return []


def _ignore_message(_content: bytes, _direction: Direction, _message: int, _at: float) -> list[WireEvent]:
    return []


def _ignore_more(_content: bytes, _message: int, _at: float) -> list[WireEvent]:
    return []
