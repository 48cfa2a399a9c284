"""Stanza files for property tests, and stanzas that keep to them or do not."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ringback.spec.model import (
    BASE_TYPES,
    CONFIDENCES,
    OCCURRENCES,
    TECHNIQUES,
    AttributeFact,
    ChildFact,
    Provenance,
    StanzaSpec,
)
from ringback.stanza import Content, Jid, Node, Value
from support.nodes import any_node

ENUMS = {"media": ("audio", "video", "_x0041_")}
"""Enums that are loaded; `enum:absent` is a type whose enum is not."""

TAGS = ("te", "destination", "audio", "stream:error", "x")
NAMES = ("ip", "port", "call-id", "from", "to", "xmlns", "x.2")
TYPES = (*BASE_TYPES, "enum:media", "enum:absent")
WORDS = (
    "",
    " ",
    "7",
    "-1",
    "65536",
    "true",
    "0105f7",
    "audio",
    "opus",
    "A@lid",
    "A.01@lid",
    "1700000000",
    "\x1c",
)

GOOD_VALUES: dict[str, tuple[Value, ...]] = {
    "int": ("7", "0", "65535"),
    "hex": ("0105f7", "ABC"),
    "bool": ("true", "0"),
    "jid": ("A@lid", Jid("A", "lid", 7), Jid("A@B", "lid")),
    "timestamp": ("1700000000",),
    "enum:media": ("audio", "_x0041_"),
}
"""Values of each type, also within the range of a port; of the other types every value is one."""

provenances = st.builds(
    Provenance, st.just(()) | st.lists(st.sampled_from(TECHNIQUES), min_size=1, unique=True).map(tuple)
)
confidences = st.sampled_from(CONFIDENCES)


@st.composite
def _attributes(draw: DrawFn, owner: str) -> tuple[AttributeFact, ...]:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
    return tuple(
        AttributeFact(
            name=name,
            type=draw(st.sampled_from(TYPES)),
            required=draw(st.booleans()),
            confidence=draw(confidences),
            description="An attribute.",
            observed=(),
            provenance=draw(provenances),
            path=f"{owner}/@{name}",
            line=1,
        )
        for name in names
    )


@st.composite
def _children(draw: DrawFn, owner: str, depth: int) -> tuple[ChildFact, ...]:
    tags = draw(st.lists(st.sampled_from(TAGS), max_size=3 if depth else 0, unique=True))
    return tuple(
        ChildFact(
            tag=tag,
            occurrence=draw(st.sampled_from(list(OCCURRENCES))),
            confidence=draw(confidences),
            description="A child.",
            provenance=draw(provenances),
            attributes=draw(_attributes(f"{owner}/{tag}")),
            children=draw(_children(f"{owner}/{tag}", depth - 1)),
            path=f"{owner}/{tag}",
            line=1,
        )
        for tag in tags
    )


@st.composite
def specs(draw: DrawFn) -> StanzaSpec:
    """Files of up to three levels. Leaves out: more than four attributes or three children of one tag."""
    return StanzaSpec(
        id="call-any",
        tag="call",
        display_name="Any Call",
        category="signaling",
        directions=("outgoing", "incoming"),
        status="draft",
        spec_version="0.1.0",
        summary="Any.",
        attributes=draw(_attributes("call")),
        children=draw(_children("call", 2)),
        examples=(),
        notes="",
        open_questions=(),
        references=(),
        file="call-any.yaml",
    )


def stanzas(spec: StanzaSpec) -> SearchStrategy[Node]:
    """Stanzas of that file: some keep to it, most are off it in a few places."""
    return _nodes(spec.tag, spec.attributes, spec.children)


@st.composite
def _nodes(
    draw: DrawFn, tag: str, attributes: tuple[AttributeFact, ...], children: tuple[ChildFact, ...]
) -> Node:
    attrs = {fact.name: draw(_values(fact)) for fact in attributes if fact.required or draw(st.booleans())}
    if draw(_rarely) and attrs:
        del attrs[draw(st.sampled_from(sorted(attrs)))]
    if draw(_rarely):
        attrs.setdefault(draw(st.sampled_from(NAMES)), draw(st.sampled_from(WORDS)))
    repeated: tuple[tuple[str, Value], ...] = ()
    if draw(_rarely) and attrs:
        repeated = ((draw(st.sampled_from(sorted(attrs))), draw(st.sampled_from(WORDS))),)
    return Node(tag, attrs, draw(_contents(children)), repeated)


@st.composite
def _contents(draw: DrawFn, children: tuple[ChildFact, ...]) -> Content:
    found = [node for fact in children for node in draw(_some_of(fact), label=fact.path)]
    if draw(_rarely):
        found.append(draw(any_node))
    if found:
        return tuple(draw(st.permutations(found)))
    leaves = st.sampled_from((None, None, None, (), "", " ", "text", b"", b"\x01\x05", Jid("A", "lid")))
    return draw(leaves)


@st.composite
def _some_of(draw: DrawFn, fact: ChildFact) -> list[Node]:
    least, most = OCCURRENCES[fact.occurrence]
    count = draw(st.integers(least, most or 2))
    if draw(_rarely):
        count = draw(st.integers(0, 3))
    node = _nodes(fact.tag, fact.attributes, fact.children)
    return [draw(node) for _ in range(count)]


def _values(fact: AttributeFact) -> SearchStrategy[Value]:
    good: SearchStrategy[Value] = st.sampled_from(GOOD_VALUES.get(fact.type, WORDS))
    return st.one_of(*[good] * 9, st.sampled_from(WORDS))


_rarely = st.integers(0, 9).map(lambda number: number == 9)
