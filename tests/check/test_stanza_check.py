"""One stanza against its file: which finding stands where."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from msgspec import structs

from ringback.calls import Sighting
from ringback.check.stanza import MAX_FINDINGS_PER_STANZA, check_stanza
from ringback.check.stanza_codes import VALUE_NOT_IN_ENUM
from ringback.findings import Evidence, FactRef, Finding, Severity, Stance
from ringback.spec.model import CONFIDENCES, AttributeFact, ChildFact, Specification, StanzaSpec
from ringback.stanza import Node, from_text
from ringback.wire.events import Direction, FramePlace
from support.judging import changed, codes, judge_stanza, only, preaccept_file
from support.nodes import any_node
from support.sightings import CREATOR, DEVICE, Tape, preaccept
from support.specs import ENUMS, specs, stanzas

QUESTION_EARLY = ("call-preaccept/2",)
TE = '<destination><te ip="203.0.113.20" port="3478"/></destination>'


def sent(xml: str, spec: StanzaSpec | None = None, **more: int) -> list[Finding]:
    specification = Specification({"call-preaccept": spec}) if spec else None
    return judge_stanza(Tape().sent(xml, **more), specification)


def delivered(xml: str) -> list[Finding]:
    return judge_stanza(Tape().delivered(xml))


def remarks(findings: list[Finding]) -> list[tuple[str, str, str]]:
    """What is not simply as stated, or not exercised."""
    return [
        (finding.code, finding.severity.value, finding.place)
        for finding in findings
        if finding.severity is not Severity.OK
    ]


def evidence(direction: Direction = Direction.CLIENT) -> Evidence:
    return Evidence("synthetic.flow", 1, "flow-1", FramePlace(direction, 0, 0, 0.0))


def test_a_bare_preaccept_speaks_to_every_fact() -> None:
    """The sender's own copy: what is there supports, what is optional or of the other copy is silent."""
    spoken = {(finding.code, finding.place) for finding in sent(preaccept())}
    observed = ["@to", "@id", "preaccept", "preaccept/@call-id", "preaccept/@call-creator"]
    te = "preaccept/destination/te"
    silent = ["@from", "preaccept/destination", te, f"{te}/@ip", f"{te}/@port"]
    assert spoken == {("fact-observed", f"/call/{place}") for place in observed} | {
        ("fact-not-exercised", f"/call/{place}") for place in silent
    }


def test_a_finding_tells_fact_value_and_evidence() -> None:
    """Each finding names its fact with confidence and techniques, the value, the call and the frame."""
    sighting = Tape().sent(preaccept())
    (finding,) = [each for each in judge_stanza(sighting) if each.place == "/call/preaccept/@call-id"]
    techniques = ("websocket-capture", "baileys-instrumentation")
    assert finding.fact == FactRef("call-preaccept", "call/preaccept/@call-id", "probable", techniques)
    assert (finding.stance, finding.severity) == (Stance.SUPPORTS, Severity.OK)
    assert (finding.got, finding.call_id) == ("CALLID-0001", "CALLID-0001")
    assert finding.evidence == (sighting.evidence,)


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (f'<call to="{CREATOR}"><preaccept call-id="C" call-creator="{CREATOR}"/></call>', "/call/@id"),
        (f'<call id="P"><preaccept call-id="C" call-creator="{CREATOR}"/></call>', "/call/@to"),
        (
            f'<call to="{CREATOR}" id="P"><preaccept call-creator="{CREATOR}"/></call>',
            "/call/preaccept/@call-id",
        ),
        (f'<call to="{CREATOR}" id="P"><preaccept call-id="C"/></call>', "/call/preaccept/@call-creator"),
    ],
)
def test_a_required_attribute_is_missing(xml: str, expected: str) -> None:
    """Each required attribute of the sender's copy is missed by its place, as an error."""
    assert remarks(sent(xml)) == [("attribute-missing", "error", expected)]


def test_required_addresses_depend_on_the_copy() -> None:
    """A delivered copy needs `from` and no `to`, a sent one the reverse; the excused one may stand."""
    assert remarks(delivered(preaccept(from_=DEVICE))) == []
    assert remarks(delivered(preaccept(to_=CREATOR))) == [("attribute-missing", "error", "/call/@from")]
    assert remarks(sent(preaccept(from_=DEVICE))) == [("attribute-missing", "error", "/call/@to")]
    both = preaccept(from_=DEVICE, to_=CREATOR)
    assert {"/call/@from", "/call/@to"} <= {finding.place for finding in only(sent(both), "fact-observed")}
    assert remarks(delivered(both)) == []


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<destination><te ip="203.0.113.20" port="x"/></destination>', ("attribute-type", "/te/@port")),
        ('<destination><te port=""/></destination>', ("attribute-type", "/te/@port")),
        ('<destination><te port="0"/></destination>', None),
        ('<destination><te port="65535"/></destination>', None),
        ('<destination><te port="65536"/></destination>', ("port-out-of-range", "/te/@port")),
        ('<destination><te port="-1"/></destination>', ("port-out-of-range", "/te/@port")),
        ('<destination><te proto="udp"/></destination>', ("attribute-undocumented", "/te/@proto")),
        ("<destination><te>cb0071140d96</te></destination>", ("content-undocumented", "/te")),
        ("<destination>text</destination>", ("content-undocumented", "")),
        ("<destination>A@lid</destination>", ("content-undocumented", "")),
        ("<destination><to/></destination>", ("child-undocumented", "/to")),
        ("<destination/><destination/>", ("child-repeated", "[2]")),
    ],
)
def test_below_destination_everything_is_a_note_on_question_two(
    inside: str, expected: tuple[str, str] | None
) -> None:
    """The facts there are speculative: what breaks or exceeds them is a note on early candidates."""
    findings = sent(preaccept(inside=inside))
    wanted = [] if expected is None else [(expected[0], "note", f"/call/preaccept/destination{expected[1]}")]
    assert remarks(findings) == wanted
    assert {f.questions for f in findings if "destination" in f.place} == {QUESTION_EARLY}


@pytest.mark.parametrize("tag", ["te", "te2", "net", "rte", "relay", "transport"])
def test_transport_children_bear_on_question_two(tag: str) -> None:
    """Transport endpoints directly in the pre-accept would be early candidates too; no other child is."""
    (found,) = only(sent(preaccept(inside=f"<{tag}/>")), "child-undocumented")
    assert found.questions == QUESTION_EARLY
    (other,) = only(sent(preaccept(inside="<capability/>")), "child-undocumented")
    assert other.questions == ()


def test_undocumented_children_are_named_with_their_content() -> None:
    """Siblings of one tag are told apart by index, and what a child holds is shown; below it nothing is."""
    inside = '<audio rate="8000"/><audio rate="16000"/><capability ver="1">0105f709</capability>'
    found = only(sent(preaccept(inside=inside)), "child-undocumented")
    assert [(one.path[-1], one.got) for one in found] == [
        ("audio[1]", None),
        ("audio[2]", None),
        ("capability", bytes.fromhex("0105f709")),
    ]
    assert {(one.stance, one.fact) for one in found} == {(Stance.EXTENDS, None)}


def test_what_the_server_adds_is_noted() -> None:
    """A delivered copy carries `t` and sometimes more: notes, as the file knows none of it."""
    xml = preaccept(from_=DEVICE).replace("<call", '<call t="1700000000" notify="Example" e="0"')
    places = ("/call/@t", "/call/@notify", "/call/@e")
    assert remarks(delivered(xml)) == [("attribute-undocumented", "note", place) for place in places]


def test_repeated_attributes_are_reported() -> None:
    """Of a documented attribute the repetition contradicts its fact, of any other it goes beyond the file."""
    xml = preaccept().replace(
        "<call", '<call xmlns:rb="urn:ringback:stanza:1" rb:id.2="P-2" rb:id.3="P-3" x="1" rb:x.2="2"'
    )
    known, unknown = sorted(only(sent(xml), "attribute-repeated"), key=lambda finding: finding.place)
    assert (known.place, known.stance, known.severity) == ("/call/@id", Stance.CONTRADICTS, Severity.ERROR)
    assert (known.expected, known.got) == ("P-1", "P-2")
    assert (unknown.place, unknown.stance, unknown.severity) == ("/call/@x", Stance.EXTENDS, Severity.NOTE)
    assert not [finding for finding in sent(xml) if finding.place == "/call/@id" and finding != known]


def test_a_repeated_child_speaks_for_itself_below() -> None:
    """The first pre-accept is as stated, the second one too many; the facts below speak in each."""
    xml = preaccept().replace("</call>", '<preaccept call-id="C"/></call>')
    findings = sent(xml)
    assert remarks(findings) == [
        ("child-repeated", "error", "/call/preaccept[2]"),
        ("attribute-missing", "error", "/call/preaccept[2]/@call-creator"),
    ]
    (repeated,) = only(findings, "child-repeated")
    assert (repeated.expected, repeated.got) == ("1", "2")


@pytest.mark.parametrize(
    ("occurrence", "count", "expected"),
    [
        ("1", 0, ["child-missing"]),
        ("1", 1, []),
        ("1", 3, ["child-repeated", "child-repeated"]),
        ("0..1", 0, []),
        ("0..1", 2, ["child-repeated"]),
        ("0..n", 0, []),
        ("0..n", 3, []),
        ("1..n", 0, ["child-missing"]),
        ("1..n", 3, []),
    ],
)
@pytest.mark.parametrize("path", ["call/preaccept/destination", "call/preaccept/destination/te"])
def test_occurrence_is_checked_at_every_level(
    path: str, occurrence: str, count: int, expected: list[str]
) -> None:
    """Too few and too many, for a child and for a grandchild."""
    spec = changed(preaccept_file(), occurrences={"call/preaccept/destination": "0..n", path: occurrence})
    tag = path.rsplit("/", 1)[1]
    inside = f"<{tag}/>" * count
    inside = inside if tag == "destination" else f"<destination>{inside}</destination>"
    assert [code for code, _, _ in remarks(sent(preaccept(inside=inside), spec))] == expected


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_severity_crosses_the_mismatch_with_the_confidence(confidence: str) -> None:
    """Error against confirmed, and against probable where required; warning against probable; else a note,
    whose message says that it is news about the specification."""
    paths = ("call/@id", "call/preaccept/destination", "call/preaccept/destination/te/@port")
    spec = changed(preaccept_file(), confidences=dict.fromkeys(paths, confidence))
    inside = '<destination/><destination><te port="x"/></destination>'
    findings = sent(preaccept(inside=inside).replace(' id="P-1"', ""), spec)
    expected = {
        "confirmed": ("error", "error", "error"),
        "probable": ("error", "warning", "warning"),
        "speculative": ("note", "note", "note"),
        "unknown": ("note", "note", "note"),
    }[confidence]
    severities = {code: severity for code, severity, _ in remarks(findings)}
    assert severities == dict(
        zip(("attribute-missing", "child-repeated", "attribute-type"), expected, strict=True)
    )
    for finding in findings:
        if finding.stance is Stance.CONTRADICTS:
            assert ("news" in finding.message) is (finding.severity is Severity.NOTE)


def test_the_nearest_value_of_an_enum_is_named() -> None:
    """Two spellings of one reason are told to be near; a value that is like none of them stands alone."""
    spec = changed(preaccept_file(), types={"call/@id": "enum:reasons"})
    enums = {"reasons": ("timeout", "accept_elsewhere")}
    for value, told in (
        ("accepted_elsewhere", "The nearest that it lists is accept_elsewhere."),
        ("P-1", ""),
    ):
        sighting = Tape().sent(preaccept(stanza_id=value))
        (finding,) = only(check_stanza(sighting, spec, enums), "value-not-in-enum")
        assert finding.message.removeprefix(VALUE_NOT_IN_ENUM.meaning).strip() == told


def test_an_enum_value_that_is_not_listed_extends_it() -> None:
    """A new value is a note on the fact; an enum that was not loaded takes any value."""
    spec = changed(preaccept_file(), types={"call/@id": "enum:ids"})
    sighting = Tape().sent(preaccept())
    (finding,) = only(check_stanza(sighting, spec, {"ids": ("X-1",)}), "value-not-in-enum")
    assert (finding.severity, finding.stance, finding.got) == (Severity.NOTE, Stance.EXTENDS, "P-1")
    assert finding.fact is not None
    assert "value-not-in-enum" not in codes(check_stanza(sighting, spec, {"ids": ("P-1",)}))
    assert "value-not-in-enum" not in codes(check_stanza(sighting, spec, {}))


@pytest.mark.parametrize(
    ("directions", "sent_ok", "delivered_ok"),
    [
        (("outgoing", "incoming"), True, True),
        (("bidirectional",), True, True),
        (("outgoing",), True, False),
        (("incoming",), False, True),
    ],
)
def test_direction(directions: tuple[str, ...], sent_ok: bool, delivered_ok: bool) -> None:
    """A copy that went in a direction the file does not list is noted."""
    spec = changed(preaccept_file(), directions=directions)
    tape = Tape()
    copies = (tape.sent(preaccept()), tape.delivered(preaccept(from_=DEVICE)))
    found = ["direction-undocumented" not in codes(check_stanza(copy, spec, {})) for copy in copies]
    assert found == [sent_ok, delivered_ok]


def test_trailing_bytes_are_noted_with_their_number() -> None:
    """Bytes after the stanza are told, not dropped."""
    (finding,) = only(sent(preaccept(), trailing=3), "trailing-bytes")
    assert (finding.got, finding.severity, finding.place) == ("3", Severity.NOTE, "/call")
    assert "trailing-bytes" not in codes(sent(preaccept()))


@pytest.mark.parametrize("count", [100, 400, 100_000])
def test_huge_stanzas_are_cut_and_it_is_said(count: int) -> None:
    """The findings of one stanza are bounded; the last one then tells that there was more."""
    node = from_text(preaccept())
    destination = Node("destination", {}, (Node("te"),) * count)
    huge = Node(node.tag, node.attrs, (Node("preaccept", node.children[0].attrs, (destination,)),))
    findings = check_stanza(Sighting(huge, evidence(), None), preaccept_file(), {})
    cut = only(findings, "check-cut")
    assert len(findings) <= MAX_FINDINGS_PER_STANZA + 1
    assert (len(cut), findings[-1].code == "check-cut") == ((0, False) if count == 100 else (1, True))


def test_what_is_cut_is_what_goes_beyond_the_file() -> None:
    """Every fact speaks first at least once, and a fact at any place before anything undocumented."""
    bare = from_text('<call to="A:1@lid" id="P-1"><preaccept call-id="C"><te/></preaccept></call>')
    junk = {f"junk-{number}": "x" for number in range(MAX_FINDINGS_PER_STANZA + 1)}
    crowded = structs.replace(bare, attrs={**junk, **bare.attrs})
    usual = check_stanza(Sighting(bare, evidence(), None), preaccept_file(), {})
    findings = check_stanza(Sighting(crowded, evidence(), None), preaccept_file(), {})
    about_facts = [finding for finding in findings if finding.fact is not None]
    assert about_facts == [finding for finding in usual if finding.fact is not None]
    assert (len(findings), findings[-1].code) == (MAX_FINDINGS_PER_STANZA + 1, "check-cut")


def test_a_repeated_child_takes_no_room_from_the_facts_after_it() -> None:
    """However often one tag repeats, each fact of the file is spoken to."""
    destination = Node("destination", {}, (Node("te"),) * 5000)
    node = from_text(preaccept())
    huge = structs.replace(node, content=(structs.replace(node.children[0], content=(destination,)),))
    findings = check_stanza(Sighting(huge, evidence(), None), preaccept_file(), {})
    spoken = {finding.fact.path for finding in findings if finding.fact is not None}
    assert spoken == {fact.path for fact in preaccept_file().facts()}


def places(facts: StanzaSpec | ChildFact, nodes: list[Node | None]) -> Counter[str]:
    """How often each fact below has to speak: once in each element of its parent, and once for the lot where
    the parent is absent from an element that could hold it."""
    expected: Counter[str] = Counter()
    for attribute in facts.attributes:
        expected[attribute.path] += len(nodes)
    for child in facts.children:
        below: list[Node | None] = []
        for node in nodes:
            below += (list(node.all(child.tag)) if node is not None else []) or [None]
        expected[child.path] += len(below)
        expected += places(child, below)
    return expected


@settings(max_examples=100)
@given(st.data(), specs(), st.sampled_from(list(Direction)))
def test_every_fact_speaks_exactly_once_at_every_place(
    data: DataObject, spec: StanzaSpec, way: Direction
) -> None:
    """Whatever the file and the stanza: no fact is passed over, none speaks twice at one place."""
    node = data.draw(stanzas(spec))
    findings = check_stanza(Sighting(node, evidence(way), None), spec, ENUMS)
    if "check-cut" in codes(findings):
        return
    spoken = [(finding.fact.path, finding.place) for finding in findings if finding.fact is not None]
    assert len(set(spoken)) == len(spoken)
    assert Counter(path for path, _ in spoken) == places(spec, [node])


@settings(max_examples=100)
@given(any_node, specs(), st.integers(0, 3))
def test_any_stanza_gives_findings_and_nothing_else(node: Node, spec: StanzaSpec, trailing: int) -> None:
    """Hostile nodes, of any tag and shape, never raise; every finding has its evidence and its place."""
    sighting = Sighting(node, evidence(), None, trailing)
    for finding in check_stanza(sighting, spec, ENUMS):
        assert finding.evidence == (sighting.evidence,)
        assert finding.path[0] == node.tag


def test_facts_of_the_model_are_all_spoken_to() -> None:
    """The shipped file has no fact that a stanza carrying everything leaves silent."""
    findings = sent(preaccept(inside=TE, from_=DEVICE, to_=CREATOR))
    facts = list(preaccept_file().facts())
    assert [finding.code for finding in findings] == ["fact-observed"] * len(facts)
    assert {type(fact) for fact in facts} == {AttributeFact, ChildFact}
