"""The stanza format: what every key becomes in the model, and which faults are refused in which line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ringback.errors import SpecError
from ringback.spec.load import load_specification
from ringback.spec.model import (
    AttributeFact,
    ChildFact,
    Example,
    Provenance,
    Specification,
    StanzaSpec,
)
from ringback.spec.wacrg import MAX_CHILD_DEPTH
from support.specfiles import HANDS, STANZA, corpus, edited, line_of, write
from support.specs import specs

WAVE = StanzaSpec(
    id="call-wave",
    tag="call",
    display_name="Call Wave",
    category="signaling",
    directions=("outgoing", "incoming"),
    status="draft",
    spec_version="0.1.0",
    summary="A hand that waves, on two lines.",
    attributes=(
        AttributeFact(
            name="to",
            type="jid",
            required=True,
            confidence="probable",
            description="Who is waved at.",
            observed=("A@lid",),
            provenance=Provenance(
                ("websocket-capture", "frida-hooking"),
                ("warden",),
                ("one", "two"),
                ("someone",),
                ("#12", "#12"),
            ),
            path="call/@to",
            line=12,
        ),
        AttributeFact(
            name="t",
            type="timestamp",
            required=False,
            confidence="unknown",
            description="When.",
            observed=(),
            provenance=Provenance(),
            path="call/@t",
            line=24,
        ),
    ),
    children=(
        ChildFact(
            tag="wave",
            occurrence="1",
            confidence="confirmed",
            description="The wave.",
            provenance=Provenance(("memory-dump",)),
            attributes=(
                AttributeFact(
                    name="hand",
                    type="enum:hands",
                    required=False,
                    confidence="speculative",
                    description="With which hand.",
                    observed=("left", 2, 0.5, True, "7E10"),
                    provenance=Provenance(),
                    path="call/wave/@hand",
                    line=36,
                ),
            ),
            children=(
                ChildFact(
                    tag="finger",
                    occurrence="0..n",
                    confidence="speculative",
                    description="One finger.",
                    provenance=Provenance(),
                    attributes=(),
                    children=(),
                    path="call/wave/finger",
                    line=43,
                ),
            ),
            path="call/wave",
            line=29,
        ),
    ),
    examples=(
        Example("A wave", "Made up.", "xml", '<call to="A@lid">\n  <wave hand="left"/>\n</call>', line=51),
    ),
    notes="Waves are rare.",
    open_questions=("Is <wave> ever seen?", "Resolved: with which hand?"),
    references=(("Of hands", "https://example.org/hands"), ("Of waves", None)),
    file="call-wave.yaml",
)


def load_text(folder: Path, text: str, name: str = "call-wave.yaml") -> Specification:
    return load_specification(write(folder, name, text))


def test_every_key_becomes_what_the_model_says(tmp_path: Path) -> None:
    """One file with every key of the format, against the model value by value, lines included."""
    assert load_text(tmp_path, STANZA).stanzas["call-wave"] == WAVE


def test_a_file_with_only_what_is_required(tmp_path: Path) -> None:
    """The eight required keys are enough; everything else is then empty."""
    head = STANZA[: STANZA.index("attributes:")]
    spec = load_text(tmp_path, head).stanzas["call-wave"]
    assert list(spec.facts()) == []
    assert (spec.examples, spec.notes, spec.open_questions, spec.references) == ((), "", (), ())
    assert spec.action is None


KEYS = [
    ("status: draft", "state: draft", "unknown key 'state' in a stanza; did you mean 'status'"),
    ("    required: true", "    requird: true", "key 'requird' in an attribute; did you mean 'required'"),
    ("title: A wave", "titel: A wave", "unknown key 'titel' in an example; did you mean 'title'"),
    ("    description: When.", "    <<: {type: int}", "unknown key '<<' in an attribute; known: name, type"),
    ("      tools: [warden]", "      tool: [warden]", "key 'tool' in a provenance; did you mean 'tools'"),
    ("    url: https", "    link: https", "unknown key 'link' in a reference; known: title, url"),
]
WORDS = [
    ("category: signaling", "category: signalling", "'signalling'; did you mean 'signaling'\\?"),
    ("status: draft", "status: final", "unknown status 'final'; known: draft, review, stable, deprecated"),
    ("confidence: unknown", "confidence: sure", "unknown confidence 'sure'; known: confirmed, probable"),
    ("confidence: confirmed", "confidence: Confirmed", "'Confirmed'; did you mean 'confirmed'\\?"),
    ("[memory-dump]", "[memory_dump]", "unknown techniques 'memory_dump'; did you mean 'memory-dump'"),
    ("[outgoing, incoming]", "[outgoing, inbound]", "unknown direction 'inbound'; "),
    ('"0..n"', '"0...n"', "unknown occurrence '0...n'; did you mean '0..n'\\? \\(known: 1, 0..1, 0..n, 1..n"),
    ('"0..n"', "'*'", "unknown occurrence '\\*'; known: 1, 0..1, 0..n, 1..n"),
    ("format: xml", "format: html", "unknown format 'html'; "),
    ("type: timestamp", "type: time", "unknown type 'time'; known: string, int, hex, .*, enum:<id>"),
    ("type: timestamp", "type: integer", "unknown type 'integer'; "),
    ("type: enum:hands", "type: enum:Hands", "type 'enum:Hands': expected enum:<id>"),
    ("type: enum:hands", "type: 'enum:'", "type 'enum:': expected enum:<id>"),
]
KINDS = [
    (
        "display_name: Call Wave",
        "display_name: 7",
        "of a stanza: expected text, got a number \\('7'\\), put it in",
    ),
    ("display_name: Call Wave", "display_name: 2026-11-22", "expected text, got a date .*, put it in quotes"),
    ("display_name: Call Wave", "display_name:", "display_name of a stanza: expected text, got nothing"),
    ("display_name: Call Wave", "display_name: [Call]", "expected text, got a list"),
    ("display_name: Call Wave", "display_name: ' '", "display_name of a stanza is empty: expected text"),
    ('spec_version: "0.1.0"', "spec_version: 0.1", "spec_version of a stanza: expected text, got a number"),
    ('spec_version: "0.1.0"', 'spec_version: "0.1"', "'0.1': expected three numbers, such as 0.1.0"),
    ("required: true", "required: yes", "required of an attribute: expected true or false, got text .'yes'"),
    ("required: true", "required: 1", "required of an attribute: expected true or false, got a number"),
    ('occurrence: "1"', "occurrence: 1", "of a child: expected text, got a number .'1'., put it in quotes"),
    ("[outgoing, incoming]", "outgoing", "direction of a stanza: expected a list, got text .'outgoing'"),
    ("[outgoing, incoming]", "[]", "direction is empty: expected some of outgoing, incoming, bidirectional"),
    ("[outgoing, incoming]", "[outgoing, outgoing]", "'outgoing' stands in direction twice"),
    ("[memory-dump]", "[]", "techniques is empty: expected some of websocket-capture"),
    ("[warden]", "[warden, warden]", "'warden' stands in tools twice"),
    ("[warden]", "[4]", "tools of a provenance: expected text, got a number .'4'., put it in quotes"),
    ("[left, 2, 0.5, true, 7E10]", "[left, [2]]", "observed_values of an attribute: expected .* got a list"),
    ("[left, 2, 0.5, true, 7E10]", "[~]", "observed_values of an attribute: expected a text, .* got nothing"),
    ("      techniques: [memory-dump]", "      memory-dump", "a provenance: expected keys and values, got"),
    ("  - title: Of waves", "  - Of waves", "a reference: expected keys and values, got text .'Of waves'"),
    ("  - Is <wave> ever seen?", "  - 7", "open_questions of a stanza: expected text, got a number"),
]
NAMES = [
    ("  - name: t\n", "  - name: to\n", "attribute 'to' of call is there since line 12"),
    ("  - name: t\n", "  - name: t t\n", "name 't t': expected a name without space"),
    ("  - name: t\n", "  - name: a/t\n", "name 'a/t': expected a name without space, '/', '@' or brackets"),
    ("      - tag: finger", "      - tag: finger[1]", "tag 'finger.1.': expected a name"),
    ("tag: call\n", "tag: ''\n", "tag '': expected a name"),
    ("id: call-wave", "id: call-waves", "id 'call-waves' is not the file's name: expected 'call-wave'"),
    ("id: call-wave", "id: Call-Wave", "id 'Call-Wave': expected lower-case letters, digits and dashes"),
]
MISSING = [
    ("category: signaling\n", "id: call-wave", "a stanza has no 'category', which is required"),
    ("    description: When.\n", "  - name: t\n", "an attribute has no 'description', which is required"),
    ('    occurrence: "1"\n', "  - tag: wave", "a child has no 'occurrence', which is required"),
    ("      techniques: [memory-dump]\n", "    provenance:\n      techniques: [memory", "got nothing"),
]


@pytest.mark.parametrize(("old", "new", "reason"), KEYS + WORDS + KINDS + NAMES)
def test_a_fault_is_refused_in_its_line(tmp_path: Path, old: str, new: str, reason: str) -> None:
    """Unknown keys and words, values of another kind, names said twice: where, why, what is right."""
    with pytest.raises(SpecError, match=reason) as caught:
        load_text(tmp_path, edited(old, new))
    assert caught.value.file == tmp_path / "call-wave.yaml"
    assert caught.value.line == line_of(old, STANZA)


@pytest.mark.parametrize(("gone", "at", "reason"), MISSING)
def test_what_is_missing_is_missed_where_it_should_be(
    tmp_path: Path, gone: str, at: str, reason: str
) -> None:
    """A required key that is not there has no line of its own: the line is that of its mapping."""
    with pytest.raises(SpecError, match=reason) as caught:
        load_text(tmp_path, edited(gone, ""))
    assert caught.value.line == line_of(at, STANZA)


def test_a_child_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Siblings of one tag would state two occurrences of one child."""
    again = (
        '  - tag: wave\n    occurrence: "0..1"\n    confidence: unknown\n    description: Again.\nexamples:'
    )
    text = edited("examples:", again)
    with pytest.raises(SpecError, match="child 'wave' of call is there since line 29") as caught:
        load_text(tmp_path, text)
    assert caught.value.line == 47


@pytest.mark.parametrize("document", ["[]", "call", "7", "~"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, document: str) -> None:
    """A stanza definition has keys and values."""
    with pytest.raises(SpecError, match="a stanza: expected keys and values, got ") as caught:
        load_text(tmp_path, document)
    assert caught.value.line == 1


def test_a_message_does_not_repeat_a_whole_file(tmp_path: Path) -> None:
    """A value is quoted up to a length that fits a line."""
    with pytest.raises(SpecError) as caught:
        load_text(tmp_path, edited("status: draft", f"status: {'d' * 5000}"))
    assert len(caught.value.reason) < 200
    assert "'ddd" in caught.value.reason
    assert "d...'" in caught.value.reason


def nested(levels: int) -> str:
    """A file whose children stand in each other, so many levels of them."""
    child: dict[str, Any] = {}
    for level in range(levels, 0, -1):
        inner = {"children": [child]} if child else {}
        child = {"tag": f"c{level}", "occurrence": "1", "confidence": "unknown", "description": ".", **inner}
    head = STANZA[: STANZA.index("attributes:")]
    return f"{head}children: {json.dumps([child])}\n"


def test_children_are_read_up_to_a_depth(tmp_path: Path) -> None:
    """At the limit, one past it, and far past it."""
    spec = load_text(tmp_path, nested(MAX_CHILD_DEPTH)).stanzas["call-wave"]
    assert len(list(spec.facts())) == MAX_CHILD_DEPTH
    with pytest.raises(SpecError, match="child 'c17' is more than 16 levels down"):
        load_text(tmp_path, nested(MAX_CHILD_DEPTH + 1))
    with pytest.raises(SpecError, match="nested deeper than"):
        load_text(tmp_path, nested(100))


ENUM_FAULTS = [
    ("status: draft", "status: new", "unknown status 'new'"),
    ("  - value: left", "  - valu: left", "unknown key 'valu' in an enum value; did you mean 'value'"),
    ("  - value: left", "  - value: [left]", "value of an enum value: expected text or a number, got a list"),
    ("  - value: left", "  - value: true", "expected text or a number, got a truth value .'true'"),
    ("    confidence: unknown", "    confidence: none", "unknown confidence 'none'"),
    ("    description: The left one.\n", "", "an enum value has no 'description', which is required"),
    ("id: hands", "id: feet", "id 'feet' is not the file's name: expected 'hands'"),
]


@pytest.mark.parametrize(("old", "new", "reason"), ENUM_FAULTS)
def test_a_fault_of_an_enum_is_refused_too(tmp_path: Path, old: str, new: str, reason: str) -> None:
    """An enums folder beside the stanzas is part of the specification."""
    text = edited(old, new, HANDS)
    with pytest.raises(SpecError, match=reason) as caught:
        load_specification(corpus(tmp_path, enum=text, call_wave=STANZA))
    assert caught.value.file == tmp_path / "spec" / "enums" / "hands.yaml"
    assert caught.value.line == line_of(new or "  - value: left", text)


def test_an_enum_without_values_is_refused(tmp_path: Path) -> None:
    """It would make every value a new one."""
    text = HANDS[: HANDS.index("values:")] + "values: []\n"
    with pytest.raises(SpecError, match="values is empty: expected at least one"):
        load_specification(corpus(tmp_path, enum=text, call_wave=STANZA))


def as_document(spec: StanzaSpec) -> dict[str, Any]:
    """The file that says what the model says; JSON is YAML."""
    return {
        "id": spec.id,
        "tag": spec.tag,
        "display_name": spec.display_name,
        "category": spec.category,
        "direction": list(spec.directions),
        "status": spec.status,
        "spec_version": spec.spec_version,
        "summary": spec.summary,
        "attributes": [_attribute(fact) for fact in spec.attributes],
        "children": [_child(fact) for fact in spec.children],
    }


def _attribute(fact: AttributeFact) -> dict[str, Any]:
    stated = {"name": fact.name, "type": fact.type, "required": fact.required}
    return {**stated, **_common(fact)}


def _child(fact: ChildFact) -> dict[str, Any]:
    below = {"attributes": [_attribute(each) for each in fact.attributes]}
    return {
        "tag": fact.tag,
        "occurrence": fact.occurrence,
        **_common(fact),
        **below,
        "children": [_child(each) for each in fact.children],
    }


def _common(fact: AttributeFact | ChildFact) -> dict[str, Any]:
    techniques = list(fact.provenance.techniques)
    provenance = {"provenance": {"techniques": techniques}} if techniques else {}
    return {"confidence": fact.confidence, "description": fact.description, **provenance}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(specs())
def test_any_file_that_is_written_is_read_back(tmp_path: Path, spec: StanzaSpec) -> None:
    """Model to file to model, whatever the model says. Leaves out: lines, all 1 in one line of JSON."""
    text = json.dumps(as_document(spec))
    assert load_text(tmp_path, text, "call-any.yaml").stanzas["call-any"] == spec
