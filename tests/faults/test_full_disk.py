"""No file may grow any further: what was there stays, whole, and what could not be written is told.

A limit that the system sets on the size of files stands for the full disk, as in the tests of the ledger, the
event file and mitmdump.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ringback.commands.writing import write_file
from ringback.errors import RingbackError
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.copying import copy_ledger
from ringback.ledger.verify import verify
from support.ledgers import filled, in_flow, observed
from support.processes import in_child
from support.sightings import Tape, good_call

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits are those of POSIX")

CALL = observed(*good_call(Tape()))


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """While the block runs no file gets longer than that."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def told(step: Callable[[], object]) -> str:
    """What ringback says about a step that cannot be done."""
    with pytest.raises(RingbackError) as refused:
        step()
    return str(refused.value)


def merge(into: Path, other: Path) -> None:
    with Ledger(into) as ledger:
        ledger.merge(other)


@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_that_is_written_at_once(is_there: bool) -> None:
    """A report that does not fit is not there, the old one is; nothing half-written lies beside it."""

    def write(folder: Path) -> tuple[str, list[str]]:
        path = folder / "report.html"
        if is_there:
            path.write_text("old")
        with full_at(10_000):
            message = told(lambda: write_file(path, "new" * 10_000))
        assert not is_there or path.read_text() == "old"
        return message.replace(str(path), "FILE"), [file.name for file in folder.iterdir()]

    message, names = in_child(write)
    assert message == "FILE: cannot be written (File too large); name another file"
    assert names == (["report.html"] if is_there else [])


def test_a_merge() -> None:
    """Neither ledger has changed and both are sound; once there is room it works."""

    def run(folder: Path) -> str:
        one, other = folder / "one.db", folder / "other.db"
        filled(one, *CALL[:2]).close()
        filled(other, *(in_flow(each, f"flow-{number}") for number in range(60) for each in CALL)).close()
        before = [StoredLedger(path).content() for path in (one, other)]
        with full_at(one.stat().st_size + 8192):
            message = told(lambda: merge(one, other))
        assert [StoredLedger(path).content() for path in (one, other)] == before
        assert verify(one).is_sound
        assert verify(other).is_sound
        merge(one, other)
        assert StoredLedger(one).stats().stanzas >= StoredLedger(other).stats().stanzas
        return message.replace(str(one), "FILE")

    assert in_child(run) == "FILE: the disk failed or is full: make room, or name a ledger elsewhere"


def test_a_copy() -> None:
    """The ledger that was to be copied has not changed."""

    def run(folder: Path) -> bool:
        ledger = folder / "ledger.db"
        filled(ledger, *(in_flow(each, f"flow-{number}") for number in range(60) for each in CALL)).close()
        before = StoredLedger(ledger).content()
        with full_at(ledger.stat().st_size // 2):
            assert "disk" in told(lambda: copy_ledger(ledger, folder / "copy.db"))
        return before == StoredLedger(ledger).content() and verify(ledger).is_sound

    assert in_child(run)
