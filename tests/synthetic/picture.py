"""The README's pictures: what the terminal shows of shipped captures, as SVG.

Run as `python tests/synthetic/picture.py`; it writes them into `addon/ringback/docs`. In `replay.svg` acks,
receipts and relay reports are left out so that the picture stays short, and a line says so; the rest is what
the terminal view prints. `watch.svg` is the live view's screen with one call as a ladder.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    TESTS = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from rich.console import Console
from rich.text import Text

from ringback.findings import Severity
from ringback.inspector import Inspector
from ringback.observations import Message, Observation, StanzaObserved
from ringback.recognise import StanzaKind
from ringback.sanitize import Placeholders
from ringback.sources.flows import Reading, read_captures
from ringback.sources.hosts import HostFilter
from ringback.spec.load import load_specification
from ringback.view.picture import picture
from ringback.view.terminal import TerminalView
from ringback.wire.keylog import KeyLog
from support.watching import Stage, source_app, watched

ROOT = Path(__file__).resolve().parents[2]
CAPTURE = ROOT / "captures/synthetic/single-callee.flows"
WATCHED = ROOT / "captures/synthetic/multi-device.flows"
DOCS = ROOT / "addon/ringback/docs"
SCREEN = (100, 40)
"""Columns and rows of the live view."""
WIDTH = 112
LEFT_OUT = "(this picture does not show acks, receipts and relay reports)"

_SHOWN = frozenset({"offer", "preaccept", "accept", "terminate"})


def _is_shown(observation: Observation) -> bool:
    if not isinstance(observation, StanzaObserved) or observation.recognised is None:
        return True
    return observation.recognised.kind is StanzaKind.CALL and observation.action in _SHOWN


def show(console: Console) -> None:
    """Print the capture as `ringback replay` does, without the stanzas that are left out, and say so."""
    keys = KeyLog()
    keys.feed(CAPTURE.with_suffix(".keys").read_bytes())
    keys.finish()
    inspector = Inspector(load_specification(None), keys)
    view = TerminalView(console, Severity.NOTE, Placeholders())
    for event in read_captures([CAPTURE], Reading(lambda _: None, HostFilter())):
        if isinstance(event, Message):
            seen = inspector.receive(event)
        else:
            seen = inspector.close_connection(event.capture, event.connection)
        for observation in filter(_is_shown, seen):
            view.show(observation)
    for observation in inspector.finish():
        view.show(observation)
    console.print(LEFT_OUT, style="dim")
    view.summary(inspector.funnel)


def replayed() -> str:
    """The terminal view as SVG text."""
    return picture(show, title="ringback replay captures/synthetic/single-callee.flows", width=WIDTH)


def live() -> str:
    """The live view of one call as SVG text."""
    rows: list[Text] = []

    async def play(stage: Stage) -> None:
        await stage.until(lambda: stage.app.watched.total == 1 and not stage.app.feed.is_behind)
        await stage.until(lambda: not stage.app.watched.pending)
        await stage.until_shown("?1 open")
        await stage.press("enter", "down", "down")
        rows.extend(Text.assemble(*((each.text, each.style or "") for each in strip)) for strip in stage.rows)

    def show_rows(console: Console) -> None:
        for row in rows:
            console.print(row, soft_wrap=True)

    watched(source_app(WATCHED), play, size=SCREEN)
    return picture(show_rows, title="ringback watch captures/synthetic/multi-device.flows", width=SCREEN[0])


PICTURES: dict[str, Callable[[], str]] = {"replay.svg": replayed, "watch.svg": live}
"""How each is made, by its file."""

if __name__ == "__main__":
    for name, render in PICTURES.items():
        (DOCS / name).write_text(render(), encoding="utf-8")
