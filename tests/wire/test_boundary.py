"""Where frames begin: at a message from which on the messages are whole frames, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.wire import boundary
from ringback.wire.boundary import BoundarySearch, RawMessage
from support.noise_peer import chunks, framed

FRAME = framed(bytes(range(40)))


def raw(number: int, content: bytes) -> RawMessage:
    """A message; its index and time are its number."""
    return RawMessage(content, number, float(number))


def test_a_whole_frame_is_a_boundary() -> None:
    """Nothing waits where the first message is whole frames."""
    search = BoundarySearch()
    message = raw(0, FRAME * 2)
    assert search.add(message) == ([], [message])
    assert search.take() == []


def test_what_comes_before_is_given_up() -> None:
    """The rest of a frame is not part of the chain that follows it."""
    search = BoundarySearch()
    messages = [raw(0, FRAME[9:]), raw(1, FRAME[:5]), raw(2, FRAME[5:])]
    assert search.add(messages[0]) == search.add(messages[1]) == ([], [])
    assert search.add(messages[2]) == (messages[:1], messages[1:])


def test_the_number_of_messages_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit nothing is given up; past it the oldest is."""
    monkeypatch.setattr(boundary, "MAX_WAITING_MESSAGES", 3)
    search = BoundarySearch()
    messages = [raw(number, b"tail") for number in range(5)]
    assert [search.add(message)[0] for message in messages] == [[], [], [], messages[:1], messages[1:2]]
    assert search.take() == messages[2:]
    assert search.take() == []


def test_the_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit nothing is given up; a long message pushes out as many as it takes, itself included."""
    monkeypatch.setattr(boundary, "MAX_WAITING_BYTES", 100)
    search = BoundarySearch()
    sizes = (50, 50, 51, 101)
    messages = [raw(number, b"\1" * size) for number, size in enumerate(sizes)]
    assert [search.add(message)[0] for message in messages] == [[], [], messages[:2], messages[2:]]


@given(st.lists(st.integers(0, 200), max_size=6), st.integers(1, 42))
def test_however_a_stream_is_split(cuts: list[int], start: int) -> None:
    """Of whole frames split anywhere no message is lost: each is given up, part of the chain, or waits."""
    search = BoundarySearch()
    messages = [raw(number, part) for number, part in enumerate([FRAME[start:], *chunks(FRAME * 3, cuts)])]
    seen: list[RawMessage] = []
    for message in messages:
        given_up, frames = search.add(message)
        seen += given_up + frames
        assert not frames or frames[-1] is message
    assert seen + search.take() == messages
