"""`ringback.archive.paths`: what is named, on this machine and elsewhere, becomes a list of captures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.utils import infer_storage_options

from ringback.archive.paths import Place, exists_there, is_address, key_log_of, opened_there, places_of
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


class Hosted(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """One whose paths do not say the host, as those of FTP."""

    protocol = "hosted"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + str(infer_storage_options(path)["path"]).strip("/")

    @staticmethod
    def _get_kwargs_from_urls(path: str) -> dict[str, str]:
        return {"host": infer_storage_options(path).get("host", "")}


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("named", ["lab", "lab/", "lab/*.flows", "lab/single-callee.flows"])
def test_an_address_keeps_its_host(named: str) -> None:
    """Also where the file system leaves it out; the same path of two hosts is two captures."""
    fsspec.register_implementation("hosted", Hosted, clobber=True)
    found = listed(f"hosted://one:21/{named}", f"hosted://two:21/{named}")
    locations = [place.location for place in found if place.capture.startswith("single-callee")]
    assert locations == [f"hosted://{host}:21/lab/single-callee.flows" for host in ("one", "two")]


@pytest.mark.parametrize("named", ["*.flows", "a.flows"])
def test_a_capture_in_an_archive(named: str, tmp_path: Path) -> None:
    """It keeps what it lies in, its key log too."""
    with ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr("a.flows", b"capture")
        packed.writestr("a.keys", b"keys")
    (place,) = listed(f"zip://{named}::file://{tmp_path}/all.zip")
    assert place.capture == "a.flows"
    for location, content in ((place.location, b"capture"), (key_log_of(place.location), b"keys")):
        assert location is not None
        assert exists_there(location)
        with opened_there(location) as stream:
            assert stream.read() == content


class _AnswerError(Exception):
    """As aiohttp raises it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status}")
        self.status = status


class Web(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """One that takes every failure for an absence, as that of the web does."""

    protocol = ("http", "https")
    answer: Exception = _AnswerError(404)

    def info(self, path: str, **_: object) -> dict[str, object]:
        raise FileNotFoundError(path) from self.answer


@pytest.mark.parametrize(
    "answer", [_AnswerError(503), _AnswerError(403), ConnectionError("answered nothing")]
)
def test_a_failure_is_no_absence(answer: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever took it for one would go on without keys; only a clear answer is one."""
    web = Web()
    monkeypatch.setattr("fsspec.core.url_to_fs", lambda location: (web, location))
    monkeypatch.setattr(web, "answer", answer)
    with pytest.raises(OSError, match="its key log cannot be looked for: answered"):
        exists_there("https://lab/a.keys")
    with pytest.raises(SourceError, match="cannot be listed: answered"):
        listed("https://lab/a.flows")
    monkeypatch.setattr(web, "answer", _AnswerError(404))
    assert not exists_there("https://lab/a.keys")
    with pytest.raises(SourceError, match="holds no capture"):
        listed("https://lab/a.flows")


def test_a_query_is_no_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """A presigned address is one file, whose name has no signature in it."""
    web = Web()
    monkeypatch.setattr("fsspec.core.url_to_fs", lambda location: (web, location))
    monkeypatch.setattr(web, "info", lambda path: {"name": path, "size": 7, "type": "file"})
    signed = "https://lab/a.flows?X-Signature=ab*cd/e.f"
    assert listed(signed) == [Place(signed, "a.flows", 7)]


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


def test_one_pattern_names_a_file_once(tmp_path: Path) -> None:
    """It may match a folder and the files in it; `local://` is no other file."""
    (tmp_path / "sub").mkdir()
    for folder in ("", "sub"):
        shutil.copy(CAPTURES / "single-callee.flows", tmp_path / folder / f"{folder}a.flows")
    notices: list[Notice] = []
    place, below = places_of([f"{tmp_path}/**"], notices.append)
    assert (place.capture, below.capture, notices) == ("a.flows", "suba.flows", [])
    again = places_of([place.location, f"local://{place.location}"], notices.append)
    assert again == [place]
    assert [notice.text for notice in notices] == [f"{place.location} was named twice: it is read once"]


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
        ("s3://bucket/x.y/a", None),
        ("s3://bucket/x.y/a.b.flows", "s3://bucket/x.y/a.b.keys"),
        ("s3://bucket/a.keys", None),
        ("s3://bucket/.flows", None),
        ("https://lab/a.flows?sign=b.c/d", "https://lab/a.keys?sign=b.c/d"),
        ("zip://a.flows::s3://bucket/all.zip", "zip://a.keys::s3://bucket/all.zip"),
        ("s3://bucket/what?.flows", "s3://bucket/what?.keys"),
    ],
)
def test_key_logs_at_addresses(location: str, beside: str | None) -> None:
    """Beside a capture, under its name."""
    assert key_log_of(location) == beside


def test_what_is_an_address() -> None:
    """A scheme and two slashes; a path of Windows is none."""
    assert is_address("s3://bucket/a")
    assert not is_address("/tmp/a")
    assert not is_address("C:\\a")
