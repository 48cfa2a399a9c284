"""The action children of one call, as a Web client writes them.

Child order, attribute names and capability bytes follow the public call fixtures of a Web client of 2026-05.
Source: Auties00/Cobalt dce2b51a, modules/lib/src/test/resources/fixtures/call/1to1 (observed). Ciphertext and
tokens are fill of the length seen there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringback.stanza import Content, Jid, Node, Value
from synthetic.cast import REFLEXIVE, RELAY_V4, packed

CAPABILITY = bytes.fromhex("0105f709e4bb13")
"""Source: Auties00/Cobalt dce2b51a, audio-accept.callee.jsonl (observed); other clients write other bytes."""

LATENCY_FLAG = 0x02000000
"""Added to a round trip in milliseconds. Source: Auties00/Cobalt dce2b51a, audio-reject.caller.jsonl."""


def fill(size: int) -> bytes:
    """`size` bytes in place of a ciphertext or token: 0x33 as a Signal message starts, then the letter Z."""
    return b"\x33" + b"Z" * (size - 1)


@dataclass(frozen=True, slots=True)
class Session:
    """The identifiers of one call, and its actions as nodes to put below `<call>`."""

    call_id: str
    creator: Jid
    """Address of the device that calls."""
    video: bool = False

    def action(self, tag: str, content: Content = None, attrs: Mapping[str, Value] | None = None) -> Node:
        """Any action of this call; `attrs` follow the identifiers."""
        ids: dict[str, Value] = {"call-id": self.call_id, "call-creator": self.creator}
        return Node(tag, {**ids, **(attrs or {})}, content)

    def offer(self, devices: Sequence[Jid]) -> Node:
        """Rings `devices`, each with its own ciphertext."""
        destination = tuple(Node("to", {"jid": jid}, (_enc(),)) for jid in devices)
        return self.action(
            "offer",
            (
                Node("privacy", {}, bytes.fromhex("04012a0000000000000000")),
                _audio(8000),
                _audio(16000),
                *self._video_offer(),
                Node("net", {"medium": "3"}),
                _capability(),
                Node("destination", {}, destination),
                _encopt(),
                Node("device-identity", {}, fill(122)),
            ),
        )

    def preaccept(self, *extra: Node) -> Node:
        """Tells the caller that this device rings; `extra` children come last."""
        return self.action(
            "preaccept", (_audio(16000), *self._video_answer(), _encopt(), _capability(), *extra)
        )

    def accept(self) -> Node:
        """Answers the call."""
        return self.action("accept", (_audio(16000), Node("net", {"medium": "2"}), _encopt()))

    def reject(self, reason: str | None = None) -> Node:
        """Declines on one device; no `reason` is the user's own decline."""
        return self.action("reject", None, {"count": "0"} | ({"reason": reason} if reason else {}))

    def terminate(self, reason: str | None = None, dismissed: Sequence[Jid] = ()) -> Node:
        """Ends the call, for the `dismissed` devices alone where there are any."""
        attrs: dict[str, Value] = {"reason": reason} if reason else {}
        return self.action("terminate", _destination(dismissed), attrs)

    def relaylatency(self, milliseconds: int, devices: Sequence[Jid] = ()) -> Node:
        """Tells how far a relay is; `devices` names the rung ones while nobody has answered."""
        relay = Node(
            "te",
            {"latency": str(LATENCY_FLAG + milliseconds), "relay_name": "aaa1c01"},
            packed(*RELAY_V4),
        )
        return self.action("relaylatency", (relay, *(_destination(devices) or ())))

    def transport(self, kind: int = 1) -> Node:
        """Media path negotiation after the answer; kind 3 carries a candidate."""
        attrs: dict[str, Value] = {"transport-message-type": str(kind)}
        if kind == 3:
            candidate = Node("te", {"priority": "1"}, packed(*REFLEXIVE))
            return self.action("transport", (candidate, Node("net", {"medium": "3"})), attrs)
        net = Node("net", {"medium": "2", "protocol": "0"})
        return self.action("transport", (net,), attrs | {"p2p-cand-round": "1"})

    def _video_offer(self) -> tuple[Node, ...]:
        size = {"device_orientation": "0", "screen_width": "0", "screen_height": "0"}
        return (Node("video", {"dec": "H264", "enc": "h.264", **size}),) if self.video else ()

    def _video_answer(self) -> tuple[Node, ...]:
        size = {"device_orientation": "0", "screen_width": "0", "screen_height": "0"}
        return (Node("video", {"dec": "H264", **size}),) if self.video else ()


def _audio(rate: int) -> Node:
    return Node("audio", {"enc": "opus", "rate": str(rate)})


def _encopt() -> Node:
    return Node("encopt", {"keygen": "2"})


def _capability() -> Node:
    return Node("capability", {"ver": "1"}, CAPABILITY)


def _enc() -> Node:
    return Node("enc", {"v": "2", "type": "pkmsg", "count": "0"}, fill(178))


def _destination(devices: Sequence[Jid]) -> tuple[Node, ...] | None:
    if not devices:
        return None
    return (Node("destination", {}, tuple(Node("to", {"jid": jid}) for jid in devices)),)
