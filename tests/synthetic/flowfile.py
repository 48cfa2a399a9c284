"""Flow files in one fixed format version, so that every mitmproxy writes the same bytes and can read them.

mitmproxy writes the state of its own version and reads every earlier one. The states here are spelled out in
format version 21, that of mitmproxy 11.0.2.
Source: mitmproxy 11.0.2, mitmproxy/version.py FLOW_FORMAT_VERSION, mitmproxy/io/compat.py (read in code).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mitmproxy.io import tnetstring

from synthetic.rendering import SocketMessage

FLOW_FORMAT_VERSION = 21
HOST = "web.whatsapp.com"
PATH = "/ws/chat"
SERVER_ADDRESS = ("192.0.2.1", 443)

_TEXT, _BINARY = 1, 2
"""Opcodes. Source: RFC 6455 section 5.2."""
_UPGRADE_REQUEST = (
    (b"Connection", b"Upgrade"),
    (b"Upgrade", b"websocket"),
    (b"Origin", b"https://web.whatsapp.com"),
    (b"Sec-WebSocket-Version", b"13"),
    (b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="),
)
_UPGRADE_RESPONSE = (
    (b"Connection", b"Upgrade"),
    (b"Upgrade", b"websocket"),
    (b"Sec-WebSocket-Accept", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
)
"""Nonce and answer are the sample of RFC 6455 section 1.3."""

State = dict[str, Any]


def websocket_flow(
    flow_id: str, messages: Sequence[SocketMessage], *, port: int, host: str = HOST, path: str = PATH
) -> State:
    """State of a flow with a closed WebSocket; it opened 0.1 s before its first message."""
    opened, closed = messages[0].at - 0.1, messages[-1].at + 0.1
    state = _http_flow(flow_id, host, path, opened, port=port)
    state["request"]["headers"] = ((b"Host", host.encode()), *_UPGRADE_REQUEST)
    state["response"] |= {"status_code": 101, "reason": b"Switching Protocols", "headers": _UPGRADE_RESPONSE}
    state["websocket"] = {
        "messages": [
            (_BINARY if one.binary else _TEXT, one.from_client, one.content, one.at, False, False)
            for one in messages
        ],
        "closed_by_client": True,
        "close_code": 1000,
        "close_reason": "",
        "timestamp_end": closed,
    }
    return state


def page_flow(flow_id: str, path: str, at: float, *, port: int) -> State:
    """State of an ordinary request for a page that does not exist."""
    return _http_flow(flow_id, HOST, path, at, port=port)


def dump(states: Sequence[State]) -> bytes:
    """The flow file."""
    return b"".join(tnetstring.dumps(state) for state in states)


def _http_flow(flow_id: str, host: str, path: str, at: float, *, port: int) -> State:
    return {
        "version": FLOW_FORMAT_VERSION,
        "type": "http",
        "id": flow_id,
        "error": None,
        "client_conn": _connection(flow_id, "client", ("127.0.0.1", port), at)
        | {"mitmcert": None}
        | {"proxy_mode": "regular"},
        "server_conn": _connection(flow_id, "server", SERVER_ADDRESS, at)
        | {"address": (host, 443), "timestamp_tcp_setup": at, "via": None},
        "intercepted": False,
        "is_replay": None,
        "marked": "",
        "metadata": {},
        "comment": "",
        "timestamp_created": at,
        "backup": None,
        "request": _message(at, ((b"Host", host.encode()),))
        | {"host": host, "port": 443, "method": b"GET", "scheme": b"https", "authority": b""}
        | {"path": path.encode()},
        "response": _message(at, ((b"Content-Length", b"0"),)) | {"status_code": 404, "reason": b"Not Found"},
        "websocket": None,
    }


def _message(at: float, headers: tuple[tuple[bytes, bytes], ...]) -> State:
    return {
        "http_version": b"HTTP/1.1",
        "headers": headers,
        "content": b"",
        "trailers": None,
        "timestamp_start": at,
        "timestamp_end": at,
    }


def _connection(flow_id: str, side: str, peer: tuple[str, int], at: float) -> State:
    return {
        "peername": peer,
        "sockname": ("127.0.0.1", 8080),
        "id": f"{flow_id[:-6]}{side}",
        "transport_protocol": "tcp",
        "error": None,
        "tls": True,
        "certificate_list": [],
        "alpn": b"http/1.1",
        "alpn_offers": [],
        "cipher": None,
        "cipher_list": [],
        "tls_version": "TLSv1.3",
        "sni": HOST,
        "timestamp_start": at,
        "timestamp_end": at,
        "timestamp_tls_setup": at,
    }
