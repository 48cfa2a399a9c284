"""What the clients under test live through: logins, calls both ways, everything that framing allows."""

from __future__ import annotations

from typing import Any

from support.actor import Event
from support.stage import Account, Stage

ALICE = Account(name="Alice", user="100001", device=0, lid_user="200001", prekeys=500)
BOB = Account(name="Bob", user="100002", device=7, lid_user="200002", prekeys=0)
CAROL = Account(name="Carol", user="100003", device=2, lid_user="200003", prekeys=500)
STRANGER = "200004:3@lid"
"""A caller who is no client of this stage: the edge speaks for it."""
ROUTING_INFO = "080208080a"

PREACCEPTS = {
    "ACED00FADE01": "full, between two clients",
    "ACED00FADE02": "childless, as a query",
    "ACED00FADE03": "with early candidates",
    "ACED00FADE04": "without call-creator, after terminate",
    "ACED00FADE05": "after a reconnect",
}
"""The calls in which Bob rings."""


def node(
    tag: str, attrs: dict[str, str] | None = None, *content: dict[str, Any], **rest: str
) -> dict[str, Any]:
    """A node as the processes exchange it; `hex` for bytes as content."""
    body: object = {"hex": rest["hex"]} if "hex" in rest else (list(content) or None)
    return {"tag": tag, "attrs": attrs or {}, "content": body}


AUDIO = node("audio", {"enc": "opus", "rate": "16000"})
ENCOPT = node("encopt", {"keygen": "2"})
CAPABILITY = node("capability", {"ver": "1"}, hex="0105f709e4bb13")
CANDIDATES = node(
    "destination",
    None,
    node("te", {"ip": "203.0.113.20", "port": "3478"}),
    node("te", {"ip": "2001:db8::20", "port": "3480"}),
)


class Conversation:
    """Plays all scenes on a stage. Every step waits for what it caused."""

    def __init__(self, stage: Stage) -> None:
        """Bind to a stage whose processes run."""
        self._stage = stage
        self._stanzas = 0

    def play(self) -> None:
        """From the first login to the moment before the last connections close."""
        self._stage.admit(ALICE, BOB, CAROL)
        self.log_in_and_upload_keys()
        self.log_in_at_once()
        self.call_each_other()
        self.ring_for_a_compressed_offer()
        self.ring_for_a_split_offer()
        self.ring_too_late()
        self.exchange_receipts()
        self.reconnect_and_ring()

    def log_in_and_upload_keys(self) -> None:
        """Bob has no one-time keys left at the server, so his client uploads a list of them."""
        self._stage.connect(BOB)

    def log_in_at_once(self) -> None:
        """Two handshakes interleave in one process: their transport keys cannot be told apart there."""
        self._stage.connect(ALICE, CAROL)

    def call_each_other(self) -> None:
        """Both ends pass the proxy, so both the sender's and the delivered copy of each stanza show."""
        self._query(ALICE, BOB.lid, self._of_call("offer", "ACED00FADE01", ALICE.lid, AUDIO, ENCOPT))
        self._heard(BOB, "ACED00FADE01", "offer")
        ringing = self._of_call("preaccept", "ACED00FADE01", ALICE.lid, AUDIO, ENCOPT, CAPABILITY)
        stanza = self._send(BOB, ALICE.lid, ringing)
        self._stage.client.expect(
            "sent", account="Alice", xml=f"<ack id='{stanza}' to='{BOB.lid}' class='call'/>"
        )
        self._query(BOB, ALICE.lid, self._of_call("accept", "ACED00FADE01", ALICE.lid, AUDIO))
        self._query(ALICE, BOB.lid, self._of_call("terminate", "ACED00FADE01", ALICE.lid))
        self._heard(BOB, "ACED00FADE01", "terminate")

    def ring_for_a_compressed_offer(self) -> None:
        """The server compresses; so does it an unrelated frame of many kilobytes."""
        self._stage.push(BOB, node("ib", {}, node("example", {}, hex="00ff" * 8000)), compressed=True)
        key = node("enc", {"v": "2", "type": "msg", "count": "0"}, hex="5a" * 600)
        self._offer("ACED00FADE02", key, compressed=True)
        self._query(BOB, STRANGER, self._of_call("preaccept", "ACED00FADE02", STRANGER))

    def ring_for_a_split_offer(self) -> None:
        """The offer's frame comes in five messages, the first two splits inside its length."""
        self._offer("ACED00FADE03", AUDIO, cuts=[1, 2, 40, -5])
        self._query(BOB, STRANGER, self._of_call("preaccept", "ACED00FADE03", STRANGER, CANDIDATES))

    def ring_too_late(self) -> None:
        """Offer and terminate in one message, then a pre-accept without what the specification requires."""
        offer = self._delivered(self._of_call("offer", "ACED00FADE04", STRANGER, AUDIO))
        latency = self._delivered(
            self._of_call("relaylatency", "ACED00FADE04", STRANGER, node("te", {"latency": "33554462"}))
        )
        terminate = self._delivered(self._of_call("terminate", "ACED00FADE04", STRANGER))
        self._stage.push(BOB, offer, latency, terminate)
        self._heard(BOB, "ACED00FADE04", "terminate")
        self._send(BOB, STRANGER, node("preaccept", {"call-id": "ACED00FADE04"}))

    def exchange_receipts(self) -> None:
        """A receipt for an offer goes out, one for an accept comes in and is acknowledged."""
        receipt = {"to": STRANGER, "id": self._next_id()}
        offer = self._of_call("offer", "ACED00FADE03", STRANGER)
        self._stage.client.ask("send", account="Bob", node=node("receipt", receipt, offer))
        incoming = {"from": STRANGER, "id": self._next_id(), "t": "1795348590"}
        accept = self._of_call("accept", "ACED00FADE03", STRANGER)
        self._stage.push(BOB, node("receipt", incoming, accept))
        self._acknowledged(BOB, incoming["id"])

    def reconnect_and_ring(self) -> None:
        """Bob is given routing info and comes back with it in front of his first frame."""
        routing = node("routing_info", {}, hex=ROUTING_INFO)
        self._stage.push(BOB, node("ib", {}, node("edge_routing", {}, routing)))
        self._stage.disconnect(BOB)
        self._stage.connect(BOB, times=2)
        self._stage.edge.expect("connected", routing=ROUTING_INFO)
        self._offer("ACED00FADE05", AUDIO)
        self._query(BOB, STRANGER, self._of_call("preaccept", "ACED00FADE05", STRANGER, AUDIO))

    def leave(self) -> None:
        """Close every connection."""
        for account in (ALICE, CAROL, BOB):
            self._stage.disconnect(account)

    def pre_accepts_on_the_wire(self) -> int:
        """How many frames carried one so far, delivered copies included."""
        told = [*self._stage.edge.told("sent"), *self._stage.edge.told("received")]
        return sum(action_of(event["node"]) == "preaccept" for event in told)

    def _offer(self, call_id: str, *content: dict[str, Any], **manner: object) -> None:
        """Deliver a stranger's offer to Bob and wait until his client has told of it and acknowledged it."""
        offer = self._delivered(self._of_call("offer", call_id, STRANGER, *content))
        self._stage.push(BOB, offer, **manner)
        self._heard(BOB, call_id, "offer")
        self._acknowledged(BOB, offer["attrs"]["id"])

    def _of_call(self, action: str, call_id: str, creator: str, *content: dict[str, Any]) -> dict[str, Any]:
        return node(action, {"call-id": call_id, "call-creator": creator}, *content)

    def _delivered(self, action: dict[str, Any]) -> dict[str, Any]:
        return node("call", {"from": STRANGER, "id": self._next_id(), "t": "1795348590"}, action)

    def _send(self, sender: Account, to: str, action: dict[str, Any]) -> str:
        """Send without a query and wait for the server's ack; the stanza's id."""
        stanza = self._next_id()
        call = node("call", {"to": to, "id": stanza}, action)
        self._stage.client.ask("send", account=sender.name, node=call)
        self._stage.client.wait(lambda: self._acked(sender, stanza), f"the server's ack of {stanza}")
        return stanza

    def _query(self, sender: Account, to: str, action: dict[str, Any]) -> None:
        """Send as a query, which Baileys gives an id of its own and ends with the server's ack."""
        ack = self._stage.client.ask("query", account=sender.name, node=node("call", {"to": to}, action))
        assert ack["attrs"]["type"] == action["tag"]

    def _acked(self, sender: Account, stanza: str) -> bool:
        heard = self._stage.client.told("received", account=sender.name)
        return any(each["node"]["tag"] == "ack" and each["node"]["attrs"]["id"] == stanza for each in heard)

    def _heard(self, account: Account, call_id: str, status: str) -> None:
        self._stage.client.expect("call", account=account.name, id=call_id, status=status)

    def _acknowledged(self, account: Account, stanza: str) -> None:
        """Wait until the edge has the ack that Baileys sends by itself."""

        def is_ack(event: Event) -> bool:
            sent = event["node"]
            return bool(sent["tag"] == "ack" and sent["attrs"]["id"] == stanza)

        edge = self._stage.edge
        edge.wait(
            lambda: any(map(is_ack, edge.told("received", account=account.name))),
            f"the client's ack of {stanza}",
        )

    def _next_id(self) -> str:
        self._stanzas += 1
        return f"3EB0{self._stanzas:04X}"


def action_of(stanza: dict[str, Any]) -> str | None:
    """The tag of a call stanza's child; None for any other stanza."""
    return stanza["content"][0]["tag"] if stanza["tag"] == "call" else None


def is_of_call(stanza: dict[str, Any]) -> bool:
    """Whether a stanza is a call's: itself, an ack of one, or a receipt for one."""
    if stanza["tag"] == "receipt":
        return any("call-id" in child["attrs"] for child in stanza["content"])
    is_ack = stanza["tag"] == "ack" and stanza["attrs"]["class"] == "call"
    return bool(is_ack or stanza["tag"] == "call")
