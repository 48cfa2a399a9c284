"""The row about reading a recording: `ringback replay` beside `mitmdump -r` with the add-on.

Two flow files, of 10,000 and 40,000 messages: what the larger one takes more is the price of 30,000 messages,
whatever it takes to start. Each process is timed by its own processor time.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.captures import write_capture
from benchmarks.pairing import Ratio, Side, interleaved
from benchmarks.rows import ROWS, Measured
from support.mitm import ADDON, SCRIPT, command, environment

NAMES = ("replay-mitmdump",)

FEW, MANY = 2, 8
"""Connections of the two files."""

_REPLAY, _MITMDUMP = "ringback replay", "mitmdump -r"


@dataclass(frozen=True, slots=True)
class Commands:
    """The two commands, for one flow file."""

    flows: Path
    confdir: Path

    def replay(self, *further: str) -> list[str]:
        """ringback's own."""
        return [sys.executable, "-m", "ringback", "replay", *further, str(self.flows)]

    def mitmdump(self, *further: str) -> list[str]:
        """mitmproxy's, with the add-on."""
        return command("-n", "-q", "-r", self.flows, "-s", SCRIPT, *further, confdir=self.confdir)


def measure(names: Collection[str], rounds: int) -> Iterator[Measured]:
    """The one row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = (Commands(folder / f"{size}.flows", folder) for size in ("few", "many"))
        counts = [write_capture(each.flows, size) for each, size in ((few, FEW), (many, MANY))]
        check_findings(few, folder)
        sides = {
            f"{side}, {size}": process(line)
            for size, each in (("few", few), ("many", many))
            for side, line in ((_REPLAY, each.replay()), (_MITMDUMP, each.mitmdump()))
        }
        times = interleaved(sides, rounds)
        slopes = {
            side: [
                many - few for few, many in zip(times[f"{side}, few"], times[f"{side}, many"], strict=True)
            ]
            for side in (_REPLAY, _MITMDUMP)
        }
        took = {
            side: f"{statistics.median(slope) / (counts[1] - counts[0]) * 1e6:.1f} us a message "
            f"({statistics.median(times[f'{side}, many']):.2f} s for all of {counts[1]:,})"
            for side, slope in slopes.items()
        }
        yield Measured(ROWS["replay-mitmdump"], Ratio.of(slopes[_MITMDUMP], slopes[_REPLAY]), took)


def process(command_line: Sequence[str]) -> Side:
    """A command as a side: its own processor time. It has to succeed."""

    def run() -> float:
        with tempfile.TemporaryFile() as output:
            child = subprocess.Popen(
                command_line, env=environment(PYTHONPATH=str(ADDON)), stdout=output, stderr=subprocess.STDOUT
            )
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            assert child.returncode == 0, output.read().decode(errors="replace")
        return usage.ru_utime + usage.ru_stime

    return run


def check_findings(commands: Commands, folder: Path) -> None:
    """See that both find the same in the flow file, to the letter, and that they find something.

    Raises:
        AssertionError: they do not.
    """
    replayed, dumped = folder / "replayed.jsonl", folder / "dumped.jsonl"
    process(commands.replay("--events", str(replayed)))()
    process(commands.mitmdump("--set", f"ringback_events={dumped}"))()
    findings = [json.loads(line)["type"] for line in replayed.read_text().splitlines()].count("finding")
    assert findings, "nothing is found"
    assert replayed.read_text() == dumped.read_text(), "ringback replay and mitmdump -r find different things"
