"""Event files as sources: read whole, and followed in every state that a file can be in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ringback.calls import Sighting
from ringback.eventfile import EventFile
from ringback.eventreading import MAX_LINE_BYTES, RunEnded, Told
from ringback.observations import Funnel
from ringback.sources.event_file import EventFollower, read_events
from ringback.sources.flows import Reading
from ringback.sources.hosts import HostFilter
from ringback.sources.notice import Notice, Urgency


def record(**values: Any) -> bytes:
    return json.dumps({"schema": "ringback-events/1", **values}).encode() + b"\n"


def stanza(number: int, *, padding: int = 0) -> bytes:
    node = {"tag": "call", "attrs": {"id": f"ID-{number:04}"}, "content": "x" * padding}
    place = {"direction": "client", "frame": number, "message": number, "at": 1000.0 + number}
    named = {"capture": "a.flows", "connection": 1, "flow": "f"}
    return record(type="stanza", **named, **place, trailing=0, owner=None, node=node)


def frames(told: list[Told]) -> list[int]:
    return [each.evidence.place.frame for each in told if isinstance(each, Sighting)]


def captures(told: list[Told]) -> list[str]:
    return [each.evidence.capture for each in told if isinstance(each, Sighting)]


class Followed:
    """A file that is followed, and what was told about it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: list[Notice] = []
        self.follower = EventFollower(path, path.name, self.notices.append)

    def append(self, content: bytes) -> None:
        with self.path.open("ab") as stream:
            stream.write(content)

    def poll(self, most: int = 100) -> list[int]:
        return frames(self.follower.poll(most))

    @property
    def told(self) -> list[str]:
        return [notice.text.removeprefix(str(self.path)) for notice in self.notices]


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    return Followed(tmp_path / "found.jsonl")


def whole(path: Path) -> tuple[list[Told], list[Notice]]:
    notices: list[Notice] = []
    return list(read_events(path, path.name, Reading(notices.append, HostFilter()))), notices


def test_all_lines_are_read_and_progress_is_told(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_bytes(b"".join(map(stanza, range(600))))
    steps: list[tuple[int, int]] = []
    reading = Reading(lambda _: None, HostFilter(), lambda _, read, size: steps.append((read, size)))
    assert frames(list(read_events(path, "found.jsonl", reading))) == list(range(600))
    assert len(steps) == 3
    assert {size for _, size in steps} == {path.stat().st_size}


def test_the_reading_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_bytes(b"".join(map(stanza, range(9))))
    asked = iter([False] * 4)
    reading = Reading(lambda _: None, HostFilter(), stop=lambda: next(asked, True))
    assert frames(list(read_events(path, "found.jsonl", reading))) == [0, 1, 2, 3]


def test_an_incomplete_last_line_is_left_out(tmp_path: Path) -> None:
    """A run was killed while it wrote: that is told, and no fault of the file."""
    path = tmp_path / "found.jsonl"
    path.write_bytes(stanza(0) + stanza(1)[:-20])
    told, (notice,) = whole(path)
    assert frames(told) == [0]
    assert notice.urgency is Urgency.WARNING
    assert ":2: the last line is incomplete" in notice.text


@pytest.mark.parametrize("length", [MAX_LINE_BYTES + 1, 3 * MAX_LINE_BYTES])
def test_a_line_that_is_too_long_is_skipped_as_one(tmp_path: Path, length: int) -> None:
    path = tmp_path / "found.jsonl"
    path.write_bytes(stanza(0) + b"x" * length + b"\n" + stanza(1))
    told, (notice,) = whole(path)
    assert frames(told) == [0, 1]
    assert ":2: it is longer than any record; the line is skipped" in notice.text


def test_lost_records_are_told(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_bytes(record(type="lost", records=3))
    _, (notice,) = whole(path)
    assert ":1: 3 records are missing, for the disk was full or failed" in notice.text


def test_a_growing_file_is_followed_line_by_line(followed: Followed) -> None:
    """A line that is half there is taken once it is whole."""
    followed.append(stanza(0) + stanza(1)[:30])
    assert followed.poll() == [0]
    assert followed.poll() == []
    followed.append(stanza(1)[30:])
    assert followed.poll() == [1]
    assert followed.told == []


def test_a_poll_is_bounded(followed: Followed) -> None:
    followed.append(b"".join(map(stanza, range(5))))
    assert followed.poll(2) == [0, 1]
    assert followed.follower.is_behind
    assert followed.poll(2) == [2, 3]
    assert followed.poll(2) == [4]
    assert not followed.follower.is_behind


def test_a_file_that_is_not_there_yet_is_waited_for(followed: Followed) -> None:
    assert followed.poll() == []
    assert followed.poll() == []
    assert followed.told == [" is not there yet: waiting for it"]
    assert followed.follower.trouble
    followed.append(stanza(0))
    assert followed.poll() == [0]
    assert not followed.follower.trouble


def test_a_half_line_that_is_taken_away_was_never_there(followed: Followed) -> None:
    """A run was killed; the next one takes its half line away and begins: nothing is read twice."""
    with EventFile(followed.path):
        followed.append(stanza(0) + stanza(1)[:40])
        assert followed.poll() == [0]
    with EventFile(followed.path) as events:
        followed.append(stanza(2))
        events.summary(Funnel(frames=3))
    told = followed.follower.poll()
    assert captures(told) == ["found.jsonl#2: a.flows"]
    assert told[-1] == RunEnded(Funnel(frames=3))
    assert followed.told == []


@pytest.mark.parametrize("padding", [0, 500])
def test_a_file_that_was_replaced_is_read_from_its_start(followed: Followed, padding: int) -> None:
    """Shorter or longer than the old one; what it holds is of another run."""
    followed.append(stanza(0) + stanza(1))
    followed.poll()
    followed.path.unlink()
    followed.append(stanza(7, padding=padding) + (stanza(8) if padding else b""))
    told = followed.follower.poll()
    assert frames(told)[0] == 7
    assert captures(told)[0] == "found.jsonl#2: a.flows"
    assert followed.told == [" was replaced or cut: reading it from its start"]


def test_a_line_that_is_too_long_is_skipped_over_polls(followed: Followed) -> None:
    followed.append(b"x" * (2 * MAX_LINE_BYTES + 5))
    assert followed.poll() == []
    followed.append(b"x\n" + stanza(1))
    assert followed.poll() == [1]
    assert len(followed.told) == 1


def test_a_folder_is_told_once(tmp_path: Path) -> None:
    followed = Followed(tmp_path)
    assert followed.poll() == followed.poll() == []
    assert followed.told == [" is no regular file: name the file that ringback writes events to"]


def test_bad_lines_are_told_three_times_at_most(followed: Followed) -> None:
    """A file that is something else does not flood the screen while it is followed."""
    followed.append(b"nonsense\n" * 50 + stanza(1))
    assert followed.poll() == [1]
    assert len(followed.told) == 3
