"""`ringback.archive.pool`: processes that do tasks, and what becomes of a task whose process is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ringback.archive.paths import Place
from ringback.archive.pool import ATTEMPTS, do_here, without_interrupts
from ringback.archive.task import Done, Job, Task
from ringback.status import ExitCode
from support.mitm import ADDON, environment
from support.recorded import CAPTURES

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and signals")

NAMES = ("single-callee", "no-preaccept")


def place(path: Path) -> Place:
    return Place(str(path), path.name)


def tasks(*paths: Path) -> list[Task]:
    """A task for each capture."""
    return [Task(((number, place(path)),)) for number, path in enumerate(paths)]


def captures(*names: str) -> list[Path]:
    return [CAPTURES / f"{name}.flows" for name in names]


def never() -> bool:
    return False


def kill_all() -> None:
    """Kill every process of the pool, whatever it is at."""
    for process in multiprocessing.active_children():
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)


def counted(results: Iterator[Done]) -> dict[str, int]:
    """Stanzas of each capture; each comes once."""
    gone = [each for done in results for each in done.captures]
    assert len({each.number for each in gone}) == len(gone)
    return {each.place.capture: each.funnel.stanzas for each in gone}


def after(count: int, results: Iterator[Done], act: Callable[[], None]) -> Iterator[Done]:
    """The results, and `act` when so many have come."""
    for number, done in enumerate(results, start=1):
        yield done
        if number == count:
            act()


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """A capture whose reader waits for ever."""
    path = tmp_path / "violations.flows"
    os.mkfifo(path)
    return path


def test_a_killed_process_costs_nothing(blocked: Path) -> None:
    """Its task is done by a new process, and every capture counts once."""
    expected = counted(do_here(Job(), tasks(*captures("violations", *NAMES)), 1, never))

    def kill() -> None:
        for suffix in (".flows", ".keys"):
            (blocked.parent / f"new{suffix}").symlink_to(CAPTURES / f"violations{suffix}")
            (blocked.parent / f"new{suffix}").replace(blocked.with_suffix(suffix))
        kill_all()

    results = do_here(Job(), tasks(blocked, *captures(*NAMES)), 2, never)
    assert counted(after(len(NAMES), results, kill)) == expected


def test_a_capture_that_kills_is_given_up(blocked: Path) -> None:
    """It is tried a few times and then named; the captures of the same task are done all the same."""
    together = [Task(((0, place(blocked)), (1, place(captures(NAMES[0])[0]))))]
    attempts = 0

    def stop() -> bool:
        nonlocal attempts
        try:
            writer = os.open(blocked, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads it now
            return False
        attempts += 1
        kill_all()
        os.close(writer)
        return False

    gone = {each.number: each for done in do_here(Job(), together, 1, stop) for each in done.captures}
    assert attempts == ATTEMPTS
    assert gone[1].funnel.stanzas > 0
    assert gone[0].status is ExitCode.INPUT
    (notice,) = gone[0].notices
    assert notice.text == (
        f"{blocked}: its process has ended {ATTEMPTS} times, the last time by signal {signal.SIGKILL.value}"
    )


def test_ctrl_c_keeps_what_was_done(blocked: Path, tmp_path: Path) -> None:
    """What is done is printed, what is not is counted, the exit code says that it was interrupted, and
    nothing stays in the folder of temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    paths = map(str, (blocked, *captures(*NAMES)))
    ledger = ["--ledger", str(tmp_path / "lab.db")]
    command = [sys.executable, "-m", "ringback", "replay", "--jobs", "2", *ledger, *paths]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONPATH=str(ADDON), TMPDIR=str(temporary)),
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("ringback: 2 of 3 captures"):
                break
        # As a terminal does it: to all processes at once.
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    assert [name for name in NAMES if f"── {name}.flows ──" in out] == list(NAMES)
    assert "interrupted: 1 of 3 captures was not read" in err
    assert not list(temporary.iterdir())


def test_ctrl_c_reaches_no_process_that_starts() -> None:
    """One that is started cannot have seen to it itself yet; here it still counts afterwards."""
    with without_interrupts():
        shown = subprocess.run(
            [
                sys.executable,
                "-c",
                "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert shown.stdout == "True\n"
    assert signal.SIGINT in masked
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
