"""Real processes for what only another process shows: other users, limits, a sudden end."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ringback.sanitize.keep import is_protocol_word

NOBODY = 65534
"""The user without any rights. Source: POSIX systems' `nobody`."""


def in_child(
    attempt: Callable[[Path], Any],
    *,
    prepare: Callable[[Path], None] | None = None,
    without_privileges: bool = False,
) -> Any:
    """What `attempt` gives in a process of its own, in a folder that `prepare` has filled.

    The folder is in `RINGBACK_TEST_FOLDER` as well, with a place beside it that can be written.
    """
    base = Path(tempfile.mkdtemp())
    try:
        base.chmod(0o777)
        folder = base / "folder"
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        if prepare is not None:
            prepare(folder)
        # What the package reads when it is first needed may lie where nobody can reach it, below /root.
        is_protocol_word("")
        return _result(lambda: _run(attempt, base, folder, without_privileges))
    finally:
        (base / "folder").chmod(0o700)
        shutil.rmtree(base)


def _run(attempt: Callable[[Path], Any], base: Path, folder: Path, without_privileges: bool) -> Any:
    os.environ["RINGBACK_TEST_FOLDER"] = str(base)
    if without_privileges and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    return attempt(folder)


def _result(run: Callable[[], Any]) -> Any:
    reading, writing = os.pipe()
    child = start(lambda: os.write(writing, pickle.dumps(run())))
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the child ended with {status}"
    return pickle.loads(told)


def start(run: Callable[[], object]) -> int:
    """The id of a process that runs `run` and ends."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        run()
    except BaseException:  # noqa: BLE001 - the child must not go on as a second pytest
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
