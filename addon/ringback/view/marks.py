"""The marks and signs of the terminal view, in Unicode and for encodings that lack them."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from ringback.findings import Severity, Stance


@dataclass(frozen=True, slots=True)
class Marks:
    """One spelling of every sign that the view uses; each mark is one character wide."""

    supports: str
    contradicts: str
    extends: str
    silent: str
    arrow: str
    """From whom to whom."""
    up: str
    """Sent by the client."""
    down: str
    """Delivered to the client."""
    bullet: str
    """Before a notice."""
    ellipsis: str
    rule: str
    bar: str

    def of(self, stance: Stance) -> str:
        """The mark of a verdict."""
        return {
            Stance.SUPPORTS: self.supports,
            Stance.CONTRADICTS: self.contradicts,
            Stance.EXTENDS: self.extends,
            Stance.SILENT: self.silent,
        }[stance]


UNICODE = Marks("✓", "✗", "+", "·", "→", "↑", "↓", "●", "…", "─", "━")
ASCII = Marks("=", "x", "+", "-", "->", "^", "v", "*", "...", "-", "#")

MEANINGS = {
    "supports": "a fact, observed as stated",
    "contradicts": "against a fact, or against the rest of the call",
    "extends": "not in the specification",
    "silent": "a fact that was not exercised",
    "up": "sent by the client of the connection, whose number stands before it",
    "down": "delivered to the client of the connection",
    "bullet": "what a connection tells",
}
"""What the signs of the left margin mean, by their names in `Marks`."""


def _legend() -> str:
    rows = [
        f"  {getattr(UNICODE, name)} or {getattr(ASCII, name)}  {meaning}"
        for name, meaning in MEANINGS.items()
    ]
    return "\n".join(["Marks, and what stands for them on a screen without Unicode:", *rows])


LEGEND = _legend()
"""A legend of the signs, to end a command's help with: lines that are not to be wrapped."""


def marks_for(encoding: str) -> Marks:
    """The marks that `encoding` can carry; ASCII for an encoding that Python does not know."""
    try:
        "".join(astuple(UNICODE)).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


SEVERITY_STYLES = {
    Severity.OK: "green",
    Severity.NOTE: "cyan",
    Severity.WARNING: "yellow",
    Severity.ERROR: "bold red",
}
"""Colour of a mark or a severity."""


def style_of(stance: Stance, severity: Severity) -> str:
    """Colour of a verdict's mark: that of its severity, faint where a fact was not exercised."""
    return "dim" if (stance, severity) == (Stance.SILENT, Severity.OK) else SEVERITY_STYLES[severity]
