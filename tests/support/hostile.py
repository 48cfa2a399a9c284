"""A recording whose stanzas try to be obeyed by whatever shows them."""

from __future__ import annotations

from pathlib import Path

from ringback.stanza import Node, from_text
from support.flows import websocket_flow, write_flows
from support.noise_peer import NoisePair
from support.wire_driver import plain

HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31m<img src=x onerror=\"document.title='owned'\">\u202e\u2066\r\n"
    + "A" * 2_000
)
"""Sets a terminal's title, clears it, is HTML, turns the line around, ends it, and is long."""
ORDINARY = from_text('<call from="100002:7@lid" id="3EB0AA"><preaccept call-id="00AAAA"/></call>')


def hostile_nodes() -> list[Node]:
    """A call stanza that is hostile everywhere, an ordinary one behind it, and a hostile one of no call."""
    ringing = Node("preaccept", {"call-id": HOSTILE, "call-creator": HOSTILE, HOSTILE[:50]: "1"}, HOSTILE)
    return [
        Node("call", {"from": HOSTILE, "id": HOSTILE}, (ringing, Node(HOSTILE, {}, HOSTILE.encode()))),
        ORDINARY,
        Node(HOSTILE, {"id": HOSTILE}, HOSTILE.encode()),
    ]


def write_hostile(path: Path) -> Path:
    """A flow file of them with its key log beside it."""
    pair = NoisePair()
    frames = [(False, pair.server_frame(plain(node))) for node in hostile_nodes()]
    path.with_suffix(".keys").write_text(pair.key_log)
    return write_flows(path, websocket_flow([*pair.handshake, *frames]))
