"""Two stanzas side by side."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.findings import Evidence, FactRef, Finding, Severity, Stance
from ringback.stanza import Jid, Node, from_text
from ringback.stanzadiff import (
    MAX_ALIGNED,
    MAX_CHANGES,
    Change,
    Kind,
    Part,
    compare_nodes,
    compare_with_model,
    kind_of_value,
)
from ringback.wire.events import Direction, FramePlace

Told = tuple[str, str, str, str, str | None, str | None]


def told(changes: list[Change]) -> list[Told]:
    return [
        (each.kind.value, each.part.value, "/".join(each.place), each.name, each.left, each.right)
        for each in changes
    ]


def compared(left: str, right: str) -> list[Told]:
    return told(compare_nodes(from_text(left), from_text(right)))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("<a/>", "<a/>", []),
        ("<a/>", "<b/>", [("changed", "tag", "a", "", "a", "b")]),
        ("<a/>", '<a x="1"/>', [("added", "attribute", "a", "@x", None, "1")]),
        ('<a x="1"/>', "<a/>", [("removed", "attribute", "a", "@x", "1", None)]),
        ('<a x="1"/>', '<a x="2"/>', [("changed", "attribute", "a", "@x", "1", "2")]),
        ('<a x="1" y="2"/>', '<a y="2" x="1"/>', [("reordered", "attribute", "a", "", "x y", "y x")]),
        ("<a><b/></a>", "<a><b/><c>0a</c></a>", [("added", "child", "a", "c", None, "<c>0x0a</c>")]),
        ("<a><b/><c/></a>", "<a><c/></a>", [("removed", "child", "a", "b", "<b/>", None)]),
        ("<a><b/><c/></a>", "<a><c/><b/></a>", [("reordered", "child", "a", "", "b c", "c b")]),
        ("<a><b>0a</b></a>", "<a><b>0b</b></a>", [("changed", "content", "a/b", "", "0x0a", "0x0b")]),
        ("<a><b>0a</b></a>", "<a><b/></a>", [("removed", "content", "a/b", "", "0x0a", None)]),
    ],
)
def test_each_difference_is_told_at_its_place(left: str, right: str, expected: list[Told]) -> None:
    assert compared(left, right) == expected


def test_repeated_children_are_told_by_what_they_say() -> None:
    """One that is new among others of its tag is added; it does not make all behind it differ."""
    left = '<a><te p="1"/><te p="2"/><te p="3"/></a>'
    right = '<a><te p="0"/><te p="1"/><te p="2"/><te p="4"/></a>'
    assert compared(left, right) == [
        ("changed", "attribute", "a/te[3]", "@p", "3", "4"),
        ("added", "child", "a", "te", None, '<te p="0"/>'),
    ]


def test_repeated_attributes_are_one_value() -> None:
    one, other = (Node("a", {"x": "1"}, None, repeated) for repeated in ((), (("x", "2"),)))
    assert told(compare_nodes(one, other)) == [("changed", "attribute", "a", "@x", "1", "1, 2")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CALLID-0001", "CALLID-0022"),
        ("ID-0001", "ID-0002"),
        ("T+0", "T-12"),
        ("A@lid", "AB@lid"),
        ("A:7@lid", "B:7@lid"),
        ("192.0.2.1:80", "203.0.113.9:80"),
        ("2001:db8::1", "2001:db8::ffff"),
    ],
)
def test_what_only_names_something_is_no_other_kind_of_value(one: str, other: str) -> None:
    assert kind_of_value(one) == kind_of_value(other)
    (change,) = compare_nodes(Node("a", {"x": one}), Node("a", {"x": other}))
    assert change.is_name


@pytest.mark.parametrize(
    ("one", "other"),
    [("A:7@lid", "A:8@lid"), ("A@lid", "A@s.whatsapp.net"), ("CALLID-0001", "ID-0001"), ("A", "B")],
)
def test_other_values_are_different(one: str, other: str) -> None:
    (change,) = compare_nodes(Node("a", {"x": one}), Node("a", {"x": other}))
    assert not change.is_name


def test_a_hostile_stanza_is_compared_within_bounds() -> None:
    """Thousands of children of one tag are compared in their order, and no more changes told than fit."""
    many = Node("a", {}, tuple(Node("te", {"p": str(number)}) for number in range(5 * MAX_CHANGES)))
    turned = Node("a", {}, tuple(reversed(many.children)))
    assert len(many.children) > MAX_ALIGNED
    assert len(compare_nodes(many, turned)) == MAX_CHANGES
    assert len(compare_nodes(Node("a", {}, ()), many)) == MAX_CHANGES


nodes = st.recursive(
    st.builds(
        Node,
        st.sampled_from("ab"),
        st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["1", "A@lid"]) | st.just(Jid("B", "lid"))),
        st.none() | st.binary(max_size=2),
    ),
    lambda inner: st.builds(Node, st.sampled_from("ab"), st.just({}), st.lists(inner, max_size=4).map(tuple)),
    max_leaves=8,
)


@given(nodes)
def test_a_stanza_is_the_same_as_itself(node: Node) -> None:
    assert compare_nodes(node, node) == []


@given(nodes, nodes)
def test_exchanging_the_sides_exchanges_the_kinds(one: Node, other: Node) -> None:
    """What is added one way is removed the other way."""
    there, back = compare_nodes(one, other), compare_nodes(other, one)
    kinds = [sorted((each.kind.value, each.part.value) for each in side) for side in (there, back)]
    if not any(each.part is Part.CHILD for each in there):
        assert kinds[0] == sorted((each.reversed.kind.value, each.part.value) for each in back)
    assert bool(there) is bool(back)


def test_findings_tell_what_differs_from_the_model() -> None:
    """Nothing is said of what is as stated, or optional and absent."""
    evidence = (Evidence("a", 1, "f", FramePlace(Direction.CLIENT, 0, 0, 1.0)),)
    fact = FactRef("call-preaccept", "call/@id", "probable", ())

    def finding(code: str, stance: Stance, *path: str, **values: Any) -> Finding:
        return Finding(code, Severity.NOTE, stance, path, "Said.", fact, (), None, evidence, **values)

    changes = compare_with_model(
        [
            finding("fact-observed", Stance.SUPPORTS, "call", "@id", got="1"),
            finding("fact-not-exercised", Stance.SILENT, "call", "destination"),
            finding("attribute-undocumented", Stance.EXTENDS, "call", "@e", got="1"),
            finding("child-undocumented", Stance.EXTENDS, "call", "audio[2]"),
            finding("content-undocumented", Stance.EXTENDS, "call", "te", got=b"\x01"),
            finding("attribute-missing", Stance.CONTRADICTS, "call", "@id"),
            finding("attribute-type", Stance.CONTRADICTS, "call", "@to", expected="jid", got="x"),
            finding("trailing-bytes", Stance.CONTRADICTS, "call"),
        ]
    )
    assert told(changes) == [
        ("added", "attribute", "call", "@e", None, "1"),
        ("added", "child", "call", "audio[2]", None, "there"),
        ("added", "content", "call/te", "", None, "0x01"),
        ("removed", "attribute", "call", "@id", "required (probable)", None),
        ("changed", "attribute", "call", "@to", "jid (probable)", "x"),
        ("changed", "content", "call", "", "Said. (probable)", None),
    ]
    assert changes[0].reversed.kind is Kind.REMOVED
    assert changes[0].reversed.reversed == changes[0]
