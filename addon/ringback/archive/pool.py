"""Tasks done by processes of this machine.

Each process has a pipe of its own to this one, so that it is known which task a process that has ended was
at. That task is done again by a new process, each of its captures by itself; a capture whose process has
ended `ATTEMPTS` times is given up by name.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import TypeAlias, cast

from ringback.archive.task import Done, Job, Task, do, failed
from ringback.errors import RingbackError
from ringback.faults import describe
from ringback.status import ExitCode

ATTEMPTS = 3
"""Times that a capture is tried whose process ends, or whose file system fails."""

_LOOK_S = 0.2
"""Time between two looks whether to stop."""
_PATIENCE_S = 2.0
"""How long a process may take to end."""

# Not forked: a process with threads, as this may be, cannot be copied safely.
_SPAWN = multiprocessing.get_context("spawn")

_Answer: TypeAlias = Done | OSError | tuple[str, ExitCode]
"""What came of a task, what was in its way for now, or why nothing can come of it."""


def do_here(job: Job, tasks: Sequence[Task], size: int, stop: Callable[[], bool]) -> Iterator[Done]:
    """What comes of each task, as it is done, by `size` processes; after `stop` no more comes."""
    pool = _Pool(job, tasks, size)
    try:
        while pool.is_busy and not stop():
            yield from pool.look()
    finally:
        pool.end()


class _Worker:
    """A process and its pipe."""

    def __init__(self, job: Job) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process: SpawnProcess = _SPAWN.Process(target=_serve, args=(theirs, job), daemon=True)
        with without_interrupts():
            self.process.start()
        theirs.close()
        self.task: Task | None = None


class _Pool:
    def __init__(self, job: Job, tasks: Sequence[Task], size: int) -> None:
        self._job = job
        self._waiting = deque(tasks)
        self._attempts: Counter[int] = Counter()
        self._workers = [_Worker(job) for _ in range(min(size, len(tasks)))]

    @property
    def is_busy(self) -> bool:
        return bool(self._waiting) or any(worker.task for worker in self._workers)

    def look(self) -> Iterator[Done]:
        """Give out tasks, and take what is done."""
        for worker in self._workers:
            if worker.task is None and self._waiting:
                self._give(worker, self._waiting.popleft())
        busy = {worker.pipe: worker for worker in self._workers if worker.task is not None}
        for pipe in wait(list(busy), _LOOK_S):
            yield from self._take(busy[cast("Connection", pipe)])

    def end(self) -> None:
        """End all processes; what they are at is not kept."""
        for worker in self._workers:
            worker.pipe.close()
            if worker.task is not None:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.join(_PATIENCE_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def _give(self, worker: _Worker, task: Task) -> None:
        worker.task = task
        with suppress(OSError):  # it has ended: so its pipe will tell
            worker.pipe.send(task)

    def _take(self, worker: _Worker) -> Iterator[Done]:
        task, worker.task = worker.task, None
        assert task is not None  # noqa: S101  (only the busy ones are looked at)
        try:
            answer: _Answer = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._again(task, f"its process has ended {ATTEMPTS} times, {self._replaced(worker)}")
            return
        if isinstance(answer, OSError):
            yield from self._again(task, str(answer))
        elif isinstance(answer, tuple):
            yield Done(tuple(failed(*each, *answer) for each in task.places))
        else:
            yield answer

    def _again(self, task: Task, why: str) -> Iterator[Done]:
        """Have each capture tried once more, unless it was often enough."""
        for number, place in task.places:
            self._attempts[number] += 1
            if self._attempts[number] < ATTEMPTS:
                self._waiting.append(Task(((number, place),)))
            else:
                yield Done((failed(number, place, why),))

    def _replaced(self, worker: _Worker) -> str:
        """Put a new process in the place of one that has ended; how that ended."""
        worker.pipe.close()
        worker.process.join(_PATIENCE_S)
        code = worker.process.exitcode
        self._workers[self._workers.index(worker)] = _Worker(self._job)
        if code is not None and code < 0:
            return f"the last time by signal {-code}"
        return f"the last time with code {code}"


@contextmanager
def without_interrupts() -> Iterator[None]:
    """What is started here is not reached by Ctrl-C, from its first moment on; here it comes afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it is started with the first process, and lets Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, job: Job) -> None:
    """Do one task after the other until there are no more. Ctrl-C is for the process that gives them out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    with suppress(EOFError, OSError):
        while True:
            task: Task = pipe.recv()
            pipe.send(_answer(job, task))


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End, and take away what is in temporary folders."""
    raise SystemExit(1)


def _answer(job: Job, task: Task) -> _Answer:
    try:
        return do(job, task)
    except OSError as error:
        return OSError(str(error))
    except RingbackError as error:
        return str(error), ExitCode.INPUT
    except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
        return describe(error), ExitCode.INTERNAL
