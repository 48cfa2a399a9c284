"""`ringback.archive.task`: a task done anywhere gives the same, and what it gives back identifies nobody."""

from __future__ import annotations

import pickle
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fsspec
import pytest

from ringback.archive.paths import Place
from ringback.archive.screen import Screen
from ringback.archive.task import Done, Gone, Job, Task, VersionError, do
from ringback.ledger import Ledger
from ringback.status import ExitCode
from support.leaks import leaks, secrets_of
from support.recorded import CAPTURES, capture
from synthetic.manifest import SCENARIOS
from synthetic.manifest import capture as made

SECRET = bytes(range(32))
WHOLE = Job(screen=Screen(100, "utf-8", is_terminal=False, colors=None), wants_records=True, secret=SECRET)
"""Everything is asked for."""


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """A file system in memory with a capture and its key log."""
    system = fsspec.filesystem("memory")
    for suffix in (".flows", ".keys"):
        system.pipe(f"/lab/violations{suffix}", (CAPTURES / f"violations{suffix}").read_bytes())
    yield system
    system.rm("/lab", recursive=True)


def gone(location: str | Path, job: Job = WHOLE) -> Gone:
    """What comes of one capture."""
    (each,) = do(job, Task(((0, Place(str(location), "violations.flows")),))).captures
    return each


@pytest.mark.usefixtures("memory")
def test_a_capture_elsewhere() -> None:
    """One that lies in another file system shows what it shows here, its key log beside it."""
    here, there = gone(capture("violations")), gone("memory:///lab/violations.flows")
    assert here.funnel.stanzas > 0
    assert replace(there, place=here.place, notices=()) == replace(here, notices=())
    assert [notice.text.partition(": ")[2] for notice in there.notices] == [
        notice.text.partition(": ")[2] for notice in here.notices
    ]


def test_what_travels_identifies_nobody() -> None:
    """No account, no call-id, no key and no secret stands in what is given back, packed ledger included."""
    places = [Place(str(capture(name)), f"{name}.flows") for name in SCENARIOS]
    done = do(WHOLE, Task(tuple(enumerate(places))))
    assert done.ledger is not None
    told = pickle.dumps(done) + zlib.decompress(done.ledger)
    known = frozenset(secret for name in SCENARIOS for secret in secrets_of(made(name)))
    assert leaks(told.decode("latin-1"), known) == set()
    assert SECRET not in told
    assert SECRET not in repr(WHOLE).encode()


def test_several_captures_have_one_ledger(tmp_path: Path) -> None:
    """It holds what all of them showed."""
    names = ("single-callee", "no-preaccept")
    places = tuple((number, Place(str(capture(name)), f"{name}.flows")) for number, name in enumerate(names))
    done = do(replace(WHOLE, screen=None, wants_records=False), Task(places))
    assert [(each.text, each.records) for each in done.captures] == [("", ())] * 2
    assert done.ledger is not None
    (tmp_path / "a.db").write_bytes(zlib.decompress(done.ledger))
    with Ledger(tmp_path / "a.db") as ledger:
        assert ledger.stats().stanzas == sum(each.funnel.stanzas for each in done.captures)


def test_what_holds_placeholders_is_refused_for_a_ledger(tmp_path: Path) -> None:
    """As without --jobs; without a ledger it is read."""
    events = tmp_path / "found.jsonl"
    events.write_text("".join(gone(capture("violations")).records))
    refused = gone(events)
    assert refused.status is ExitCode.INPUT
    assert [notice.text for notice in refused.notices] == [
        f"{events}: holds placeholders, which no ledger can tell from identities; replay the capture itself"
    ]
    assert gone(events, replace(WHOLE, secret=None)).funnel.stanzas > 0


def test_a_ledger_elsewhere_is_refused(memory: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    """SQLite reads a file where it lies."""
    Ledger(tmp_path / "a.db").close()
    memory.pipe("/lab/a.db", (tmp_path / "a.db").read_bytes())
    (notice,) = gone("memory:///lab/a.db", Job()).notices
    assert "which SQLite reads only where it lies" in notice.text


def test_another_ringback_refuses() -> None:
    """What two versions see may differ: the same has to be installed everywhere."""
    with pytest.raises(VersionError, match=r"not 9\.9\.9"):
        do(Job(version="9.9.9"), Task(()))


@pytest.mark.usefixtures("memory")
def test_a_failing_file_system_is_for_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is down is no torn capture."""

    def fail(*_: object) -> bytes:
        raise ConnectionError("line is down")

    monkeypatch.setattr(fsspec.implementations.memory.MemoryFile, "read", fail, raising=False)
    with pytest.raises(OSError, match="line is down"):
        gone("memory:///lab/violations.flows", Job(keylog=str(CAPTURES / "violations.keys")))


def test_a_torn_capture(tmp_path: Path) -> None:
    """What stands before the tear is used; the capture is named with its tear."""
    path = tmp_path / "torn.flows"
    path.write_bytes(capture("violations").read_bytes()[:-9])
    shutil.copy(CAPTURES / "violations.keys", tmp_path / "torn.keys")
    torn = gone(path)
    assert torn.status is ExitCode.INPUT
    assert torn.funnel.incomplete
    assert any(notice.text.startswith(f"{path}: is torn or damaged behind flow") for notice in torn.notices)


def test_a_task_can_be_done_again() -> None:
    """It gives the same, whoever does it."""
    task = Task(((0, Place(str(capture("violations")), "violations.flows")),))
    first: Done = pickle.loads(pickle.dumps(do(WHOLE, task)))
    assert first.captures == do(WHOLE, task).captures
