"""The hold-back store: order, and both of its bounds at, one past and far past the limit."""

import pytest

from ringback.wire import holdback
from ringback.wire.events import Direction, FramePlace
from ringback.wire.holdback import HeldFrame, HoldBack


def frame(number: int, size: int = 20) -> HeldFrame:
    """A held frame."""
    return HeldFrame(FramePlace(Direction.CLIENT, number, number, 0.0), bytes(size))


def numbers(frames: list[HeldFrame]) -> list[int]:
    """The numbers of `frames`."""
    return [each.place.frame for each in frames]


def test_frames_come_out_in_order() -> None:
    """`first` looks, `take` empties; both give the oldest first."""
    held = HoldBack()
    assert [held.add(frame(number)) for number in range(4)] == [[]] * 4
    assert numbers(held.first(2)) == [0, 1]
    assert numbers(held.first(9)) == [0, 1, 2, 3]
    assert len(held) == 4
    assert numbers(held.take()) == [0, 1, 2, 3]
    assert (len(held), held.take(), held.first(1)) == (0, [], [])


def test_the_number_of_frames_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit nothing is pushed out, and each frame past it pushes out the oldest."""
    monkeypatch.setattr(holdback, "MAX_HELD_FRAMES", 3)
    held = HoldBack()
    assert [numbers(held.add(frame(number))) for number in range(6)] == [[], [], [], [0], [1], [2]]
    assert numbers(held.take()) == [3, 4, 5]


def test_the_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit nothing is pushed out; a large frame pushes out as many as it takes."""
    monkeypatch.setattr(holdback, "MAX_HELD_BYTES", 100)
    held = HoldBack()
    assert [numbers(held.add(frame(number, 25))) for number in range(4)] == [[]] * 4
    assert numbers(held.add(frame(4, 1))) == [0]
    assert numbers(held.add(frame(5, 60))) == [1, 2]
    assert numbers(held.add(frame(6, 100))) == [3, 4, 5]


def test_bytes_taken_are_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken or pushed out no longer counts."""
    monkeypatch.setattr(holdback, "MAX_HELD_BYTES", 100)
    held = HoldBack()
    assert [numbers(held.add(frame(number, 100))) for number in range(3)] == [[], [0], [1]]
    held.take()
    assert held.add(frame(3, 100)) == []


def test_any_single_frame_fits() -> None:
    """The store takes a frame of the greatest length that the wire can carry."""
    assert holdback.MAX_HELD_BYTES > 0xFFFFFF
