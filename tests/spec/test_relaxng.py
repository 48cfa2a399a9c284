"""The schema that a stanza file becomes: what it admits, open and closed, and how it reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from ringback.errors import SpecError
from ringback.spec.load import load_specification
from ringback.spec.model import StanzaSpec, Vantage
from ringback.spec.relaxng import ANNOTATIONS, MAX_OPTIONAL, render_relaxng, schema, to_relaxng
from ringback.stanza import Jid, Node, from_text, to_element
from support.specfiles import STANZA, corpus, edited

FIXTURES = Path(__file__).parent.parent / "fixtures" / "spec"
ENUMS = {"hands": ("left", "right hand")}

RB = 'xmlns:rb="urn:ringback:stanza:1"'

AGREEING = [
    '<call to="A@lid"><wave/></call>',
    '<call t="1700000000" to="A:7@lid"><wave hand="left"/></call>',
    '<call to="A@lid"><wave hand="right hand"><finger/><finger/><finger/></wave></call>',
    '<call to="A@lid">\n  <!-- aside -->\n  <wave> </wave>\n</call>',
    f'<call {RB} to="A@lid" t="1700000000"><wave rb:content="list"/></call>',
    f'<call {RB} to="A_x002E_7@lid" rb:jid="to"><wave/></call>',
    f'<call {RB} to="A@lid" rb:text="to"><wave/></call>',
]
"""Valid in both readings."""

EXTENDING = [
    '<call to="A@lid" id="P-1"><wave/></call>',
    '<call to="A@lid" stream_x003A_id="P-1"><wave/></call>',
    '<call to="A@lid"><wave/><nod/></call>',
    '<call to="A@lid"><nod><wave/><wave/><any thing="at all">0105</any></nod><wave/></call>',
    '<call to="A@lid"><wave><nod/><finger/><nod/></wave></call>',
    '<call to="A@lid"><wave>0105f7</wave></call>',
    '<call to="A@lid"><wave>text</wave></call>',
    '<call to="A@lid"><wave><finger>A@lid</finger></wave></call>',
    '<call to="A@lid"><wave hand="third"/></call>',
    '<call to="A@lid"><wave hand=" left"/></call>',
    f'<call {RB} to="A@lid"><wave rb:content="text"> </wave></call>',
    f'<call {RB} to="A@lid"><wave rb:content="text"/></call>',
    f'<call {RB} to="A@lid"><wave rb:content="bytes"/></call>',
    f'<call {RB} to="A@lid" id="1" rb:id.2="2"><wave/></call>',
]
"""Valid in the open reading only: the file does not know it, and says nothing against it."""

CONTRADICTING = [
    "<call><wave/></call>",
    '<call to="nobody"><wave/></call>',
    '<call to=""><wave/></call>',
    '<call to="A@lid" t="1700000000000"><wave/></call>',
    '<call to="A@lid" t="now"><wave/></call>',
    '<call to="A@lid"/>',
    '<call to="A@lid">wave</call>',
    '<call to="A@lid"><nod/></call>',
    '<call to="A@lid"><nod><wave/></nod></call>',
    '<call to="A@lid"><wave/><wave/></call>',
    '<call to="A@lid"><wave/><nod/><wave/></call>',
    f'<call {RB} to="A@lid" rb:to.2="B@lid"><wave/></call>',
    f'<call {RB} to="A@lid"><wave hand="left" rb:hand.2="left"/></call>',
    '<ack to="A@lid"><wave/></ack>',
]
"""Valid in neither."""


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> StanzaSpec:
    root = corpus(tmp_path_factory.mktemp("wacrg"), call_wave=STANZA)
    return load_specification(root).stanzas["call-wave"]


def verdicts(spec: StanzaSpec, xml: str, vantage: Vantage = Vantage.LITERAL) -> tuple[bool, bool]:
    """Whether the open and the closed schema find the stanza valid."""
    element = to_element(from_text(xml))
    open_, closed = (
        schema(spec, enums=ENUMS, vantage=vantage, closed=closed).validate(element)
        for closed in (False, True)
    )
    return open_, closed


@pytest.mark.parametrize("xml", AGREEING)
def test_a_stanza_that_keeps_to_the_file_is_valid(wave: StanzaSpec, xml: str) -> None:
    """In any order, with any number of what may repeat, marked or not."""
    assert verdicts(wave, xml) == (True, True)


@pytest.mark.parametrize("xml", EXTENDING)
def test_a_stanza_beyond_the_file_is_valid_where_the_schema_is_open(wave: StanzaSpec, xml: str) -> None:
    """Undocumented attributes, children, content and enum values contradict nothing."""
    assert verdicts(wave, xml) == (True, False)


@pytest.mark.parametrize("xml", CONTRADICTING)
def test_a_stanza_against_the_file_is_invalid(wave: StanzaSpec, xml: str) -> None:
    """Missing, wrong, too many, repeated: whether or not the schema is open."""
    assert verdicts(wave, xml) == (False, False)


@pytest.mark.parametrize(
    ("occurrence", "valid"),
    [
        ("1", [False, True, False, False]),
        ("0..1", [True, True, False, False]),
        ("0..n", [True, True, True, True]),
        ("1..n", [False, True, True, True]),
    ],
)
@pytest.mark.parametrize("beside", ["", "<nod/>", "<tip/>"])
def test_a_child_occurs_as_often_as_the_file_says(
    tmp_path: Path, occurrence: str, valid: list[bool], beside: str
) -> None:
    """None, one, two, three of it, alone and interleaved with a sibling, known or not."""
    tip = '      - {tag: tip, occurrence: "0..n", confidence: unknown, description: Tip.}\nexamples:'
    text = edited("examples:", tip, edited('"0..n"', f'"{occurrence}"'))
    spec = load_specification(corpus(tmp_path, call_wave=text)).stanzas["call-wave"]
    found = [
        verdicts(
            spec, f'<call to="A@lid"><wave>{beside.join([""] + ["<finger/>"] * count + [""])}</wave></call>'
        )
        for count in range(4)
    ]
    assert [open_ for open_, _ in found] == valid
    known = beside != "<nod/>"
    assert [closed for _, closed in found] == [each and known for each in valid]


@pytest.mark.parametrize(
    ("addresses", "literal", "sent", "delivered"),
    [
        ('from="B@lid" to="A@lid"', True, True, True),
        ('to="A@lid"', False, True, False),
        ('from="B@lid"', False, False, True),
        ("", False, False, False),
        ('from="nobody" to="A@lid"', False, False, False),
    ],
)
def test_required_addresses_are_judged_by_vantage(
    addresses: str, literal: bool, sent: bool, delivered: bool
) -> None:
    """A copy may lack its own end, yet what stands there must be an address on every copy."""
    spec = load_specification(None).stanzas["call-preaccept"]
    xml = f'<call {addresses} id="P-1"><preaccept call-id="C" call-creator="A@lid"/></call>'
    found = [verdicts(spec, xml, vantage)[1] for vantage in Vantage]
    assert found == [literal, sent, delivered]


@pytest.mark.parametrize(("port", "valid"), [("65535", True), ("65536", False), ("-1", False), ("x", False)])
def test_a_port_has_its_range_in_the_schema(port: str, valid: bool) -> None:
    """The one range that the name of an attribute sets."""
    spec = load_specification(None).stanzas["call-preaccept"]
    te = f'<destination><te ip="203.0.113.20" port="{port}"/></destination>'
    action = f'<preaccept call-id="C" call-creator="A@lid">{te}</preaccept>'
    xml = f'<call from="B@lid" to="A@lid" id="P-1">{action}</call>'
    assert verdicts(spec, xml) == (valid, valid)


def test_an_enum_that_is_not_loaded_admits_anything(wave: StanzaSpec) -> None:
    """Closed too: nothing is known of its values, and the documentation says so."""
    element = to_element(from_text('<call to="A@lid"><wave hand="third"/></call>'))
    assert schema(wave, closed=True).validate(element)
    assert "the enum hands is not loaded" in render_relaxng(wave, closed=True)


def test_names_that_xml_does_not_allow_are_spelled_as_in_stanzas(tmp_path: Path) -> None:
    """A schema speaks of the XML form, so it escapes tags and attribute names in the same way."""
    text = edited("tag: finger", "tag: stream:finger", edited("name: hand", "name: 2nd_x0041_hand"))
    spec = load_specification(corpus(tmp_path, call_wave=text)).stanzas["call-wave"]
    child = Node("wave", {"2nd_x0041_hand": "left"}, (Node("stream:finger"),))
    stanza = Node("call", {"to": Jid("A", "lid")}, (child,))
    assert schema(spec, enums=ENUMS, closed=True).validate(to_element(stanza))


def test_an_enum_value_is_spelled_as_in_stanzas(wave: StanzaSpec) -> None:
    """Its text is escaped where an attribute's would be."""
    stanza = Node("call", {"to": Jid("A", "lid")}, (Node("wave", {"hand": "_x0041_"}),))
    assert schema(wave, enums={"hands": ("_x0041_",)}, closed=True).validate(to_element(stanza))
    assert not schema(wave, enums={"hands": ("A",)}, closed=True).validate(to_element(stanza))


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("vantage", list(Vantage))
def test_every_fact_is_documented_with_its_confidence(
    wave: StanzaSpec, vantage: Vantage, closed: bool
) -> None:
    """Whoever reads only the schema sees how sure each fact is, and by what technique."""
    grammar = to_relaxng(wave, enums=ENUMS, vantage=vantage, closed=closed)
    notes = [note.text or "" for note in grammar.iter(f"{{{ANNOTATIONS}}}documentation")]
    for fact in wave.facts():
        about = [note for note in notes if note.endswith(fact.description)]
        assert len(about) == 1
        assert fact.confidence in about[0]
        assert all(technique in about[0] for technique in fact.provenance.techniques)


@pytest.mark.parametrize("number", [MAX_OPTIONAL, MAX_OPTIONAL + 1, 40])
def test_a_schema_that_libxml2_could_not_finish_is_refused(tmp_path: Path, number: int) -> None:
    """More optional attributes on one tag than the limit: no compiled schema, yet a written one."""
    extra = "".join(
        f"  - {{name: a{n}, type: string, confidence: unknown, description: D.}}\n" for n in range(number - 1)
    )
    text = edited("  - name: to\n", extra + "  - name: to\n")
    spec = load_specification(corpus(tmp_path, call_wave=text)).stanzas["call-wave"]
    assert render_relaxng(spec, enums=ENUMS).count("<optional>") >= number
    if number <= MAX_OPTIONAL:
        attributes = " ".join(f'a{n}="1"' for n in range(number - 1))
        assert verdicts(spec, f'<call {attributes} to="A@lid"><wave/></call>') == (True, True)
        return
    with pytest.raises(SpecError, match=f"call has {number} optional attributes") as caught:
        schema(spec, enums=ENUMS)
    assert caught.value.line is not None
    assert caught.value.file == Path("call-wave.yaml")


@pytest.mark.parametrize("closed", [False, True])
def test_the_schema_is_written_as_it_was_before(closed: bool) -> None:
    """The shipped file's schema, byte for byte; `ringback spec rng` writes it anew."""
    spec = load_specification(None).stanzas["call-preaccept"]
    golden = FIXTURES / f"call-preaccept.{'closed' if closed else 'open'}.rng"
    written = render_relaxng(spec, closed=closed)
    assert written == golden.read_text(encoding="ascii")
    assert written == render_relaxng(spec, closed=closed)


def test_a_written_schema_is_the_schema(wave: StanzaSpec) -> None:
    """It is ASCII, and reads back to a schema with the same verdicts, indentation and all."""
    for closed in (False, True):
        text = render_relaxng(wave, enums=ENUMS, closed=closed)
        read = etree.RelaxNG(etree.fromstring(text.encode("ascii")))
        for xml in AGREEING + EXTENDING + CONTRADICTING:
            assert read.validate(to_element(from_text(xml))) is verdicts(wave, xml)[closed]
