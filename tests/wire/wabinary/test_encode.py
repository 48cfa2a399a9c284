"""`wire.wabinary.encode`: the choice of spellings, and what has none."""

from __future__ import annotations

import re
import zlib

import pytest

from ringback.errors import EncodeError
from ringback.stanza import Content, Jid, Node
from ringback.wire.wabinary import decode, encode, token_table
from ringback.wire.wabinary.encode import binary_head, pack
from ringback.wire.wabinary.nodes import MAX_DEPTH
from support.wabinary_cases import frame

TABLE = token_table(3)


def test_a_preaccept_is_spelled_as_clients_do() -> None:
    """Tokens, an address with a device, packed hex and nibbles, bytes."""
    preaccept = Node(
        "preaccept",
        {"call-id": "00AAAA01", "call-creator": Jid("0987", "lid", 1)},
        (
            Node("audio", {"enc": "opus", "rate": "16000"}),
            Node("encopt", {"keygen": "2"}),
            Node("capability", {"ver": "1"}, bytes.fromhex("0105f709e4bb13")),
        ),
    )
    call = Node("call", {"to": Jid("0987", "lid", 1), "id": "33333.44444-7"}, (preaccept,))
    assert encode(call, TABLE) == frame(
        "f806 64 11 f70101ff020987 08 ff8733333b44444a7f f801"
        " f806 ec12 68 fb0400aaaa01 47 f70101ff020987 f803"
        " f805 a1 1d ec1e ec1d ff8316000f"
        " f803 ec15 ec1a 45"
        " f804 b4 ec21 55 fc070105f709e4bb13".replace(" ", "")
    )


def test_each_table_has_its_own_tokens() -> None:
    """The same node is other bytes under the other dictionary, and comes back with its own."""
    node = Node("call", {"to": Jid("0987", "lid")}, (Node("preaccept", content="offer"),))
    spelled = [encode(node, token_table(dictionary)) for dictionary in (2, 3)]
    assert spelled[0] != spelled[1]
    assert [decode(spelled[n], token_table(n + 2)).node for n in (0, 1)] == [node, node]
    assert decode(spelled[0], token_table(3)).node != node


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("", "ff00"),
        ("0", "ff810f"),
        ("-.\0", "ff82abff"),
        ("0A", "fb010a"),
        ("ABC", "fb82abcf"),
        ("9" * 254, "ff7f" + "99" * 127),
        ("9" * 253, "ffff" + "99" * 126 + "9f"),
        ("9" * 255, None),
        ("a", None),
        ("A-", None),
        ("0\n", None),
        ("٣", None),
    ],
)
def test_packing(text: str, spelled: str | None) -> None:
    """Two characters a byte, where all of them are of one of the two alphabets."""
    assert pack(text) == (None if spelled is None else bytes.fromhex(spelled))


@pytest.mark.parametrize(
    ("content", "spelled"),
    [
        ("", "ff00"),
        ("12\0", "ff8212ff"),
        ("1" * 128, "ff40" + "11" * 64),
        ("A" * 254, "fb7f" + "aa" * 127),
        ("call", "64"),
        (b"call", "fc0463616c6c"),
        ((), "00"),
        (Jid("", "call"), "fa0064"),
    ],
)
def test_content_keeps_its_kind(content: Content, spelled: str) -> None:
    """Text content is never a binary where there is another way."""
    plaintext = encode(Node("call", content=content), TABLE)
    assert plaintext == frame(f"f80264{spelled}")
    assert decode(plaintext, TABLE).node.content == content


@pytest.mark.parametrize("text", ["hello", "é", "1" * 255, "\udcff"])
def test_other_text_content_becomes_bytes(text: str) -> None:
    """The wire has no text content but tokens and packed text."""
    node = decode(encode(Node("call", content=text), TABLE), TABLE).node
    assert node.content == text.encode(errors="surrogateescape")


@pytest.mark.parametrize(
    ("jid", "spelled"),
    [
        (Jid("0987", "lid", 0), "f70100ff020987"),
        (Jid("0987", "s.whatsapp.net", 3, 0), "f70003ff020987"),
        (Jid("0987", "s.whatsapp.net", 3, 255), "f7ff03ff020987"),
        (Jid("0987", "lid", 3, 1), "f70103ff020987"),
        (Jid("0987", "interop", 3), "f5ff02098700030000fc07696e7465726f70"),
        (Jid("0987", "msgr"), "faff020987cc"),
    ],
)
def test_an_address_has_the_tag_of_its_server(jid: Jid, spelled: str) -> None:
    """Also where a decoder would give the address in another form."""
    assert encode(Node("call", {"id": jid}), TABLE) == frame(f"f8036408{spelled}")


def of_depth(levels: int) -> Node:
    node = Node("call")
    for _ in range(levels - 1):
        node = Node("call", content=(node,))
    return node


REFUSED = [
    (Node(""), "a node has a tag"),
    (Node("call", content=(Node("ack"), Node(""))), "a node has a tag"),
    (Node("a\ud800"), "a lone surrogate stands for no byte"),
    (Node("call", {"id": "\udbff"}), "a lone surrogate stands for no byte"),
    (Node("call", {}, None, (("id", "a"),)), "'id' is repeated, but does not stand there once"),
    (Node("call", {"id": Jid("a", "")}), "an address has a server"),
    (Node("call", {"id": Jid("a", "call", 1)}), "no address at 'call' carries the numbers of a:1@call"),
    (Node("call", {"id": Jid("a", "g.us", None, 1)}), "no address at 'g.us' carries"),
    (Node("call", {"id": Jid("a", "msgr", 1, 1)}), "no address at 'msgr' carries"),
    (Node("call", {"id": Jid("a", "lid", 1, None, 1)}), "no address at 'lid' carries"),
    (Node("call", {"id": Jid("a", "interop", 1, 1, 1)}), "no address at 'interop' carries"),
    (Node("call", {"id": Jid("a", "lid", 256)}), "256 does not fit into the 8 bits"),
    (Node("call", {"id": Jid("a", "lid", -1)}), "-1 does not fit into the 8 bits"),
    (Node("call", {"id": Jid("a", "msgr", 65536)}), "65536 does not fit into the 16 bits"),
    (Node("call", {"id": Jid("a", "s.whatsapp.net", 1, 256)}), "256 does not fit into the 8 bits"),
    (Node("call", {"id": Jid("a", "s.whatsapp.net", 1, 1)}), "agent 1 at 's.whatsapp.net' is the domain"),
    (Node("call", {"id": Jid("a", "lid", 1, 2)}), "agent 2 at 'lid' is the domain of another server"),
    (Node("call", {"id": Jid("a", "lid", 1, 0)}), "agent 0 at 'lid' is the domain of another server"),
    (of_depth(MAX_DEPTH + 1), f"at most {MAX_DEPTH} levels"),
    (of_depth(100 * MAX_DEPTH), f"at most {MAX_DEPTH} levels"),
]


@pytest.mark.parametrize(("node", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_has_no_spelling_is_refused(node: Node, message: str) -> None:
    """The caller is told; nothing else is written in its place."""
    with pytest.raises(EncodeError, match=re.escape(message)):
        encode(node, TABLE)


@pytest.mark.parametrize("count", [0, 1, 255, 256, 65535])
def test_a_child_list_of_any_length(count: int) -> None:
    """Empty, 8 and 16 bits of length."""
    node = Node("call", content=(Node("ack"),) * count)
    plaintext = encode(node, TABLE)
    start = {0: "00", 1: "f801", 255: "f8ff", 256: "f90100", 65535: "f9ffff"}[count]
    assert plaintext == frame(f"f80264{start}" + "f8011b" * count)
    assert decode(plaintext, TABLE).node == node


def test_a_child_list_that_is_too_long() -> None:
    """There are 16 bits of length, and no more."""
    for count in (65536, 200_000):
        with pytest.raises(EncodeError, match=f"a list of {count}: there is room for 65535"):
            encode(Node("call", content=(Node("ack"),) * count), TABLE)


@pytest.mark.parametrize(
    ("count", "start"), [(126, "f8fd"), (127, "f8ff"), (128, "f90101"), (32767, "f9ffff")]
)
def test_any_number_of_attributes(count: int, start: str) -> None:
    """Tag, names and values are one list."""
    node = Node("call", {f"n{number}": "id" for number in range(count)})
    plaintext = encode(node, TABLE)
    assert plaintext.startswith(frame(start + "64"))
    assert decode(plaintext, TABLE).node == node


def test_too_many_attributes() -> None:
    """The list of a node has 16 bits of length as well."""
    with pytest.raises(EncodeError, match="a list of 65537: there is room for 65535"):
        encode(Node("call", {f"n{number}": "id" for number in range(32768)}), TABLE)


@pytest.mark.parametrize(
    ("length", "head"),
    [
        (0, "fc00"),
        (255, "fcff"),
        (256, "fd000100"),
        (0xFFFFF, "fd0fffff"),
        (0x100000, "fe00100000"),
        (0xFFFFFFFF, "feffffffff"),
    ],
)
def test_the_length_of_a_binary(length: int, head: str) -> None:
    """8, 20 or 32 bits, the shortest that will do."""
    assert binary_head(length).hex() == head


@pytest.mark.parametrize("length", [1 << 32, 1 << 64])
def test_a_binary_that_is_too_long(length: int) -> None:
    """There is no tag for more than 32 bits."""
    with pytest.raises(EncodeError, match="there is room for 32 bits"):
        binary_head(length)


def test_a_compressed_frame_is_one_stream() -> None:
    """Flag 2, then the same WABinary inflated."""
    node = Node("call", {"id": "a" * 500})
    packed = encode(node, TABLE, compress=True)
    assert packed[0] == 2
    assert zlib.decompress(packed[1:]) == encode(node, TABLE)[1:]
    assert len(packed) < 100
    decoded = decode(packed, TABLE)
    assert (decoded.node, decoded.compressed, decoded.trailing) == (node, True, 0)
