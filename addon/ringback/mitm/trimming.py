"""Messages that mitmproxy need not keep: of a WebSocket it keeps every one for as long as it has the flow."""

from __future__ import annotations

from mitmproxy.http import HTTPFlow

from ringback.sources.flowfile import TRIMMED
from ringback.sources.flows import trimmed_of

MAX_TAIL = 100
"""Messages of a flow that stay, the newest, so that its views have something to show. Twice as many there are
at most, so that few are moved."""
MAX_TAIL_BYTES = 4 << 20
"""Bytes of these, and as many again of small ones; the newest message stays whatever it takes."""
_LARGE_BYTES = MAX_TAIL_BYTES // (2 * MAX_TAIL)
"""From here on a single message is reason enough to look."""


def trim(flow: HTTPFlow) -> int:
    """Take the oldest messages away where there are too many; how many that were.

    The flow's metadata say how many were taken in all: by that whoever reads a recording numbers the rest.
    """
    messages = [] if flow.websocket is None else flow.websocket.messages
    if len(messages) <= 2 * MAX_TAIL and (not messages or len(messages[-1].content) < _LARGE_BYTES):
        return 0
    kept = messages[-MAX_TAIL:]
    size = 0
    for count, message in enumerate(reversed(kept)):
        size += len(message.content)
        if count and size > MAX_TAIL_BYTES:
            kept = kept[len(kept) - count :]
            break
    surplus = len(messages) - len(kept)
    if surplus:
        del messages[:surplus]
        flow.metadata[TRIMMED] = trimmed_of(flow) + surplus
    return surplus
