"""Stanzas against the wire format of a spec part."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ringback.check.part import check_part
from ringback.check.stanza import MAX_FINDINGS_PER_STANZA
from ringback.findings import Finding, Severity, Stance
from ringback.spec.part_facts import facts_of
from ringback.stanza import Node
from support.judging import judge_by_part, part_of
from support.nodes import any_node
from support.sightings import Tape, preaccept

FORMAT = """\
<call to="{caller}" id="{id}">
  <preaccept call-id="{call-id}" call-creator="{creator}">
    <audio enc="opus" rate="{rate}"/> ; one or more
    <encopt keygen="2"/>
    <capability [ver="1"]>01 02 03</capability>
    [<te>{bytes}</te>]
  </preaccept>
</call>
"""
PART = part_of(FORMAT)
AUDIO, ENCOPT = '<audio enc="opus" rate="16000"/>', '<encopt keygen="2"/>'
BLOB = '<capability ver="1">010203</capability>'
INSIDE = AUDIO + ENCOPT + BLOB


def judged(inside: str) -> list[Finding]:
    return judge_by_part([Tape().sent(preaccept(inside=inside))], PART)


def stances(inside: str) -> dict[str, set[Stance]]:
    """By path of the fact: all that was said of it."""
    said: dict[str, set[Stance]] = {}
    for finding in judged(inside):
        if finding.fact is not None:
            said.setdefault(finding.fact.path, set()).add(finding.stance)
    return said


def against(inside: str) -> list[tuple[str, str]]:
    """Code and place of what contradicts the wire format."""
    return [(one.code, one.place) for one in judged(inside) if one.stance is Stance.CONTRADICTS]


def test_stanza_as_shown_supports_every_fact() -> None:
    """A pre-accept as the format shows it supports all of it, and leaves silent what is optional."""
    said = stances(INSIDE)
    assert {path for path, stance in said.items() if stance == {Stance.SILENT}} == {
        "call/preaccept/te",
        "call/preaccept/te/content()",
    }
    assert against(INSIDE) == []
    assert said["call/preaccept/capability/content()"] == {Stance.SUPPORTS}
    assert said["call/preaccept/order()"] == {Stance.SUPPORTS}


def test_findings_name_the_part_as_their_model() -> None:
    """The model is the part's code, and its facts have no confidence, so that a mismatch is news."""
    findings = judged(AUDIO)
    assert {one.fact.spec for one in findings if one.fact} == {"SIG-04"}
    assert {one.fact.confidence for one in findings if one.fact} == {"unknown"}
    assert {one.severity for one in findings} <= {Severity.OK, Severity.NOTE}


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (
            "",
            [
                ("child-missing", "/call/preaccept/audio"),
                ("child-missing", "/call/preaccept/encopt"),
                ("child-missing", "/call/preaccept/capability"),
            ],
        ),
        (INSIDE.replace('keygen="2"', 'keygen="1"'), [("value-differs", "/call/preaccept/encopt/@keygen")]),
        (
            INSIDE.replace('enc="opus"', 'enc="mlow"'),
            [("value-differs", "/call/preaccept/audio/@enc")],
        ),
        (INSIDE.replace("010203", "010204"), [("content-differs", "/call/preaccept/capability")]),
        (INSIDE.replace("010203", ""), [("content-differs", "/call/preaccept/capability")]),
        (INSIDE + "<te/>", [("content-differs", "/call/preaccept/te")]),
        (AUDIO + BLOB + ENCOPT, [("children-misordered", "/call/preaccept")]),
        (AUDIO + ENCOPT + AUDIO + BLOB, [("children-misordered", "/call/preaccept")]),
        (
            INSIDE + ENCOPT,
            [("child-repeated", "/call/preaccept/encopt[2]"), ("children-misordered", "/call/preaccept")],
        ),
        (INSIDE.replace(' ver="1"', ""), []),
        (INSIDE + "<te>cb0071140d96</te>", []),
        (AUDIO + AUDIO + ENCOPT + BLOB, []),
    ],
)
def test_contradictions(inside: str, expected: list[tuple[str, str]]) -> None:
    """What the format fixes and the stanza has otherwise is named at its place, and nothing else is."""
    assert against(inside) == expected


def test_difference_tells_both_values() -> None:
    """Expected is what the format writes out, got what stood there: text, bytes, and the tags in order."""
    found = {one.code: (one.expected, one.got) for one in judged(BLOB + AUDIO + '<encopt keygen="3"/>')}
    assert found["value-differs"] == ("2", "3")
    assert found["children-misordered"] == ("audio encopt capability te", "capability audio encopt")
    assert {one.code: (one.expected, one.got) for one in judged("<capability>0109</capability>")}[
        "content-differs"
    ] == (b"\x01\x02\x03", b"\x01\x09")


def test_more_than_the_format_shows_extends_it() -> None:
    """A format does not close its list: a further child between those in order is news, not a fault."""
    inside = AUDIO + '<video dec="H264"/>' + ENCOPT + BLOB
    assert against(inside) == []
    extending = [(one.code, one.place) for one in judged(inside) if one.stance is Stance.EXTENDS]
    assert extending == [("child-undocumented", "/call/preaccept/video")]


def test_one_child_has_no_order() -> None:
    """Where fewer than two of the ordered children stand, the order is not exercised."""
    assert stances(AUDIO + AUDIO)["call/preaccept/order()"] == {Stance.SILENT}


def test_every_fact_speaks() -> None:
    """Whatever is in the stanza, no fact of the format is passed over."""
    paths = {fact.path for fact in facts_of(PART, PART.templates[0])}
    for inside in ("", INSIDE, "<te/>", "<net/>"):
        assert set(stances(inside)) == paths


def test_delivered_copy_may_lack_its_own_address() -> None:
    """The receiver's copy has no `to`, and the format is not contradicted by that."""
    copy = Tape().delivered(preaccept(from_="1:2@lid", inside=INSIDE))
    assert [one for one in judge_by_part([copy], PART) if one.stance is Stance.CONTRADICTS] == []


def test_findings_are_bounded() -> None:
    """A stanza of very many children gives so many findings, and says that there were more."""
    findings = judged(AUDIO + "<capability>00</capability>" * MAX_FINDINGS_PER_STANZA)
    assert len(findings) == MAX_FINDINGS_PER_STANZA + 1
    assert findings[-1].code == "check-cut"
    misordered = judged(BLOB + (AUDIO + ENCOPT) * 30)
    (got,) = [one.got for one in misordered if one.code == "children-misordered"]
    assert str(got).count(" ") == 15


@given(any_node, st.lists(any_node, max_size=3))
def test_any_stanza_is_judged(node: Node, inside: list[Node]) -> None:
    """Nothing that the wire can hold raises, wherever in the stanza it stands."""
    sighting = Tape().sent(preaccept())
    action = structs.replace(sighting.node.children[0], content=(*inside, Node("capability", {}, (node,))))
    for stanza in (node, structs.replace(sighting.node, content=(action,))):
        findings = check_part(replace(sighting, node=stanza), PART, PART.templates[0])
        assert {one.fact.path for one in findings if one.fact} == {
            fact.path for fact in facts_of(PART, PART.templates[0])
        }
