"""The ledger off the hooks' way: who hands something over never waits, and what is reported is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringback.errors import LedgerError
from ringback.ledger import Ledger
from ringback.ledger import queue as module
from ringback.ledger.outlet import LedgerOutlet
from ringback.ledger.queue import LedgerQueue
from ringback.observations import Observation, StanzaObserved
from support.ledgers import in_flow, observed
from support.sightings import Tape, good_call

CALL = [each for each in observed(*good_call(Tape())) if isinstance(each, StanzaObserved)]
SOON_S = 60


class Desk:
    """A queue whose disk writes when it is let to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.disk = threading.Event()
        self.begun = threading.Event()
        self.woken = threading.Event()
        self.reported: list[Observation] = []
        self.failures: list[str] = []
        self.lost: list[Observation] = []
        outlet = LedgerOutlet(Ledger(path))
        show = outlet.show

        def slow(*observations: Observation) -> None:
            self.begun.set()
            assert self.disk.wait(SOON_S)
            show(*observations)

        outlet.show = slow  # type: ignore[method-assign]
        self.queue = LedgerQueue(
            outlet,
            report=self.reported.append,
            failed=lambda error: self.failures.append(str(error)),
            lost=self.lost.append,
            wake=self.woken.set,
        )

    def kept(self) -> list[tuple[str, bool]]:
        """Flow of each stanza that is kept, and whether its connection is said to be whole."""
        with Ledger(self.path) as ledger:
            return [(each.evidence.flow, each.complete) for each in ledger.sightings()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    yield desk
    desk.disk.set()


def test_nobody_waits_and_nothing_is_reported_before_it_is_kept(desk: Desk) -> None:
    """All is taken while the disk stands still; then it is reported in its order, by whoever asks."""
    for each in CALL:
        desk.queue.show(each)
    assert desk.begun.wait(SOON_S)
    assert not desk.queue.deliver()
    assert desk.reported == []
    desk.disk.set()
    assert desk.woken.wait(SOON_S)
    while len(desk.reported) < len(CALL):
        desk.queue.deliver()
    assert desk.reported == CALL
    assert len(desk.kept()) == len(CALL)
    desk.queue.finish()


def test_the_end_keeps_and_reports_all(desk: Desk) -> None:
    """Whatever is on its way then; the file is given back."""
    for each in CALL:
        desk.queue.show(each)
    desk.disk.set()
    desk.queue.finish()
    assert desk.reported == CALL
    assert len(desk.kept()) == len(CALL)
    assert not list(desk.path.parent.glob("*-wal"))


def test_what_finds_no_room_is_dropped_counted_and_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit nothing is; one more is neither kept nor reported, and its connection is not whole any
    more. Others are."""
    monkeypatch.setattr(module, "MAX_QUEUED", 3)
    for each in CALL[:3]:
        desk.queue.show(in_flow(each, "slow"))
    assert (desk.queue.dropped, desk.failures) == (0, [])
    for each in CALL[3:5]:
        desk.queue.show(in_flow(each, "slow"))
    assert desk.queue.dropped == len(desk.lost) == 2
    desk.disk.set()
    while len(desk.reported) < 3:
        desk.queue.deliver()
    desk.queue.show(in_flow(CALL[5], "slow"))
    desk.queue.show(in_flow(CALL[6], "other"))
    with pytest.raises(LedgerError, match="2 observations were neither kept nor reported"):
        desk.queue.finish()
    assert len(desk.failures) == 1
    assert "more than 3 observations wait for it" in desk.failures[0]
    assert sorted(desk.kept()) == [("other", True), ("slow", False), *[("slow", True)] * 3]
    assert len(desk.reported) == 5


def test_a_recording_waits_for_room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is dropped, however slow the disk is; meanwhile what is kept is reported."""
    monkeypatch.setattr(module, "MAX_QUEUED", 2)
    monkeypatch.setattr(module, "MAX_BATCH", 1)
    threading.Timer(0.05, desk.disk.set).start()
    for each in CALL:
        desk.queue.make_room()
        desk.queue.show(each)
    assert len(desk.reported) >= len(CALL) - 2
    desk.queue.finish()
    assert (desk.queue.dropped, desk.reported) == (0, CALL)


def test_what_the_ledger_refuses_is_told_and_reported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing disk silences no other outlet."""

    def refuse(*_: Observation) -> None:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(desk.queue._ledger, "show", refuse)
    desk.queue.show(CALL[0])
    desk.queue.finish()
    assert (desk.reported, desk.failures) == ([CALL[0]], ["the disk is full"])


def test_reporting_is_done_in_slices(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow screen holds up the hooks for a moment at a time."""
    monkeypatch.setattr(module, "SLICE_S", 0.0)
    desk.disk.set()
    for each in CALL:
        desk.queue.show(each)
    for count in range(1, len(CALL) + 1):
        while len(desk.reported) < count:
            desk.queue.deliver()
        assert len(desk.reported) == count
    desk.queue.finish()
