"""A folder that takes nothing, for a user without rights: what would write says so, what reads goes on."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from ringback.commands.writing import write_file
from ringback.errors import RingbackError
from ringback.eventfile import EventFile
from ringback.ledger import Ledger, StoredLedger
from ringback.sources.keylog_file import KeyLogFile
from ringback.wire.keylog import KeyLog
from support.ledgers import filled, observed
from support.processes import in_child
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
