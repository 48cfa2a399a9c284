"""The shipped captures as mitmproxy's own flows, and as what was said on them in order of time."""

from __future__ import annotations

from pathlib import Path

from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader
from mitmproxy.websocket import WebSocketMessage

CAPTURES = Path(__file__).parents[2] / "captures" / "synthetic"


def capture(name: str) -> Path:
    """The flow file of a shipped capture."""
    return CAPTURES / f"{name}.flows"


def key_log(name: str) -> str:
    """The text of its key log."""
    return (CAPTURES / f"{name}.keys").read_text()


def websocket_flows(name: str) -> list[HTTPFlow]:
    """Its WebSocket flows, in the order of the file."""
    with capture(name).open("rb") as stream:
        flows = list(FlowReader(stream).stream())
    return [flow for flow in flows if isinstance(flow, HTTPFlow) and flow.websocket is not None]


def in_order(flows: list[HTTPFlow]) -> list[tuple[HTTPFlow, WebSocketMessage]]:
    """Every message with its flow, in order of time."""
    spoken = [(flow, message) for flow in flows if flow.websocket for message in flow.websocket.messages]
    return sorted(spoken, key=lambda pair: pair[1].timestamp)
