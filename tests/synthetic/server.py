"""What the server makes of a `<call>` stanza: acknowledges it, and rewrites it for each device it goes to.

Pure functions from nodes to nodes; `world` decides when. The rewriting follows what both ends of the same
call show: `to` becomes `from`, `t` is added, an offer loses its address list and gains a relay, an accept
gains a relay, a pre-accept passes unchanged.

Source: Auties00/Cobalt dce2b51a, the caller and callee halves of the 1to1 call fixtures (observed).
"""

from __future__ import annotations

from collections.abc import Sequence

from ringback.stanza import Jid, Node, Value
from synthetic.cast import OBSERVED, PUSH_NAME, RELAY_V4, RELAY_V6, by_phone, packed
from synthetic.session import fill

RECEIPTED = frozenset({"offer", "accept", "reject"})
"""Actions that a client answers with a `<receipt>`; every other one it answers with an `<ack>`.

Source: vinikjkkj/zapo 9a49e1f, receipt builders (read in code); Auties00/Cobalt dce2b51a, the receipt of an
accept (observed).
"""


def action_of(stanza: Node) -> Node:
    """The action child of a `<call>`."""
    return stanza.children[0]


def receivers(stanza: Node) -> tuple[Jid, ...]:
    """The devices that a `<call>` goes to: those of its address list, else the device it is sent to."""
    destination = action_of(stanza).child("destination")
    listed = destination.all("to") if destination else ()
    addressed = tuple(jid for to in listed if (jid := to.jid("jid")) is not None)
    to = stanza.jid("to")
    return addressed or ((to,) if to is not None else ())


def no_ack(stanza: Node) -> None:
    """The server's silence."""


def ack_to_sender(stanza: Node, *, kind: str | None = None, error: str | None = None) -> Node:
    """The server's ack: its `from` is the original `to`; that of an offer carries relay and devices."""
    action = action_of(stanza)
    head: dict[str, Value] = {"from": stanza.attrs["to"], "class": "call", "type": kind or action.tag}
    head |= _id(stanza) | ({"error": error} if error else {})
    return Node("ack", head, _allocation(stanza) if action.tag == "offer" else None)


def delivered(stanza: Node, sender: Jid, receiver: Jid, at: float) -> Node:
    """The stanza as `receiver` gets it from `sender` at `at` (seconds)."""
    action = action_of(stanza)
    head: dict[str, Value] = {"from": sender}
    if action.tag in {"offer", "accept"}:
        head |= {"version": "2.3000.1000000001", "platform": "web"}
    head |= _id(stanza)
    if action.tag == "offer":
        head |= {"notify": PUSH_NAME, "e": "1" if action.child("video") else "0"}
    head["t"] = str(int(at))
    return Node("call", head, (_rewritten(action, sender, receiver), *stanza.children[1:]))


def receipt_for(stanza: Node, owner: Jid) -> Node:
    """What the client `owner` sends for a delivered stanza of `RECEIPTED`: names the action and the call."""
    action = action_of(stanza)
    ids = {name: action.attrs[name] for name in ("call-id", "call-creator") if name in action.attrs}
    head = {"to": stanza.attrs["from"], **_id(stanza), "from": owner}
    return Node("receipt", head, (Node(action.tag, ids),))


def delivered_receipt(receipt: Node, at: float) -> Node:
    """That receipt as the sender of the receipted stanza gets it."""
    head: dict[str, Value] = {"from": receipt.attrs["from"], **_id(receipt), "t": str(int(at))}
    return Node("receipt", head, receipt.content)


def ack_to_server(stanza: Node, *, typed: bool) -> Node:
    """What a client sends for a delivered stanza. Web names the type, Baileys and whatsmeow do not."""
    head: dict[str, Value] = {"to": stanza.attrs["from"], **_id(stanza), "class": stanza.tag}
    if typed and stanza.tag == "call":
        head["type"] = action_of(stanza).tag
    return Node("ack", head)


def _id(stanza: Node) -> dict[str, Value]:
    """The stanza's id to answer with; nothing where it has none."""
    return {"id": stanza.attrs["id"]} if "id" in stanza.attrs else {}


def _rewritten(action: Node, sender: Jid, receiver: Jid) -> Node:
    kept = tuple(child for child in action.children if not _is_address_list(child))
    if action.tag == "offer":
        extras: dict[str, Value] = {
            "caller_pn": by_phone(sender),
            "joinable": "1",
            "caller_country_code": "US",
        }
        return Node("offer", {**action.attrs, **extras}, _offer_children(action, kept, receiver))
    if action.tag == "accept":
        return Node("accept", action.attrs, (_relay(joinable=False), *kept))
    # A child list that held nothing but the address list is gone as a whole.
    content = kept if kept or not action.children else None
    return Node(action.tag, action.attrs, content if action.children else action.content, action.repeated)


def _is_address_list(node: Node) -> bool:
    return node.tag == "destination" and bool(node.all("to"))


def _offer_children(action: Node, kept: Sequence[Node], receiver: Jid) -> tuple[Node, ...]:
    destination = action.child("destination")
    own = [to for to in (destination.all("to") if destination else ()) if to.jid("jid") == receiver]
    ciphertext = own[0].children if own else ()
    added = (*ciphertext, Node("rte", {}, packed(*OBSERVED)), Node("userrate"))
    sealed = [child for child in (*kept, *added) if child.tag != "privacy"]
    return (*sorted(sealed, key=lambda child: child.tag), _relay(joinable=False))


def _allocation(offer: Node) -> tuple[Node, ...]:
    devices = tuple(Node("device", {"jid": jid}) for jid in receivers(offer))
    return (
        _relay(joinable=True),
        Node("user", {"jid": offer.attrs["to"]}, devices),
        Node("rte", {}, packed(*OBSERVED)),
    )


def _relay(*, joinable: bool) -> Node:
    attrs: dict[str, Value] = {"attribute_padding": "1", "peer_pid": "1", "self_pid": "3", "uuid": "A" * 16}
    endpoint: dict[str, Value] = {
        "auth_token_id": "0",
        "relay_name": "aaa1c01",
        "relay_id": "0",
        "token_id": "0",
    }
    return Node(
        "relay",
        attrs | ({"joinable": "1"} if joinable else {}),
        (
            Node("token", {"id": "0"}, fill(146)),
            Node("auth_token", {"id": "0"}, fill(70)),
            Node("key", {}, b"A" * 24),
            Node("te2", endpoint, packed(*RELAY_V4)),
            Node("te2", endpoint, packed(*RELAY_V6)),
            Node("hbh_key", {}, b"B" * 40),
        ),
    )
