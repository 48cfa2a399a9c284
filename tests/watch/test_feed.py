"""What the view is fed with: files that grow, vanish, or are no sources; ledgers; flow files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ringback.casebook import Casebook
from ringback.cli import main
from ringback.errors import SourceError
from ringback.sources.notice import Notice
from ringback.watch.feed import SourceFeed
from support.casing import SPECIFICATION, shipped
from support.recorded import capture

QUIET_S = 100.0


class Fed:
    """A feed, and what it has brought into a casebook."""

    def __init__(self, path: Path) -> None:
        self.now = 1_900_000_000.0
        self.notices: list[Notice] = []
        self.casebook = Casebook()
        self.feed = SourceFeed(path, SPECIFICATION, self.notices.append, clock=lambda: self.now)

    def poll(self) -> int:
        """Take everything there is; how many observations it was."""
        count = 0
        while True:
            observations = self.feed.poll()
            count += len(observations)
            for observation in observations:
                self.casebook.show(observation)
            if not self.feed.is_behind:
                return count

    @property
    def told(self) -> set[tuple[str, str]]:
        """Call and code of every finding."""
        return {
            (self.casebook.name_of(case), each.code) for case in self.casebook.cases for each in case.findings
        }


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("events") / "violations.jsonl"
    assert main(["replay", "--events", str(path), str(capture("violations"))]) == 0
    return path


def told(casebook: Casebook) -> set[tuple[str, str]]:
    return {(casebook.name_of(case), each.code) for case in casebook.cases for each in case.findings}


def test_an_event_file_that_grows(events: Path, tmp_path: Path) -> None:
    """Wherever it is torn just then, it gives what the capture gives in the end."""
    path = tmp_path / "growing.jsonl"
    fed = Fed(path)
    assert fed.poll() == 0
    assert fed.feed.state == "growing.jsonl is not there yet: waiting for it"
    path.touch()
    assert fed.poll() == 0
    assert fed.feed.state == "growing.jsonl is empty: waiting for ringback to write to it"
    content = events.read_bytes()
    step = len(content) // 7
    for start in range(0, len(content), step):
        with path.open("ab") as file:
            file.write(content[start : start + step])
        os.utime(path, (fed.now, fed.now))
        fed.poll()
        assert fed.feed.state == ""
    assert fed.told == told(shipped("violations"))
    assert fed.poll() == 0
    path.unlink()
    fed.poll()
    assert fed.feed.state == "growing.jsonl is gone: waiting for it to come back"


def test_a_torn_line_is_told(events: Path, tmp_path: Path) -> None:
    """With its number, and the rest is shown."""
    path = tmp_path / "torn.jsonl"
    lines = events.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:10], lines[10][:50] + b"\n", *lines[11:]]))
    fed = Fed(path)
    fed.poll()
    assert [f"{path}:11: " in notice.text for notice in fed.notices] == [True]
    assert len(fed.casebook.cases) == 28


def test_absence_shows_when_nothing_was_written_for_a_while(events: Path, tmp_path: Path) -> None:
    """Of a run that has not ended, a missing ack is told once the file has been quiet."""
    path = tmp_path / "running.jsonl"
    lines = [
        line for line in events.read_bytes().splitlines(keepends=True) if b'"type": "summary"' not in line
    ]
    path.write_bytes(b"".join(lines))
    fed = Fed(path)
    os.utime(path, (fed.now, fed.now))
    fed.poll()
    last = fed.casebook.name_of(fed.casebook.cases[-1])
    before = fed.told
    fed.now += QUIET_S
    fed.poll()
    assert fed.told == told(shipped("violations"))
    assert {call for call, _ in fed.told - before} >= {last}


def test_a_ledger_that_is_written_to(tmp_path: Path) -> None:
    """What is new is taken once, whatever was known; connections keep their numbers."""
    path = tmp_path / "lab.db"
    fed = Fed(path)
    assert fed.poll() == 0
    assert main(["replay", "--ledger", str(path), str(capture("violations"))]) == 0
    fed.poll()
    stanzas = sum(len(case.stanzas) for case in fed.casebook.cases)
    assert len(fed.casebook.cases) == 28
    fed.now += QUIET_S
    fed.poll()
    assert main(["replay", "--ledger", str(path), str(capture("no-preaccept"))]) == 0
    fed.now += QUIET_S
    fed.poll()
    assert len(fed.casebook.cases) == 30
    assert sum(len(case.stanzas) for case in fed.casebook.cases[:28]) == stanzas
    connections = {each.sighting.connection for case in fed.casebook.cases for each in case.stanzas}
    assert connections == set(range(1, len(connections) + 1))
    path.unlink()
    fed.now += QUIET_S
    fed.poll()
    assert "lab.db" in fed.feed.state


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    """With what it is, or is not."""
    for content, message in (
        (b"hello\n", "no line of it tells a stanza"),
        (b'{"schema": "ringback-events/9"}\n', "version"),
    ):
        path = tmp_path / "other"
        path.write_bytes(content)
        with pytest.raises(SourceError, match=message):
            Fed(path).poll()
    with pytest.raises(SourceError, match="is a folder"):
        Fed(tmp_path).poll()
