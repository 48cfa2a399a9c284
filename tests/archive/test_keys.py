"""`ringback.archive.keys`: keys are read where the capture is read, and only there."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from ringback.archive.keys import keys_for
from ringback.errors import SourceError
from ringback.sources.keylog_file import key_log_beside
from support.recorded import CAPTURES, capture

KEYS = CAPTURES / "single-callee.keys"


def nothing(_: object) -> None:
    """Tell nobody."""


def test_the_key_log_beside() -> None:
    """Here and elsewhere; without one there are no keys."""
    system = fsspec.filesystem("memory")
    system.pipe("/keys/a.keys", KEYS.read_bytes())
    here = keys_for(str(capture("single-callee")), None, nothing)
    assert here.size > 0
    assert keys_for("memory:///keys/a.flows", None, nothing).since(0) == here.since(0)
    assert keys_for("memory:///keys/b.flows", None, nothing).size == 0
    assert keys_for("a", None, nothing).size == 0
    system.rm("/keys", recursive=True)


@pytest.mark.parametrize("name", ["mine", "mine.flows", "mine.1.flows", "what?.flows", ".flows"])
def test_the_key_log_beside_is_that_of_one_process(tmp_path: Path, name: str) -> None:
    """Whatever the capture is called, with or without a suffix."""
    path = tmp_path / name
    path.touch()
    path.with_suffix(".keys").write_bytes(KEYS.read_bytes())
    assert key_log_beside(path) is not None
    assert keys_for(str(path), None, nothing).size > 0


def test_the_named_key_log(tmp_path: Path) -> None:
    """It counts for every capture, is read once, and anew when it has grown."""
    path = tmp_path / "lab.keys"
    path.write_bytes(KEYS.read_bytes())
    first = keys_for("a.flows", str(path), nothing)
    assert keys_for("b.flows", str(path), nothing) is first
    path.write_bytes(KEYS.read_bytes() + b"CANDIDATE_KEY * " + b"ab" * 32 + b"\n")
    assert keys_for("a.flows", str(path), nothing).size == first.size + 1


def test_a_named_key_log_that_is_not_there(tmp_path: Path) -> None:
    """To go on without it would open nothing and say nothing."""
    with pytest.raises(SourceError, match="cannot be read"):
        keys_for("a.flows", str(tmp_path / "none.keys"), nothing)
    with pytest.raises(SourceError, match="does not exist"):
        keys_for("a.flows", "memory:///none.keys", nothing)
