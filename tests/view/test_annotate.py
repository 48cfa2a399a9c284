from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from ringback.check.stanza import check_stanza
from ringback.sanitize import Placeholders, Raw
from ringback.stanza import Node, from_text
from ringback.view.annotate import MAX_LINES, annotate
from ringback.view.marks import UNICODE
from support.nodes import any_node
from support.sightings import Tape, preaccept
from support.viewing import PREACCEPT, observed


def annotated(xml: str, *, width: int = 70) -> str:
    """The annotated sent copy as text: mark, line, notes after a bar."""
    sighting = Tape().sent(xml)
    observation = observed(sighting)
    lines = annotate(
        sighting.node,
        observation.findings,
        observation.spec,
        Placeholders(),
        width=width,
        ellipsis="…",
    )
    shown = []
    for line in lines:
        mark = " " if line.verdict is None else UNICODE.of(line.verdict.stance)
        notes = "" if line.verdict is None else " | " + ", ".join(line.verdict.notes)
        shown.append(f"{mark} {line.text}{notes}")
    return "\n".join(shown)


def test_a_sent_preaccept() -> None:
    """Facts have a line for each tag and attribute; what the file does not know stays on one line; what it
    speaks of and the stanza lacks stands in parentheses, without what would be inside."""
    inside = '<audio enc="opus" rate="16000"/><capability ver="1">0105f709e4bb13</capability>'
    assert annotated(preaccept(inside=inside)) == (
        "  <call\n"
        '✓     to="A:1@lid" | probable, required\n'
        '✓     id="ID-0001"> | probable, required\n'
        "·     (from) | probable, not in this copy\n"
        "✓   <preaccept | probable, once\n"
        '✓       call-id="CALLID-0001" | probable, required\n'
        '✓       call-creator="A:1@lid"> | probable, required\n'
        '+     <audio enc="opus" rate="16000"/> | not specified\n'
        '+     <capability ver="1">0105f709e4bb13</capability> | not specified\n'
        "·     (destination) | speculative, not exercised\n"
        "    </preaccept>\n"
        "  </call>"
    )


def test_contradictions_and_what_is_not_specified() -> None:
    """What is missing, of the wrong type, out of range, repeated or unknown says so on its own line."""
    xml = (
        '<call to="A:1@lid" id="P-1" t="1700000000"><preaccept call-id="CALLID-0001" call-creator="nobody">'
        '<destination><te ip="203.0.113.20" port="70000">0102</te></destination></preaccept>'
        '<preaccept call-creator="A:1@lid"/></call>'
    )
    shown = annotated(xml).splitlines()
    assert '✗       call-creator="TEXT-PLACEHOLDER-6-CHARS"> | probable, required, wrong type' in shown
    assert '+     t="T+0"> | not specified' in shown
    assert "✓       <te | speculative, any number" in shown
    assert '✗           port="70000"> | speculative, out of range' in shown
    assert "+         CIPHERTEXT-PLACEHOLDER-2-BYTES | not specified" in shown
    assert "✗   <preaccept | probable, once, too many" in shown
    assert "✗       (call-id) | probable, required, missing" in shown


def test_places_of_siblings_are_told_apart() -> None:
    """Among siblings of one tag each gets its own verdicts."""
    tes = '<te ip="203.0.113.20" port="1"/><te ip="203.0.113.21" port="x"/>'
    shown = annotated(preaccept(inside=f"<destination>{tes}</destination>")).splitlines()
    assert '✓           port="1"/> | speculative' in shown
    assert '✗           port="x"/> | speculative, wrong type' in [
        line.replace("TEXT-PLACEHOLDER-1-CHARS", "x") for line in shown
    ]


def test_a_repeated_attribute_is_shown_each_time() -> None:
    """A name that stands twice has two lines."""
    sighting = Tape().sent(preaccept())
    node = Node("call", {"to": "a"}, None, (("to", "b"),))
    lines = annotate(node, check_stanza(sighting, PREACCEPT, {}), PREACCEPT, Raw(), width=70, ellipsis="…")
    assert [line.text.strip() for line in lines][:3] == ["<call", 'to="a"', 'to="b"/>']


def test_what_is_not_specified_passes_its_mark_on() -> None:
    """Everything inside an unknown child is unknown with it; the words stand once."""
    shown = annotated(preaccept(inside='<net a="1"><x b="2"/></net>')).splitlines()
    assert shown[-6:-3] == [
        '+     <net a="1"> | not specified',
        '+       <x b="2"/> | ',
        "      </net>",
    ]


def test_a_narrow_line_is_wrapped_between_attributes() -> None:
    """What does not fit on one line goes on under its attributes."""
    video = '<video dec="H264" device_orientation="0" screen_width="0"/>'
    shown = annotated(preaccept(inside=video), width=40).splitlines()
    assert shown[7:9] == [
        '+     <video dec="H264" | not specified',
        '          device_orientation="0"',
    ]


def test_without_a_specification_nothing_is_judged() -> None:
    """A stanza that no file specifies is plain XML."""
    node = from_text('<call to="A:1@lid"><offer call-id="x-1234"/></call>')
    lines = annotate(node, (), None, Placeholders(), width=70, ellipsis="…")
    assert [line.text for line in lines] == [
        '<call to="A:1@lid">',
        '  <offer call-id="CALLID-0001"/>',
        "</call>",
    ]
    assert {line.verdict for line in lines} == {None}


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (Node("x"), "<x/>"),
        (Node("x", {}, ()), "<x></x>"),
        (Node("x", {}, ""), "<x></x>"),
        (Node("x", {}, "a<b&c>"), "<x>a&lt;b&amp;c&gt;</x>"),
        (Node("x", {"a": '"'}), '<x a="&quot;"/>'),
        (Node("x", {"a": "\x1b[31m\u202e"}), '<x a="\\x1b[31m\\u202e"/>'),
        (Node("x", {}, bytes(50)), "<x>" + "00" * 10 + "… (50 bytes)</x>"),
        (Node("x" * 100), "<" + "x" * 46 + "~ (100 characters)/>"),
        (Node("x", {"a": "[red]b[/red]"}), '<x a="[red]b[/red]"/>'),
    ],
)
def test_raw_values_are_escaped_and_cropped(node: Node, shown: str) -> None:
    """Also without placeholders nothing in a stanza can act on the terminal, and nothing fills it."""
    (line,) = annotate(node, (), None, Raw(), width=40 if node.content != "" else 70, ellipsis="…")[:1]
    assert line.text == shown


def test_a_long_value_is_cropped_with_its_length_told() -> None:
    """A value gets what is left of the line and tells how long it is."""
    lines = annotate(Node("x", {"abc": "y" * 5000}), (), None, Raw(), width=60, ellipsis="…")
    assert [line.text for line in lines] == [f'<x abc="{"y" * 22}… (5000 characters)"/>']


@pytest.mark.parametrize("node", [Node("x", {"abc": "y" * 5000}), Node("x", {}, "y" * 5000)])
def test_a_cropped_placeholder_has_no_length_of_its_own(node: Node) -> None:
    """Where a placeholder does not fit, its length is not told as if it were that of the value."""
    shown = "".join(line.text for line in annotate(node, (), None, Placeholders(), width=24, ellipsis="…"))
    assert re.search("TEXT-PLACEHOLDER?…", shown)
    assert "characters" not in shown


def test_a_huge_stanza_gets_so_many_lines_and_no_more() -> None:
    """The last line tells that there were more."""
    at, beyond = (Node("x", {}, (Node("y"),) * count) for count in (MAX_LINES - 2, MAX_LINES - 1))
    assert len(annotate(at, (), None, Raw(), width=60, ellipsis="…")) == MAX_LINES
    lines = annotate(beyond, (), None, Raw(), width=60, ellipsis="…")
    assert len(lines) == MAX_LINES
    assert lines[-1].text == "… and more: an event file holds all"


@settings(max_examples=60, deadline=None)
@given(any_node)
def test_any_stanza_can_be_annotated(node: Node) -> None:
    """Whatever the node is, its lines are printable, and the verdicts of its findings find their lines."""
    sighting = Tape().sent("<call/>")
    findings = check_stanza(type(sighting)(node, sighting.evidence, None), PREACCEPT, {})
    for placeholders in (Placeholders(), Raw()):
        lines = annotate(node, findings, PREACCEPT, placeholders, width=60, ellipsis="…")
        assert all(line.text.isprintable() for line in lines)
        assert any(line.verdict for line in lines)
