"""mitmproxy flows with WebSocket messages of one's own, and files of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowWriter
from mitmproxy.test.tflow import twebsocketflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

START = 1_700_000_000.0
"""Time of the first message where nothing else is said; seconds since the epoch."""

Spoken = tuple[bool, bytes]
"""Whether the client sent it, and its content."""


def websocket_flow(
    spoken: Sequence[Spoken],
    *,
    start: float = START,
    step: float = 0.01,
    live: bool = False,
    host: str = "example.com",
) -> HTTPFlow:
    """A flow with binary messages, `step` seconds apart from `start` on."""
    flow = twebsocketflow()
    assert flow.websocket is not None
    flow.live = live
    flow.request.host = host
    flow.websocket.messages = [
        message(from_client, content, start + step * number)
        for number, (from_client, content) in enumerate(spoken)
    ]
    return flow


def message(
    from_client: bool, content: bytes, at: float = START, *, injected: bool = False
) -> WebSocketMessage:
    """One binary WebSocket message."""
    return WebSocketMessage(Opcode.BINARY, from_client, content, at, injected=injected)


def flow_bytes(flows: Iterable[Flow]) -> bytes:
    """The flows as mitmproxy writes them."""
    stream = BytesIO()
    writer = FlowWriter(stream)  # type: ignore[no-untyped-call]
    for flow in flows:
        writer.add(flow)
    return stream.getvalue()


def write_flows(path: Path, *flows: HTTPFlow) -> Path:
    """A flow file at `path`, which is given back."""
    path.write_bytes(flow_bytes(flows))
    return path
