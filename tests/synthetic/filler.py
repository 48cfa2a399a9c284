"""Ordinary traffic around the calls: what a linked client exchanges all day and no finding may be about.

Shapes as in whatsmeow and Baileys; contents made up.
Source: whatsmeow 33cfac5, connectionevents.go, keepalive.go, receipt.go, presence.go; Baileys 7.0.0-rc13,
lib/Socket/socket.js (both read in code).
"""

from __future__ import annotations

from ringback.stanza import Jid, Node, Value
from synthetic.cast import PUSH_NAME, START, Account, by_phone
from synthetic.session import fill
from synthetic.world import ACK_MS, ANSWER_MS, Client, World

SERVER = Jid("", "s.whatsapp.net")
PREKEY_COUNT = 812
"""Keys uploaded at once. Source: Baileys 7.0.0-rc13, lib/Defaults/index.js INITIAL_PREKEY_COUNT."""


def log_in(world: World, client: Client) -> None:
    """The server's `<success>` and what client and server say right after it."""
    world.wait(200)
    attrs: dict[str, Value] = {
        "t": _t(world),
        "props": "27",
        "status": "active",
        "lid": client.jid,
        "creation": str(int(START)),
    }
    world.deliver(client, Node("success", attrs))
    world.wait(5)
    world.deliver(client, Node("ib", {"from": SERVER}, (Node("offline", {"count": "0"}),)))
    world.wait(10)
    count = Node("count", {"value": "50"})
    world.ask(client, *_iq(world, client, "encrypt", Node("count"), answer=count))
    world.ask(client, *_iq(world, client, "passive", Node("active")))
    world.wait(60)
    world.send(client, Node("presence", {"name": PUSH_NAME, "type": "available"}))
    world.wait(100)


def ping(world: World, client: Client) -> None:
    """A keep-alive and its answer."""
    world.ask(client, *_iq(world, client, "w:p", Node("ping")))
    world.wait(ACK_MS + 10)


def message(world: World, client: Client, sender: Account) -> None:
    """A text message of `sender` and the client's receipt, which is not the receipt of a call."""
    stanza_id = f"3EB0{world.ms:016d}"
    enc = Node("enc", {"v": "2", "type": "msg"}, fill(96))
    head: dict[str, Value] = {
        "from": sender.bare,
        "id": stanza_id,
        "t": _t(world),
        "type": "text",
        "notify": PUSH_NAME,
    }
    world.deliver(client, Node("message", head, (enc,)))
    world.wait(ANSWER_MS)
    world.send(client, Node("receipt", {"to": sender.bare, "id": stanza_id}))
    ack: dict[str, Value] = {"class": "receipt", "from": sender.bare, "id": stanza_id, "t": _t(world)}
    world.wait(ACK_MS)
    world.deliver(client, Node("ack", ack))


def notification(world: World, client: Client, account: Account) -> None:
    """A notification that a device list changed, and the client's ack, which is not the ack of a call."""
    stanza_id = f"{world.ms:010d}"
    update = Node(
        "update", {"hash": "2:AAAA"}, (Node("device", {"jid": account.device(7), "key-index": "1"}),)
    )
    head: dict[str, Value] = {"from": account.bare, "id": stanza_id, "t": _t(world), "type": "devices"}
    world.deliver(client, Node("notification", head, (update,)))
    world.wait(ANSWER_MS)
    ack: dict[str, Value] = {"to": account.bare, "id": stanza_id, "class": "notification", "type": "devices"}
    world.send(client, Node("ack", ack))


def chat(world: World, client: Client, account: Account) -> None:
    """Typing and presence of a contact, and what the client asks about the contact."""
    composing = (Node("composing"),)
    world.deliver(client, Node("presence", {"from": account.bare, "last": _t(world)}))
    world.deliver(client, Node("chatstate", {"from": account.bare, "to": by_phone(client.jid)}, composing))
    world.wait(30)
    world.ask(client, *_iq(world, client, "w:profile:picture", Node("picture", {"type": "preview"})))
    world.wait(ACK_MS + 10)


def upload_prekeys(world: World, client: Client) -> None:
    """An upload of pre-keys: one frame of about 40 KB with a list too long for a one-byte length."""
    keys = tuple(
        Node("key", {}, (Node("id", {}, number.to_bytes(3, "big")), Node("value", {}, fill(32))))
        for number in range(1, PREKEY_COUNT + 1)
    )
    world.ask(client, *_iq(world, client, "encrypt", Node("list", {}, keys), kind="set"))
    world.wait(ACK_MS + 10)


def _iq(
    world: World,
    client: Client,
    namespace: str,
    *content: Node,
    answer: Node | None = None,
    kind: str = "get",
) -> tuple[Node, Node]:
    stanza_id = client.next_id()
    request = Node("iq", {"id": stanza_id, "to": SERVER, "type": kind, "xmlns": namespace}, content)
    result: dict[str, Value] = {"from": SERVER, "id": stanza_id, "type": "result", "t": _t(world)}
    return request, Node("iq", result, None if answer is None else (answer,))


def _t(world: World) -> str:
    return str(int(world.seconds(world.ms)))
