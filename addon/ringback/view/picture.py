"""What the terminal view prints, as an SVG picture that stands by itself."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable

from rich.console import Console
from rich.terminal_theme import TerminalTheme

_FONT_FACE = re.compile(r"@font-face\s*\{\{.*?\}\}", re.DOTALL)
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_THEME = TerminalTheme(
    (22, 27, 34),
    (213, 218, 224),
    [
        (72, 79, 88),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (213, 218, 224),
    ],
)
"""Dark, with a contrast of at least 4.5 for each colour that the view uses."""


def picture(show: Callable[[Console], None], *, title: str, width: int = 100) -> str:
    """An SVG of what `show` prints to the console it is given, `width` columns wide.

    The same output gives the same picture. No font, style or script is fetched from anywhere: rich's own
    template names fonts on a server, which is taken out here.
    """
    console = Console(
        record=True,
        file=io.StringIO(),
        width=width,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        markup=False,
        emoji=False,
    )
    show(console)
    return console.export_svg(title=title, theme=_THEME, code_format=_template())


def _template() -> str:
    template: str = inspect.signature(Console.export_svg).parameters["code_format"].default
    return _FONT_FACE.sub("", template).replace("Fira Code, monospace", _FONTS)
