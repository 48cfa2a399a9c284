"""`captures/README.md`, out of the scenarios themselves, so that it says what they play and nothing else."""

from __future__ import annotations

import inspect
from collections import Counter

from ringback.stanza import Node
from ringback.wire.events import Direction
from synthetic.capture import Capture
from synthetic.manifest import SCENARIOS, capture
from synthetic.stage import USUAL
from synthetic.violations import VIOLATIONS, Violation

_HEAD = """\
# Captures

Everything here is synthetic: made up by `tests/synthetic/generate.py`, which writes the same bytes on every
run, these lines too. Nothing was captured anywhere, no account, number, call or address is anybody's, and the
keys open nothing but these files. `NAME.flows` is a mitmproxy flow file, `NAME.keys` the key log that opens
it and that ringback finds beside it:

    mitmdump -n -q -r captures/synthetic/NAME.flows -s addon/capture.py
    ringback replay captures/synthetic/NAME.flows

**Your own captures may lie in this folder too: git ignores all of it but what is generated** (see
`.gitignore`), so that nobody commits a real capture or its keys by accident.

All of them play with the same two accounts, one capture an hour, each with calls of its own: one ledger
counts them all.

    ringback replay --ledger lab.db captures/synthetic/*.flows
    ringback export questions --ledger lab.db

Below each capture: what ringback says of it besides `ok`, by code (`ringback codes` explains them). On every
pre-accept of a Web client it says the following, which is not repeated below; of the time, which the server
adds, only where the delivered copy is in the capture, as it is in all but `mid-connection`:

{usual}
"""


def render_readme() -> str:
    """The whole file."""
    sections = [_section(capture(name)) for name in SCENARIOS]
    usual = "\n".join(f"- {_quoted(said)}" for said in USUAL)
    return _HEAD.format(usual=usual) + "\n" + "\n".join(sections) + "\n" + _violations()


def _section(shown: Capture) -> str:
    story = inspect.getdoc(SCENARIOS[shown.name]) or ""
    return f"## {shown.name}\n\n{story}\n\n{_numbers(shown)}\n\n{_expected(shown)}\n"


def _numbers(shown: Capture) -> str:
    closed = Counter(frame.closed.value for frame in shown.frames if frame.closed is not None)
    why = "".join(f", {count} not opened ({reason})" for reason, count in sorted(closed.items()))
    frames = len(shown.frames)
    preaccepts = sum(_is_preaccept(frame.node, frame.place.direction) for frame in shown.frames)
    sockets = len({frame.flow for frame in shown.frames})
    calls = len(shown.scene.expected.keys() - {None})
    return f"Connections: {sockets}. Frames: {frames}{why}; with a pre-accept: {preaccepts}. Calls: {calls}."


def _is_preaccept(node: Node | None, direction: Direction) -> bool:
    return node is not None and node.tag == "call" and node.child("preaccept") is not None


def _expected(shown: Capture) -> str:
    said = sorted(set().union(*shown.scene.expected.values()) - set(USUAL))
    codes = sorted({each.split()[0] for each in said})
    return "Said besides: " + (", ".join(f"`{code}`" for code in codes) or "nothing") + "."


def _violations() -> str:
    rows = [f"| {inspect.getdoc(each.play)} | {_unusual(each)} |" for each in VIOLATIONS]
    return "\n".join(
        ["### The calls of `violations`", "", "| what is broken | said |", "| --- | --- |", *rows, ""]
    )


def _unusual(violation: Violation) -> str:
    said = (*violation.of_the_call, *violation.of_none)
    return "<br>".join(_quoted(each) for each in said if each not in USUAL) or "nothing"


def _quoted(said: str) -> str:
    code, place = said.split()
    return f"`{code}` at `{place}`"
