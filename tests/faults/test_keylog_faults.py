"""The key log under a proxy: deleted, huge, of another session, or written a byte at a time."""

from __future__ import annotations

import re
import secrets
import tracemalloc
from pathlib import Path

import pytest

from ringback.sources import keylog_file
from ringback.sources.keylog_file import CHUNK_BYTES, MAX_POLL_BYTES, KeyLogFile
from ringback.sources.notice import Notice
from ringback.wire.events import ClosedReason
from ringback.wire.keylog import MAX_KEYS, KeyLog
from support.flows import websocket_flow
from support.noise_peer import NoisePair
from support.recorded import key_log, websocket_flows
from test_session import NAME, Bench

GIGABYTE = 1 << 30


class Followed:
    """A key log file that is followed, with the keys that came of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keys = KeyLog()
        self.notices: list[Notice] = []
        self.file = KeyLogFile(path, self.keys, self.notices.append)

    def poll_to_the_end(self) -> int:
        """How many looks it takes until nothing new is there."""
        looks, offset = 0, -1
        while self.file._offset != offset:
            offset = self.file._offset
            self.file.poll()
            looks += 1
        return looks


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    return Followed(tmp_path / "session.keys")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def line() -> bytes:
    """One key of a session that nobody has seen."""
    return f"CLIENT_TRANSPORT_KEY {secrets.token_hex(32)} {secrets.token_hex(32)}\n".encode()


def keys(bench: Bench) -> int:
    """How many keys the session holds."""
    found = re.search(r"^keys: ([0-9]+),", "\n".join(bench.session.key_state()), re.MULTILINE)
    assert found is not None
    return int(found[1])


def test_a_key_log_that_is_deleted_is_waited_for(bench: Bench) -> None:
    """What was read of it stays in use: the connection goes on to be read, and its return is seen."""
    bench.keys.write_text(key_log(NAME))
    bench.session.tick(0.0, reading=False)
    bench.keys.unlink()
    for _ in range(3):
        bench.session.tick(0.0, reading=False)
    waiting = f"key log {bench.keys} is not there yet: waiting for the client to write it"
    assert [notice.text for notice in bench.notices] == [waiting]
    bench.play(websocket_flows(NAME))
    assert bench.collector.stanzas > 10
    assert bench.session.funnel.held == 0
    before = keys(bench)
    bench.keys.write_text(NoisePair(seed=b"later").key_log)
    bench.session.tick(0.0, reading=False)
    assert keys(bench) == before + 3


def test_a_gigabyte_is_read_in_pieces(followed: Followed) -> None:
    """1 GB, with keys at its start and its end, is read in looks of 4 MB at the most, in 1 MB of memory."""
    followed.path.write_bytes(line())
    with followed.path.open("r+b") as stream:
        stream.truncate(GIGABYTE)
        stream.seek(GIGABYTE)
        stream.write(b"\n" + line())
    followed.file.poll()
    assert followed.keys.size == 1, "a key at the start is there after the first look"
    tracemalloc.start()
    try:
        looks = followed.poll_to_the_end()
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert looks >= GIGABYTE // MAX_POLL_BYTES
    assert followed.keys.size == 2


def test_a_look_ends_when_its_time_is_up(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines take time by their number: a look that has no time left reads one piece, and the next goes on."""
    monkeypatch.setattr(keylog_file, "MAX_POLL_S", 0.0)
    followed.path.write_bytes(b"\n" * (3 * CHUNK_BYTES) + line())
    offsets = []
    for _ in range(4):
        followed.file.poll()
        offsets.append(followed.file._offset)
    assert offsets[:3] == [CHUNK_BYTES, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES]
    assert followed.keys.size == 1


def test_more_keys_than_are_kept_are_counted(followed: Followed) -> None:
    """However many keys a file holds, so many are kept; the others are counted and told once."""
    past = 1000
    followed.path.write_bytes(b"".join(line() for _ in range(MAX_KEYS + past)))
    followed.poll_to_the_end()
    assert (followed.keys.size, followed.keys.overflow) == (MAX_KEYS, past)
    assert [notice.text for notice in followed.notices] == [
        f"key log {followed.path} holds more keys than are kept: start a new file"
    ]


def test_keys_of_another_session_open_nothing_and_say_so(bench: Bench) -> None:
    """Under the session's name a key that is not its own: the frames are told to be closed, and why."""
    pair, other = NoisePair(), NoisePair(seed=b"other")
    wrong = other.key_log.replace(other.ephemeral.hex(), pair.ephemeral.hex())
    bench.keys.write_text(wrong)
    flow = websocket_flow([*pair.handshake, (True, pair.client_frame(b"\0\xf8\x01\x19"))], live=True)
    bench.session.take_message(flow)
    bench.session.close()
    assert bench.collector.funnel is not None
    assert bench.collector.funnel.closed == {ClosedReason.WRONG_KEY.value: 1}
    assert bench.collector.funnel.opened == 0


def test_a_key_that_comes_byte_by_byte_opens_its_frames_once_it_is_whole(bench: Bench) -> None:
    """The client writes while the proxy looks: every state in between is normal, and nothing is told."""
    flows = websocket_flows(NAME)
    bench.play(flows)
    text = key_log(NAME).encode()
    bench.keys.touch()
    for number, byte in enumerate(text):
        with bench.keys.open("ab") as stream:
            stream.write(bytes([byte]))
        bench.session.tick(0.0, reading=False)
        if number == text.index(b"\n") - 1:
            assert bench.session.funnel.opened == 0
    assert bench.session.funnel.held == 0
    assert bench.collector.stanzas > 10
    assert bench.told == []
