"""Runs lines of a capture through recognition, correlation and every check."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from ringback.calls import CallBook, Sighting
from ringback.check.call import check_call
from ringback.check.examples import Example, Line
from ringback.check.part import check_part
from ringback.check.stanza import check_stanza
from ringback.check.undecodable import undecodable
from ringback.errors import DecodeError
from ringback.findings import Evidence, Finding
from ringback.recognise import StanzaKind, recognise
from ringback.spec.flow import FlowSpec, FlowStep, Participant
from ringback.spec.load import load_specification
from ringback.spec.model import AttributeFact, ChildFact, Specification, StanzaSpec
from ringback.spec.part import SpecPart
from ringback.spec.template import parse_templates
from ringback.stanza import from_text
from ringback.wire.events import FramePlace, FrameUnread
from ringback.wire.wabinary import decode, token_table

DICTIONARY = 3


@cache
def shipped() -> Specification:
    return load_specification(None)


@cache
def preaccept_file() -> StanzaSpec:
    spec = shipped().for_action("call", "preaccept")
    assert spec is not None
    return spec


def changed(
    spec: StanzaSpec,
    *,
    types: Mapping[str, str] | None = None,
    occurrences: Mapping[str, str] | None = None,
    directions: tuple[str, ...] = (),
    confidences: Mapping[str, str] | None = None,
) -> StanzaSpec:
    """The file with some of its facts changed, by path."""

    def attribute(fact: AttributeFact) -> AttributeFact:
        confidence = (confidences or {}).get(fact.path, fact.confidence)
        return replace(fact, type=(types or {}).get(fact.path, fact.type), confidence=confidence)

    def child(fact: ChildFact) -> ChildFact:
        return replace(
            fact,
            occurrence=(occurrences or {}).get(fact.path, fact.occurrence),
            confidence=(confidences or {}).get(fact.path, fact.confidence),
            attributes=tuple(map(attribute, fact.attributes)),
            children=tuple(map(child, fact.children)),
        )

    return replace(
        spec,
        attributes=tuple(map(attribute, spec.attributes)),
        children=tuple(map(child, spec.children)),
        directions=directions or spec.directions,
    )


def judge(sightings: list[Sighting], specification: Specification | None = None) -> list[Finding]:
    """All findings: those of each stanza that a file specifies, then those of each call, settled."""
    specification = specification or shipped()
    return [
        *itertools.chain.from_iterable(judge_stanza(sighting, specification) for sighting in sightings),
        *judge_calls(sightings, specification, settled=True),
    ]


def judge_stanza(sighting: Sighting, specification: Specification | None = None) -> list[Finding]:
    specification = specification or shipped()
    recognised = recognise(sighting.node)
    if recognised is None or recognised.kind is not StanzaKind.CALL:
        return []
    spec = specification.for_action("call", recognised.action)
    return [] if spec is None else check_stanza(sighting, spec, specification.enums)


def judge_calls(
    sightings: list[Sighting],
    specification: Specification | None = None,
    *,
    settled: bool,
    unreliable: Collection[int] = (),
) -> list[Finding]:
    book = CallBook()
    for sighting in sightings:
        book.add(sighting)
    specification = specification or shipped()
    calls = book.calls.values()
    return [
        finding
        for call in calls
        for finding in check_call(call, specification, settled=settled, unreliable=unreliable)
    ]


def judge_example(example: Example) -> list[Finding]:
    """What the example shows, judged by the shipped file with the example's changes."""
    file = changed(
        preaccept_file(),
        types=example.types,
        occurrences=example.occurrences,
        directions=example.directions,
    )
    findings: list[Finding] = []
    sightings: list[Sighting] = []
    for number, line in enumerate(example.lines):
        evidence = Evidence(
            "example", line.connection, "flow", FramePlace(line.direction, number, number, number)
        )
        if line.is_hex:
            findings.append(undecodable(evidence, unread(line, evidence.place)))
        else:
            sightings.append(Sighting(from_text(line.text), evidence, None, line.trailing))
    if example.wire_format:
        findings += judge_by_part(sightings, part_of(example.wire_format))
    return findings + judge(sightings, given_flow(example, Specification({file.id: file}, example.enums)))


def given_flow(example: Example, specification: Specification) -> Specification:
    """The specification with the example's flow, and a stanza file for each action that it names."""
    if not example.flow:
        return specification
    child = preaccept_file().children[0]
    stanzas = dict(specification.stanzas)
    for _, _, action, _ in example.flow:
        named = replace(child, tag=action, path=f"call/{action}", attributes=(), children=())
        spec = replace(preaccept_file(), id=f"call-{action}", children=(named,))
        stanzas.setdefault(spec.id, spec)
    steps = tuple(
        FlowStep(number, sender, receiver, f"call-{action}", action, confidence, "", number)
        for number, (sender, receiver, action, confidence) in enumerate(example.flow, start=1)
    )
    names = dict.fromkeys(name for step in steps for name in (step.sender, step.receiver))
    participants = tuple(Participant(name, name) for name in names)
    flow = FlowSpec("flow", "Flow", "draft", "0.1.0", "A flow.", participants, steps, (), "flow.yaml")
    return replace(specification, stanzas=stanzas, flows=(flow,))


def part_of(wire_format: str, code: str = "SIG-04") -> SpecPart:
    """A part that shows one stanza, starting in line 1."""
    templates = parse_templates(wire_format, Path("part.yaml"), 1)
    return SpecPart(
        "part", code, "signalling", "Part", "", "A part.", templates, (), (), (), (), (), "part.yaml"
    )


def judge_by_part(sightings: list[Sighting], part: SpecPart) -> list[Finding]:
    return [finding for sighting in sightings for finding in check_part(sighting, part, part.templates[0])]


def unread(line: Line, place: FramePlace) -> FrameUnread:
    """The event of a frame whose plaintext is no node; fails where it is one."""
    plaintext = bytes.fromhex(line.text)
    try:
        decode(plaintext, token_table(DICTIONARY))
    except DecodeError as error:
        return FrameUnread(place, 0, error, plaintext, "call")
    raise AssertionError(f"{line.text} is a node")


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def only(findings: list[Finding], code: str) -> list[Finding]:
    return [finding for finding in findings if finding.code == code]


def judged(*sightings: Sighting, settled: bool = True, unreliable: Collection[int] = ()) -> list[Finding]:
    return judge_calls(list(sightings), settled=settled, unreliable=unreliable)
