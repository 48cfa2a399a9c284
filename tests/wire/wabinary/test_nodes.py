"""`wire.wabinary.nodes`: lists, children, paths, and the limits on all of them."""

from __future__ import annotations

import re

import pytest

from ringback.errors import DecodeError
from ringback.stanza import Node
from ringback.stanza import element_reader as xml_limits
from ringback.wire.wabinary import decode, encode, token_table
from ringback.wire.wabinary.nodes import MAX_DEPTH, MAX_PARTS
from support.wabinary_cases import ACK, CALL, ID, frame

TABLE = token_table(3)

WRITTEN = [
    ("f80164", Node("call")),
    ("f8026400", Node("call", content=())),
    ("f80264f801f8011b", Node("call", content=(Node("ack"),))),
    ("f80264f802f8011bf80164", Node("call", content=(Node("ack"), Node("call")))),
    ("f8036408fc0161", Node("call", {"id": "a"})),
    ("f8046408fc016100", Node("call", {"id": "a"}, ())),
    ("f80264fc00", Node("call", content=b"")),
    ("f80264fc0161", Node("call", content=b"a")),
    ("f80264ff00", Node("call", content="")),
    ("f8026408", Node("call", content="id")),
    ("f8056408fc016108fc0162", Node("call", {"id": "a"}, None, (("id", "b"),))),
    ("f803fc0178" + "fc00" + "fc00", Node("x", {"": ""})),
]
"""Nodes that decoder and encoder agree on."""

READ = [
    ("f9000164", Node("call")),
    ("f900026400", Node("call", content=())),
    ("f80264f800", Node("call", content=())),
    ("f80264f90000", Node("call", content=())),
    ("f80264f90001f8011b", Node("call", content=(Node("ack"),))),
    ("f8076408fc016108fc016208fc0163", Node("call", {"id": "a"}, None, (("id", "b"), ("id", "c")))),
    ("f805640800fc02696400", Node("call", {"id": ""}, None, (("id", ""),))),
]
"""Nodes as only a decoder meets them."""

WRONG = [
    ("", 0, "", "a node", "end of data"),
    ("00", 0, "", "a node, which is a list of at least a tag", "00"),
    ("f800", 1, "", "a node, which is a list of at least a tag", "00"),
    ("f90000", 2, "", "a node, which is a list of at least a tag", "00"),
    ("64", 0, "", "a node, which is a list", "64"),
    ("fc00", 0, "", "a node, which is a list", "fc"),
    ("f8", 1, "", "the length of a list", "end of data"),
    ("f900", 1, "", "the length of a list of 2 bytes", "end of data after 1"),
    ("f801", 2, "", "a text", "end of data"),
    ("f80100", 2, "", "a tag that is not empty", "00"),
    ("f801fc00", 3, "", "a tag that is not empty", "00"),
    ("f801f8", 2, "", "the first byte of a value", "f8"),
    ("f80264", 3, "call", "content", "end of data"),
    ("f80264f0", 3, "call", "the first byte of a value", "f0"),
    ("f80364", 3, "call", "1 attributes in at least 2 bytes", "end of data"),
    ("f8ff64080808", 3, "call", "127 attributes in at least 254 bytes", "end of data after 3"),
    ("f9ffff64", 4, "call", "32767 attributes in at least 65534 bytes", "end of data"),
    ("f80364f808", 3, "call/@[1]", "the first byte of a value", "f8"),
    ("f8056408fc0161f808", 7, "call/@[2]", "the first byte of a value", "f8"),
    ("f8036408f8", 4, "call/@id", "the first byte of a value", "f8"),
    ("f80264f8", 4, "call", "the length of a list", "end of data"),
    ("f80264f802f8011b", 5, "call", "2 nodes in at least 6 bytes", "end of data after 3"),
    ("f80264f9ffff", 6, "call", "65535 nodes in at least 196605 bytes", "end of data"),
    ("f80264f801000000", 5, "call/*[1]", "a node, which is a list of at least a tag", "00"),
    ("f80264f801f801f8", 7, "call/*[1]", "the first byte of a value", "f8"),
    ("f80264f802f8011bf80100", 10, "call/*[2]", "a tag that is not empty", "00"),
    ("f80264f803f8011bf80164f8031b08f0", 15, "call/ack[2]/@id", "the first byte of a value", "f0"),
    ("f80264f802f8021bf801f8016400f0", 13, "call/*[2]", "a node, which is a list of at least a tag", "00"),
    ("f80264f801f8021bf802f80164f80264f0", 16, "call/ack[1]/call[2]", "the first byte of a value", "f0"),
]
"""WABinary; of the error: offset, path, expected, got."""


@pytest.mark.parametrize(("wabinary", "node"), WRITTEN + READ)
def test_a_node_is_read(wabinary: str, node: Node) -> None:
    """The bytes give the node, and nothing of them is left."""
    decoded = decode(frame(wabinary), TABLE)
    assert decoded.node == node
    assert (decoded.trailing, decoded.compressed) == (0, False)


@pytest.mark.parametrize(("wabinary", "node"), WRITTEN)
def test_a_node_is_written(wabinary: str, node: Node) -> None:
    """The node has this one spelling."""
    assert encode(node, TABLE) == frame(wabinary)


@pytest.mark.parametrize(("wabinary", "offset", "path", "expected", "got"), WRONG)
def test_a_wrong_node_is_located(wabinary: str, offset: int, path: str, expected: str, got: str) -> None:
    """The error names the byte, the path, what should have stood there and what did."""
    with pytest.raises(DecodeError) as refused:
        decode(frame(wabinary), TABLE)
    error = refused.value
    assert (error.offset, error.path, error.expected, error.got) == (offset, path, expected, got)


@pytest.mark.parametrize("content", ["f8", "f1", "fc"])
def test_the_path_leaves_the_last_attribute(content: str) -> None:
    """An error in the content is the node's, not that of its last attribute."""
    with pytest.raises(DecodeError) as refused:
        decode(frame(f"f804{CALL}{ID}{ACK}{content}"), TABLE)
    assert refused.value.path == "call"


def test_attributes_keep_the_order_of_the_wire() -> None:
    """First come, first kept; a repetition changes neither order nor value."""
    node = decode(frame("f809" + "64" + "110c" + "080d" + "110e" + "060f"), TABLE).node
    assert list(node.attrs) == ["to", "id", "from"]
    assert [name for name, _ in node.repeated] == ["to"]


def test_a_long_name_is_clipped_in_the_path() -> None:
    """A path does not grow with what the wire calls a name."""
    name = "fd000400" + "61" * 1024
    with pytest.raises(DecodeError) as refused:
        decode(frame(f"f803{name}{name}f0"), TABLE)
    assert refused.value.path == f"{'a' * 64}.../@{'a' * 64}..."


def test_every_byte_missing_is_noticed() -> None:
    """Cut anywhere, a stanza is an error at or before its end, and the path stays within it."""
    whole = bytes.fromhex(
        "00f8066411f70101ff020987" + "08fc0161" + "f801f804ec1268fb02abcdf801f802b4fc0701020304050607"
    )
    node = decode(whole, TABLE).node
    assert [part.tag for part in node.walk()] == ["call", "preaccept", "capability"]
    for length in range(len(whole)):
        with pytest.raises(DecodeError, match="end of data") as refused:
            decode(whole[:length], TABLE)
        assert refused.value.offset <= max(length - 1, 0)
        assert re.fullmatch(r"(call(/(@.*|\*\[1\]|preaccept\[1\](/.*)?))?)?", refused.value.path)


def nested(levels: int) -> bytes:
    """`<call><call>...</call></call>`: five bytes a level."""
    return frame("f80264f801" * (levels - 1) + "f80164")


def test_depth_is_limited() -> None:
    """128 levels are read; one more is refused where it begins, and far more just there, too."""
    node = decode(nested(MAX_DEPTH), TABLE).node
    assert sum(1 for _ in node.walk()) == MAX_DEPTH
    assert decode(encode(node, TABLE), TABLE).node == node
    for levels in (MAX_DEPTH + 1, 1_000_000):
        with pytest.raises(
            DecodeError, match=f"expected at most {MAX_DEPTH} levels, got one more"
        ) as refused:
            decode(nested(levels), TABLE)
        assert refused.value.offset == 5 * MAX_DEPTH
        assert refused.value.path.count("/") == MAX_DEPTH - 1


def test_xml_goes_as_deep() -> None:
    """Whatever is decoded can be shown as XML."""
    assert xml_limits.MAX_DEPTH == MAX_DEPTH


def wide(nodes: int, last: str = "f80164") -> bytes:
    """A root of as many children as hold `nodes` nodes, the root counted, of up to 65535 leaves each."""
    groups, leaves = divmod(nodes - 1, 0x10000)
    sizes = [0xFFFF] * groups + ([leaves - 1] if leaves else [])
    lists = [f"f80264f9{size:04x}" + "f80164" * size for size in sizes]
    lists[-1] = lists[-1][:-6] + last
    return frame(f"f80264f8{len(sizes):02x}" + "".join(lists))


def test_the_number_of_parts_is_limited() -> None:
    """A frame of two million bytes may hold this many nodes; one more is refused."""
    assert sum(1 for _ in decode(wide(MAX_PARTS), TABLE).node.walk()) == MAX_PARTS
    with pytest.raises(DecodeError, match=f"expected at most {MAX_PARTS} nodes and attributes, got more"):
        decode(wide(MAX_PARTS + 1), TABLE)


def test_a_lower_limit_counts_the_same() -> None:
    """Nodes and attributes together, also far past it."""
    assert sum(1 for _ in decode(wide(99), TABLE, most_parts=99).node.walk()) == 99
    for frame_past in (wide(100), wide(99, "f803640808"), wide(MAX_PARTS)):
        with pytest.raises(DecodeError, match="expected at most 99 nodes and attributes, got more"):
            decode(frame_past, TABLE, most_parts=99)
