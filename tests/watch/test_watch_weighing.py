"""The questions weighed beside the view: the same verdicts, and seldom enough."""

from __future__ import annotations

from ringback.faults import Faults
from ringback.questions.weighing import weigh
from ringback.sources.notice import Notice
from ringback.watch.weighing import LEAST_WAIT_S, Weigher
from support.casing import SPECIFICATION, shipped

AGES = 60.0


class Bench:
    def __init__(self, name: str = "multi-device") -> None:
        self.now = 0.0
        self.notices: list[Notice] = []
        self.casebook = shipped(name)
        self.cases = {case.number: case for case in self.casebook.cases}
        self.weigher = Weigher(self.casebook, SPECIFICATION, Faults(self.notices.append), lambda: self.now)

    def work(self, seconds: float = AGES) -> bool:
        """One look; what was begun is waited for."""
        is_new = self.weigher.work(self.cases.get, seconds)
        self.weigher.join()
        return is_new


def test_the_verdicts_are_those_of_the_exports() -> None:
    bench = Bench()
    assert bench.weigher.latest.verdicts == ()
    bench.weigher.note(bench.cases)
    assert not bench.work()
    assert bench.work()
    calls, clients = bench.casebook.evidence()
    assert bench.weigher.latest.verdicts == weigh(calls, clients, SPECIFICATION).verdicts
    assert bench.weigher.latest.calls == 1


def test_nothing_new_is_not_weighed_again() -> None:
    bench = Bench()
    bench.weigher.note(bench.cases)
    bench.work()
    bench.work()
    bench.now += AGES
    before = bench.weigher.latest
    assert not bench.work()
    assert not bench.work()
    assert bench.weigher.latest is before


def test_weighings_are_apart() -> None:
    """What comes at once after one waits."""
    bench = Bench()
    bench.weigher.note(bench.cases)
    bench.work()
    bench.work()
    before = bench.weigher.latest
    bench.weigher.note(bench.cases)
    bench.now += LEAST_WAIT_S / 2
    assert not any([bench.work(), bench.work()])
    bench.now += LEAST_WAIT_S
    assert [bench.work(), bench.work()] == [False, True]
    assert bench.weigher.latest is not before


def test_copies_are_made_in_slices() -> None:
    """Nothing is weighed before all are made; a call that is kept no more is left out."""
    bench = Bench("violations")
    bench.weigher.note([*bench.cases, 999])
    assert not bench.work(-AGES)
    assert not bench.work(-AGES)
    assert bench.weigher.latest.verdicts == ()
    bench.work()
    assert bench.weigher.latest.calls == len(bench.cases)


def test_a_fault_is_told_and_the_view_goes_on() -> None:
    bench = Bench()
    bench.weigher.note(bench.cases)
    bench.weigher._specification = None  # type: ignore[assignment]
    bench.work()
    assert bench.work()
    assert "weighing the questions" in bench.notices[0].text
    assert bench.weigher.latest.verdicts == ()
