"""`ringback.sources.chronology`: one order of time over whole connections, stable and bounded."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ringback.observations import Message
from ringback.sources.chronology import MESSAGE_OVERHEAD_BYTES, Chronology, ConnectionEnded, Event, Listed


def connection(flow: str, *times: float, capture: str = "a.flows") -> Listed:
    """A connection with one empty message at each time."""
    return Listed(
        [
            Message(capture, 0, flow, number, from_client=True, at=at, content=b"")
            for number, at in enumerate(times)
        ]
    )


def order(events: Sequence[Event]) -> list[str]:
    """`flow/number` of each message, `end N` of each end."""
    return [
        f"{event.flow}/{event.number}" if isinstance(event, Message) else f"end {event.connection}"
        for event in events
    ]


def test_messages_of_several_connections_in_order_of_time() -> None:
    """A flow file holds one connection after the other; what comes out is in order of time, ends included."""
    chronology = Chronology()
    chronology.add(connection("x", 1.0, 4.0))
    chronology.add(connection("y", 2.0, 3.0))
    assert order(list(chronology.drain())) == ["x/0", "y/0", "y/1", "end 2", "x/1", "end 1"]


def test_equal_times_keep_the_order_of_arrival() -> None:
    """Equal times are no licence to reorder."""
    chronology = Chronology()
    for flow in "cab":
        chronology.add(connection(flow, 1.0, 1.0))
    messages = [each for each in order(list(chronology.drain())) if "/" in each]
    assert messages == ["c/0", "c/1", "a/0", "a/1", "b/0", "b/1"]


def test_connections_are_numbered_by_their_first_message() -> None:
    """Numbers follow time, not the file, where a connection stands as it ended; each capture has its own."""
    chronology = Chronology()
    chronology.add(connection("late", 5.0))
    chronology.add(connection("early", 1.0))
    chronology.add(connection("other", 3.0, capture="b.flows"))
    numbers = {
        event.flow: (event.capture, event.connection)
        for event in chronology.drain()
        if isinstance(event, Message)
    }
    assert numbers == {"early": ("a.flows", 1), "other": ("b.flows", 1), "late": ("a.flows", 2)}


def test_one_flow_id_twice_is_two_connections() -> None:
    """The same flow saved twice must not be taken for one connection whose counters start again."""
    chronology = Chronology()
    chronology.add(connection("x", 1.0))
    chronology.add(connection("x", 2.0))
    ends = [event.connection for event in chronology.drain() if isinstance(event, ConnectionEnded)]
    assert ends == [1, 2]


def test_connection_without_messages_has_no_number() -> None:
    """Nothing was said on it, so nothing is counted."""
    chronology = Chronology()
    chronology.add(Listed([]))
    assert list(chronology.drain()) == []
    assert chronology.is_empty


def test_numbers_go_on_after_a_drain() -> None:
    """A recording that is gone through in parts does not number two connections alike."""
    chronology = Chronology()
    numbers = []
    for at in (1.0, 2.0):
        chronology.add(connection(f"at {at}", at))
        numbers += [event.connection for event in chronology.drain() if isinstance(event, Message)]
        assert chronology.is_empty
    assert numbers == [1, 2]


def test_is_full_at_its_limit() -> None:
    """The limit counts contents and messages, and is set back by a drain."""
    chronology = Chronology(limit_bytes=2 * MESSAGE_OVERHEAD_BYTES)
    states = []
    for flow in "xy":
        chronology.add(connection(flow, 1.0))
        states.append(chronology.is_full)
    list(chronology.drain())
    assert [*states, chronology.is_full] == [False, True, False]


@given(st.lists(st.lists(st.floats(allow_nan=False), max_size=6), max_size=6))
def test_no_clock_reorders_a_connection(times: list[list[float]]) -> None:
    """Whatever the clocks did, every message comes once, in its connection's own order, the end last."""
    chronology = Chronology()
    for flow, own in enumerate(times):
        chronology.add(connection(str(flow), *own))
    seen: dict[int, list[int]] = {}
    for event in chronology.drain():
        if isinstance(event, Message):
            seen.setdefault(event.connection, []).append(event.number)
        else:
            seen[event.connection].append(-1)
    assert sorted(map(len, seen.values())) == sorted(len(own) + 1 for own in times if own)
    for numbers in seen.values():
        assert numbers == [*range(len(numbers) - 1), -1]


def test_a_flow_that_comes_again_is_left_out() -> None:
    """One connection under two names is one; without an id, or at another time, it is another."""
    chronology = Chronology()
    chronology.add(connection("x", 1.0, 2.0))
    chronology.add(connection("x", 1.0, 2.0, capture="b.flows"))
    chronology.add(connection("", 3.0))
    chronology.add(connection("", 3.0))
    chronology.add(connection("x", 4.0))
    events = list(chronology.drain())
    assert order(events) == ["x/0", "x/1", "end 1", "/0", "end 2", "/0", "end 3", "x/0", "end 4"]
    assert [notice.text for notice in chronology.copies()] == [
        "1 connection of b.flows was read from a.flows already: it counts once"
    ]
    assert chronology.copies() == []


def test_what_was_given_back_is_not_replaced() -> None:
    """A longer version that comes behind a drain comes too late."""
    chronology = Chronology()
    chronology.add(connection("x", 1.0))
    assert order(list(chronology.drain())) == ["x/0", "end 1"]
    chronology.add(connection("x", 1.0, 2.0))
    assert chronology.is_empty
