"""`ringback.sources.flowfile` beside mitmproxy's own reader: what it reads is the same, or left to that."""

from __future__ import annotations

import io
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader, tnetstring
from mitmproxy.test.tflow import tdnsflow, tflow, ttcpflow, tudpflow
from mitmproxy.websocket import WebSocketMessage

from ringback.observations import Message
from ringback.sources.flowfile import FORMAT_VERSION, RawFlow, UnfamiliarError, maybe_raw
from ringback.sources.flows import recorded_messages
from support.flows import START, flow_bytes, websocket_flow

MESSAGES = st.lists(
    st.tuples(
        st.sampled_from([1, 2]),
        st.booleans(),
        st.binary(max_size=40),
        st.floats(min_value=1e-3, max_value=2e9),
        st.booleans(),
        st.booleans(),
    ),
    max_size=5,
)
"""Opcode, whether the client's, content, time, whether dropped, whether injected: as it writes them."""


def flow_of(*messages: tuple[int, bool, bytes, float, bool, bool]) -> HTTPFlow:
    flow = websocket_flow([])
    assert flow.websocket is not None
    flow.websocket.messages = [WebSocketMessage(*message) for message in messages]
    return flow


def raw(data: bytes) -> RawFlow:
    found = maybe_raw(io.BytesIO(data))
    assert found is not None
    return found


def read(data: bytes) -> list[Message]:
    """The messages as they are read here.

    Raises:
        UnfamiliarError: they are not.
    """
    socket = raw(data).maybe_socket("a.flows")
    return [] if socket is None else [socket.message(index, 0) for index in range(len(socket.times))]


def read_by_mitmproxy(data: bytes) -> list[Message]:
    (flow,) = FlowReader(io.BytesIO(data)).stream()
    return recorded_messages(flow, "a.flows", lambda _: None) if isinstance(flow, HTTPFlow) else []


@given(MESSAGES)
def test_the_same_messages(messages: list[tuple[int, bool, bytes, float, bool, bool]]) -> None:
    """Whatever mitmproxy writes is read as mitmproxy reads it; times of another spelling are left to it."""
    data = flow_bytes([flow_of(*messages)])
    try:
        assert read(data) == read_by_mitmproxy(data)
    except UnfamiliarError:
        assert any(at < 1 for _, _, _, at, _, _ in messages)


@given(MESSAGES, st.data())
def test_damage(messages: list[tuple[int, bool, bytes, float, bool, bool]], data: st.DataObject) -> None:
    """A byte is another: what is read is what mitmproxy reads, if it reads anything, or left to it."""
    whole = bytearray(flow_bytes([flow_of(*messages)]))
    whole[data.draw(st.integers(0, 1 << 16)) % len(whole)] = data.draw(st.integers(0, 255))
    try:
        own = read(bytes(whole))
    except (UnfamiliarError, ValueError, AssertionError):
        return
    try:
        theirs = read_by_mitmproxy(bytes(whole))
    except Exception:  # noqa: BLE001 - a damaged file makes mitmproxy's reader raise anything
        return
    assert own == theirs


def test_what_is_no_websocket_is_passed_over() -> None:
    """Requests, and flows of other protocols, hold nothing to be looked at."""
    flows: list[Flow] = [tflow(resp=True), ttcpflow(), tudpflow(), tdnsflow()]
    for flow in flows:
        assert raw(flow_bytes([flow])).maybe_socket("a.flows") is None


@pytest.mark.parametrize(
    "change",
    [{"version": 20}, {"version": FORMAT_VERSION + 1}, {"type": "smoke"}, {"websocket": b"x"}, {"id": 5}],
    ids=repr,
)
def test_other_flows_are_left_to_mitmproxy(change: dict[str, Any]) -> None:
    """Another version, type or spelling is nothing that is guessed at."""
    state = flow_of((2, True, b"one", START, False, False)).get_state() | change
    with pytest.raises(UnfamiliarError):
        read(tnetstring.dumps(state))


def test_an_old_flow_is_brought_up_to_date() -> None:
    """What is left to mitmproxy comes out as its own reader gives it."""
    state = flow_of((2, True, b"one", START, False, False)).get_state() | {"version": 20}
    flow = raw(tnetstring.dumps(state)).flow()
    assert isinstance(flow, HTTPFlow)
    assert [message.content for message in recorded_messages(flow, "", lambda _: None)] == [b"one"]


@pytest.mark.parametrize("at", [0.0, -1.0, 1e22, math.inf, 5])
def test_odd_times_are_left_to_mitmproxy(at: float) -> None:
    """It reads 0 as now, and others are for the check of what it read."""
    flow = flow_of((2, True, b"one", START, False, False))
    assert flow.websocket is not None
    flow.websocket.messages[0].timestamp = at
    with pytest.raises(UnfamiliarError):
        read(flow_bytes([flow]))


def test_the_rest_of_a_flow() -> None:
    """Names of the connection are those that mitmproxy reads; the messages are not made for that."""
    flow = websocket_flow([(True, b"one")], host="web.example.org")
    flow.client_conn.sni = "sni.example.org"
    found = raw(flow_bytes([flow]))
    assert found.maybe_socket("a.flows") is not None
    head = found.head()
    assert (head.request.host, head.client_conn.sni) == ("web.example.org", "sni.example.org")
    assert head.websocket is None


@pytest.mark.parametrize("data", [b"5", b"x", b":", b"1234567890123:", b"3:ab", b"3:abc", b"99:}"])
def test_what_is_no_tnetstring(data: bytes) -> None:
    """A length without end, or more of it than there is, is a tear."""
    with pytest.raises(ValueError, match=r"no length|ends early"):
        maybe_raw(io.BytesIO(data))


def test_the_end_of_a_file() -> None:
    """Behind the last flow there is none."""
    assert maybe_raw(io.BytesIO(b"")) is None
