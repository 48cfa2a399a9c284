"""Nothing that identifies gets out: marked identities in every position, looked for in every spelling.

Left out: identities of fewer than five characters, which are not searched for outside their own attribute.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from dataclasses import dataclass
from functools import cached_property

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.errors import DecodeError
from ringback.findings import Evidence, Finding, Severity, Stance
from ringback.nodejson import content_to_json, node_to_json
from ringback.sanitize import Placeholders
from ringback.sanitize.keep import is_protocol_word
from ringback.stanza import Content, Jid, Node, Value, to_text
from ringback.wire.events import Direction, FramePlace
from ringback.wire.wabinary import decode, encode, token_table

HOSTILE = ("\x1b[2J", "\u202e", "\u0000", "\u200b", "\r\n", "\u0661")


@dataclass(frozen=True)
class Marked:
    """The identities of one stanza. Digits of numbers are 7 to 9, so that no placeholder holds them."""

    number: str
    lid: str
    group: str
    call_id: str
    stanza_id: str
    push_name: str
    address: ipaddress.IPv4Address | ipaddress.IPv6Address

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.number, self.lid, self.group, self.call_id, self.stanza_id, self.push_name)

    @cached_property
    def spellings(self) -> set[str]:
        """Every form of every identity that an output is searched for, in lower case."""
        forms = {form for text in self.texts for form in forms_of(text.encode())}
        packed = self.address.packed
        return {form.lower() for form in forms | forms_of(packed) | {str(self.address), packed.hex()}}


def forms_of(raw: bytes) -> set[str]:
    """Plain, hex, base64 at each of the three alignments, without the characters that neighbours share, and
    escaped character by character as URLs, JSON and HTML have it."""
    escaped = (
        "".join(form.format(byte) for byte in raw) for form in ("%{:02x}", "\\u{:04x}", "&#{};", "&#x{:x};")
    )
    aligned = (base64.b64encode(bytes(shift) + raw).decode().rstrip("=") for shift in range(3))
    cores = {text[4:-1] if shift else text[:-1] for shift, text in enumerate(aligned)}
    return {raw.decode("latin-1"), raw.hex(), *escaped, *cores} - {core for core in cores if len(core) < 5}


digits = st.text("789", min_size=9, max_size=15)
marks = st.builds(
    Marked,
    number=digits,
    lid=digits,
    group=digits.map(lambda text: f"120363{text}"),
    call_id=st.text("789ABCDEF", min_size=16, max_size=32),
    stanza_id=st.text("789abcdef.-", min_size=12, max_size=24),
    push_name=st.text("qwzjkvx", min_size=7, max_size=12).map(str.capitalize),
    address=st.ip_addresses(network="8.0.0.0/8") | st.ip_addresses(network="2a00::/16"),
)


@st.composite
def marked_text(draw: st.DrawFn, marked: Marked) -> str:
    """An identity, spelled plainly or encoded, alone or with something around it."""
    text = draw(st.sampled_from((*marked.texts, str(marked.address))))
    spelled = draw(
        st.sampled_from(
            (
                text,
                text.lower(),
                text.swapcase(),
                text.encode().hex(),
                "".join(f"%{byte:02x}" for byte in text.encode()),
                "".join(f"\\u{ord(character):04x}" for character in text),
                "".join(f"&#{ord(character)};" for character in text),
                base64.b64encode(text.encode()).decode(),
                f"{text}@s.whatsapp.net",
                f"tel:{text}",
            )
        )
    )
    hostile = st.sampled_from(HOSTILE)
    return draw(st.sampled_from(("", "x-")) | hostile) + spelled + draw(st.just("") | st.just("-x") | hostile)


@st.composite
def marked_node(draw: st.DrawFn, marked: Marked, depth: int = 1) -> Node:
    """A node with identities in its tag, attribute names, values and content."""
    text = marked_text(marked)
    name = st.sampled_from(("x", "notify", "version", "latency", "t", "ip", "type", "call-id", "from")) | text
    value: st.SearchStrategy[Value] = text | st.builds(
        Jid,
        text | st.sampled_from(marked.texts),
        st.sampled_from(("s.whatsapp.net", "lid", "g.us", "call")) | text,
        st.none() | st.integers(0, 99),
    )
    packed = marked.address.packed + b"\x0d\x96"
    raw = st.just(packed) | st.just(marked.number.encode()) | text.map(lambda each: each.encode())
    content: st.SearchStrategy[Content] = st.none() | value | raw
    if depth:
        content = st.lists(marked_node(marked, depth - 1), min_size=1, max_size=3).map(tuple) | content
    tag = draw(st.sampled_from(("te", "enc", "capability")) | text)
    attrs = draw(st.dictionaries(name, value, min_size=2, max_size=4))
    repeated = tuple((each, draw(value)) for each in list(attrs)[:1])
    return Node(tag, attrs, draw(content), repeated)


@st.composite
def stanzas(draw: st.DrawFn) -> tuple[Marked, Node]:
    """A call that names each identity once in its own place, and holds them anywhere else as well."""
    marked = draw(marks)
    action = Node(
        "offer",
        {"call-id": marked.call_id, "call-creator": Jid(marked.number, "s.whatsapp.net", 1)},
        (draw(marked_node(marked)), Node("te", {}, marked.address.packed + b"\x0d\x96")),
    )
    attrs: dict[str, Value] = {
        "from": Jid(marked.lid, "lid"),
        "id": marked.stanza_id,
        "notify": marked.push_name,
        "group": Jid(marked.group, "g.us"),
        "ip": str(marked.address),
    }
    return marked, Node("call", attrs, (draw(marked_node(marked)), action))


def assert_clean(marked: Marked, *outputs: str) -> None:
    for output in outputs:
        lower = output.lower()
        assert not [form for form in marked.spellings if form in lower], output
        assert output.isascii()
        assert not [character for character in output if ord(character) < 0x20 and character != "\n"]


@settings(max_examples=50, deadline=None)
@given(stanzas())
def test_no_identity_gets_out_of_a_stanza(case: tuple[Marked, Node]) -> None:
    """In whatever position of the stanza an identity stands, no output holds it: plain, hex or base64."""
    marked, node = case
    hidden = Placeholders().node(node)
    assert_clean(marked, json.dumps(node_to_json(hidden), ensure_ascii=False), to_text(hidden))
    assert [child.tag for child in hidden.children][1:] == ["offer"]


@settings(max_examples=40, deadline=None)
@given(stanzas(), st.data())
def test_no_identity_gets_out_of_a_finding(case: tuple[Marked, Node], data: st.DataObject) -> None:
    """Path, call, expected and got of a finding are as clean as the stanza that it is about."""
    marked, node = case
    placeholders = Placeholders()
    placeholders.node(node)
    text = marked_text(marked)
    value = text | st.builds(Jid, text, st.just("lid")) | text.map(lambda each: each.encode())
    path = ("call", data.draw(text), "@" + data.draw(text | st.sampled_from(("from", "ip", "version", "te"))))
    place = FramePlace(Direction.SERVER, 1, 2, 3.0)
    finding = placeholders.finding(
        Finding(
            code="attribute-undocumented",
            severity=Severity.NOTE,
            stance=Stance.EXTENDS,
            path=path,
            message="The specification does not know this attribute.",
            fact=None,
            questions=(),
            call_id=data.draw(text),
            evidence=(Evidence("live", 1, "f", place),),
            expected=data.draw(value),
            got=data.draw(value),
        )
    )
    values = [content_to_json(finding.expected), content_to_json(finding.got)]
    assert_clean(marked, finding.place, str(finding.call_id), json.dumps(values, ensure_ascii=False))


pieces = st.from_regex(r"[a-z]{0,6}[0-9]{0,4}", fullmatch=True)
split_names = st.lists(pieces | pieces.map("{}[1]".format) | pieces.map("@{}".format), min_size=1, max_size=5)


@given(split_names.map("/".join), st.sampled_from(("[4917]", "")), st.booleans())
def test_no_piece_of_a_name_gets_out_of_an_error(name: str, index: str, is_tag: bool) -> None:
    """The decoder's path is split at slashes, and so at those of a name: what stands of it are words of the
    protocol, and at most six digits in indices."""
    hostile = f"x{name}{index}/{name}{index}"
    child = Node(hostile, {"t": "1"}) if is_tag else Node("x", {hostile: "1"})
    table = token_table(3)
    with pytest.raises(DecodeError) as caught:
        decode(encode(Node("call", {}, (child,)), table)[:-1], table)
    assert hostile[:60] in caught.value.path
    shown = Placeholders().error(caught.value).path
    rest = re.sub(r"NAME-PLACEHOLDER-[0-9]{4}|\[1\]", "", shown)
    names = [re.sub(r"\[[0-9]+\]", "", segment).removeprefix("@") for segment in rest.split("/")]
    assert all(not segment or is_protocol_word(segment) for segment in names)
    assert sum(map(len, re.findall(r"\[([0-9]+)\]", rest))) <= 6


def test_the_search_finds_what_is_there() -> None:
    """The search itself works: it finds each form of each identity in the stanza as it came."""
    marked = Marked(
        number="778899778",
        lid="998877998",
        group="120363777",
        call_id="ABCDEF789ABCDEF7",
        stanza_id="abc789abc789",
        push_name="Qwzjkvx",
        address=ipaddress.IPv4Address("8.8.4.4"),
    )
    attrs: dict[str, Value] = {
        "plain": marked.number,
        "base64": base64.b64encode(b"x" + marked.push_name.encode()).decode(),
        "hex": marked.lid.encode().hex().upper(),
    }
    output = to_text(Node("te", attrs, marked.address.packed)).lower()
    found = {form for form in marked.spellings if form in output}
    assert {marked.number, marked.lid.encode().hex(), "08080404"} <= found
    assert len(found) == 4
