"""A folder that takes nothing, for a user without rights: what would write says so, what reads goes on."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from ringback.cli import main
from ringback.commands.writing import write_file
from ringback.errors import RingbackError
from ringback.eventfile import EventFile
from ringback.ledger import Ledger, StoredLedger
from ringback.sources.keylog_file import KeyLogFile
from ringback.spec import load
from ringback.status import ExitCode
from ringback.wire.keylog import KeyLog
from support.ledgers import filled, observed, raw
from support.processes import NOBODY, in_child
from support.recorded import capture
from support.sightings import Tape, good_call

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and users are those of POSIX")

NAME = "single-callee"


def fill(folder: Path) -> None:
    """What was written before, readable by everybody and no longer to be written by anybody."""
    filled(folder / "ledger.db", *observed(*good_call(Tape()))).close()
    EventFile(folder / "events.jsonl").close()
    (folder / "report.html").write_text("<p>mine</p>")
    shutil.copy(capture(NAME).with_suffix(".keys"), folder / "live.keys")
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)


def test_what_writes_is_refused_with_what_to_do() -> None:
    """Each by an error of ringback that names the file; nothing in the folder has changed."""

    def attempt(folder: Path) -> tuple[list[str], list[str]]:
        before = [file.read_bytes() for file in sorted(folder.iterdir())]
        told = []
        for step in (
            lambda: Ledger(folder / "ledger.db"),
            lambda: Ledger(folder / "new.db"),
            lambda: EventFile(folder / "events.jsonl"),
            lambda: EventFile(folder / "new.jsonl"),
            lambda: write_file(folder / "report.html", "<p>new</p>"),
            lambda: write_file(folder / "new.html", "<p>new</p>"),
            lambda: write_file(folder / "new" / "one.html", "<p>new</p>"),
        ):
            try:
                step()
            except RingbackError as error:
                told.append(str(error).replace(f"{folder}/", ""))
        assert before == [file.read_bytes() for file in sorted(folder.iterdir())]
        return told, sorted(file.name for file in folder.iterdir())

    told, names = in_child(attempt, prepare=fill, without_privileges=True)
    assert told == [
        "ledger.db: others can read it, and it is not yours to change that",
        "new.db: permission denied: name a file that you may write",
        "events.jsonl: permission denied: name a file that you may write",
        "new.jsonl: permission denied: name a file that you may write",
        *(
            f"{name}.html: cannot be written (Permission denied); name another file"
            for name in ("report", "new", "new/one")
        ),
    ]
    assert names == ["events.jsonl", "ledger.db", "live.keys", "report.html"]


def test_what_reads_is_not_hindered() -> None:
    """The ledger is read, and the key log is followed."""

    def attempt(folder: Path) -> tuple[int, int]:
        keys = KeyLog()
        KeyLogFile(folder / "live.keys", keys, lambda _notice: None).poll()
        return StoredLedger(folder / "ledger.db").stats().stanzas, keys.size

    stanzas, keys = in_child(attempt, prepare=fill, without_privileges=True)
    assert stanzas > 0
    assert keys > 0


@pytest.mark.parametrize("mode", [0o444, 0o644])
def test_who_only_asks_does_not_change_who_may_read(mode: int) -> None:
    """A ledger of one's own in a folder that takes files: what is counted is kept where the file takes
    it, and told without that where it does not. Nothing is left beside it: made writable, it can be."""

    def ask(path: Path) -> list[int]:
        commands = (["export", "questions"], ["export", "questions"], ["ledger", "verify"])
        return [main([*command, "--ledger", str(path)]) for command in commands]

    def prepare(folder: Path) -> None:
        path = folder / "ledger.db"
        filled(path, *observed(*good_call(Tape()))).close()
        # What the commands import when they run, and the file that ringback ships, may lie where nobody can
        # reach them.
        shutil.copy(load.SHIPPED, folder.parent)
        (folder.parent / load.SHIPPED.name).chmod(0o644)
        shutil.copy(path, folder.parent / "other.db")
        ask(folder.parent / "other.db")
        path.chmod(mode)
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)

    def attempt(folder: Path) -> tuple[list[int], int, bool, list[str]]:
        path = folder / "ledger.db"
        load.SHIPPED = folder.parent / load.SHIPPED.name  # in this process alone
        done = ask(path)
        names, left = [file.name for file in folder.iterdir()], stat.S_IMODE(path.stat().st_mode)
        path.chmod(0o644)
        Ledger(path).close()
        with raw(path) as database:
            kept = database.execute("SELECT 1 FROM counted").fetchone() is not None
        return done, left, kept, names

    told, left, kept, names = in_child(attempt, prepare=prepare, without_privileges=True)
    assert set(told) == {ExitCode.OK}
    assert (left, kept, names) == (mode, mode == 0o644, ["ledger.db"])
