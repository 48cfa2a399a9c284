"""Drives a `Connection` message by message and collects what it tells."""

from __future__ import annotations

from typing import TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringback.stanza import Jid, Node
from ringback.wire.connection import Connection
from ringback.wire.events import Direction, FrameCounts, FrameOpened, WireEvent
from ringback.wire.framelog import FrameLog
from ringback.wire.keylog import KeyLog
from ringback.wire.wabinary import encode, token_table
from support.noise_peer import NoisePair

T = TypeVar("T")

CALLER = Jid("100001", "lid", device=7)
CALL = Node("call", {"from": CALLER, "id": "C1", "t": "1"}, (Node("preaccept", {"call-id": "CALLID"}),))
IQ = Node("iq", {"id": "I1", "from": "s.whatsapp.net", "type": "result"})
CALL_ACK = Node("ack", {"class": "call", "type": "preaccept", "id": "C1"})
MESSAGE_ACK = Node("ack", {"class": "message", "id": "M1"})
RECEIPT = Node("receipt", {"to": CALLER, "id": "R1"}, (Node("offer", {"call-id": "CALLID"}),))
SUCCESS = Node("success", {"t": "1", "lid": CALLER})


def plain(node: Node, dictionary: int = 3, *, compress: bool = False) -> bytes:
    """The plaintext of a frame that carries `node`."""
    return encode(node, token_table(dictionary), compress=compress)


def log_of(*texts: str) -> KeyLog:
    """A key log that holds `texts`."""
    log = KeyLog()
    log.feed("".join(texts).encode())
    return log


class Driver:
    """A connection under test; the time of message n is n seconds."""

    def __init__(self, log: KeyLog, *, decode_all: bool = False) -> None:
        """Nothing was received yet."""
        self.log = log
        self.frames = FrameLog()
        self.connection = Connection(log, decode_all=decode_all, log=self.frames)
        self.events: list[WireEvent] = []
        self.messages = 0

    @property
    def counts(self) -> FrameCounts:
        """The connection's counts."""
        return self.connection.counts

    def client(self, content: bytes, *, binary: bool = True) -> list[WireEvent]:
        """One message client to server; returns its events."""
        return self._receive(content, Direction.CLIENT, binary=binary)

    def server(self, content: bytes, *, binary: bool = True) -> list[WireEvent]:
        """One message server to client; returns its events."""
        return self._receive(content, Direction.SERVER, binary=binary)

    def handshake(self, pair: NoisePair) -> list[WireEvent]:
        """The handshake of `pair`, a message each."""
        return [
            event
            for from_client, content in pair.handshake
            for event in (self.client(content) if from_client else self.server(content))
        ]

    def add_keys(self, *texts: str) -> list[WireEvent]:
        """Let the log grow by `texts` and tell the connection; returns its events."""
        self.log.feed("".join(texts).encode())
        return self._note(self.connection.keys_added())

    def close(self) -> list[WireEvent]:
        """End the connection; returns its events."""
        return self._note(self.connection.close())

    def all(self, kind: type[T]) -> list[T]:
        """Every event of one kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def opened(self) -> list[tuple[Direction, int, int, Node | None]]:
        """Direction, frame number, counter and stanza of every frame that was opened and told."""
        return [
            (event.place.direction, event.place.frame, event.counter, event.node)
            for event in self.all(FrameOpened)
        ]

    def _receive(self, content: bytes, direction: Direction, *, binary: bool) -> list[WireEvent]:
        number = self.messages
        self.messages += 1
        events = self.connection.receive(content, direction, message=number, at=float(number), binary=binary)
        return self._note(list(events))

    def _note(self, events: list[WireEvent]) -> list[WireEvent]:
        self.events += events
        return events


def started(pair: NoisePair | None = None, *keys: str, decode_all: bool = False) -> tuple[NoisePair, Driver]:
    """A pair and a connection that has seen its handshake; with no `keys` the log holds all of the pair."""
    pair = pair or NoisePair()
    driver = Driver(log_of(*(keys or (pair.key_log,))), decode_all=decode_all)
    driver.handshake(pair)
    return pair, driver


class CountingCipher:
    """The real cipher, counting how often any of its instances is used."""

    uses = 0

    def __init__(self, key: bytes) -> None:
        self.cipher = AESGCM(key)

    def decrypt(self, iv: bytes, sealed: bytes, aad: None) -> bytes:
        """As the real one."""
        CountingCipher.uses += 1
        return self.cipher.decrypt(iv, sealed, aad)
