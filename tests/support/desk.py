"""The add-on in a mitmproxy of its own, live traffic as a test says it, and what mitmproxy shows of it."""

# mitmproxy's test helpers are not annotated, and its content views differ between the versions under test.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mitmproxy import contentviews
from mitmproxy.addons.view import View
from mitmproxy.http import HTTPFlow, Message
from mitmproxy.test import taddons
from mitmproxy.websocket import WebSocketMessage

from ringback.addon import Ringback
from ringback.stanza import Node
from support.flows import message, websocket_flow
from support.noise_peer import NoisePair
from support.wire_driver import plain


def shown(message: WebSocketMessage | Message, flow: HTTPFlow, view: str = "auto") -> tuple[str, str]:
    """The view that mitmproxy chooses for a message and what it shows in it; no name before mitmproxy 12."""
    api: Any = contentviews
    if hasattr(api, "registry"):
        result = api.prettify_message(message, flow, view)
        return str(result.view_name).lower(), result.text
    name, lines, error = api.get_message_content_view(view, message, flow)
    assert error is None, error
    return str(name).lower(), "\n".join("".join(text for _, text in line) for line in lines)


def text_of(message: WebSocketMessage, flow: HTTPFlow) -> str:
    """What mitmproxy shows of a message, which is to be ringback's view of it."""
    name, text = shown(message, flow)
    assert name == "ringback"
    return text


class Desk:
    """mitmproxy with the add-on and a flow list. A context manager."""

    def __init__(self, folder: Path, **options: object) -> None:
        """The key log goes to `folder`; options are given without their prefix."""
        self.keys = folder / "desk.keys"
        self.addon = Ringback()
        self.flow_list = View()
        self._clock = time.time()
        self._options = {f"ringback_{name}": value for name, value in options.items()}

    def __enter__(self) -> Self:
        self.context = taddons.context(self.flow_list).__enter__()
        self.context.master.addons.add(self.addon)
        self.context.configure(self.addon, ringback_keylog=str(self.keys), **self._options)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.master.addons.remove(self.addon)
        self.context.__exit__(kind, error, trace)
        # Its log handler would go on to a loop that is closed when the next desk logs.
        self.context.master._legacy_log_events.uninstall()

    def write_keys(self, *lines: str) -> None:
        """Let the key log grow."""
        with self.keys.open("a") as stream:
            stream.writelines(lines)

    def open(self) -> HTTPFlow:
        """A new WebSocket, in the flow list."""
        flow = websocket_flow([], live=True)
        self.flow_list.add([flow])
        return flow

    def connect(self, pair: NoisePair) -> HTTPFlow:
        """A new WebSocket with a handshake behind it."""
        flow = self.open()
        for from_client, content in pair.handshake:
            self.say(flow, content, from_client=from_client)
        return flow

    def say(self, flow: HTTPFlow, content: bytes, *, from_client: bool = False) -> WebSocketMessage:
        """One message, as mitmproxy hands it out."""
        return self.hand_out(flow, message(from_client, content, time.time()))

    def hand_out(self, flow: HTTPFlow, new: WebSocketMessage) -> WebSocketMessage:
        """A message of any kind."""
        assert flow.websocket is not None
        flow.websocket.messages.append(new)
        self.addon.websocket_message(flow)
        return new

    def end(self, flow: HTTPFlow) -> None:
        """The WebSocket is closed, and no key can come for it any more."""
        self.addon.websocket_end(flow)
        flow.live = False
        self.tick(4_000_000_000.0)

    def tick(self, now: float | None = None) -> None:
        """What the add-on does from time to time; where nothing is said a second after the last time."""
        self._clock = self._clock + 1.0 if now is None else now
        self.addon.tick(self._clock)


def server_frames(pair: NoisePair, nodes: Iterable[Node]) -> bytes:
    """Sealed frames of these stanzas in one stream."""
    return b"".join(pair.server_frame(plain(node)) for node in nodes)
