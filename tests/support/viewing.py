"""Observations for the tests of the views: stanzas checked against the shipped specification."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console

from ringback.calls import Sighting
from ringback.check.stanza import check_stanza
from ringback.findings import Evidence, FactRef, Finding, Severity, Stance
from ringback.observations import Observation, StanzaObserved, WireNotice
from ringback.recognise import recognise
from ringback.sanitize import Placeholders
from ringback.spec.load import load_specification
from ringback.view.terminal import TerminalView
from ringback.wire.events import Direction, FramePlace, WireEvent
from support.sightings import CALLEE, CREATOR, DEVICE, Tape, book_of, offer_to, preaccept

SPECIFICATION = load_specification(None)
PREACCEPT = SPECIFICATION.stanzas["call-preaccept"]
PLACE = FramePlace(Direction.SERVER, 5, 9, 1000.25)
EVIDENCE = Evidence("synthetic.flow", 2, "flow-2", PLACE)


def observed(sighting: Sighting, before: Iterable[Sighting] = ()) -> StanzaObserved:
    """The observation of a stanza, checked and correlated with what was sighted before it."""
    recognised = recognise(sighting.node)
    assert recognised is not None
    book = book_of(before)
    correlated = book.add(sighting)
    action = recognised.action if sighting.node.tag == "call" else None
    spec = SPECIFICATION.for_action(sighting.node.tag, action)
    findings = () if spec is None else tuple(check_stanza(sighting, spec, SPECIFICATION.enums))
    return StanzaObserved(
        sighting,
        recognised.action or "",
        correlated.call,
        correlated.emission,
        spec,
        findings,
        findings,
        recognised,
    )


def observed_call(*, inside: str = "") -> list[StanzaObserved]:
    """An offer as the callee gets it, its pre-accept, and the pre-accept's ack, a second apart."""
    tape = Tape(1_700_000_000.5)
    offer = tape.delivered(offer_to(DEVICE), CALLEE, owner=DEVICE)
    sent = tape.sent(preaccept(inside=inside), owner=DEVICE)
    ack = tape.delivered(
        f'<ack from="{CREATOR}" class="call" type="preaccept" id="P-1"/>', CALLEE, owner=DEVICE
    )
    return [observed(offer), observed(sent, [offer]), observed(ack, [offer, sent])]


def notice(event: WireEvent, connection: int = 2) -> WireNotice:
    """Something that connection 2 of a capture told."""
    return WireNotice("synthetic.flow", connection, f"flow-{connection}", event)


def finding(**values: Any) -> Finding:
    """A finding, with these values in place of the usual ones."""
    usual: dict[str, Any] = {
        "code": "attribute-type",
        "severity": Severity.ERROR,
        "stance": Stance.CONTRADICTS,
        "path": ("call", "@from"),
        "message": "The value does not have the form of the attribute's type.",
        "fact": FactRef("call-preaccept", "call/@from", "probable", ("websocket-capture",)),
        "questions": ("call-preaccept/1",),
        "call_id": "CALLID-0001",
        "evidence": (EVIDENCE,),
        "expected": "jid",
        "got": "TEXT-PLACEHOLDER-5-CHARS",
    }
    return Finding(**{**usual, **values})


def printed(
    show: Callable[[TerminalView], None],
    *,
    width: int = 80,
    level: Severity = Severity.NOTE,
    placeholders: Placeholders | None = None,
    encoding: str = "utf-8",
    terminal: bool = True,
    color: bool = False,
) -> str:
    """What a view prints on a console of these properties."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(
        file=stream,
        width=width,
        force_terminal=terminal,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    show(TerminalView(console, level, placeholders or Placeholders()))
    stream.flush()
    return raw.getvalue().decode(encoding)


def printed_all(observations: Iterable[Observation], **options: Any) -> str:
    """What a view prints of these observations."""

    def show(view: TerminalView) -> None:
        for observation in observations:
            view.show(observation)

    return printed(show, **options)
