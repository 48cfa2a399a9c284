"""`ringback.archive.screen`: what is printed for a console elsewhere is what that console would print."""

from __future__ import annotations

import io
import pickle
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from ringback.archive.screen import Screen


class Stream(io.StringIO):
    """A stream with an encoding."""

    encoding = "ascii"


@pytest.mark.parametrize("color", [None, "truecolor", "standard"])
def test_the_same_is_printed(color: Any) -> None:
    """Width, colours and encoding travel."""
    console = Console(
        file=Stream(),
        width=33,
        force_terminal=color is not None,
        color_system=color,
        highlight=False,
    )
    screen: Screen = pickle.loads(pickle.dumps(Screen.of(console)))
    other = screen.console()
    for each in (console, other):
        each.print(Text("a bold word, and many more of them that are broken", "bold red"))
    assert other.encoding == console.encoding == "ascii"
    texts = []
    for each in (console, other):
        each.file.seek(0)
        texts.append(each.file.read())
    assert texts[0] == texts[1]
