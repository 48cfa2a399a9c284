"""Stanzas that something else has opened: a client's log, a document, a capture file of the specification.

Whoever reads such a source makes a `LoggedStanza` of each; what all have in common is here: which copy it is,
on which connection, and where it stands.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from msgspec import structs

from ringback.calls import Sighting
from ringback.findings import Evidence
from ringback.stanza import Jid, Node
from ringback.wire.events import Direction, FramePlace

NO_TIME = 0.0
"""Stands for a time that the source does not tell."""
_SERVERS = frozenset({"call", "s.whatsapp.net", "g.us"})
"""What clients print of an address without a user, which has an `@` before it on the wire.

Source: Cobalt's published fixtures (commit dce2b51a), ack of duration (observed), and whatsmeow types/jid.go
(read).
"""
INSTRUMENTATION = "baileys-instrumentation"
"""Technique of what a client library was made to tell. Source: wacrg spec/techniques."""


@dataclass(frozen=True, slots=True)
class LoggedStanza:
    """One stanza as a source tells it."""

    node: Node
    line: int
    """Line on which it begins, from 1."""
    sent: bool | None = None
    """Whether the client sent it; None where only its addresses tell."""
    at: float | None = None
    """Seconds since the epoch; None where the source tells no time."""
    session: str = ""
    """What tells the clients of one source apart, in the source's words."""
    version: str = ""
    """App version of the client, its parts joined by dots; empty where it is not told."""


class Sightings:
    """Makes sightings of the stanzas of one source, in the order of the source."""

    def __init__(self, capture: str, beginning: bytes, technique: str = INSTRUMENTATION) -> None:
        """`capture` is what the source is called, `beginning` what it begins with, by which it is known again
        wherever it is read, `technique` how the stanzas were observed."""
        self._capture = capture
        self._technique = technique
        self._flow = hashlib.sha256(capture.encode(errors="surrogateescape") + b"\0" + beginning).hexdigest()[
            :16
        ]
        self._numbers: dict[str, int] = {}
        self._counts: dict[tuple[int, Direction], int] = {}
        self._messages: dict[int, int] = {}
        self._at = NO_TIME

    def of(self, stanza: LoggedStanza) -> Sighting:
        """The sighting: its frame and message are counted as the source tells them, and a stanza without a
        time has that of the one before it."""
        number = self.connection(stanza.session)
        direction = Direction.CLIENT if is_sent(stanza) else Direction.SERVER
        frame = self._counts.get((number, direction), 0)
        self._counts[number, direction] = frame + 1
        message = self._messages.get(number, 0)
        self._messages[number] = message + 1
        self._at = self._at if stanza.at is None else stanza.at
        place = FramePlace(direction, frame, message, self._at)
        evidence = Evidence(self._capture, number, self.flow(number), place)
        # Nothing tells that a log has every stanza: absence says nothing.
        return Sighting(_with_servers(stanza.node), evidence, None, complete=False, technique=self._technique)

    def flow(self, number: int) -> str:
        """What stands for a flow's id: it tells the source and the connection, and nothing that they say."""
        return f"log-{self._flow}-{number}"

    def knows(self, session: str) -> bool:
        """Whether a stanza of that session came before."""
        return session in self._numbers

    def connection(self, session: str) -> int:
        """The number of that session's connection, from 1 in order of appearance."""
        return self._numbers.setdefault(session, len(self._numbers) + 1)


def _with_servers(node: Node) -> Node:
    """The stanza with addresses for what is printed as the name of a server alone."""
    attrs = dict(node.attrs)
    for name in ("from", "to"):
        value = attrs.get(name)
        if value in _SERVERS:
            attrs[name] = Jid("", str(value))
    return structs.replace(node, attrs=attrs)


def is_sent(stanza: LoggedStanza) -> bool:
    """Whether it is the copy that its client sent: a delivered one has a `from` and is marked with a time, a
    sent one has none of both.

    Source: Cobalt's published fixtures (commit dce2b51a), both copies of each stanza (observed).
    """
    if stanza.sent is not None:
        return stanza.sent
    return "from" not in stanza.node.attrs or ("to" in stanza.node.attrs and "t" not in stanza.node.attrs)
