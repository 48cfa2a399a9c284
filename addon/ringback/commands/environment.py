"""The streams of a command, as one object, so that a test can give it others."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TextIO

from ringback.printing import OutputConsole, output_console
from ringback.sources.notice import Notice, Urgency
from ringback.view.visible import uncontrolled


@dataclass(slots=True)
class Environment:
    """Standard output for what a command produces, standard error for everything about it."""

    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO | None = field(default_factory=lambda: sys.stderr)
    """None where it is closed: nothing is told then."""
    color: bool = True
    """Whether colour may be used where the stream takes it."""

    def console(self) -> OutputConsole:
        """A rich console on standard output."""
        return output_console(self.stdout, color=self.color)

    def tell(self, notice: Notice) -> None:
        """Say it on standard error, where a terminal obeys nothing of it; where that takes nothing there is
        nobody to tell."""
        if self.stderr is None:
            return
        kind = "" if notice.urgency is Urgency.INFO else f"{notice.urgency.value}: "
        with suppress(OSError):
            print(f"ringback: {kind}{uncontrolled(notice.text)}", file=self.stderr, flush=True)

    def write(self, text: str) -> None:
        """Write to standard output; what the stream's encoding lacks is escaped."""
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        self.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))

    def write_json(self, document: object) -> None:
        """Write one JSON object to standard output, indented; all of it is ASCII."""
        self.write(json.dumps(document, indent=2) + "\n")

    def write_bytes(self, content: bytes) -> None:
        """Write to standard output as it is, whatever the stream's encoding."""
        self.stdout.flush()
        self.stdout.buffer.write(content)
        self.stdout.buffer.flush()


@dataclass(slots=True)
class Listening(Environment):
    """An environment that keeps what it is told, too."""

    notices: list[Notice] = field(default_factory=list, init=False)
    """In order."""

    def tell(self, notice: Notice) -> None:
        """Keep it and say it."""
        self.notices.append(notice)
        # Named, for a dataclass with slots is another class than the one that `super` looks for.
        Environment.tell(self, notice)
