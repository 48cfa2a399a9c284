"""The file that the preload writes, and what it does where it cannot."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.preload import entries, handshake, named, run_client, truths


def test_the_file_is_private_and_starts_with_a_comment(log: Path) -> None:
    """Nobody else may read the file; its header names no host, path, process or time."""
    run_client("show();", log)
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.read_text() == (
        "# Noise keys of a test client: whoever has this file can read its traffic. Keep it private.\n"
    )


def test_a_second_run_appends(log: Path) -> None:
    """Keys of earlier runs stay: an old capture can still be opened. The header is not repeated."""
    program = "show((await (await new Session(functions).shakeHands()).receive()).send());"
    runs = [truths(run_client(program, log))[0] for _ in range(2)]
    assert entries(log) == [*named(runs[0]), *named(runs[1])]
    assert log.read_text().count("#") == 1


def test_a_file_that_others_may_read_is_told(log: Path) -> None:
    """A file that was there keeps its mode, which is the user's, and the user is told once."""
    log.touch(mode=0o644)
    log.chmod(0o644)
    finished = run_client("show(await new Session(functions).shakeHands());", log)
    assert finished.stderr == f"ringback keylog: others may read the key log: chmod 600 {log}\n"
    assert entries(log) == [handshake(truths(finished)[0])]


def test_a_file_that_was_moved_comes_back(log: Path) -> None:
    """Rotation: the next key goes to a new file at the same path, private and with its header."""
    finished = run_client(
        """
        const { renameSync } = await import('node:fs');
        const { RINGBACK_KEYLOGFILE: path } = process.env;
        const session = await new Session(functions).shakeHands();
        renameSync(path, path + '.old');
        await session.receive();
        show(session);
        """,
        log,
    )
    (truth,) = truths(finished)
    assert entries(log.with_suffix(".keys.old")) == named(truth)[:1]
    assert entries(log) == named(truth)[1:2]
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_relative_path_is_taken_from_where_the_client_started(tmp_path: Path) -> None:
    """A client that changes its folder keeps writing to the same file."""
    program = "process.chdir('/'); show(await new Session(functions).shakeHands());"
    finished = run_client(program, "relative.keys", cwd=tmp_path)
    assert entries(tmp_path / "relative.keys") == [handshake(truths(finished)[0])]


def directory(path: Path) -> str:
    """A folder where the file should be."""
    path.mkdir()
    return "EISDIR"


def missing_folder(path: Path) -> str:
    """Nothing where the folder of the file should be; `path` is made a file, which no file lies in."""
    path.touch(mode=0o600)
    return "ENOTDIR"


def symbolic_link(path: Path) -> str:
    """A link to a file that somebody else chose."""
    path.with_suffix(".elsewhere").touch()
    path.symlink_to(path.with_suffix(".elsewhere"))
    return f"{path} is a symbolic link, which is refused: name the file itself"


def another_file(path: Path) -> str:
    """A file that somebody wrote, which begins with a comment as a key log does."""
    path.write_text("# Read me\n")
    path.chmod(0o600)
    return f"{path} holds something else than keys: name a new file"


def pipe_without_a_reader(path: Path) -> str:
    """A named pipe, which blocks whoever opens it."""
    os.mkfifo(path)
    return "ENXIO"


@pytest.mark.parametrize(
    "obstacle", [directory, missing_folder, symbolic_link, another_file, pipe_without_a_reader]
)
def test_an_unwritable_path_does_not_break_the_client(obstacle: Callable[[Path], str], log: Path) -> None:
    """The client goes on, its keys are not written, and the user is told why, once."""
    code = obstacle(log)
    path = log / "inner.keys" if code == "ENOTDIR" else log
    finished = run_client("show(await (await new Session(functions).shakeHands()).receive());", path)
    assert len(truths(finished)) == 1
    (line,) = finished.stderr.splitlines()
    assert line.startswith(f"ringback keylog: keys may be missing from the key log: {code}")
    assert not log.with_suffix(".elsewhere").exists() or log.with_suffix(".elsewhere").stat().st_size == 0
    assert not path.is_file() or path.read_text() in {"", "# Read me\n"}


def test_a_file_of_keys_without_the_header_is_taken(log: Path) -> None:
    """Whoever has taken the comment out goes on with the file."""
    log.write_text(f"CANDIDATE_KEY * {bytes(32).hex()}\n")
    log.chmod(0o600)
    finished = run_client("show(await new Session(functions).shakeHands());", log)
    assert finished.stderr == ""
    assert entries(log)[1:] == [handshake(truths(finished)[0])]


def test_a_full_disk_does_not_break_the_client(log: Path) -> None:
    """Writing fails each time, is told once, and no key is in the message."""
    finished = run_client("show(await (await new Session(functions).shakeHands()).receive());", "/dev/full")
    (truth,) = truths(finished)
    (line,) = finished.stderr.splitlines()
    assert "ENOSPC" in line
    assert not any(secret in finished.stderr for secret in truth.values())
