"""`ringback.sources.live`: what is new on a growing connection, and when it is over for good."""

from __future__ import annotations

import pytest

from ringback.sources import live
from ringback.sources.live import KEY_GRACE_S, Followed, LiveConnections, new_messages


def yes() -> bool:
    return True


def test_each_message_is_new_once() -> None:
    """One message at a time, each with its index; the end of the connection brings none again."""
    followed, exchanged = Followed(1), []
    for number, word in enumerate("abc"):
        exchanged.append(word)
        assert new_messages(followed, exchanged, arrived=True) == [(number, word)]
    assert new_messages(followed, exchanged, arrived=False) == []


def test_what_was_said_before_comes_first() -> None:
    """An add-on that is loaded late takes the earlier messages of the flow too, in order."""
    followed = Followed(1)
    assert new_messages(followed, ["a", "b", "c"], arrived=True) == [(0, "a"), (1, "b"), (2, "c")]


def test_messages_are_taken_at_the_end_where_none_came_before() -> None:
    """Loaded so late that only the end is seen: the whole connection is still there."""
    followed = Followed(1)
    assert new_messages(followed, ["a", "b"], arrived=False) == [(0, "a"), (1, "b")]


def test_another_addon_empties_the_list() -> None:
    """Where the list is cleared to save memory, each message is still taken once and the numbers go on."""
    followed = Followed(1)
    taken = [new_messages(followed, [word], arrived=True) for word in "abc"]
    assert taken == [[(0, "a")], [(1, "b")], [(2, "c")]]
    assert new_messages(followed, [], arrived=False) == []


def test_numbers_follow_the_first_messages() -> None:
    """Connections are numbered from 1 as they begin to talk; what is left out takes no number."""
    connections = LiveConnections()
    first = connections.admit("x", yes)
    left_out = connections.admit("y", lambda: False)
    second = connections.admit("z", yes)
    assert first is not None
    assert second is not None
    assert (first.number, left_out, second.number) == (1, None, 2)
    assert connections.admit("x", yes) is first
    assert connections.count == 2


def test_host_is_asked_once() -> None:
    """A connection that was left out stays so, whatever the filter says later; its end tells that it was."""
    connections = LiveConnections()
    connections.admit("x", lambda: False)
    assert connections.admit("x", yes) is None
    assert "x" in connections
    assert connections.end("x", 1.0) is True
    assert "x" not in connections


def test_end_is_due_after_the_grace() -> None:
    """A connection is given up once its grace is over, and then forgotten."""
    connections = LiveConnections()
    connections.admit("x", yes)
    connections.admit("y", yes)
    assert connections.end("x", 100.0) is False
    assert connections.due(100.0 + KEY_GRACE_S - 0.001) == []
    assert "x" in connections
    assert connections.due(100.0 + KEY_GRACE_S) == [1]
    assert connections.due(100.0 + KEY_GRACE_S) == []
    assert "x" not in connections
    assert "y" in connections


def test_connections_at_once_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit all are followed; one more ends the one that began first, which is counted, and what still
    comes on that one is another connection. Of those left out, one that is forgotten is asked about again."""
    monkeypatch.setattr(live, "MAX_FOLLOWED", 3)
    connections = LiveConnections()
    for flow in "abc":
        connections.admit(flow, yes)
    assert (connections.due(0.0), connections.given_up) == ([], 0)
    connections.admit("d", yes)
    assert (connections.given_up, connections.due(0.0), connections.due(0.0)) == (1, [1], [])
    again = connections.admit("a", yes)
    assert again is not None
    assert (again.number, connections.due(0.0), connections.count) == (5, [2], 5)
    assert connections.is_given_up("b")
    assert "b" in connections
    connections.end("b", 0.0)
    assert not connections.is_given_up("b")
    for flow in "wxyz":
        assert connections.admit(flow, lambda: False) is None
    assert ("w" in connections, "z" in connections) == (False, True)


def test_of_a_connection_that_was_given_up_no_message_is_taken_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on with what comes, as one that begins there."""
    monkeypatch.setattr(live, "MAX_FOLLOWED", 1)
    connections, taken = LiveConnections(), []
    said = {"x": list[str](), "y": list[str]()}
    for number in range(3):
        for flow, exchanged in said.items():
            exchanged.append(f"{flow}{number}")
            followed = connections.admit(flow, yes)
            assert followed is not None
            assert followed.since == number
            taken += new_messages(followed, exchanged, arrived=True)
    assert taken == [(number, f"{flow}{number}") for number in range(3) for flow in "xy"]
