"""What a conversation between clients and edge left behind: both ends' accounts of it, and ringback's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

from support.actor import Event
from support.documented import Command
from support.mitm import ADDON, PATIENCE_S
from support.stage import Stage

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, repr=False)
class Encounter:
    """All of it, after every process has ended."""

    version: str
    """Folder of the npm manifest, such as `baileys7`."""
    edge: list[Event]
    client: list[Event]
    terminal: str
    """What mitmdump printed."""
    live: list[Json]
    """The event file's records while the last connections were still open."""
    events: list[Json]
    """All its records."""
    decoded: list[Json]
    """What `ringback decode --raw` says of the flow file."""
    logs: tuple[Path, ...]
    """The trace log of each client."""
    keylog: Path
    replay: Command
    """The documented command that replays the flow file."""

    @classmethod
    def after(cls, version: str, stage: Stage, live: list[Json]) -> Self:
        """Collect it from a stage that has ended."""
        decoded = ringback("decode", "--raw", "--keylog", str(stage.keylog), str(stage.flows))
        return cls(
            version=version,
            edge=stage.edge.events,
            client=stage.client.events,
            terminal=stage.proxy.output,
            live=live,
            events=records(stage.events),
            decoded=[json.loads(line) for line in decoded.splitlines()],
            logs=stage.logs,
            keylog=stage.keylog,
            replay=stage.documented("ringback"),
        )

    def at_edge(self, kind: str) -> list[list[Json]]:
        """The nodes that the edge `sent` or `received`, in order, a list for each connection."""
        found: dict[int, list[Json]] = {}
        for event in self.edge:
            if event["event"] == kind:
                found.setdefault(event["connection"], []).append(event["node"])
        return list(found.values())

    def at_proxy(self, direction: str) -> list[list[Json]]:
        """The nodes that ringback decoded in one direction, in order, a list for each connection."""
        found: dict[int, list[Json]] = {}
        for line in self.decoded:
            if line["dir"] == direction:
                found.setdefault(line["conn"], []).append(line["node"])
        return list(found.values())


def records(path: Path) -> list[Json]:
    """The records of an event file, as far as they are complete."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def ringback(*arguments: str) -> str:
    """What the `ringback` command of this checkout prints on standard output.

    Raises:
        AssertionError: it does not end with 0.
    """
    finished = subprocess.run(
        [sys.executable, "-m", "ringback", *arguments],
        env={**os.environ, "PYTHONPATH": str(ADDON)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
