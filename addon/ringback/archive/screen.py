"""What a text is for: width, colours and encoding of a console that is somewhere else."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from ringback.printing import OutputConsole


@dataclass(frozen=True, slots=True)
class Screen:
    """How a console prints."""

    width: int
    encoding: str
    is_terminal: bool
    colors: str | None
    """Name of rich's color system; None for text alone."""

    @classmethod
    def of(cls, console: Console) -> Screen:
        """That of this console."""
        return cls(console.width, console.encoding, console.is_terminal, console.color_system)

    def console(self) -> OutputConsole:
        """A console that prints the same into a text, its `file`."""
        colors: Any = self.colors
        return OutputConsole(
            file=_Encoded(self.encoding),
            width=self.width,
            force_terminal=self.is_terminal,
            color_system=colors,
            no_color=False,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )


class _Encoded(io.StringIO):
    """A text whose encoding is that of a stream elsewhere."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding
