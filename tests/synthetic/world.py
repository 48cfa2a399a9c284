"""A small world of clients and a server: say who sends what and when, and it knows what crosses every wire.

Time stands still until `World.wait`. A client's stanza is on its own wire at once; the server's answer and
the copies for other clients follow after the fixed delays below, and so do the answers that clients send by
themselves. Only devices that were connected (`World.connect`) have a wire; other devices may send and receive
all the same, as the devices of other people do, and leave their traces on the wires of those that have one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from ringback.stanza import Jid, Node
from ringback.wire.events import Direction
from ringback.wire.wabinary import encode, token_table
from synthetic import server
from synthetic.cast import INTERVAL_S, START
from synthetic.deflate import deflate

ACK_MS = 40
"""From a client's stanza to the server's ack.

Source: Auties00/Cobalt dce2b51a, server-acks-and-receipts.callee.ack.jsonl (37 ms, observed).
"""
IDS_APART = 1000
"""By how much higher a client's stanza ids begin in each further capture: no two captures share any."""
DELIVERY_MS = 46
"""From a client's stanza to its copy at another client."""
ANSWER_MS = 56
"""From a delivered stanza to the client's own ack or receipt.

Source: Auties00/Cobalt dce2b51a, audio-accept.caller.ack.jsonl (56 ms, observed).
"""

COMPRESSED_FLAG = b"\x02"

Ack = Callable[[Node], Node | None]
"""What the server answers to a `<call>`; None for nothing."""


@dataclass(frozen=True, slots=True)
class Written:
    """One frame on one wire."""

    direction: Direction
    ms: int
    """Milliseconds since the start of the capture."""
    plaintext: bytes
    """Flag byte and WABinary, or whatever was written in its place."""
    node: Node | None
    """What the plaintext says; None where it says nothing on purpose."""


@dataclass(frozen=True, slots=True)
class Recording:
    """How a client's socket looked and how much of it the capture holds."""

    routing_info: bytes | None = None
    """Routing info that the client sends before its intro."""
    cuts: tuple[int, ...] = ()
    """Message sizes, in turn, that the bytes of one moment are cut into; empty for one frame a message."""
    keys: Literal["labelled", "candidates", "none"] = "labelled"
    """What the key log knows of this session."""
    since_ms: int | None = None
    """When the capture began; what was written before is not in it. None for with the handshake."""
    lost: frozenset[tuple[Direction, int]] = frozenset()
    """Frames that the capture misses, by direction and counter."""
    bytes_cut_off: int = 0
    """How many bytes of the last message the capture misses."""


@dataclass(slots=True)
class Device:
    """One device of an account."""

    jid: Jid
    ids: str
    """What its stanza ids begin with: `33333.44444`."""
    sent: int = 0

    def next_id(self) -> str:
        """The id of the next stanza it sends."""
        self.sent += 1
        return f"{self.ids}-{self.sent}"


@dataclass(slots=True)
class Client(Device):
    """A device whose wire is in the capture."""

    dictionary: int = 3
    """Version of the token table that it speaks: 3 or 2."""
    typed_acks: bool = True
    """Whether its acks of calls name the type: Web does, Baileys and whatsmeow do not."""
    deflate_above: int | None = None
    """Size in bytes above which the server compresses what it sends here; None for never."""
    recording: Recording = Recording()
    opened_ms: int = 0
    wire: list[Written] = field(default_factory=list)

    def spell(self, node: Node) -> bytes:
        """The node as a plaintext of this client's token table, not compressed."""
        return encode(node, token_table(self.dictionary))


class World:
    """The clock, the server and the devices of one capture."""

    def __init__(self, name: str, number: int = 0) -> None:
        """An empty world at time 0.

        `name` is the capture's, from which its keys are made; `number` is its place among those that are told
        apart, from which its hour, call ids and stanza ids are.
        """
        self.name = name
        self.number = number
        self.ms = 0
        self.clients: list[Client] = []

    def connect(self, client: Client) -> Client:
        """Opens the wire of `client` now."""
        client.opened_ms = self.ms
        client.sent = self.number * IDS_APART
        self.clients.append(client)
        return client

    @property
    def start(self) -> float:
        """When the capture begins, in seconds since the epoch."""
        return START + self.number * INTERVAL_S

    def seconds(self, ms: int) -> float:
        """A moment of this world, told in milliseconds, in seconds since the epoch."""
        return self.start + ms / 1000

    def wait(self, milliseconds: int) -> None:
        """Lets time pass."""
        self.ms += milliseconds

    def send(self, sender: Client, node: Node, *, plaintext: bytes | None = None) -> None:
        """Puts one stanza, or `plaintext` in its place, on the wire of `sender`. The server does nothing."""
        self._write(sender, Direction.CLIENT, self.ms, node, plaintext)

    def deliver(self, receiver: Client, node: Node, *, plaintext: bytes | None = None) -> None:
        """Puts one stanza of the server, or `plaintext` in its place, on a client's wire. Nobody answers."""
        self._write(receiver, Direction.SERVER, self.ms, node, plaintext)

    def garbage(self, client: Client, direction: Direction, plaintext: bytes) -> None:
        """Puts a frame on the wire that authenticates and is no WABinary."""
        client.wire.append(Written(direction, self.ms, plaintext, None))

    def ask(self, client: Client, request: Node, answer: Node) -> None:
        """A request of `client` and the server's answer to it."""
        self.send(client, request)
        self._write(client, Direction.SERVER, self.ms + ACK_MS, answer)

    def call(
        self,
        sender: Device,
        to: Jid,
        *actions: Node,
        stanza_id: str | None = None,
        ack: Ack = server.ack_to_sender,
    ) -> Node:
        """Sends `<call to id>` with its action child and returns it as sent.

        The server answers with what `ack` makes of it and passes it on to every device that it goes to; those
        with a wire answer with a receipt or an ack.
        """
        stanza = Node("call", {"to": to, "id": stanza_id or sender.next_id()}, actions)
        self.emit(sender, stanza, ack=ack)
        return stanza

    def emit(
        self, sender: Device, stanza: Node, *, plaintext: bytes | None = None, ack: Ack = server.ack_to_sender
    ) -> None:
        """As `call`, with the whole stanza as the client writes it, or `plaintext` in its place."""
        if isinstance(sender, Client):
            self.send(sender, stanza, plaintext=plaintext)
            answer = ack(stanza)
            if answer is not None:
                self._write(sender, Direction.SERVER, self.ms + ACK_MS, answer)
        for receiver in self._wired(server.receivers(stanza)):
            self._pass_on(sender, receiver, stanza)

    def _pass_on(self, sender: Device, receiver: Client, stanza: Node) -> None:
        arrival = self.ms + DELIVERY_MS
        copy = server.delivered(stanza, sender.jid, receiver.jid, self.seconds(arrival))
        self._write(receiver, Direction.SERVER, arrival, copy)
        if server.action_of(stanza).tag in server.RECEIPTED:
            self._receipt(sender, receiver, copy, arrival + ANSWER_MS)
        else:
            answer = server.ack_to_server(copy, typed=receiver.typed_acks)
            self._write(receiver, Direction.CLIENT, arrival + ANSWER_MS, answer)

    def _receipt(self, sender: Device, receiver: Client, copy: Node, ms: int) -> None:
        receipt = server.receipt_for(copy, receiver.jid)
        self._write(receiver, Direction.CLIENT, ms, receipt)
        if isinstance(sender, Client):
            arrival = ms + DELIVERY_MS
            passed_on = server.delivered_receipt(receipt, self.seconds(arrival))
            self._write(sender, Direction.SERVER, arrival, passed_on)
            answer = server.ack_to_server(passed_on, typed=sender.typed_acks)
            self._write(sender, Direction.CLIENT, arrival + ANSWER_MS, answer)

    def _wired(self, addressed: Iterable[Jid]) -> list[Client]:
        keys = {jid.device_key for jid in addressed}
        return [client for client in self.clients if client.jid.device_key in keys]

    def _write(
        self, client: Client, direction: Direction, ms: int, node: Node, plaintext: bytes | None = None
    ) -> None:
        content = client.spell(node) if plaintext is None else plaintext
        limit = client.deflate_above if direction is Direction.SERVER and plaintext is None else None
        if limit is not None and len(content) > limit:
            content = COMPRESSED_FLAG + deflate(content[1:])
        client.wire.append(Written(direction, ms, content, node))
