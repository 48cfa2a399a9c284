"""Reports on the shipped captures and on plays, and how their parts hang together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from lxml import html

from ringback.calls import Sighting
from ringback.casebook import Casebook
from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.recording import Recording
from ringback.report.document import Made, Subject, make_report
from ringback.report.rendering import render
from ringback.stanza import Jid, Node
from support.casing import HOSTILE, SPECIFICATION, casebook_of
from support.sightings import CALLEE, CALLER, Tape, good_call
from synthetic import generate


def subject_of(*names: str) -> Subject:
    """What the shipped captures of these names hold."""
    files = tuple(generate.CAPTURES / "synthetic" / f"{name}.flows" for name in names)
    gathered = gather(Recording(files), None, Environment(stderr=None))
    return Subject(gathered.casebook, gathered.specification, gathered.status)


@cache
def shipped_report(name: str) -> Made:
    """The report on one shipped capture."""
    return make_report(subject_of(name))


@cache
def shipped_rendering(name: str, form: str) -> str:
    """The same in one of its formats."""
    return render(shipped_report(name), form)


def report_on(casebook: Casebook) -> Made:
    """The report on a casebook."""
    return make_report(Subject(casebook, SPECIFICATION))


def report_of(sightings: Iterable[Sighting]) -> Made:
    """The report on these stanzas."""
    return report_on(casebook_of(sightings))


def hostile_call() -> list[Sighting]:
    """A call whose pre-accept says whatever a terminal or a page would obey, wherever it can be said."""
    tape = Tape(1_700_000_000.0)
    sightings = good_call(tape)
    for number, text in enumerate(HOSTILE):
        attrs: dict[str, str | Jid] = {"id": f"P-{number}", text: text, "from": Jid(text, "lid", 17)}
        action = {"call-id": "CALLID-0001", "call-creator": text, text: text}
        node = Node("call", attrs, (Node("preaccept", action, (Node(text, {text: text}, text),)),))
        xml = '<call from="22222222222222:17@lid" id="P-9"/>'
        seen = tape.delivered(xml, CALLER) if number % 2 else tape.sent(xml, CALLEE)
        sightings.append(Sighting(node, seen.evidence, seen.owner))
    return sightings


def ids(page: str) -> list[str]:
    """Every id of a page."""
    return list(map(str, html.fromstring(page).xpath("//@id")))


def led_to(page: str) -> set[str]:
    """Every place of the page that a link of it leads to."""
    return {str(href)[1:] for href in html.fromstring(page).xpath("//@href[starts-with(., '#')]")}


def parts(part: Any) -> Iterator[Any]:
    """A part of a report and every part below it."""
    yield part
    for each in fields(part):
        value = getattr(part, each.name)
        for below in value if isinstance(value, tuple) else (value,):
            if is_dataclass(below):
                yield from parts(below)
