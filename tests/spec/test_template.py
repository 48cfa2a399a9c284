"""The grammar of wire formats."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringback.errors import SpecError
from ringback.spec.part import Anything, WireElement
from ringback.spec.template import parse_templates
from ringback.spec.wacrg import MAX_CHILD_DEPTH

FILE = Path("part.yaml")


def parsed(text: str) -> WireElement:
    (root,) = parse_templates(text, FILE, 1)
    return root


def child(text: str) -> WireElement:
    (only,) = parsed(f"<call>{text}\n</call>").children
    return only


def test_element_with_everything() -> None:
    """Tags, attributes and children come with their paths and the lines of the file."""
    root = parse_templates('<call to="{a}">\n  <x k="v" [o]/>\n  <y>00ff</y>\n</call>', FILE, 40)[0]
    shown = [(one.path, one.line, one.occurrence) for one in root.elements()]
    assert shown == [("call", 40, "1"), ("call/x", 41, "1"), ("call/y", 42, "1")]
    assert root.order == ("x", "y")
    attributes = [(one.path, one.required, one.fixed, one.line) for one in root.children[0].attributes]
    assert attributes == [("call/x/@k", True, "v", 41), ("call/x/@o", False, None, 41)]


@pytest.mark.parametrize(
    ("spelled", "fixed"),
    [
        ('k="2"', "2"),
        ('k=""', ""),
        ('k="opus"', "opus"),
        ('k="a;b"', "a;b"),
        ("k", None),
        ('k="..."', None),
        ('k="…"', None),
        ('k="<caller>"', None),
        ('k="{peer-jid}"', None),
        ('k="id-{n}"', None),
        ("k=<caller JID>", None),
        ("k=…", None),
        ("k=...", None),
    ],
)
def test_value_is_fixed_where_no_placeholder_stands(spelled: str, fixed: str | None) -> None:
    """A value that is written out is the one there may be; a placeholder, or no value, is any."""
    (attribute,) = child(f"<x {spelled}/>").attributes
    assert (attribute.name, attribute.required, attribute.fixed) == ("k", True, fixed)
    (bracketed,) = child(f"<x [{spelled}]/>").attributes
    assert (bracketed.required, bracketed.fixed) == (False, fixed)


@pytest.mark.parametrize(
    ("spelled", "occurrence"),
    [
        ("<x/>", "1"),
        ("<x></x>", "1"),
        ("[<x/>]", "0..1"),
        ("[ <x/> ]", "0..1"),
        ("<x/>...", "1..n"),
        ("<x/> …", "1..n"),
        ("<x/>\n...", "1..n"),
        ("[<x/>...]", "0..n"),
        ("[<x/>]...", "0..n"),
        ("<x/> ; one or more", "1..n"),
        ("<x/> ; One or more, best first", "1..n"),
        ("<x/> ; zero or more", "0..n"),
        ("<x/> ; optional", "0..1"),
        ("<x/> <!-- optional, of late -->", "0..1"),
        ("<x> ; optional\n</x>", "0..1"),
        ("<x/> ; may be one or more", "1"),
        ("<x/> <!-- present: a wave -->", "1"),
        ("[<x/>] ; when it is there", "0..1"),
    ],
)
def test_occurrence(spelled: str, occurrence: str) -> None:
    """Brackets, an ellipsis, and three phrases at the start of a comment say how often; nothing else does."""
    assert child(spelled).occurrence == occurrence


@pytest.mark.parametrize(
    ("spelled", "content"),
    [
        ("<x/>", None),
        ("<x></x>", None),
        ("<x> ; nothing\n</x>", None),
        ("<x>01 05 f7 09</x>", bytes.fromhex("0105f709")),
        ("<x>0105F7</x>", bytes.fromhex("0105f7")),
        ("<x>01\u00a005\x1ff7</x>", bytes.fromhex("0105f7")),
        ("<x>{address-bytes}</x>", Anything.ANYTHING),
        ("<x>…token…</x>", Anything.ANYTHING),
        ("<x>...</x>", Anything.ANYTHING),
        ("<x>…</x>", Anything.ANYTHING),
        ("<x> 01 </x>", b"\x01"),
    ],
)
def test_content(spelled: str, content: bytes | Anything | None) -> None:
    """Hex is bytes, a placeholder anything; an empty element says nothing of its content."""
    assert child(spelled).content == content


def test_comments_stay_with_their_element() -> None:
    """A comment belongs to the element before it, the one after an end tag to the element that ends."""
    root = parsed("<call> ; a\n<x/> ; b\n<!-- c --> <y> ; d\n</y> ; e\n</call> ; f")
    assert [one.notes for one in root.elements()] == [("a", "f"), ("b", "c"), ("d", "e")]


def test_block_may_show_several_stanzas() -> None:
    """Each element of a block is a stanza of its own."""
    roots = parse_templates("; first\n<call/>\n\n<ack/>\n", FILE, 7)
    assert [(root.tag, root.line, root.notes) for root in roots] == [("call", 8, ("first",)), ("ack", 10, ())]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the block ends early: expected the start of an element"),
        ("; only a comment", 1, "the block ends early: expected the start of an element"),
        ("<call>\n<x>\n", 2, "the block ends early: expected an end tag|a bracket|the start of an element"),
        ("<call\n", 1, "the block ends early: expected an attribute"),
        ("<call>\n</x>", 2, "an end tag .'x'.: expected </call>, which opens in line 1"),
        ("word", 1, "text .'word'.: expected the start of an element"),
        ("<call>\n\n  word</call>", 3, "text .'word'.: expected bytes in hex, or a placeholder"),
        ("<call>01 0</call>", 1, "text .'01 0'.: expected bytes in hex"),
        ("<call><x/> 01</call>", 1, "text .'01'.: expected the start of an element"),
        ("<call>01<x/></call>", 1, "the start of an element .'x'.: expected an end tag"),
        ("<call k='v'/>", 1, "\"k='v'/>\": expected"),
        ("<call k=v/>", 1, "'k=v/>': expected"),
        ("<call k =v/>", 1, "'=v/>': expected"),
        ('<call k="1"\n k="2"/>', 2, "attribute 'k' of call stands twice"),
        ("<call>\n<x/>\n<x/></call>", 3, "child 'x' of call stands since line 2"),
        ("<call [k/>", 1, "the end of a tag .'/>'.: expected a bracket"),
        ("<call k]/>", 1, "a bracket .']'.: expected '\\[' before it"),
        ("<call [k[/>", 1, "a bracket .'\\['.: expected '\\]', for the one in line 1"),
        ("<call [[k]]/>", 1, "a bracket .'\\['.: expected an attribute"),
        ("<call>[<x/></call>", 1, "an end tag .'call'.: expected a bracket"),
        ("<call>]<x/></call>", 1, "a bracket .'\\]'.: expected '\\[' before it"),
        ("<call>[<x/>[</call>", 1, "a bracket .'\\['.: expected '\\]'"),
        ("<call/> ; one or more", 1, "<call> is the stanza itself: expected it once"),
        ("<call/>...", 1, "an ellipsis .'...'.: expected the start of an element"),
        ("<call>\n<!-- never ends </call>", 2, "expected a comment or an end tag"),
    ],
)
def test_refusals_name_line_and_reason(text: str, line: int, reason: str) -> None:
    """What is not of the grammar is refused in its line, with what could have stood there."""
    with pytest.raises(SpecError, match=reason) as refusal:
        parse_templates(text, FILE, 1)
    assert (refusal.value.file, refusal.value.line) == (FILE, line)


def nested(depth: int) -> str:
    """`<call>` with that many levels below it."""
    return "<call>" + "<x>" * depth + "</x>" * depth + "</call>"


def test_depth_is_bounded() -> None:
    """As deep as a stanza file is read, and not one level more, however deep it goes."""
    assert len(list(parsed(nested(MAX_CHILD_DEPTH)).elements())) == MAX_CHILD_DEPTH + 1
    for depth in (MAX_CHILD_DEPTH + 1, 50_000):
        with pytest.raises(SpecError, match="more than 16 levels down"):
            parse_templates(nested(depth), FILE, 1)


_pieces = st.sampled_from(
    ("<call", "<x", "</x>", "</call>", ">", "/>", "[", "]", "...", "…", "; c", "\n", " ", "<!--", "-->", "01")
)


@given(st.lists(_pieces | st.text(max_size=3), max_size=20).map("".join))
@example("<call/>\x85")
@example("<call/>\x1c")
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever stands in a block, it gives elements or a refusal within the block's lines."""
    line: int | None = 1
    try:
        assert parse_templates(text, FILE, 1)
    except SpecError as refusal:
        line = refusal.line
    assert line is not None
    assert 1 <= line <= text.count("\n") + 1
