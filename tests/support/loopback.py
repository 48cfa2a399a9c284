"""WebSockets over the loopback, through a proxy in between, both ends in the hands of the test."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tornado.httpclient import HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

from support.flows import Spoken


class _Handler(WebSocketHandler):
    def initialize(self, arrived: asyncio.Queue[_Handler]) -> None:
        self.heard: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._arrived = arrived

    def open(self) -> None:  # type: ignore[override]
        # Else the first of several messages is waited for to be acknowledged, 40 ms each time.
        self.set_nodelay(True)
        self._arrived.put_nowait(self)

    def on_message(self, message: str | bytes) -> None:
        self.heard.put_nowait(message)

    def on_close(self) -> None:
        self.heard.put_nowait(None)


class Pipe:
    """One WebSocket: what one end says is awaited at the other, byte for byte."""

    def __init__(self, client: WebSocketClientConnection, server: _Handler) -> None:
        self._client = client
        self._server = server

    async def say(self, spoken: Sequence[Spoken]) -> None:
        """Each message goes out when the one before it has arrived unchanged."""
        for from_client, content in spoken:
            end = self._client if from_client else self._server
            await end.write_message(content, binary=True)
            heard = await (self._server.heard.get() if from_client else self._client.read_message())
            assert heard == content

    async def say_all(self, from_client: bool, contents: Sequence[bytes]) -> None:
        """Messages of one end in a row, which all arrive at the other unchanged."""
        end = self._client if from_client else self._server
        for content in contents:
            end.write_message(content, binary=True)
        for content in contents:
            heard = await (self._server.heard.get() if from_client else self._client.read_message())
            assert heard == content

    async def close(self) -> None:
        """The client hangs up."""
        self._client.close(1000)
        assert await self._server.heard.get() is None


class Loopback:
    """A WebSocket server on a port of its own, with TLS where there is a certificate for it."""

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        """Files of certificate and key as `support.certificate` makes them."""
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls.load_cert_chain(*certificate)

    async def __aenter__(self) -> Loopback:
        self._arrived: asyncio.Queue[_Handler] = asyncio.Queue()
        socket, self.port = bind_unused_port()
        application = Application([("/ws", _Handler, {"arrived": self._arrived})])
        self._server = HTTPServer(application, ssl_options=self._tls)
        self._server.add_socket(socket)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        await self._server.close_all_connections()

    async def connect(self, proxy_port: int) -> Pipe:
        """A WebSocket to the server through the proxy, whose certificate is taken as it is."""
        scheme = "ws" if self._tls is None else "wss"
        request = HTTPRequest(f"{scheme}://127.0.0.1:{proxy_port}/ws", validate_cert=False)
        client = await websocket_connect(request)
        return Pipe(client, await self._arrived.get())
