"""HAR files, as mitmproxy and Chrome write them."""

from __future__ import annotations

import base64
import io
import json
import re
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.io import FlowReader

from ringback.observations import Message
from ringback.sources import har as har_source
from ringback.sources.har import HarError, HarWebSocket, iter_har
from synthetic import generate
from synthetic.manifest import SCENARIOS

SENT = {"type": "send", "time": 12.5, "opcode": 2, "data": base64.b64encode(b"abc").decode()}
RECEIVED = {"type": "receive", "time": 13, "opcode": 1, "data": "text"}


def har(*entries: object) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def entry(*messages: object, url: str = "wss://web.example.org:8443/ws/chat") -> dict[str, Any]:
    return {"request": {"url": url}, "_webSocketMessages": list(messages)}


def read(data: bytes) -> list[HarWebSocket]:
    return list(iter_har(io.BytesIO(data), "a.har"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_mitmproxy_exports_is_what_it_recorded(name: str) -> None:
    """mitmproxy's own export of a shipped capture holds every message, byte for byte, in order."""
    flows = generate.CAPTURES / "synthetic" / f"{name}.flows"
    with flows.open("rb") as stream:
        recorded: list[Any] = list(FlowReader(stream).stream())
    sockets = read(json.dumps(SaveHar().make_har(recorded)).encode())
    held = [flow.websocket.messages for flow in recorded if flow.websocket is not None]
    assert [
        [(each.from_client, each.at, each.content) for each in socket.messages] for socket in sockets
    ] == [[(each.from_client, each.timestamp, each.content) for each in messages] for messages in held]
    assert {socket.skipped for socket in sockets} == {0}
    assert len({socket.messages[0].flow for socket in sockets}) == len(held)


def test_an_entry_is_a_connection() -> None:
    """Host and port are those of its URL; entries without messages are passed over."""
    (socket,) = read(har({"request": {"url": "https://example.org/"}}, entry(SENT, RECEIVED), entry()))
    assert (socket.host, socket.port) == ("web.example.org", 8443)
    flow = socket.messages[0].flow
    assert socket.messages == (
        Message("a.har", 0, flow, 0, from_client=True, at=12.5, content=b"abc", binary=True),
        Message("a.har", 0, flow, 1, from_client=False, at=13.0, content=b"text", binary=False),
    )


@pytest.mark.parametrize(
    ("url", "place"), [("ws://a.example/", ("a.example", 80)), ("x", ("", 0)), ("wss://[", ("", 0))]
)
def test_any_url_will_do(url: str, place: tuple[str, int]) -> None:
    """A scheme has its port; a URL that is none names no host."""
    (socket,) = read(har(entry(SENT, url=url)))
    assert (socket.host, socket.port) == place


@pytest.mark.parametrize(
    "message",
    [
        1,
        {},
        SENT | {"type": "both"},
        SENT | {"time": "now"},
        SENT | {"opcode": []},
        SENT | {"data": "?"},
        SENT | {"opcode": 8},
        SENT | {"data": 1},
    ],
)
def test_a_message_that_is_none_is_counted(message: object) -> None:
    """The others of its connection are read, under the numbers that they have in the file."""
    (socket,) = read(har(entry(message, RECEIVED)))
    assert (socket.skipped, [each.number for each in socket.messages]) == (1, [1])


def test_what_stands_before_a_tear_is_read() -> None:
    """The entries that are whole; the message says how many there were."""
    torn = iter_har(io.BytesIO(har(entry(SENT), entry(SENT), entry(RECEIVED))[:-60]), "a.har")
    assert [next(torn).messages[0].at, next(torn).messages[0].at] == [12.5, 12.5]
    with pytest.raises(HarError, match="behind entry 2"):
        next(torn)


def test_levels_without_end_take_no_memory_without_end() -> None:
    """A parser that keeps the path of each level would take gigabytes for these 60 KB."""
    tracemalloc.start()
    with pytest.raises(HarError, match="behind entry 1"):
        read(har(entry(SENT))[:-2] + b"," + b"[" * 60_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


class Counted(io.BytesIO):
    """A file that counts how often it is read."""

    times = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file."""
        self.times += 1
        return super().read(size)


def test_a_long_string_is_read_in_few_turns() -> None:
    """The parser copies what it has of a string in each: in many, a time that grows with its square."""
    long = Counted(har(entry({**SENT, "data": "QUJD" * (4 << 20)})))
    (socket,) = iter_har(long, "a.har")
    assert len(socket.messages[0].content) == 12 << 20
    assert long.times < 10


@pytest.mark.parametrize(
    "inside", [b"A", b'\\"', b"\\\\", b'A\\"A'], ids=["text", "quote", "backslash", "both"]
)
def test_a_string_is_read_up_to_a_limit(inside: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is longer, whatever it holds, ends the reading; many that are shorter do not."""
    monkeypatch.setattr(har_source, "MAX_STRING_BYTES", 4_000)
    monkeypatch.setattr(har_source, "_READ_BYTES", 101)
    string = inside * (3_000 // len(inside))
    whole = har(*[entry({**SENT, "extra": "here"})] * 5).replace(b"here", string)
    assert [socket.skipped for socket in read(whole)] == [0] * 5
    torn = iter_har(io.BytesIO(har(entry(SENT), entry(SENT, "here")).replace(b"here", string * 2)), "a.har")
    next(torn)
    with pytest.raises(HarError, match="behind entry 1: a string of more than"):
        next(torn)


@pytest.mark.parametrize("key", ["data", "type"])
def test_a_value_that_is_nested_too_deep_is_none(key: str) -> None:
    """Lists within lists, deeper than Python spells them out, stand for no message and end nothing."""
    told = json.dumps({**SENT, key: 0}).replace(f'"{key}": 0', f'"{key}": {"[" * 30_000}{"]" * 30_000}')
    (socket,) = read(har(entry("message")).replace(b'"message"', f"{told}, {json.dumps(SENT)}".encode()))
    assert ([each.content for each in socket.messages], socket.skipped) == ([b"abc"], 1)


KEYS = ["log", "entries", "request", "url", "_webSocketMessages", "type", "data"]
any_json = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
)


@given(st.binary(max_size=60) | any_json.map(lambda value: har(value, entry(value))))
def test_any_bytes_give_web_sockets_or_an_error(data: bytes) -> None:
    """Nothing but HarError is raised, whatever the file holds."""
    with suppress(HarError):
        read(data)


@pytest.mark.parametrize("broken", [b"\x1b]0;x\x07", b'"value\x1b": ', b"s3cr3t", b"1" * 400, b"\xff"])
def test_an_error_quotes_nothing_of_the_file(broken: bytes) -> None:
    """It may hold a cookie, or what a terminal obeys."""
    text = b'{"log": {"entries": [{"request": {"value": "sid=s3cr3t"}, ' + broken
    with pytest.raises(HarError) as refused:
        list(iter_har(io.BytesIO(text), "c"))
    told = str(refused.value)
    assert re.fullmatch(r"no HAR file behind entry 0: [A-Za-z0-9()\-: ]+", told), told
    assert "s3cr3t" not in told


def test_what_is_not_needed_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of other parts of an entry, as large as they may be, and of what stands in a message where a text
    belongs, no more is in memory than the parser holds."""
    monkeypatch.setattr(har_source, "_READ_BYTES", 1 << 14)
    many = b"[" + b"[]," * 100_000 + b"[]]"
    message = json.dumps(RECEIVED).encode()[:-1] + b', "x": ' + many + b"}"
    wrong = b'{"type": "send", "time": 1, "opcode": 1, "data": ' + many + b"}"
    entry = b'{"response": ' + many + b', "_webSocketMessages": [' + message + b"," + wrong + b"]}"
    stream = io.BytesIO(b'{"log": {"entries": [' + entry + b"]}}")
    list(iter_har(io.BytesIO(har()), "c"))
    tracemalloc.start()
    try:
        (socket,) = iter_har(stream, "c")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(socket.messages), socket.skipped) == (1, 1)
    assert peak < 4 << 20
