"""Which stanzas belong to calls, and by what they are known: the first step after the wire.

Three kinds do. `<call>` holds its action as first child. `<ack class="call">` names the action it answers in
`type`, or names none. `<receipt>` holds a child named like the action it answers.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ringback.stanza import Node

PREACCEPT = "preaccept"
"""Tag of the action that ringback is about."""

RECEIPTED_ACTIONS = frozenset({"offer", "accept", "reject", "enc_rekey", PREACCEPT})
"""Actions whose receipt is recognised by its child's tag alone; any other child must name a call.

Source: read in zapo src/client/__tests__/incoming.test.ts for offer, accept, reject and enc_rekey. A receipt
for a pre-accept is in no public capture: it is listed so that the first one is seen.
"""


class StanzaKind(enum.Enum):
    """How a stanza belongs to a call; the value is its tag."""

    CALL = "call"
    ACK = "ack"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A stanza that belongs to calls."""

    kind: StanzaKind
    action: str | None
    """Of a call: the tag of its first child, empty where it has none. Of an ack: its `type`, None where there
    is none. Of a receipt: the tag of the child that made it one."""
    call_id: str | None
    """The call that the stanza names; None where it names none, as most acks do."""
    stanza_id: str | None
    """The stanza's own `id`; of an ack or receipt the id of the stanza that it answers."""


def recognise(node: Node) -> Recognised | None:
    """What the stanza is to calls, None where it is nothing to them.

    Shape is not checked here: a `<call>` is one whatever it holds.
    """
    rule = _RULES.get(node.tag)
    return None if rule is None else rule(node)


def _call(node: Node) -> Recognised:
    action = node.children[0] if node.children else None
    return Recognised(
        kind=StanzaKind.CALL,
        action="" if action is None else action.tag,
        call_id=None if action is None else action.text("call-id"),
        stanza_id=node.text("id"),
    )


def _ack(node: Node) -> Recognised | None:
    if node.text("class") != "call":
        return None
    return Recognised(StanzaKind.ACK, node.text("type"), _named_call(node), node.text("id"))


def _receipt(node: Node) -> Recognised | None:
    for child in node.children:
        if child.tag in RECEIPTED_ACTIONS or "call-id" in child.attrs:
            return Recognised(StanzaKind.RECEIPT, child.tag, child.text("call-id"), node.text("id"))
    return None


def _named_call(node: Node) -> str | None:
    """The call that a child names: an offer's ack in `<relay>` or `<group_info>`, others in their own child.

    Source: Cobalt's published fixtures (commit dce2b51a), acks of offer and relaylatency.
    """
    return next((child.text("call-id") for child in node.children if "call-id" in child.attrs), None)


_RULES = {"call": _call, "ack": _ack, "receipt": _receipt}
