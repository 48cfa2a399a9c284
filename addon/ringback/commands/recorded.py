"""What the sources of a command are, as the command line names them. Reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recording:
    """Files and the key log that opens those of them that are flow files."""

    files: tuple[Path, ...]
    """Where a command takes any source: none for the user's own ledger."""
    keylog: Path | None = None
    """None: the key logs beside the flow files."""
    hosts: tuple[str, ...] = ()
    keylog_variable: str | None = None
    """The environment variable that named the key log, None where the command line did."""
    technique: str | None = None
    """By which technique stanzas were observed that something else has opened; None for what the source
    says, or else the instrumentation of a client library."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a command looks at, and what it holds it against."""

    recording: Recording
    spec: Path | None = None
    """None: the specification that ringback ships."""
