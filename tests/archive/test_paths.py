"""`ringback.archive.paths`: what is named, on this machine and elsewhere, becomes a list of captures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from ringback.archive.paths import Place, is_address, key_log_of, opened_there, places_of
from ringback.errors import SourceError
from ringback.sources.notice import Notice
from support.recorded import CAPTURES


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """A file system in memory with two captures, their key logs, and something else."""
    system = fsspec.filesystem("memory")
    for name in ("single-callee", "violations"):
        for suffix in (".flows", ".keys"):
            system.pipe(f"/lab/{name}{suffix}", (CAPTURES / f"{name}{suffix}").read_bytes())
    system.pipe("/lab/notes.txt", b"nothing")
    yield system
    system.rm("/lab", recursive=True)


def listed(*named: str | Path) -> list[Place]:
    return places_of([str(each) for each in named], lambda _: None)


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    "named", ["memory://lab", "memory://lab/", "memory://lab/*.flows", "memory:///lab/*.f*s"]
)
def test_addresses(named: str) -> None:
    """A folder stands for the flow files in it, a pattern for what matches."""
    found = listed(named)
    assert [place.capture for place in found] == [
        "single-callee.flows",
        "violations.flows",
    ]
    assert found[0].size_bytes == (CAPTURES / "single-callee.flows").stat().st_size


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("named", ["memory://lab/missing.flows", "memory://lab/*.har", "memory://nowhere"])
def test_addresses_of_nothing(named: str) -> None:
    """What is not there is said before anything is read."""
    with pytest.raises(SourceError, match="holds no capture"):
        listed(named)


def test_files_folders_and_patterns(tmp_path: Path) -> None:
    """They may be mixed; each file comes once, in the order in which it was named first."""
    for name in ("b", "a", "c"):
        shutil.copy(CAPTURES / "single-callee.flows", tmp_path / f"{name}.flows")
    notices: list[Notice] = []
    named = [tmp_path / "c.flows", tmp_path / "[ab].flows", f"file://{tmp_path}", tmp_path]
    found = places_of([str(each) for each in named], notices.append)
    assert [place.capture for place in found] == ["c.flows", "a.flows", "b.flows"]
    assert all("was named twice" in notice.text for notice in notices)


def test_a_pattern_that_matches_nothing(tmp_path: Path) -> None:
    """It is no capture of that name either."""
    with pytest.raises(SourceError, match="matches no file"):
        listed(tmp_path / "*.flows")


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("nosuch://bucket/a.flows", "Protocol not known"),
        ("sftp://host/a.flows", "paramiko"),
    ],
)
def test_file_systems_that_are_not_there(named: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said which package there is to install."""
    monkeypatch.setitem(__import__("sys").modules, "paramiko", None)
    with pytest.raises(SourceError, match=reason):
        listed(named)


@pytest.mark.usefixtures("memory")
def test_reading() -> None:
    """The bytes are those that were put there."""
    with opened_there("memory:///lab/violations.flows") as stream:
        assert stream.read() == (CAPTURES / "violations.flows").read_bytes()
    with pytest.raises(SourceError, match="does not exist"), opened_there("memory:///lab/gone.flows"):
        pass


@pytest.mark.usefixtures("memory")
def test_a_failure_while_reading_is_no_tear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads may make anything of it; behind it stands that the file system has failed."""

    def fail(*_: object) -> bytes:
        raise ConnectionError("line is down")

    monkeypatch.setattr(fsspec.implementations.memory.MemoryFile, "read", fail, raising=False)
    with (
        pytest.raises(OSError, match="it cannot be read on: line is down"),
        opened_there("memory:///lab/violations.flows") as stream,
    ):
        stream.read(10)


@pytest.mark.parametrize(
    ("location", "beside"),
    [
        ("a.flows", "a.keys"),
        ("s3://bucket/x.y/a", None),
        ("s3://bucket/x.y/a.b.flows", "s3://bucket/x.y/a.b.keys"),
        ("folder/a.keys", None),
        ("folder/.flows", None),
    ],
)
def test_key_logs(location: str, beside: str | None) -> None:
    """Beside a capture, under its name."""
    assert key_log_of(location) == beside


def test_what_is_an_address() -> None:
    """A scheme and two slashes; a path of Windows is none."""
    assert is_address("s3://bucket/a")
    assert not is_address("/tmp/a")
    assert not is_address("C:\\a")
