"""Files that a command makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringback.commands.writing import write_file
from ringback.errors import ExportError


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
