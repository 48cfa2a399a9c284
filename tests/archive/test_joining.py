"""`ringback.archive.joining`: whatever is done first, all stands in the order in which it was named."""

from __future__ import annotations

import errno
import io
import itertools
import os
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from ringback.archive.evidence import TravellingLedger
from ringback.archive.joining import Joining, Outputs
from ringback.archive.paths import Place
from ringback.archive.task import Done, Gone, LostError, failed
from ringback.commands.environment import Listening
from ringback.eventrecords import record_line, start_record, summary_record
from ringback.ledger import Ledger
from ringback.observations import Funnel
from ringback.status import ExitCode
from support.ledgers import observed
from support.sightings import Tape, good_call

MISSING = record_line(start_record()) + record_line(summary_record(Funnel(incomplete=True)))
"""The run that says that captures are missing."""


def gone(number: int, **further: object) -> Gone:
    """A capture that opened all of its three frames and printed its number."""
    place = Place(f"{number}.flows", f"{number}.flows")
    given = {"funnel": Funnel(frames=3, opened=3), "records": (f"{number}\n",), **further}
    return Gone(number, place, ExitCode.OK, (), **given)  # type: ignore[arg-type]


def joined(
    tasks: Iterable[Iterable[Gone]], total: int, *, interrupted: bool = False
) -> tuple[str, Funnel, ExitCode, list[str]]:
    """What is printed, counted, given back and told."""
    environment = Listening(io.StringIO(), None)
    joining = Joining(Outputs(records=True), environment, environment.tell)
    for task in tasks:
        joining.take(Done(tuple(task)))
    status = joining.finish(total, interrupted=interrupted)
    assert isinstance(environment.stdout, io.StringIO)
    return (
        environment.stdout.getvalue(),
        joining.funnel,
        status,
        [notice.text for notice in environment.notices],
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_gives_the_same(order: tuple[int, ...]) -> None:
    """Text and counts are those of the captures in their own order."""
    assert joined(([gone(number)] for number in order), 3) == (
        "0\n1\n2\n", Funnel(frames=9, opened=9), ExitCode.OK, [],
    )  # fmt: skip


def test_what_comes_twice_counts_once() -> None:
    """A task that was done by two workers is one."""
    out, funnel, _, _ = joined([[gone(0)], [gone(1), gone(0)], [gone(1)]], 2)
    assert (out, funnel.frames) == ("0\n1\n", 6)


def test_what_was_done_is_kept_by_ctrl_c() -> None:
    """Also what waited for a capture that is not there; how many are missing is told."""
    out, funnel, status, told = joined([[gone(2)], [gone(1)]], 4, interrupted=True)
    assert (out, status, funnel.incomplete) == (f"1\n2\n{MISSING}", ExitCode.INTERRUPTED, True)
    assert told == ["interrupted: 2 of 4 captures were not read"]


@pytest.mark.parametrize(
    ("captures", "status"),
    [
        ([gone(0), failed(1, Place("x", "x"), "gone")], ExitCode.INPUT),
        ([failed(0, Place("x", "x"), "a fault", ExitCode.INTERNAL), gone(1)], ExitCode.INTERNAL),
        ([gone(0, funnel=Funnel(frames=2)), gone(1)], ExitCode.OK),
        ([gone(0, funnel=Funnel(frames=2))], ExitCode.NOTHING_OPENED),
        ([gone(0, funnel=Funnel(), is_all_left_out=True)], ExitCode.NOTHING_OPENED),
        ([gone(0, funnel=Funnel(), is_all_left_out=True), gone(1)], ExitCode.OK),
    ],
)
def test_the_exit_code(captures: list[Gone], status: ExitCode) -> None:
    """That of a replay of all captures at once, the gravest first."""
    assert joined([captures], len(captures))[2] is status


def test_no_room_for_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends with what was taken before, which stands; what to do is told."""
    room = 100

    class Disk(io.FileIO):
        def write(self, data: object) -> int:
            if self.seek(0, 2) > room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)  # type: ignore[arg-type]

    def disk(**_named: object) -> Disk:
        return Disk(tempfile.mkstemp()[0], "r+b")

    monkeypatch.setattr("ringback.archive.joining.TemporaryFile", disk)
    environment = Listening(io.StringIO(), None)
    joining = Joining(Outputs(records=True), environment, environment.tell)
    joining.take(Done((gone(0),)))
    joining.take(Done((gone(3),)))
    with pytest.raises(LostError, match="name a folder that has some with TMPDIR") as lost:
        joining.take(Done((gone(2),)))
    assert joining.finish(4, interrupted=False, lost=str(lost.value)) is ExitCode.INPUT
    assert isinstance(environment.stdout, io.StringIO)
    assert environment.stdout.getvalue() == f"0\n3\n{MISSING}"
    assert environment.notices[-1].text.endswith("and run the same again; 2 of 4 captures were not read")


def test_a_ledger_that_another_process_writes_to_is_waited_for(tmp_path: Path) -> None:
    """It is told once; after Ctrl-C what was not kept is not read either."""
    tasks = []
    for number in range(2):
        with TravellingLedger(bytes(32)) as task:
            task.show(*observed(*good_call(Tape())[:1]))
            tasks.append(Done((gone(number),), task.packed()))
    is_stopped, looks = False, 0

    def stop() -> bool:
        nonlocal looks
        looks += 1
        if not is_stopped and looks == 2:
            other.rollback()
        return is_stopped

    environment = Listening(io.StringIO(), None)
    with (
        Ledger(tmp_path / "lab.db") as ledger,
        closing(sqlite3.connect(ledger.path, isolation_level=None)) as other,
    ):
        ledger.wait_for_others(0)
        joining = Joining(Outputs(records=True, ledger=ledger), environment, environment.tell, stop)
        other.execute("BEGIN IMMEDIATE")
        joining.take(tasks[0])
        assert ledger.stats().stanzas == 1
        other.execute("BEGIN IMMEDIATE")
        is_stopped = True
        joining.take(tasks[1])
        other.rollback()
    assert joining.finish(2, interrupted=True) is ExitCode.INTERRUPTED
    assert isinstance(environment.stdout, io.StringIO)
    assert environment.stdout.getvalue() == f"0\n{MISSING}"
    assert [notice.text for notice in environment.notices] == [
        f"{tmp_path / 'lab.db'}: another process is writing to it: let that one finish, it is waited for",
        "interrupted: 1 of 2 captures was not read",
    ]
