"""What users write: stanza files, flows, spec parts, filters, baselines, host patterns."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from lxml import etree

from fuzz.target import Script, scratch, target, text_of
from ringback.casebook import Casebook
from ringback.check.stanza import check_stanza
from ringback.errors import ExportError, SourceError, SpecError
from ringback.export.document import StanzaDocument
from ringback.filters import FilterError, parse
from ringback.findings import Stance
from ringback.gate.baseline import SCHEMA, read_baseline, render_baseline
from ringback.gate.findings import Counted
from ringback.sources.hosts import HostFilter
from ringback.spec.document import Located, parse_document
from ringback.spec.entry import Entry
from ringback.spec.flows import FLOW, read_flow
from ringback.spec.model import CONFIDENCES, StanzaSpec
from ringback.spec.part import WireElement
from ringback.spec.parts import PART, read_part
from ringback.spec.relaxng import render_relaxng
from ringback.spec.template import parse_templates
from ringback.spec.text import render_spec
from ringback.spec.wacrg import ENUM, STANZA, read_enum, read_stanza
from support.sightings import CALLEE, DEVICE, Tape, offer_to, preaccept
from support.viewing import observed_call

_FILE = Path("fuzz.yaml")
_YAML = (
    "- ",
    ": ",
    "|\n",
    ">\n",
    "{",
    "[",
    "&a ",
    "*a",
    "!!str ",
    "---\n",
    "%YAML 1.2\n",
    '"\\U00110000"',
    "? ",
)


def _refused(error: SpecError, text: str) -> None:
    """An error about a file names it, says why, and lies within it."""
    assert error.file == _FILE
    assert error.reason
    assert error.line is None or 1 <= error.line <= len(text.split("\n")) + text.count("\r") + 1


@target("spec-yaml", words=_YAML)
def spec_yaml(data: bytes) -> None:
    """Any text is a YAML document without tags and aliases, or is refused at a line of it."""
    text = text_of(data)
    try:
        _walk(parse_document(text, _FILE), 0)
    except SpecError as error:
        _refused(error, text)


def _walk(node: Located, depth: int) -> None:
    assert depth <= 64
    for child in getattr(node, "items", ()) or getattr(node, "values", {}).values():
        _walk(child, depth + 1)


_STANZA_KEYS = (
    *(f"{key}: " for key in (*STANZA.required, *STANZA.optional)),
    "attributes:\n  - name: t\n    type: timestamp\n    confidence: unknown\n    description: When.\n",
    "children:\n  - tag: te\n    occurrence: 0..n\n    confidence: unknown\n    description: One.\n",
    *CONFIDENCES,
)


def _maybe_spec(text: str) -> StanzaSpec | None:
    try:
        return read_stanza(Entry.read(parse_document(text, _FILE), STANZA, _FILE), None)
    except SpecError as error:
        _refused(error, text)
        return None


@target("spec-stanza", words=_STANZA_KEYS, most_bytes=1500)
def spec_stanza(data: bytes) -> None:
    """A stanza file is refused at a line of it, or can be printed, made a schema of and checked against."""
    spec = _maybe_spec(text_of(data))
    if spec is None:
        return
    assert render_spec(spec).endswith("\n")
    etree.RelaxNG(etree.fromstring(render_relaxng(spec).encode()))
    for sighting in _sightings():
        for finding in check_stanza(sighting, spec, {}):
            assert finding.code
            assert finding.evidence


@cache
def _sightings():  # type: ignore[no-untyped-def]
    tape = Tape()
    return (tape.delivered(offer_to(DEVICE), CALLEE), tape.sent(preaccept(inside="<te>0a</te>")))


@target("spec-edit", words=_STANZA_KEYS, most_bytes=1500)
def spec_edit(data: bytes) -> None:
    """A stanza file that can be read is changed in one place and reads as changed, or is left alone."""
    script = Script(data)
    choice, text = script.number(), text_of(script.rest())
    spec = _maybe_spec(text)
    if spec is None:
        return
    facts = list(spec.facts())
    try:
        document = StanzaDocument(text, _FILE.name)
        assert document.checked_text() == text
        if not facts:
            return
        fact = facts[choice % len(facts)]
        level = CONFIDENCES[choice // 8 % len(CONFIDENCES)]
        document.set_confidence(fact.path, level)
        document.add_provenance(fact.path, ["websocket-capture"], "fuzz")
        changed = document.checked_text()
    except ExportError as error:
        assert str(error)
        return
    after = _maybe_spec(changed)
    assert after is not None
    told = next(each for each in after.facts() if each.path == fact.path)
    assert told.confidence == level
    assert "fuzz" in told.provenance.sources
    assert [each.path for each in after.facts()] == [each.path for each in facts]
    lines = [each for each in difflib.ndiff(text.split("\n"), changed.split("\n")) if each[0] in "+-"]
    assert len(lines) <= 8, "more was changed than was asked for"


_FLOW_KEYS = tuple(f"{key}: " for key in (*FLOW.required, *FLOW.optional, *ENUM.required, "from", "label"))


@target("spec-flow", words=_FLOW_KEYS, most_bytes=1200)
def spec_flow(data: bytes) -> None:
    """A flow file or an enum is what its format says, or is refused at a line of it."""
    text = text_of(data)
    readers: tuple[Callable[[Located], object], ...] = (
        lambda root: read_flow(Entry.read(root, FLOW, _FILE), ["call-offer", "call-preaccept"]),
        lambda root: read_enum(Entry.read(root, ENUM, _FILE)),
    )
    for read in readers:
        try:
            assert read(parse_document(text, _FILE))
        except SpecError as error:
            _refused(error, text)


_BLOCK = ("<call", ' to="{x}"', "[", "]", "/>", "</call>", "...", "; one or more\n", "<!-- x -->", "0a 0b")


@target(
    "spec-part",
    words=("normative: |\n", "code: WAV-01\n", "  MUST ", "      ", "    ```\n", *_BLOCK),
    most_bytes=1200,
)
def spec_part(data: bytes) -> None:
    """A spec part is refused at a line of it; a block of it that is none is told with its line."""
    text = text_of(data)
    try:
        part = read_part(Entry.read(parse_document(text, _FILE), PART, _FILE))
    except SpecError as error:
        _refused(error, text)
        return
    for refusal in part.refused:
        _refused(refusal, text)
    for root in part.templates:
        _check_element(root, text)


@target("template", words=_BLOCK)
def template(data: bytes) -> None:
    """A block is the stanzas that it shows, each element at a line of it, or is refused at one."""
    text = text_of(data)
    try:
        roots = parse_templates(text, _FILE, 1)
    except SpecError as error:
        _refused(error, text)
        return
    assert roots
    for root in roots:
        _check_element(root, text)


def _check_element(root: WireElement, text: str) -> None:
    for element in root.elements():
        assert 1 <= element.line <= len(text.split("\n"))
        assert element.path.endswith(element.tag)
        assert element.path.count("/") <= 16


_FILTER = (
    "and ",
    "or ",
    "not ",
    "!",
    "(",
    ")",
    "severity >= warning",
    "code ~ ack*",
    "question = 3",
    "time > +2m",
)


@target(
    "filter",
    words=(*_FILTER, "time = 2023-11-14T22:13", "call = CALLID-0001", '"', "'", "&&", "||", "!~", ":"),
)
def filter_language(data: bytes) -> None:
    """A filter decides on every call, stanza and finding, or is refused at a character that is shown."""
    text = text_of(data)
    try:
        chosen = parse(text)
        chosen.check_questions(["call-preaccept/3"])
    except FilterError as error:
        assert 0 <= error.position <= error.position + error.length <= len(text)
        shown = str(error)
        assert shown.count("\n") == 2
        assert all(line.isprintable() for line in shown.split("\n"))
        return
    casebook = _casebook()
    for case in casebook.cases:
        assert chosen.matches_case(casebook, case) in (True, False)
        for stanza in case.stanzas:
            assert chosen.matches_stanza(casebook, case, stanza) in (True, False)
        for finding in case.findings:
            assert chosen.matches_finding(casebook, finding) in (True, False)


@cache
def _casebook() -> Casebook:
    casebook = Casebook()
    for observed in observed_call():
        casebook.show(observed)
    return casebook


_BASELINE = (
    f'{{"schema":"{SCHEMA}","findings":[',
    '"place":"',
    '"code":"',
    '"severity":"error"',
    '"count":1',
    '"fact":""',
)


@target("baseline", words=_BASELINE)
def baseline(data: bytes) -> None:
    """A baseline is what is written of it again, or is refused; nothing else is raised."""
    path = scratch("baseline.json", data)
    try:
        known = read_baseline(path)
    except SourceError as error:
        assert path.name in str(error)
        return
    counted = [Counted(key, "", Stance.SILENT, "", None, count, (), "") for key, count in known.items()]
    path.write_text(render_baseline(counted))
    assert read_baseline(path) == known


@target("hosts", words=("*.example.org", ":443", "[2001:db8::1]", "?", "192.0.2.1"), most_bytes=200)
def hosts(data: bytes) -> None:
    """A pattern of hosts allows what it spells, or is refused; nothing else is raised."""
    patterns = text_of(data).split("\n")
    try:
        chosen = HostFilter(patterns)
    except SourceError as error:
        assert "not a host pattern" in str(error)
        return
    for pattern in patterns:
        host, _, port = (
            pattern.strip().rpartition(":") if not pattern.strip().endswith("]") else (pattern, "", "")
        )
        if host and port.isdecimal() and not set(host) & set("*?[]"):
            assert chosen.allows([host], int(port))


TARGETS = (
    spec_yaml,
    spec_stanza,
    spec_edit,
    spec_flow,
    spec_part,
    template,
    filter_language,
    baseline,
    hosts,
)
