"""`ringback.archive.joining`: whatever is done first, all stands in the order in which it was named."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable

import pytest

from ringback.archive.joining import Joining, Outputs
from ringback.archive.paths import Place
from ringback.archive.task import Done, Gone, failed
from ringback.commands.environment import Listening
from ringback.observations import Funnel
from ringback.status import ExitCode


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
    assert (out, status, funnel.incomplete) == ("1\n2\n", ExitCode.INTERRUPTED, True)
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
