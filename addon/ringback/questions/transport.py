"""Transport material in a stanza: addresses at which media might be sent or received, in any form."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from ringback.stanza import Node

CANDIDATE_TAGS = frozenset({"te", "te2", "endpoint"})
"""Tags of a transport endpoint.

Source: Cobalt's published fixtures (commit dce2b51a) for te and te2; wacrg spec/stanzas/call-transport.yaml
for endpoint.
"""
RELAY = "relay"
"""The server's allocation of relays: what stands below it is offered by the server, not by a device."""
PACKED_LENGTHS = {6: "packed IPv4 (6 bytes)", 18: "packed IPv6 (18 bytes)"}
"""Address and port as bytes. Source: Cobalt's published fixtures (commit dce2b51a), te and te2."""


class Origin(enum.Enum):
    """Whose endpoint it is."""

    DEVICE = "device"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Material:
    """One endpoint in a stanza."""

    form: str
    """How the address is written; never the address."""
    origin: Origin


def materials(node: Node, origin: Origin = Origin.DEVICE) -> Iterator[Material]:
    """Every endpoint in the stanza, in document order."""
    here = Origin.SERVER if node.tag == RELAY else origin
    form = maybe_form(node)
    if form is not None:
        yield Material(form, here)
    for child in node.children:
        yield from materials(child, here)


def maybe_form(node: Node) -> str | None:
    """How the node writes an address: by attributes, as packed bytes, both or neither; None for a node that
    is no endpoint."""
    has_attributes = "ip" in node.attrs and "port" in node.attrs
    if node.tag not in CANDIDATE_TAGS and not has_attributes:
        return None
    written = [*(["ip and port attributes"] if has_attributes else []), *_content_form(node)]
    return " and ".join(written) or "no address"


def _content_form(node: Node) -> list[str]:
    if isinstance(node.content, bytes):
        return [PACKED_LENGTHS.get(len(node.content), f"{len(node.content)} bytes")]
    return [] if node.content is None or isinstance(node.content, tuple) else ["text"]
