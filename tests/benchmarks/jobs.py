"""The row about two processes on two cores: `ringback replay --jobs 2` beside `--jobs 1`, by the clock.

Many captures of the same size; what a run takes to start and to end is in it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from benchmarks.captures import write_capture
from benchmarks.pairing import Ratio, Side, interleaved
from benchmarks.rows import ROWS, Measured
from support.mitm import ADDON, environment

NAMES = ("jobs",)

CAPTURES, CONNECTIONS = 128, 2
"""How many captures, and connections in each: so many that starting, 0.4 s a process, is little."""


def measure(names: Collection[str], rounds: int) -> Iterator[Measured]:
    """The one row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_captures(folder, CAPTURES, CONNECTIONS)
        check_same(folder)
        sides = {f"--jobs {jobs}": _clocked(_replay(folder, jobs)) for jobs in (1, 2)}
        times = interleaved(sides, rounds)
        took = {
            side: f"{statistics.median(seconds):.2f} s for {CAPTURES} captures"
            for side, seconds in times.items()
        }
        yield Measured(ROWS["jobs"], Ratio.of(times["--jobs 1"], times["--jobs 2"]), took)


def write_captures(folder: Path, count: int, connections: int, **size: int) -> None:
    """Captures of which no two hold the same connection."""
    for number in range(count):
        write_capture(folder / f"{number:03d}.flows", connections, seed=number, **size)


def check_same(folder: Path) -> None:
    """See that one process and two print the same, and that they find something.

    Raises:
        AssertionError: they do not.
    """
    alone, shared = (_run(_replay(folder, jobs)) for jobs in (1, 2))
    assert alone == shared, "one process and two print different things"
    assert "preaccept" in alone, "nothing is found"


def _replay(folder: Path, jobs: int) -> list[str]:
    return [sys.executable, "-m", "ringback", "replay", "--jobs", str(jobs), str(folder)]


def _clocked(command_line: Sequence[str]) -> Side:
    def run() -> float:
        began = time.perf_counter()
        _run(command_line)
        return time.perf_counter() - began

    return run


def _run(command_line: Sequence[str]) -> str:
    """What it prints; it has to succeed."""
    done = subprocess.run(
        command_line, env=environment(PYTHONPATH=str(ADDON)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
