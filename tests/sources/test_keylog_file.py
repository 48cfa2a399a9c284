"""`ringback.sources.keylog_file` on real files in every state that a file has while it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringback.sources import keylog_file
from ringback.sources.keylog_file import KeyLogFile, key_log_beside
from ringback.sources.notice import Notice, Urgency
from ringback.wire.keylog import KeyLog
from support.noise_peer import NoisePair


class Follower:
    """A key log file under test, with what it told."""

    def __init__(self, path: Path) -> None:
        self.keys = KeyLog()
        self.notices: list[Notice] = []
        self.file = KeyLogFile(path, self.keys, self.notices.append)

    @property
    def told(self) -> list[str]:
        return [notice.text.replace(str(self.file.path), "FILE") for notice in self.notices]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.keys"


@pytest.fixture
def follower(path: Path) -> Follower:
    return Follower(path)


def log(seed: str) -> bytes:
    """The three lines of one session."""
    return NoisePair(seed=seed.encode()).key_log.encode()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


def test_grows_byte_by_byte(path: Path, follower: Follower) -> None:
    """A key counts from the poll after its newline was written, wherever the writes were cut."""
    gained = []
    for offset, byte in enumerate(log("a")):
        append(path, bytes([byte]))
        if follower.file.poll():
            gained.append(offset)
    assert gained == [offset for offset, byte in enumerate(log("a")) if byte == ord("\n")]
    assert follower.keys.size == 3
    assert follower.told == []


def test_poll_without_change_gains_nothing(path: Path, follower: Follower) -> None:
    """A file that stays as it is says so at every poll."""
    path.write_bytes(log("a"))
    assert follower.file.poll() is True
    assert [follower.file.poll() for _ in range(3)] == [False] * 3


def test_missing_file_is_waited_for(path: Path, follower: Follower) -> None:
    """A key log that is not there yet is told once, as information, and read when it comes."""
    assert not any(follower.file.poll() for _ in range(3))
    assert follower.told == ["key log FILE is not there yet: waiting for the client to write it"]
    assert follower.notices[0].urgency is Urgency.INFO
    path.write_bytes(log("a"))
    assert follower.file.poll() is True


def test_missing_folder_is_waited_for(tmp_path: Path) -> None:
    """Neither does the folder have to exist."""
    follower = Follower(tmp_path / "later" / "session.keys")
    assert follower.file.poll() is False
    follower.file.path.parent.mkdir()
    follower.file.path.write_bytes(log("a"))
    assert follower.file.poll() is True


def test_truncated_file_is_read_from_its_start(path: Path, follower: Follower) -> None:
    """After a cut the keys read so far stay and the new start is read."""
    path.write_bytes(log("a") + log("b"))
    follower.file.poll()
    path.write_bytes(log("c"))
    assert follower.file.poll() is True
    assert follower.keys.size == 9
    assert follower.told == ["key log FILE was replaced or cut: reading it from its start"]


def test_cut_in_the_middle_of_a_line(path: Path, follower: Follower) -> None:
    """The half line before a cut is forgotten, so that it does not spoil the first line of the new file."""
    path.write_bytes(log("a") + b"CLIENT_TRANSPORT_KEY 0123")
    follower.file.poll()
    path.write_bytes(log("b"))
    assert follower.file.poll() is True
    assert follower.keys.size == 6
    assert follower.keys.problem_count == 0


def test_rotated_file_of_the_same_size(path: Path, follower: Follower) -> None:
    """A file put in the place of the old one is told apart by its inode, whatever its size."""
    path.write_bytes(log("a"))
    follower.file.poll()
    fresh = path.with_suffix(".new")
    fresh.write_bytes(log("b"))
    fresh.replace(path)
    assert follower.file.poll() is True
    assert follower.keys.size == 6


def test_rewritten_in_place_to_a_greater_length(path: Path, follower: Follower) -> None:
    """Same inode and more bytes than before, yet another content: read from the start as well."""
    path.write_bytes(log("a"))
    follower.file.poll()
    with path.open("r+b") as stream:
        stream.write(log("b") + log("c"))
    assert follower.file.poll() is True
    assert follower.keys.size == 9


def test_replaced_by_a_folder_and_back(path: Path, follower: Follower) -> None:
    """A folder in the file's place is told with what to do, once; the file is followed when it is back."""
    path.write_bytes(log("a"))
    follower.file.poll()
    path.unlink()
    path.mkdir()
    assert not any(follower.file.poll() for _ in range(3))
    path.rmdir()
    path.write_bytes(log("b"))
    assert follower.file.poll() is True
    assert follower.told[0] == "key log FILE is a folder: name the file that the client writes its keys to"
    assert sum("folder" in line for line in follower.told) == 1


def test_unreadable_path(tmp_path: Path) -> None:
    """An error of the system is told once with its reason; there is no exception."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    follower = Follower(loop)
    assert not any(follower.file.poll() for _ in range(3))
    (told,) = follower.told
    assert told.startswith("key log FILE cannot be read (")
    assert told.endswith("make it readable; ringback keeps trying")


def test_impossible_path() -> None:
    """A path that no system call takes is no exception either."""
    follower = Follower(Path("with\0zero"))
    assert follower.file.poll() is False
    assert len(follower.told) == 1


def test_poll_is_bounded(path: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    """One poll reads no more than its limit, the next ones go on where it stopped."""
    monkeypatch.setattr(keylog_file, "MAX_POLL_BYTES", 256)
    monkeypatch.setattr(keylog_file, "CHUNK_BYTES", 100)
    path.write_bytes(b"# comment\n" * 60 + log("a"))
    polls = [follower.file.poll() for _ in range(5)]
    assert polls[:2] == [False, False]
    assert any(polls)
    assert follower.keys.size == 3


def test_read_whole_takes_a_file_of_any_size(
    path: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording's key log is read to its end at once, a last line without newline included."""
    monkeypatch.setattr(keylog_file, "MAX_POLL_BYTES", 256)
    path.write_bytes(b"# comment\n" * 500 + log("a").rstrip(b"\n"))
    assert follower.file.read_whole() is True
    assert follower.keys.size == 3


def test_read_whole_of_a_file_without_keys(path: Path, follower: Follower) -> None:
    """A file that is no key log is told with what to do."""
    path.write_bytes(b"CLIENT_RANDOM 00 00\n")
    assert follower.file.read_whole() is False
    assert follower.told == ["key log FILE holds no key: name the file that the client wrote its keys to"]


def test_malformed_lines_are_told_with_their_place(path: Path, follower: Follower) -> None:
    """The first malformed lines are named, the rest summed up; no part of a line is quoted."""
    path.write_bytes(log("a") + b"CANDIDATE_KEY * cafe\n" * 10)
    follower.file.poll()
    reason = "the third field is no key of 64 hex digits; the line is skipped"
    assert follower.told == [
        *(f"key log FILE:{line}: {reason}" for line in (4, 5, 6)),
        "key log FILE: further malformed lines are skipped without a word",
    ]
    append(path, b"CANDIDATE_KEY * cafe\n")
    follower.file.poll()
    assert len(follower.told) == 4


def test_too_many_keys_are_told_once(path: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is not kept is no silent loss."""
    monkeypatch.setattr("ringback.wire.keylog.MAX_KEYS", 2)
    for seed in ("a", "b"):
        append(path, log(seed))
        follower.file.poll()
    assert follower.told == ["key log FILE holds more keys than are kept: start a new file"]


def test_key_log_beside_a_capture(tmp_path: Path) -> None:
    """`NAME.keys` belongs to `NAME.flows`; without it, and for a key log itself, there is none."""
    capture = tmp_path / "call.flows"
    assert key_log_beside(capture) is None
    (tmp_path / "call.keys").write_bytes(log("a"))
    assert key_log_beside(capture) == tmp_path / "call.keys"
    assert key_log_beside(tmp_path / "call.keys") is None
