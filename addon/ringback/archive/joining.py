"""What tasks give back, joined: in the order in which the captures were named, whichever was done first."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from tempfile import TemporaryFile, gettempdir

from ringback.archive.evidence import merge_packed
from ringback.archive.task import Done, Gone, LostError
from ringback.commands.environment import Environment
from ringback.commands.recording import Going, conclude
from ringback.eventfile import EventFile
from ringback.eventrecords import record_line, start_record, summary_record
from ringback.ledger import Ledger
from ringback.ledger.failure import LockedError
from ringback.observations import Funnel
from ringback.sources.copies import MAX_FLOWS
from ringback.sources.notice import Notice, Tell, Urgency
from ringback.status import ExitCode
from ringback.view.terminal import TerminalView
from ringback.wording import agreeing, counted


@dataclass(slots=True)
class Outputs:
    """Where everything goes, each of it only where it is wanted."""

    view: TerminalView | None = None
    records: bool = False
    """Whether the lines of an event file go to standard output."""
    events: EventFile | None = None
    ledger: Ledger | None = None


_ADVICE = "put the key log of each capture beside it, as NAME.keys, or name one with --keylog"


class Joining:
    """Takes what tasks give back, in any order, each capture once."""

    def __init__(
        self,
        outputs: Outputs,
        environment: Environment,
        tell: Tell,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Text goes to the standard output of `environment`. After `stop` no other process is waited for."""
        self._outputs = outputs
        self._environment = environment
        self._tell = tell
        self._stop = stop
        self._is_lock_told = False
        self._waiting = _Shelf()
        self._taken: set[int] = set()
        self._next = 0
        self._statuses: set[ExitCode] = set()
        self._is_all_left_out = True
        self._has_records = False
        self._is_all_there = True
        self._owners: dict[str, str] = {}
        self.funnel = Funnel()
        """What all captures came to."""

    def take(self, done: Done) -> None:
        """Keep the evidence, and print what is next in order. Where another process writes to the ledger that
        is waited for; what was not kept by `stop` is as good as not done.

        Raises:
            LedgerError: the ledger cannot take it.
            EventFileError: the event file cannot.
            LostError: there is no room for what waits; what was taken before stands.
        """
        if not self._is_kept(done):
            return
        for gone in done.captures:
            if gone.number in self._taken:
                continue
            if gone.number == self._next:
                self._taken.add(gone.number)
                self._show(gone)
                self._next += 1
            else:
                self._put_aside(gone)
                self._taken.add(gone.number)
            while self._next in self._waiting:
                self._show(self._waiting.take(self._next))
                self._next += 1

    def finish(self, total: int, *, interrupted: bool, lost: str = "") -> ExitCode:
        """Print what is still waiting, and the summary; the exit code for it all. There are `total` captures.

        `lost` tells why the others cannot come, where they cannot.

        Raises:
            EventFileError: the event file cannot take it.
        """
        for number in self._waiting.numbers():
            self._show(self._waiting.take(number))
        self.funnel.incomplete |= interrupted or bool(lost)
        if interrupted or lost or not self._is_all_there:
            # Whoever reads the other runs has to know that there would be more.
            self._write_run(
                (record_line(start_record()), record_line(summary_record(Funnel(incomplete=True))))
            )
        if self._outputs.view is not None:
            self._outputs.view.summary(self.funnel)
        left = total - len(self._taken)
        unread = f"{left} of {counted(total, 'capture')} {agreeing(left, 'was', 'were')} not read"
        if lost:
            self._tell(Notice(f"{lost}; {unread}", Urgency.ERROR))
            return ExitCode.INPUT
        if interrupted:
            self._tell(Notice(f"interrupted: {unread}"))
            return ExitCode.INTERRUPTED
        if ExitCode.INTERNAL in self._statuses:
            return ExitCode.INTERNAL
        left_out = len(self._taken) if self._is_all_left_out else 0
        going = Going(torn=ExitCode.INPUT in self._statuses, left_out=left_out, is_any=not left_out)
        return conclude(going, self.funnel.frames, self.funnel.opened, self._environment, _ADVICE)

    def _is_kept(self, done: Done) -> bool:
        """Whether the ledger has its evidence, if there is one."""
        if self._outputs.ledger is None or done.ledger is None:
            return True
        while True:
            try:
                merge_packed(self._outputs.ledger, done.ledger)
            except LockedError as error:
                if self._stop():
                    return False
                if not self._is_lock_told:
                    self._is_lock_told = True
                    self._tell(Notice(f"{error}, it is waited for"))
            except OSError as error:
                raise _no_room(error) from error
            else:
                self._is_lock_told = False
                return True

    def _put_aside(self, gone: Gone) -> None:
        try:
            self._waiting.put(gone)
        except OSError as error:
            raise _no_room(error) from error

    def _show(self, gone: Gone) -> None:
        for notice in gone.notices:
            self._tell(notice)
        self._note_copies(gone)
        self._statuses.add(gone.status)
        self._is_all_left_out &= gone.is_all_left_out
        self.funnel.add(gone.funnel)
        outputs = self._outputs
        if outputs.view is not None:
            if gone.text:
                outputs.view.capture(gone.place.capture)
                self._environment.write(gone.text)
            if gone.counts is not None:
                outputs.view.add(gone.counts)
        self._is_all_there &= bool(gone.records)
        if gone.records:
            self._write_run(gone.records)

    def _write_run(self, lines: tuple[str, ...]) -> None:
        if self._outputs.records:
            self._environment.write("".join(lines))
        if self._outputs.events is not None:
            # The start of the first run stands there since the file was opened.
            self._outputs.events.take_over(lines if self._has_records else lines[1:])
            self._has_records = True

    def _note_copies(self, gone: Gone) -> None:
        """Each capture is gone through by itself: that two hold one connection shows only here."""
        owners = [self._owners[flow] for flow in gone.flows if flow in self._owners]
        for flow in gone.flows:
            if len(self._owners) < MAX_FLOWS:
                self._owners.setdefault(flow, gone.place.capture)
        if owners:
            count, other = len(owners), min(owners)
            are, them = agreeing(count, "is", "are"), agreeing(count, "it", "them")
            held = f"{counted(count, 'connection')} of {gone.place.capture} {are} in {other} too"
            self._tell(Notice(f"{held}: a ledger counts {them} once, what is printed for each"))


def _no_room(error: OSError) -> LostError:
    folder = f"what waits for its turn finds no room in {gettempdir()} ({error.strerror})"
    return LostError(f"{folder}: name a folder that has some with TMPDIR, and run the same again")


class _Shelf:
    """What waits for its turn, on the disk: of many captures it may be more than fits into memory."""

    def __init__(self) -> None:
        self._file: FileIO | None = None
        self._places: dict[int, tuple[int, int]] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def put(self, gone: Gone) -> None:
        """Raises:
        OSError: there is no room for it; what was put before is there.
        """
        if self._file is None:
            # Without a buffer: what the disk has no room for is not tried again with each further step.
            self._file = TemporaryFile(prefix="ringback-", buffering=0)  # noqa: SIM115 - it goes away with this object
        data = pickle.dumps(gone)
        start = self._file.seek(0, 2)
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        self._places[gone.number] = (start, len(data))

    def take(self, number: int) -> Gone:
        start, size = self._places.pop(number)
        assert self._file is not None  # noqa: S101  (something was put)
        self._file.seek(start)
        gone = pickle.loads(self._file.read(size))  # noqa: S301 - its own bytes
        if not self._places:
            self._file.seek(0)
            self._file.truncate()
        assert isinstance(gone, Gone)  # noqa: S101
        return gone

    def numbers(self) -> list[int]:
        return sorted(self._places)
