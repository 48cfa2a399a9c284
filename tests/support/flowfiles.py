"""A flow file of our own, and the stanza files that its steps name."""

from __future__ import annotations

from pathlib import Path

from support.specfiles import write

FLOW = """\
id: wave-and-answer
title: A wave that is answered
status: draft
spec_version: "0.1.0"
summary: >
  One waves, the other
  waves back.
participants:
  - id: caller
    label: Who waves first
  - id: server
    label: The server
  - id: callee
    label: Who waves back
steps:
  - from: caller
    to: server
    stanza: call-offer
    label: <offer> is placed
    confidence: confirmed
    note: Begins it.
  - from: server
    to: caller
    stanza: call-ack
    label: its ack
    confidence: probable
  - from: server
    to: callee
    stanza: call-offer
    label: the offer is delivered
    confidence: probable
  - from: callee
    to: caller
    stanza: call-preaccept
    label: it rings
    confidence: speculative
  - from: callee
    to: caller
    stanza: call-accept
    label: it is answered
    confidence: probable
  - from: caller
    to: callee
    label: media
    confidence: probable
  - from: caller
    to: callee
    stanza: call-terminate
    label: the end
    confidence: unknown
open_questions:
  - Who ends it?
"""

_STANZA = """\
id: call-{name}
tag: {tag}
display_name: Call {name}
category: signaling
direction: [outgoing, incoming]
status: draft
spec_version: "0.1.0"
summary: One of several.
"""
_CHILD = """\
children:
  - tag: {name}
    occurrence: "1"
    confidence: probable
    description: The action.
"""

ACTIONS = ("offer", "preaccept", "accept", "terminate", "relaylatency")


def checkout(root: Path, flow: str = FLOW, *, name: str = "wave-and-answer.yaml") -> Path:
    """A checkout with a stanza file for each action, one for acks, and the flow."""
    for action in ACTIONS:
        text = _STANZA.format(name=action, tag="call") + _CHILD.format(name=action)
        write(root / "spec" / "stanzas", f"call-{action}.yaml", text)
    write(root / "spec" / "stanzas", "call-ack.yaml", _STANZA.format(name="ack", tag="ack"))
    write(root / "spec" / "flows", name, flow)
    return root
