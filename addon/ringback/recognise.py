"""Which stanzas belong to calls, and by what they are known: the first step after the wire.

Three kinds do. `<call>` holds its action as a child. `<ack class="call">` names the action it answers in
`type`, or names none. `<receipt>` holds a child named like the action it answers.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ringback.stanza import Node
from ringback.wire.stanzas import CALL_ID, RECEIPTED_ACTIONS

PREACCEPT = "preaccept"
"""Tag of the action that ringback is about."""

KNOWN_ACTIONS = frozenset(
    {"offer", PREACCEPT, "accept", "reject", "terminate", "transport", "relaylatency", "mute", "video"}
)
"""Actions told from an unknown sibling by their tag alone.

Source: the stanza files of wacrg spec/stanzas, `<call>` and the children they know.
"""


class StanzaKind(enum.Enum):
    """How a stanza belongs to calls; the value is its tag."""

    CALL = "call"
    ACK = "ack"
    RECEIPT = "receipt"
    OTHER = "other"
    """Not at all: a file of the specification is about its tag. Its value is no tag."""


CALL_TAGS = frozenset({StanzaKind.CALL.value, StanzaKind.ACK.value, StanzaKind.RECEIPT.value})
"""Root tags of what belongs to calls."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A stanza that belongs to calls."""

    kind: StanzaKind
    action: str | None
    """Of a call: the tag of its `action_child`, empty where it has none. Of an ack: its `type`, None where
    there is none. Of a receipt: the tag of the child that made it one. Of any other: the tag of the child
    that its file is about, None where it is about the tag alone."""
    call_id: str | None
    """The call that the stanza names; None where it names none, as most acks do, or an empty one."""
    stanza_id: str | None
    """The stanza's own `id`; of an ack or receipt the id of the stanza that it answers."""


def recognise(node: Node) -> Recognised | None:
    """What the stanza is to calls, None where it is nothing to them.

    Shape is not checked here: a `<call>` is one whatever it holds.
    """
    rule = _RULES.get(node.tag)
    return None if rule is None else rule(node)


def action_child(node: Node) -> Node | None:
    """The child that says what a `<call>` is about, None where it has no child.

    It need not stand first: a pre-accept anywhere among the children is one, then an action that is known,
    then a child that names a call. Where several are alike, or none is any of these, it is the first.
    """
    return max(node.children, key=_action_rank, default=None)


def _action_rank(child: Node) -> tuple[bool, bool, bool]:
    return (child.tag == PREACCEPT, child.tag in KNOWN_ACTIONS, CALL_ID in child.attrs)


def _call(node: Node) -> Recognised:
    action = action_child(node)
    return Recognised(
        kind=StanzaKind.CALL,
        action="" if action is None else action.tag,
        call_id=None if action is None else _call_id(action),
        stanza_id=node.text("id"),
    )


def _ack(node: Node) -> Recognised | None:
    if node.text("class") != "call":
        return None
    return Recognised(StanzaKind.ACK, node.text("type"), _named_call(node), node.text("id"))


def _receipt(node: Node) -> Recognised | None:
    for child in node.children:
        if child.tag in RECEIPTED_ACTIONS or CALL_ID in child.attrs:
            return Recognised(StanzaKind.RECEIPT, child.tag, _call_id(child), node.text("id"))
    return None


def _call_id(child: Node) -> str | None:
    """The call-id, an empty one taken for none: it would join calls that have nothing in common."""
    return child.text(CALL_ID) or None


def _named_call(node: Node) -> str | None:
    """The call that a child names: an offer's ack in `<relay>` or `<group_info>`, others in their own child.

    Source: Cobalt's published fixtures (commit dce2b51a), acks of offer and relaylatency.
    """
    return next((_call_id(child) for child in node.children if CALL_ID in child.attrs), None)


_RULES = {"call": _call, "ack": _ack, "receipt": _receipt}
