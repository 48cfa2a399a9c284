"""Files that a command makes."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from ringback.commands import writing
from ringback.commands.writing import write_file
from ringback.errors import ExportError

KEY = "CLIENT_TRANSPORT_KEY " + "0a" * 32 + " " + "0b" * 32


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    """Folders are made; nothing else is left beside it."""
    path = tmp_path / "new" / "report.html"
    write_file(path, "one")
    path.chmod(0o640)
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_is_not_written_whole_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException | type[BaseException]
) -> None:
    """Ctrl-C or a full disk in the middle leaves what was there before, and no half file beside it."""

    def fail(self: Path, target: Path) -> None:
        raise stop

    path = tmp_path / "report.html"
    path.write_text("before")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises((KeyboardInterrupt, ExportError)):
        write_file(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_that_lies_in_wait_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link under the name that the new file has until it is whole: nobody can guess it, and were it guessed
    nothing would go through it."""
    victim, path = tmp_path / "victim", tmp_path / "report.html"
    victim.write_text("precious")
    (tmp_path / ".report.html.new").symlink_to(victim)
    write_file(path, "one")
    monkeypatch.setattr("secrets.token_hex", lambda _: "guessed")
    (tmp_path / ".ringback-guessed.new").symlink_to(victim)
    with pytest.raises(ExportError, match="File exists"):
        write_file(path, "two")
    assert victim.read_text() == "precious"
    assert path.read_text() == "one"
    assert (tmp_path / ".ringback-guessed.new").is_symlink(), "it is not ours to remove"


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash of the machine leaves one of the two, whole."""
    done: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: done.append("synced"))
    monkeypatch.setattr(Path, "replace", lambda *_: done.append("replaced"))
    write_file(tmp_path / "report.html", "one")
    assert done == ["synced", "replaced"]


@pytest.mark.parametrize("is_there", [False, True])
def test_a_link_is_not_followed(tmp_path: Path, is_there: bool) -> None:
    """Whoever laid it, nothing is written through it, nor is it replaced."""
    target, link = tmp_path / "report.html", tmp_path / "link"
    if is_there:
        target.write_text("precious")
    link.symlink_to(target)
    with pytest.raises(ExportError, match="is a symbolic link: name the file that it points to"):
        write_file(link, "one")
    assert link.is_symlink()
    assert target.exists() == is_there
    assert not is_there or target.read_text() == "precious"


def test_a_link_that_is_laid_meanwhile_is_replaced_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the name and the writing: what it points to is left alone."""
    victim, path = tmp_path / "victim", tmp_path / "report.html"
    victim.write_text("precious")
    monkeypatch.setattr(writing, "refuse_evidence", lambda _path: path.symlink_to(victim))
    write_file(path, "one")
    assert victim.read_text() == "precious"
    assert not path.is_symlink()
    assert path.read_text() == "one"


def test_files_and_folders_that_are_made_are_for_their_owner(tmp_path: Path) -> None:
    """Whatever the umask; a file that somebody else has laid there is not kept open to others either."""
    umask = os.umask(0)
    try:
        write_file(tmp_path / "new" / "folder" / "report.html", "one")
    finally:
        os.umask(umask)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in sorted((tmp_path / "new").rglob("*"))]
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert modes == [0o700, 0o600]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_does_not_keep_its_mode(tmp_path: Path) -> None:
    """It could have been laid there to be read, or written to, afterwards."""
    path = tmp_path / "report.html"
    path.write_text("old")
    path.chmod(0o666)
    os.chown(path, 65534, 65534)
    write_file(path, "new")
    assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (0, 0o600)


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    """What is no regular file is not replaced by one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_file(pipe, "text" * 50_000)
    reader.join()
    assert got == ["text" * 50_000]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(sys.platform != "linux", reason="the numbers are Linux's")
@pytest.mark.parametrize(("minor", "told"), [(3, None), (7, "No space left on device")])
def test_a_device_is_written_to_and_stays(tmp_path: Path, minor: int, told: str | None) -> None:
    """One that takes everything, and one that is full."""
    device = tmp_path / "device"
    try:
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, minor))
        os.close(os.open(device, os.O_WRONLY))
    except PermissionError:
        pytest.skip("only root makes devices")
    if told is None:
        write_file(device, "text")
    else:
        with pytest.raises(ExportError, match=told):
            write_file(device, "text")
    assert stat.S_ISCHR(device.stat().st_mode)
    assert list(tmp_path.iterdir()) == [device]


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_an_open_descriptor_is_gone_on_with(tmp_path: Path, name: str) -> None:
    """As `/dev/stdout` is: a file that it appends to is neither replaced nor written from its start."""
    path = tmp_path / "log"
    path.write_text("before\n")
    inode = path.stat().st_ino
    with path.open("a") as stream:
        named = Path(name.format(stream.fileno()))
        if not named.parent.is_dir():
            pytest.skip("no such folder here")
        (tmp_path / "link").symlink_to(named)
        write_file(named, "one\n")
        write_file(tmp_path / "link", "two\n")
    assert path.read_text() == "before\none\ntwo\n"
    assert path.stat().st_ino == inode


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="it is a folder; name a file in it"):
        write_file(tmp_path, "text")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"SQLite format 3\0...", "ledger"),
        (b'{"schema": "ringback-events/9", "type": "start"}\n', "event file"),
        (b"1042:9:websocket;", "flow file"),
        (b'{"log": {"version": "1.2"}}', "flow file"),
        (KEY.encode(), "key log"),
        (b"# keys\nother line\n" + KEY.encode(), "key log"),
        (b"CANDIDATE_KEY * " + b"0a" * 32, "key log"),
        (b"CLIENT_RANDOM " + b"0a" * 32 + b" " + b"0b" * 48, "key log"),
    ],
)
def test_evidence_is_not_written_over(tmp_path: Path, content: bytes, kind: str) -> None:
    """Whatever it is called: nobody has it a second time."""
    path = tmp_path / "report.html"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=f"{kind}; it was left as it is: name another file"):
        write_file(path, "text")
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content", ["", "<html>", "# Report\n\n10:32:01 call\n", '{"schema": "ringback/1"}', "\0"]
)
def test_anything_else_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(content)
    write_file(path, "text")
    assert path.read_text() == "text"
