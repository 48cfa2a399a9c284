"""The counts of a ledger, with a bar while they are brought up to date; Ctrl-C loses none of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn

from ringback.commands.environment import Environment
from ringback.commands.interrupt import Interruptions
from ringback.commands.progress import bars_on
from ringback.export.tallied import counting_by
from ringback.ledger import StoredLedger
from ringback.ledger.counts import Going, Tally
from ringback.sources.notice import Notice, Urgency
from ringback.spec.model import Specification
from ringback.spec.part import SpecPart
from ringback.wording import counted

MANY = 20_000
"""Frames of which it is said that they are gone through: that takes ten seconds and more."""


def tally_of(
    ledger: StoredLedger,
    specification: Specification,
    parts: Sequence[SpecPart],
    environment: Environment,
) -> Tally | None:
    """The counts of all calls of the ledger by this specification and its second model of the stanzas, None
    where Ctrl-C ended the counting.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    counting = counting_by(specification, parts, cache(ledger.clients))
    with Interruptions() as interruptions, _Progress(environment) as progress:
        tally = ledger.tally(counting, Going(progress.advance, lambda: interruptions.count > 0))
    if not tally.is_whole:
        calls = counted(len(tally.calls), "call")
        kept = f"not kept: {tally.unkept}" if tally.unkept else "kept, and the next time goes on from there"
        environment.tell(Notice(f"interrupted: {calls} of {ledger.path} are counted, which is {kept}"))
        return None
    if tally.unkept and progress.total > MANY:
        environment.tell(Notice(f"what was counted is not kept, the next time takes as long: {tally.unkept}"))
    return tally


class _Progress:
    """A bar, gone when the counting is over; see `bars_on`."""

    def __init__(self, environment: Environment) -> None:
        self.total = 0
        """Frames that are gone through."""
        self._environment = environment
        columns = (TextColumn("counting"), BarColumn(), MofNCompleteColumn())
        self._bars = bars_on(environment, *columns)
        self._task: TaskID | None = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def advance(self, number: int, total: int) -> None:
        """So many of so many frames."""
        if self._task is None:
            self.total = total
            if total > MANY:
                told = f"{total:,} frames are gone through; what is counted of their calls is kept"
                self._environment.tell(Notice(told, Urgency.INFO))
            self._bars.start()
            self._task = self._bars.add_task("counting", total=total)
        self._bars.update(self._task, completed=number)
