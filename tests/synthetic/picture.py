"""The README's picture: what the terminal shows of a shipped capture, as SVG.

Run as `python tests/synthetic/picture.py`; it writes `addon/ringback/docs/replay.svg`. Acks, receipts and
relay reports are left out so that the picture stays short, and a line says so; the rest is what the terminal
view prints.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    TESTS = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from rich.console import Console

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

ROOT = Path(__file__).resolve().parents[2]
CAPTURE = ROOT / "captures/synthetic/single-callee.flows"
PICTURE = ROOT / "addon/ringback/docs/replay.svg"
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


def render() -> str:
    """The picture as SVG text."""
    return picture(show, title="ringback replay captures/synthetic/single-callee.flows", width=WIDTH)


if __name__ == "__main__":
    PICTURE.write_text(render(), encoding="utf-8")
