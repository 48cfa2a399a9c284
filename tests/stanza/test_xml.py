"""`ringback.stanza.xml`: the XML form, by the rules of its docstring and of `docs/xml.md`."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ringback.errors import StanzaError
from ringback.stanza import Jid, Node, from_element, from_text, to_element, to_text
from ringback.stanza.xml import NAMESPACE
from support.nodes import any_node

A = Jid("A", "s.whatsapp.net")
RB = f'xmlns:rb="{NAMESPACE}"'

PREACCEPT = """\
<call from="B.0:7@s.whatsapp.net" id="3C4D5E6F70">
  <preaccept call-id="CALLID-0001-synthetic" call-creator="A@s.whatsapp.net">
    <audio enc="opus" rate="16000"/>
    <capability ver="1">0105f709</capability>
  </preaccept>
</call>"""

ORDINARY = [
    ("<call/>", Node("call")),
    ('<te ip="203.0.113.20" port="3478"/>', Node("te", {"ip": "203.0.113.20", "port": "3478"})),
    ('<call to="A@s.whatsapp.net"/>', Node("call", {"to": A})),
    ('<a to="@s.whatsapp.net"/>', Node("a", {"to": Jid("", "s.whatsapp.net")})),
    ('<a to="C-1@call"/>', Node("a", {"to": Jid("C-1", "call")})),
    ('<a to="1-B:2@interop"/>', Node("a", {"to": Jid("B", "interop", 2, None, 1)})),
    ('<a b="x &amp; y &quot;z&quot;"/>', Node("a", {"b": 'x & y "z"'})),
    ('<a b="1&#10;2&#9;3&#13;"/>', Node("a", {"b": "1\n2\t3\r"})),
    ("<te>cb0071140d96</te>", Node("te", content=bytes.fromhex("cb0071140d96"))),
    ("<a>opus</a>", Node("a", content="opus")),
    ("<a>1@lid</a>", Node("a", content=Jid("1", "lid"))),
    ("<a><b/><c/></a>", Node("a", content=(Node("b"), Node("c")))),
    ('<a z="1" b="2" m="3"/>', Node("a", {"z": "1", "b": "2", "m": "3"})),
]
"""XML without any mark, and the node that it spells."""

ESCAPED = [
    ("<stream_x003A_error/>", Node("stream:error")),
    ('<_x0032_fa _x0031_="2"/>', Node("2fa", {"1": "2"})),
    ('<iq _x0078_mlns="w:p"/>', Node("iq", {"xmlns": "w:p"})),
    ('<_x_ _x_="_x0000_"/>', Node("", {"": "\0"})),
    ("<a>x_xDCFF_y</a>", Node("a", content="x\udcffy")),
    ('<a b="_x005F_x0041_"/>', Node("a", {"b": "_x0041_"})),
]
"""What XML does not allow."""

MARKED = [
    (f'<a {RB} b="A@lid" rb:text="b"/>', Node("a", {"b": "A@lid"})),
    (
        f'<a {RB} b_x003A_="A@lid" c="A@lid" rb:text="b_x003A_"/>',
        Node("a", {"b:": "A@lid", "c": Jid("A", "lid")}),
    ),
    (f'<a {RB} b="1_x003A_2:3@lid" rb:jid="b"/>', Node("a", {"b": Jid("1:2", "lid", 3)})),
    (f'<a {RB} b="1@NO SERVER" rb:jid="b"/>', Node("a", {"b": Jid("1", "NO SERVER")})),
    (f'<a {RB} b="@x@y" rb:jid="b"/>', Node("a", {"b": Jid("", "x@y")})),
    (f'<a {RB} rb:content="text"/>', Node("a", content="")),
    (f'<a {RB} rb:content="text"> x </a>', Node("a", content=" x ")),
    (f'<a {RB} rb:content="text">0105</a>', Node("a", content="0105")),
    (f'<a {RB} rb:content="text">AB</a>', Node("a", content="AB")),
    (f'<a {RB} rb:content="text">A@lid</a>', Node("a", content="A@lid")),
    (f'<a {RB} rb:content="jid">1_x002E_2@lid</a>', Node("a", content=Jid("1.2", "lid"))),
    (f'<a {RB} rb:content="bytes"/>', Node("a", content=b"")),
    (f'<a {RB} rb:content="list"/>', Node("a", content=())),
    (
        f'<a {RB} to="1" id="2" rb:to.2="3" rb:id.2="4" rb:to.3="5"/>',
        Node("a", {"to": "1", "id": "2"}, None, (("to", "3"), ("id", "4"), ("to", "5"))),
    ),
    (
        f'<a {RB} b="1" c="x@y" rb:b.2="A@lid" rb:c.2="1_x003A_2@lid" rb:text="rb:b.2" rb:jid="rb:c.2"/>',
        Node("a", {"b": "1", "c": Jid("x", "y")}, None, (("b", "A@lid"), ("c", Jid("1:2", "lid")))),
    ),
    (f'<a {RB} b.2="1" rb:b.2.2="2"/>', Node("a", {"b.2": "1"}, None, (("b.2", "2"),))),
]
"""What the plain reading would take for something else."""

ALSO_READ = [
    ("<a>\n  0105F709\n</a>", Node("a", content=b"\x01\x05\xf7\x09")),
    ("<a> \n </a>", Node("a")),
    ("<!-- x --><a><!-- y --><b/><?pi z?></a>", Node("a", content=(Node("b"),))),
    ("<a>01<!-- y -->05</a>", Node("a", content=b"\x01\x05")),
    ("<a><![CDATA[x < y]]></a>", Node("a", content="x < y")),
    ('<?xml version="1.0" encoding="iso-8859-1"?><a b="é"/>', Node("a", {"b": "é"})),
    ('<iq type="get" xmlns="w:p"><ping/></iq>', Node("iq", {"xmlns": "w:p", "type": "get"}, (Node("ping"),))),
    (
        '<a xmlns="x"><b xmlns=""><c/></b></a>',
        Node("a", {"xmlns": "x"}, (Node("b", {"xmlns": ""}, (Node("c"),)),)),
    ),
    ('<a b="&lt;&#x41;"/>', Node("a", {"b": "<A"})),
    (f'<a {RB} rb:content="bytes">0105</a>', Node("a", content=b"\x01\x05")),
    (f'<a {RB} b="x" rb:text="b" rb:jid=""/>', Node("a", {"b": "x"})),
]
"""XML that ringback never writes."""

REFUSED = [
    ("", "line 1: no XML"),
    ("<a>\n<b>\n</a>", "line 3: no XML"),
    ("<stream:error/>", "line 1: no XML: Namespace prefix stream"),
    ("<a>\n<b/>x</a>", "line 1: a node has text or children, not both"),
    ('<s:a xmlns:s="x"/>', "the tag 'a' has a prefix"),
    # libxml2 forgets that nothing declares the prefix over its warning about the namespace behind it.
    ('<a><s:b/><iq xmlns="list"/></a>', "line 1: the tag 's:b' has a prefix"),
    ('<a s:b="1"><iq xmlns="list"/></a>', "line 1: no stanza has the attribute s:b: write a colon"),
    (f"<rb:a {RB}/>", "the tag 'a' has a prefix"),
    (f'<a xmlns="{NAMESPACE}"/>', "the tag 'a' has a prefix"),
    ('<a s:b="1" xmlns:s="x"/>', "no stanza has the attribute"),
    ('<a xml:lang="en"/>', "no stanza has the attribute"),
    (f'<a {RB} rb:other="1"/>', "no stanza has the attribute"),
    ('<a b="1" _x0062_="1"/>', "the attribute 'b' stands twice under two spellings"),
    ('<a xmlns="x" _x0078_mlns="y"/>', "the attribute 'xmlns' stands twice"),
    (f'<a {RB} rb:b.2="1"/>', "the attribute 'b' is repeated, but does not stand there once"),
    (f'<a {RB} c="1" rb:text="b c"/>', "a mark names attributes that are not there: b"),
    (f'<a {RB} b="1" rb:jid="b"/>', "a value marked as an address is none"),
    (f'<a {RB} b="1@lid" rb:jid="b" rb:text="b"/>', "a mark names attributes that are not there: b"),
    (f'<a {RB} rb:content="jid"/>', "a value marked as an address is none"),
    (f'<a {RB} rb:content="bytes">0</a>', "the content is not what rb:content='bytes' says"),
    (f'<a {RB} rb:content="list">0</a>', "the content is not what rb:content='list' says"),
    (f'<a {RB} rb:content="other"/>', "the content is not what rb:content='other' says"),
    (f'<a {RB} rb:content="list"><b/></a>', "children need no rb:content"),
    ("<!DOCTYPE a><a/>", "a stanza has no document type"),
    ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "a stanza has no document type"),
    ('<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "a stanza has no document type"),
    ("<a>&e;</a>", "line 1: no XML: Entity 'e' not defined"),
    ("<a>\n\ud800</a>", "line 2: a lone surrogate is no text"),
    (b'<?xml version="1.0" encoding="no-such"?><a/>', "line 1: no XML"),
    (b"\xff\xfe\xfd", "line 1: no XML"),
]


@pytest.mark.parametrize(("xml", "node"), ORDINARY + ESCAPED + MARKED)
def test_xml_and_node_are_the_same(xml: str, node: Node) -> None:
    """Each spelling gives its node, and the node that spelling, to the letter and the order."""
    assert from_text(xml) == node
    assert to_text(node, pretty=False) == xml
    assert list(from_text(xml).attrs) == list(node.attrs)


@pytest.mark.parametrize(("xml", "node"), ORDINARY)
def test_an_ordinary_stanza_needs_no_namespace(xml: str, node: Node) -> None:
    """Without an exception the XML is plain."""
    assert not to_element(node).nsmap


@pytest.mark.parametrize(("xml", "node"), ALSO_READ)
def test_reading_is_wider_than_writing(xml: str, node: Node) -> None:
    """What a person may write by hand is read, too."""
    assert from_text(xml) == node


@pytest.mark.parametrize(("xml", "message"), REFUSED)
def test_what_is_no_stanza_is_refused(xml: str | bytes, message: str) -> None:
    """The error begins with the line and says what is wrong."""
    with pytest.raises(StanzaError, match=r"^line [0-9]+: ") as refused:
        from_text(xml)
    assert message in str(refused.value)


def test_the_line_of_a_refusal_is_that_of_the_element() -> None:
    """A wrong element deep in the document is named by its own line."""
    with pytest.raises(StanzaError, match=r"^line 3: the tag"):
        from_text('<a xmlns:s="x">\n<b>\n<s:c/></b></a>')


def test_a_preaccept_is_written_as_by_hand() -> None:
    """Two blanks a level, attributes in the order of the wire, no namespace."""
    node = from_text(PREACCEPT)
    assert to_text(node) == PREACCEPT
    assert node.jid("from") == Jid("B", "s.whatsapp.net", 7, 0)
    assert [child.tag for child in node.walk()] == ["call", "preaccept", "audio", "capability"]
    assert node.children[0].children[1].content == b"\x01\x05\xf7\x09"


def test_indentation_does_not_touch_marked_text() -> None:
    """Blanks that belong to a text survive the pretty form."""
    node = Node("a", content=(Node("b", content="  "), Node("c", content=(Node("d", content="\n"),))))
    assert from_text(to_text(node)) == node


def test_a_mark_is_declared_where_it_is_used() -> None:
    """One exception below does not put a namespace on the whole stanza."""
    element = to_element(Node("a", content=(Node("b", content=()), Node("c"))))
    assert [child.nsmap for child in element.iter()] == [{}, {"rb": NAMESPACE}, {}]


def test_bytes_are_read_in_their_own_encoding() -> None:
    """Bytes may declare an encoding; text is text, whatever it declares."""
    xml = '<?xml version="1.0" encoding="iso-8859-1"?><a b="é"/>'
    assert from_text(xml.encode("iso-8859-1")) == from_text(xml)


@pytest.mark.parametrize("make", [etree.Comment, etree.ProcessingInstruction, etree.Entity])
def test_only_an_element_is_a_stanza(make: type) -> None:
    """A comment given as the stanza, or an entity below it, is refused, not skipped over."""
    with pytest.raises(StanzaError, match="is no stanza"):
        from_element(make("x"))


def test_an_entity_is_never_skipped() -> None:
    """An unresolved entity would be lost text."""
    element = etree.Element("a")
    element.append(etree.Entity("x"))
    with pytest.raises(StanzaError, match="is no stanza"):
        from_element(element)


def test_billion_laughs_are_refused() -> None:
    """Entities that multiply each other are refused, in text and in an attribute."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE a [<!ENTITY e0 "ha">{entities}]>'
    for body in ("<a>&e9;</a>", '<a b="&e9;"/>'):
        with pytest.raises(StanzaError):
            from_text(doctype + body)


def nested(levels: int) -> str:
    return "<a>" * levels + "</a>" * levels


def test_depth_is_limited() -> None:
    """128 levels are a stanza; one more is not, nor is far more, read or written."""
    deep = from_text(nested(128))
    assert from_element(to_element(deep)) == deep
    for levels in (129, 256, 100_000):
        with pytest.raises(StanzaError):
            from_text(nested(levels))
    with pytest.raises(StanzaError, match="at most 128 levels"):
        to_element(Node("a", content=(deep,)))


def test_a_long_text_is_refused() -> None:
    """libxml2's own limit of 10 MB a text stays on."""
    with pytest.raises(StanzaError):
        from_text(f"<a>{'00' * 6_000_000}</a>")


@given(any_node)
def test_any_node_comes_back(node: Node) -> None:
    """Node to text and back is the same node: kinds, order of attributes and repetitions included."""
    for pretty in (True, False):
        back = from_text(to_text(node, pretty=pretty))
        assert back == node
        assert [list(part.attrs) for part in back.walk()] == [list(part.attrs) for part in node.walk()]
    assert from_element(to_element(node)) == node


def check_read(xml: str | bytes) -> None:
    try:
        node = from_text(xml)
    except StanzaError:
        return
    assert from_text(to_text(node)) == node


@given(st.text(st.characters()) | st.binary())
def test_any_text_is_a_node_or_refused(xml: str | bytes) -> None:
    """Whatever is read gives a node or a StanzaError."""
    check_read(xml)


@given(
    st.lists(st.sampled_from((*"<>/='\"& ab\n", "rb:", RB, "&#", "<!--", "-->", "<a>", "</a>", "x@y", "01")))
)
def test_pieces_of_xml_are_a_node_or_refused(pieces: list[str]) -> None:
    """As above, with text that is nearly XML."""
    check_read(f"<a {''.join(pieces)}")


@pytest.mark.parametrize(
    "node",
    [
        Node("call", {}, bytes(5_100_000)),
        Node("call", {"id": "a" * 10_100_000}),
        Node("t" * 50_100),
    ],
    ids=["bytes", "attribute", "name"],
)
def test_beyond_the_limits_of_the_parser(node: Node) -> None:
    """What libxml2 does not read is written all the same, and refused with its line, as the page says."""
    text = to_text(node)
    with pytest.raises(StanzaError, match="line 1: no XML"):
        from_text(text)


def test_the_page_shows_what_happens() -> None:
    """Each XML example of docs/xml.md is read, and written again as it stands there."""
    page = files("ringback").joinpath("docs/xml.md").read_text(encoding="utf-8")
    examples = re.findall(r"```xml\n(.*?)\n```", page, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        assert to_text(from_text(example)) == example
    spelled = re.findall(r"^\| (?:tag|attribute) `(.+?)` \| `<?([^ =/]+)", page, re.MULTILINE)
    assert len(spelled) == 4
    for name, xml_name in spelled:
        assert to_element(Node(name)).tag == xml_name
