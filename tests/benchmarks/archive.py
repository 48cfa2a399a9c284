"""What an archive takes: the factors that `docs/archives.md` reckons with.

Run as `python tests/benchmarks/archive.py`; not part of the test run. Every process is timed by its own
processor time. What depends on the size is told by two sizes: what the larger one takes more.
"""

from __future__ import annotations

import argparse
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from benchmarks.captures import write_capture  # noqa: E402
from ringback.archive.evidence import merge_packed  # noqa: E402
from ringback.archive.paths import Place  # noqa: E402
from ringback.archive.task import Done, Job, Task, do  # noqa: E402
from ringback.ledger import Ledger  # noqa: E402
from support.mitm import ADDON, environment  # noqa: E402

CONNECTIONS = (4, 24)
"""Of the two captures; 5,000 messages on each."""


SECRET = bytes(32)

_REPLAY = """
import sys, time
from pathlib import Path
from ringback.cli import main
assert main(sys.argv[1:]) == 0
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(time.process_time(), peak.split()[1], file=sys.stderr)
"""
"""Tells its own peak, for what the system tells of a child is no less than what its parent had."""


class Taken(NamedTuple):
    """What one process took."""

    seconds: float
    """Of processor time."""
    peak_bytes: int


def replayed(path: Path, *further: str) -> Taken:
    """`ringback replay` of a capture, as a process of its own."""
    command = [sys.executable, "-c", _REPLAY, "replay", *further, str(path)]
    ran = subprocess.run(
        command, env=environment(PYTHONPATH=str(ADDON)), capture_output=True, text=True, check=True
    )
    seconds, peak = ran.stderr.splitlines()[-1].split()
    return Taken(float(seconds), int(peak) * 1024)


def least(runs: int, path: Path) -> Taken:
    """The run that was disturbed least."""
    return min(replayed(path) for _ in range(runs))


def done(path: Path, secret: bytes | None = SECRET) -> Done:
    """What a task of one capture gives back, with a secret its ledger included."""
    return do(Job(secret=secret), Task(((0, Place(str(path), path.name)),)))


def done_seconds(runs: int, path: Path, secret: bytes | None) -> float:
    """Processor time of such a task, of the run that was disturbed least."""
    took = []
    for _ in range(runs):
        before = time.process_time()
        done(path, secret)
        took.append(time.process_time() - before)
    return min(took)


def merge_seconds(ledger: Ledger, result: Done) -> float:
    """Processor time of taking a task's ledger over."""
    assert result.ledger is not None
    before = time.process_time()
    merge_packed(ledger, result.ledger)
    return time.process_time() - before


def main() -> None:
    """Measure and print, a line for each factor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="of each process (default: %(default)s)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = (folder / "small.flows", folder / "large.flows")
        both = zip((small, large), CONNECTIONS, strict=True)
        counts = [write_capture(path, connections) for path, connections in both]
        sizes = [path.stat().st_size for path in (small, large)]
        gigabytes = (sizes[1] - sizes[0]) / 1e9
        told = " and ".join(f"{size / 1e6:.0f}" for size in sizes)
        print(f"captures        {told} MB, {sizes[1] / counts[1]:.0f} B a message")

        plain = [least(runs, path) for path in (small, large)]
        slope = (plain[1].seconds - plain[0].seconds) / gigabytes
        start = plain[0].seconds - slope * sizes[0] / 1e9
        print(f"reading         {slope:.1f} s of a core a GB, and {start:.2f} s to start")
        growth = (plain[1].peak_bytes - plain[0].peak_bytes) / (sizes[1] - sizes[0])
        base = plain[0].peak_bytes - growth * sizes[0]
        print(f"memory          {growth:.2f} bytes a byte of the capture, and {base / 1e6:.0f} MB")

        result = done(large)
        with Ledger(folder / "merged.db") as ledger:
            ledger.adopt(SECRET)
            first = merge_seconds(ledger, result)
            again = merge_seconds(ledger, result)
            stanzas = ledger.stats().stanzas
        print(f"stanzas         {stanzas / counts[1]:.2%} of the messages are stanzas of calls")
        more = done_seconds(runs, large, SECRET) - done_seconds(runs, large, None)
        print(f"recording       {more / stanzas * 1e6:.0f} us of a core a stanza")
        travel = len(pickle.dumps(result))
        print(f"travel          {travel / stanzas:.0f} B a stanza, its ledger packed")
        told = f"{first / stanzas * 1e6:.0f} us a stanza, {again / stanzas * 1e6:.0f} us where it is known"
        print(f"merging         {told}")
        print(f"ledger          {(folder / 'merged.db').stat().st_size / stanzas:.0f} B a stanza")


if __name__ == "__main__":
    main()
