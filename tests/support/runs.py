"""The real commands on the shipped captures, each run once for all tests that look at its output."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
SYNTHETIC = ROOT / "captures" / "synthetic"
SCRIPT = ROOT / "addon" / "capture.py"
WIDTH = 120
"""Columns of the text outputs, so that both commands break their lines alike."""


@dataclass(frozen=True)
class Run:
    """One finished process."""

    returncode: int
    stdout: str
    stderr: str
    events: str = ""
    """Content of the event file, where one was written."""

    @property
    def outputs(self) -> dict[str, str]:
        """Everything that left the process, by name."""
        return {"stdout": self.stdout, "stderr": self.stderr, "event file": self.events}


def flow_file(name: str) -> Path:
    """The shipped flow file of that name."""
    return SYNTHETIC / f"{name}.flows"


@cache
def replayed(name: str) -> Run:
    """`ringback replay` on one capture: every level shown, an event file written."""
    with TemporaryDirectory() as folder:
        events = Path(folder) / "events.jsonl"
        return _ringback(["replay", "--level", "ok", "--events", str(events), str(flow_file(name))], events)


@cache
def dumped(name: str) -> Run:
    """`mitmdump -r` with the add-on on one capture: every level shown, an event file written."""
    with TemporaryDirectory() as folder:
        events = Path(folder) / "events.jsonl"
        settings = {"confdir": folder, "ringback_events": str(events), "ringback_level": "ok"}
        command = [_script("mitmdump"), "-n", "-r", str(flow_file(name)), "-s", str(SCRIPT)]
        for option, value in settings.items():
            command += ["--set", f"{option}={value}"]
        return _run(command, events)


@cache
def decoded(*names: str, raw: bool = False) -> Run:
    """`ringback decode` on captures."""
    return _ringback(["decode", *(["--raw"] if raw else []), *(str(flow_file(name)) for name in names)])


def _ringback(arguments: Sequence[str], events: Path | None = None) -> Run:
    return _run([sys.executable, "-m", "ringback", *arguments], events)


def _script(name: str) -> str:
    """A command of the environment that the tests run in, whether or not it is activated."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def _run(command: Sequence[str], events: Path | None) -> Run:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RINGBACK")}
    environment |= {"PYTHONPATH": str(ROOT / "addon"), "PYTHONIOENCODING": "utf-8", "COLUMNS": str(WIDTH)}
    done = subprocess.run(
        list(command), capture_output=True, encoding="utf-8", env=environment, check=False, cwd=ROOT
    )
    written = events.read_text("utf-8") if events is not None and events.exists() else ""
    return Run(done.returncode, done.stdout, done.stderr, written)
