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
    capture: str | None = None
    """What the one file is called in findings; None: by its name."""
    named: tuple[str, ...] = ()
    """The files as they were spelled: no address such as `s3://bucket/mine.flows` survives as a path."""
    keylog_named: str = ""
    """The key log as it was spelled; empty for none."""
    newest: int | None = None
    """Of ledgers: so many of their calls, those that began last; None for all."""
    is_counted: bool = False
    """Whether the calls of these ledgers that are not looked at are counted elsewhere."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a command looks at, and what it holds it against."""

    recording: Recording
    spec: Path | None = None
    """None: the specification that ringback ships."""
