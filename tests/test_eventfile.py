from __future__ import annotations

import fcntl
import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ringback
from ringback.errors import EventFileError
from ringback.eventfile import EventFile
from ringback.eventschema import SCHEMA
from ringback.observations import Funnel, StanzaObserved, WireNotice
from ringback.sanitize import Placeholders
from ringback.wire.events import ConnectionRecognised
from support.sightings import Tape, preaccept

ADDON = Path(ringback.__file__).parents[1]
TESTS = Path(__file__).parent


def observed() -> StanzaObserved:
    sighting = Tape().sent(preaccept())
    return StanzaObserved(sighting, "preaccept", None, None, None, ())


def lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def types(path: Path) -> list[str]:
    return [line["type"] for line in lines(path)]


def run_python(script: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ADDON), str(TESTS)))}
    return subprocess.Popen([sys.executable, "-c", script, *arguments], env=environment, **options)


def test_every_line_is_a_record_of_this_schema(tmp_path: Path) -> None:
    """Each line is one JSON object that begins with the schema; a run is start, records, summary."""
    path = tmp_path / "events.jsonl"
    with EventFile(path) as events:
        events.write(observed(), Placeholders())
        events.summary(Funnel(calls=1))
    assert types(path) == ["start", "stanza", "summary"]
    assert all(next(iter(line)) == "schema" and line["schema"] == SCHEMA for line in lines(path))


def test_a_stanza_read_with_a_guessed_table_says_so(tmp_path: Path) -> None:
    """The intro tells of the guess long before the stanza comes: each stanza of the connection repeats it."""
    path = tmp_path / "events.jsonl"
    seen = observed()
    where = seen.sighting.evidence
    with EventFile(path) as events:
        for dictionary in (3, 9):
            told = ConnectionRecognised(dictionary, 3, None)
            events.write(WireNotice(where.capture, where.connection, where.flow, told), Placeholders())
            events.write(seen, Placeholders())
    stanzas = [line for line in lines(path) if line["type"] == "stanza"]
    assert [stanza["guessed_table"] for stanza in stanzas] == [None, 3]


def test_a_second_run_appends(tmp_path: Path) -> None:
    """A second run leaves every byte of the first one in place."""
    path = tmp_path / "events.jsonl"
    with EventFile(path) as events:
        events.summary(Funnel())
    before = path.read_bytes()
    with EventFile(path):
        pass
    assert path.read_bytes().startswith(before)
    assert types(path) == ["start", "summary", "start"]


def test_a_run_of_another_process_is_taken_over(tmp_path: Path) -> None:
    """Its lines stand as they are, behind what was written before."""
    own, other = tmp_path / "own.jsonl", tmp_path / "other.jsonl"
    for path in (own, other):
        with EventFile(path) as events:
            events.write(observed(), Placeholders())
            events.summary(Funnel(calls=1))
    told = other.read_text().splitlines(keepends=True)
    with EventFile(own) as events:
        events.take_over(told[1:])
    assert own.read_text().splitlines(keepends=True)[3:] == told


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """A new file has mode 0600 whatever the umask, an existing one is tightened."""
    new, existing = tmp_path / "new", tmp_path / "existing"
    existing.touch()
    existing.chmod(0o644)
    umask = os.umask(0)
    try:
        for path in (new, existing):
            with EventFile(path):
                assert path.stat().st_mode & 0o7777 == 0o600
    finally:
        os.umask(umask)


def test_the_descriptor_is_not_inherited(tmp_path: Path) -> None:
    """A program started by the proxy cannot write to the file."""
    with EventFile(tmp_path / "events") as events:
        assert fcntl.fcntl(events._fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC


def make_link(path: Path) -> None:
    target = path.with_name("target")
    target.touch()
    path.symlink_to(target)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


@pytest.mark.parametrize(
    ("make", "advice"),
    [
        (Path.mkdir, "a folder: name a file in it"),
        (make_link, "a symbolic link: name the file that it points to"),
        (lambda path: path.symlink_to("nowhere"), "a symbolic link: name the file that it points to"),
        (os.mkfifo, "no regular file: name one, or leave the option out"),
        (make_socket, "a socket or a device: name a regular file"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path: Path, make: Any, advice: str) -> None:
    """Folders, links, pipes and sockets are refused with what to do; nothing is written through a link."""
    path = tmp_path / "events"
    make(path)
    with pytest.raises(EventFileError, match=re.escape(f"{path}: {advice}")):
        EventFile(path)
    assert not (tmp_path / "target").exists() or (tmp_path / "target").read_bytes() == b""


@pytest.mark.parametrize(
    ("place", "advice"),
    [
        ("missing/events", "its folder does not exist: make it first"),
        ("file/events", "a part of its path is no folder"),
        ("x" * 300, "cannot be used: File name too long"),
    ],
)
def test_where_no_file_can_be_is_refused(tmp_path: Path, place: str, advice: str) -> None:
    """A path that leads nowhere is refused with what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(EventFileError, match=re.escape(advice)):
        EventFile(tmp_path / place)


def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """A file that may not be written is refused; root, whom nothing stops, steps down to see it."""
    path = tmp_path / "events"
    path.touch()
    path.chmod(0o400)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(EventFileError, match="permission denied: name a file that you may write"):
            EventFile(path)
    finally:
        os.seteuid(user)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"notes of mine without a line end", "no event file; it was left as it is"),
        (b'{"type": "start"}\n', "no event file; it was left as it is"),
        (b'{"schema": "ringback-events/2", "type": "x"}\n', "another version than ringback-events/1"),
        (b'{"schema": "ringback-events/1', None),
        (b'{"schema": "ringback-events/10", "type": "x"}\n', "another version than ringback-events/1"),
        (b"\0" * 100, "no event file; it was left as it is"),
    ],
)
def test_a_file_with_something_else_in_it_is_left_alone(
    tmp_path: Path, content: bytes, reason: str | None
) -> None:
    """Only an event file of this version is appended to; of any other file not a byte is changed."""
    path = tmp_path / "events"
    path.write_bytes(content)
    if reason is None:
        with EventFile(path):
            assert types(path) == ["recovered", "start"]
        return
    with pytest.raises(EventFileError, match=re.escape(reason)):
        EventFile(path)
    assert path.read_bytes() == content


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    """Two processes never write to one file; the lock goes with the file, also when its owner is killed."""
    path = tmp_path / "events"
    script = "import sys, pathlib, ringback.eventfile as e\ne.EventFile(pathlib.Path(sys.argv[1]))\ninput()"
    with EventFile(path):
        second = run_python(script, str(path), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, stderr = second.communicate()
        assert b"another ringback is writing to it: stop that one, or name another file" in stderr
        with pytest.raises(EventFileError, match="another ringback"):
            EventFile(path)
    with EventFile(path) as events:
        events.close()
        events.close()
    assert types(path) == ["start", "start"]


def test_a_torn_last_line_is_taken_away_wherever_it_was_torn(tmp_path: Path) -> None:
    """Cut after any byte of its last line, the file is clean again after the next start."""
    path = tmp_path / "events"
    with EventFile(path) as events:
        events.summary(Funnel())
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for cut in range(last + 1, len(whole)):
        path.write_bytes(whole[:cut])
        with EventFile(path):
            assert types(path) == ["start", "recovered", "start"]
            assert lines(path)[1]["removed"] == cut - last
    path.write_bytes(whole[:last])
    with EventFile(path):
        assert types(path) == ["start", "start"]


def test_a_long_torn_line_is_taken_away(tmp_path: Path) -> None:
    """The last line end is found also behind a torn line of many blocks, and where there is none at all."""
    path = tmp_path / "events"
    with EventFile(path):
        pass
    whole = path.read_bytes()
    for before in (whole, b""):
        path.write_bytes(before + b'{"schema": "ringback-events/1", "x": "' + b"x" * 200_000)
        with EventFile(path):
            assert types(path)[-2:] == ["recovered", "start"]
        assert path.read_bytes().startswith(before)


WRITER = """
import os, sys
from pathlib import Path
from ringback.eventfile import EventFile
from ringback.observations import Funnel
with EventFile(Path(sys.argv[1])) as events:
    number = int(sys.argv[2])
    while True:
        number += 1
        events.summary(Funnel(frames=number, closed={"x" * 5000: number}))
        os.write(1, b"%d\\n" % number)
"""


def test_a_killed_run_loses_nothing_that_it_reported(tmp_path: Path) -> None:
    """Killed at twenty moments: each record that was acknowledged is in the file, whole and once."""
    path = tmp_path / "events"
    moments = random.Random(20)
    acknowledged = 0
    for _ in range(20):
        process = run_python(WRITER, str(path), str(acknowledged), stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(moments.randrange(1, 40)):
            acknowledged = int(process.stdout.readline())
        select.select([], [], [], moments.random() / 500)
        process.send_signal(signal.SIGKILL)
        for line in process.stdout.read().splitlines():
            acknowledged = int(line)
        process.wait()
        process.stdout.close()
        with EventFile(path):
            written = [line["frames"] for line in lines(path) if line["type"] == "summary"]
        assert written[:acknowledged] == list(range(1, acknowledged + 1))
        assert len(written) <= acknowledged + 1
        acknowledged = len(written)


FULL_DISK = """
import resource, sys
from pathlib import Path
from ringback.errors import EventFileError
from ringback.eventfile import EventFile
from ringback.observations import Funnel

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

with EventFile(Path(sys.argv[1])) as events:
    limit(1000)
    for number in range(10):
        try:
            events.summary(Funnel(frames=number))
        except EventFileError as error:
            print(number, error)
    print(Path(sys.argv[1]).read_bytes().endswith(b"}\\n"))
    limit(resource.RLIM_INFINITY)
    events.summary(Funnel(frames=10))
    limit(2000)
    for number in range(11, 20):
        try:
            events.summary(Funnel(frames=number))
        except EventFileError as error:
            print(number, error)
"""


def test_a_full_disk_is_told_once_and_leaves_whole_lines(tmp_path: Path) -> None:
    """A write that fails half-way raises once; what is lost until the next success is counted, and the file
    holds whole lines throughout. A limit that the system sets on the file's size stands for the full disk."""
    path = tmp_path / "events"
    process = run_python(FULL_DISK, str(path), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    stdout, stderr = process.communicate()
    assert (process.returncode, stderr) == (0, b"")
    told = stdout.decode().splitlines()
    first = int(told[0].split()[0])
    assert told[0].endswith("File too large: records are lost until it can be written again")
    assert told[1] == "True"
    records = [(line["type"], line.get("frames", line.get("records"))) for line in lines(path)]
    summaries = [("summary", number) for number in range(first)]
    assert records[: first + 3] == [("start", None), *summaries, ("lost", 10 - first), ("summary", 10)]
    assert len(told) == 3


def test_a_file_that_is_taken_away_meanwhile_is_no_fault(tmp_path: Path) -> None:
    """Moving the file while it is written to keeps all records in the moved one."""
    path = tmp_path / "events"
    with EventFile(path) as events:
        path.rename(tmp_path / "moved")
        events.summary(Funnel())
    assert types(tmp_path / "moved") == ["start", "summary"]
    assert not path.exists()
