"""What one WebSocket connection tells: the typed events of `ringback.wire.connection`.

Values only. Times are seconds since the epoch (UTC, float) of the WebSocket message, given by the source; the
wire layer has no clock.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec import Struct

from ringback.errors import DecodeError
from ringback.stanza import Node


class Direction(enum.Enum):
    """Who sent the bytes."""

    CLIENT = "client"
    """Client to server."""
    SERVER = "server"
    """Server to client."""


class ClosedReason(enum.Enum):
    """Why a frame stayed closed: the whole set. `advice` says what to do about it."""

    NO_KEY = "no key"
    WRONG_KEY = "wrong key"
    HANDSHAKE_NOT_SEEN = "handshake not seen"
    COUNTER_GAP = "counter gap"
    TRUNCATED = "truncated"
    NOT_THIS_PROTOCOL = "not this protocol"

    @property
    def advice(self) -> str:
        """What the user can do next, in one sentence."""
        return _ADVICE[self]


_ADVICE = {
    ClosedReason.NO_KEY: (
        "run the client with the key-log preload and point ringback at the file it writes "
        "(ringback_keylog, --keylog or RINGBACK_KEYLOGFILE)"
    ),
    ClosedReason.WRONG_KEY: (
        "the key log names this session with a key that does not open it: use the log of the same run"
    ),
    ClosedReason.HANDSHAKE_NOT_SEEN: (
        "the handshake is missing, or not whole: start the proxy before the client, or give the keys of this "
        "session: ringback then searches for the counter within its window"
    ),
    ClosedReason.COUNTER_GAP: (
        "frames are missing from the capture: capture again without filters or dropped messages"
    ),
    ClosedReason.TRUNCATED: (
        "the capture ends inside a frame, or a frame is too short to be one: let the connection close before "
        "the capture is cut, and capture without filters"
    ),
    ClosedReason.NOT_THIS_PROTOCOL: "nothing to do: the socket speaks something else",
}


class FramePlace(Struct, frozen=True):
    """Where a frame lies within its connection."""

    direction: Direction
    frame: int
    """Number of the frame in its direction, from 0, handshake frames included."""
    message: int
    """Index of the WebSocket message that completed the frame, from 0 over both directions, as in
    `flow.websocket.messages`."""
    at: float
    """Time of that message."""


@dataclass(frozen=True, slots=True)
class ConnectionRecognised:
    """The first client bytes are the protocol's intro and a handshake message follows it."""

    dictionary: int
    """Version byte of the intro; selects the token table."""
    table: int
    """The token table in use: `dictionary` itself where it is known, else the nearest known one."""
    routing_info: bytes | None
    """Routing info of an `ED` intro, None where there was none. Never shown: it may identify."""

    @property
    def table_known(self) -> bool:
        """Whether the table in use is the one the intro asked for."""
        return self.table == self.dictionary


@dataclass(frozen=True, slots=True)
class ConnectionResumed:
    """No handshake was seen, yet a key of the key log opened a frame: a capture from mid-connection."""

    direction: Direction
    counter: int
    """Counter of the first frame that opened."""


@dataclass(frozen=True, slots=True)
class ConnectionIgnored:
    """The first bytes are none of ours: the socket is left alone from here on."""

    why: str


@dataclass(frozen=True, slots=True)
class HandshakeFinished:
    """Transport frames follow, in both directions."""

    pattern: str
    """`XX`, `IK` or `XXfallback`."""


@dataclass(frozen=True, slots=True)
class ClientIdentified:
    """ClientFinish.payload was opened: who speaks on this connection.

    The early payload of an IK handshake is never opened: its transcript begins with a key that the wire does
    not show.
    """

    platform: str
    """Name of the `UserAgent.Platform` value, such as `WEB`; `platform-N` where it is not known."""
    version: str
    """App version, its parts joined by dots, such as `2.3000.1015901307`."""
    device: int | None
    """The companion's device number; None for a first pairing."""
    username: str | None
    """The account's user part. Identifies: never leaves the process raw."""
    detail: tuple[tuple[str, str], ...] = ()
    """Further facts that identify nobody: os version, device model, web sub-platform, release channel."""


class FrameOpened(Struct, frozen=True):
    """A transport frame that authenticated and was read in full.

    A frame that the decode policy passes over, since its root says that it belongs to no call, is
    counted in `FrameCounts.opened` and gives no event: building one costs about as much as opening the frame.
    """

    place: FramePlace
    counter: int
    tag: str
    """Tag of the root node."""
    node: Node | None
    """The decoded stanza. None is left for a policy that tells frames by their tag alone; none does."""
    size: int
    """Length of the frame in bytes, length prefix not counted."""
    compressed: bool
    trailing: int = 0
    """Bytes after the root node."""
    late: bool = False
    """The frame was held back until its key came."""


@dataclass(frozen=True, slots=True)
class FrameUnread:
    """A frame that authenticated but is no valid WABinary; the next frame is not affected."""

    place: FramePlace
    counter: int
    error: DecodeError
    plaintext: bytes
    """The decrypted bytes, flag byte included. May identify: never leaves the process raw unasked."""
    tag: str | None
    """Tag of the root, where at least that could be read."""


@dataclass(frozen=True, slots=True)
class FrameHeld:
    """A frame that waits for its key."""

    place: FramePlace


@dataclass(frozen=True, slots=True)
class FrameClosed:
    """A frame that was given up, and why; comes at the latest when the connection ends."""

    place: FramePlace
    reason: ClosedReason
    size: int
    dropped: bool = False
    """It was pushed out of the full hold-back store by newer frames."""


@dataclass(frozen=True, slots=True)
class CounterJumped:
    """Frames are missing before this one: the counter was found again further on."""

    place: FramePlace
    skipped: int


WireEvent: TypeAlias = (
    ConnectionRecognised
    | ConnectionResumed
    | ConnectionIgnored
    | HandshakeFinished
    | ClientIdentified
    | FrameOpened
    | FrameUnread
    | FrameHeld
    | FrameClosed
    | CounterJumped
)

Incomplete: TypeAlias = ConnectionResumed | CounterJumped | FrameClosed | FrameUnread
INCOMPLETE = (ConnectionResumed, CounterJumped, FrameClosed, FrameUnread)
"""Events after which the absence of a stanza on that connection says nothing any more."""


@dataclass(slots=True)
class FrameCounts:
    """Running counts of one connection; every frame is in exactly one of opened, held, closed."""

    opened: int = 0
    """Frames that authenticated, unread ones included."""
    unread: int = 0
    """Of the opened: no valid WABinary."""
    held: int = 0
    """Waiting for a key now."""
    dropped: int = 0
    """Of the closed: pushed out of the hold-back store."""
    closed: Counter[ClosedReason] = field(default_factory=Counter)

    @property
    def frames(self) -> int:
        """Transport frames without those of the handshake; too short ones in a row in one message are one."""
        return self.opened + self.held + sum(self.closed.values())
