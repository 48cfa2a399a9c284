"""Folders of captures."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.recorded import Recording
from ringback.errors import SourceError
from ringback.sources.folder import unfolded
from ringback.sources.notice import Notice
from ringback.sources.streams import STDIN
from ringback.stanza import to_text
from ringback.status import ExitCode
from support.printed_nodes import PREACCEPT
from support.recorded import capture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two captures with their key logs, a document, and what else lies in such a folder."""
    for name in ("single-callee", "early-candidates"):
        for suffix in (".flows", ".keys"):
            shutil.copy(capture(name).with_suffix(suffix), tmp_path)
    (tmp_path / "a.xml").write_text(to_text(PREACCEPT))
    (tmp_path / "page.html").write_text("<html></html>")
    (tmp_path / "README.md").write_text("# Captures\n")
    (tmp_path / "b.log").write_text("connected\n[Client/Recv DEBUG] <call/>\n")
    (tmp_path / "deeper").mkdir()
    shutil.copy(capture("multi-device"), tmp_path / "deeper")
    return tmp_path


def test_a_folder_stands_for_its_captures(folder: Path) -> None:
    """In order of their names; key logs are none, and what else is left out is told."""
    told: list[Notice] = []
    paths = list(unfolded((STDIN, folder, folder / "README.md"), told.append))
    names = ["a.xml", "b.log", "early-candidates.flows", "single-callee.flows"]
    assert paths == [STDIN, *(folder / name for name in names), folder / "README.md"]
    assert [notice.text for notice in told] == [
        f"{folder}: left out what are no captures: README.md, page.html"
    ]


def test_key_logs_are_found_beside_the_captures(folder: Path) -> None:
    """The same calls as with each file named, every frame opened."""
    named = tuple(sorted(folder.glob("*.flows")))
    (folder / "b.log").unlink()
    one = gather(Recording((folder,)), None, Environment(stderr=None))
    other = gather(Recording((*named, folder / "a.xml")), None, Environment(stderr=None))
    assert one.status is ExitCode.OK
    assert one.casebook.funnel == other.casebook.funnel
    assert len(one.casebook.cases) == len(other.casebook.cases) > 2


def test_a_folder_without_captures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# None\n")
    with pytest.raises(SourceError, match="is a folder without captures"):
        list(unfolded((tmp_path,), lambda _: None))


def test_a_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the folder, which can; what to do is said."""
    usual = Path.open

    def denied(path: Path, mode: str) -> object:
        if path.name == "b.log":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return usual(path, mode)

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(SourceError) as refused:
        list(unfolded((folder,), lambda _: None))
    advice = "make it readable, or name the captures one by one"
    assert str(refused.value) == f"{folder / 'b.log'} cannot be read (Permission denied); {advice}"
