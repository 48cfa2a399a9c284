"""The decoder and the encoder against Baileys' own, from the published packages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from ringback.errors import DecodeError
from ringback.nodejson import node_to_json
from ringback.stanza import Jid, Node, Value
from ringback.wire.wabinary import KNOWN_DICTIONARIES, decode, encode, token_table
from support.baileys import Baileys, BaileysError
from support.nodes import trees
from support.wabinary_cases import READ, WRITTEN, with_attribute

shared_process = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

NAMES = ("to", "from", "id", "call-id", "call-creator", "type", "x", "stream:error", "two words")
texts = st.sampled_from(
    ("call", "preaccept", "opus", "16000", "0105F7", "0105f7", "é", "x" * 300, "")
) | st.text("0123456789ABCDEF-.xyz", max_size=20)
users = st.text("0123456789", min_size=1, max_size=15)
jids = st.builds(
    Jid, users | st.just(""), st.sampled_from(("s.whatsapp.net", "lid", "g.us", "call", "newsletter"))
) | st.builds(Jid, users, st.sampled_from(("s.whatsapp.net", "lid")), st.integers(1, 99))
contents = st.none() | texts.filter(bool) | jids | st.binary(max_size=300)
plain_node = trees(st.sampled_from(NAMES), texts | jids, contents).filter(
    lambda node: not any(part.repeated for part in node.walk())
)
"""What Baileys can be given: no attribute twice, and every text with an @ is an address to it. Leaves out
empty text content, which it writes as a binary."""


@pytest.mark.parametrize("dictionary", KNOWN_DICTIONARIES)
@given(node=plain_node)
@shared_process
def test_a_node_is_written_as_baileys_writes_it(
    dictionary: int, node: Node, baileys_by_dictionary: dict[int, Baileys]
) -> None:
    """Byte for byte. Baileys 6 writes empty text as an empty list, which is read as the same text."""
    assume(dictionary == 3 or "" not in {value for part in node.walk() for value in part.attrs.values()})
    written = baileys_by_dictionary[dictionary].encode(node_to_json(node))
    assert encode(node, token_table(dictionary)).hex() == written.hex()


@pytest.mark.parametrize("dictionary", KNOWN_DICTIONARIES)
@given(node=plain_node)
@shared_process
def test_what_baileys_writes_is_read(
    dictionary: int, node: Node, baileys_by_dictionary: dict[int, Baileys]
) -> None:
    """Each node comes back as it was given to Baileys, text content that it wrote as a binary as bytes."""
    written = baileys_by_dictionary[dictionary].encode(node_to_json(node))
    back = decode(written, token_table(dictionary))
    assert back.trailing == 0
    assert node_to_json(back.node) == node_to_json(_as_read(node, token_table(dictionary).spellings.keys()))


def _as_read(node: Node, tokens: Any) -> Node:
    content = node.content
    if isinstance(content, tuple):
        content = tuple(_as_read(child, tokens) for child in content)
    packed = isinstance(content, str) and re.fullmatch(r"[0-9.\-]{1,127}|[0-9A-F]{1,127}", content)
    if isinstance(content, str) and not packed and content not in tokens:
        content = content.encode()
    return structs.replace(node, content=content)


@pytest.mark.parametrize(("spelled", "value"), WRITTEN + READ)
def test_a_value_is_read_as_baileys_reads_it(spelled: str, value: Value, baileys: Baileys) -> None:
    """Every spelling of the tables gives the text that Baileys gives."""
    assert baileys.decode(with_attribute(spelled))["attrs"] == {"id": _baileys_text(value)}


def _baileys_text(value: Value) -> str:
    """Baileys knows no agent, and puts U+FFFD for what is no UTF-8."""
    text = str(structs.replace(value, agent=None) if isinstance(value, Jid) else value)
    return text.encode(errors="surrogateescape").decode(errors="replace")


def _baileys_node(node: Node) -> dict[str, Any]:
    """The node as Baileys would give it: of a repeated attribute it keeps the last."""
    attributes = {**node.attrs, **dict(node.repeated)}
    content: Any = node.content
    if isinstance(content, tuple):
        content = [_baileys_node(child) for child in content]
    elif isinstance(content, bytes):
        content = {"hex": content.hex()}
    elif content is not None:
        content = _baileys_text(content)
    return {
        "tag": _baileys_text(node.tag),
        "attrs": {_baileys_text(name): _baileys_text(value) for name, value in attributes.items()},
        "content": content,
    }


first_bytes = st.sampled_from([0, 1, 8, 100, *range(0xEC, 0x100)]).map(lambda byte: bytes([byte]))
spellings = st.sampled_from([bytes.fromhex(spelled) for spelled, _ in WRITTEN + READ if len(spelled) < 600])
nearly_wabinary = st.lists(first_bytes | spellings | st.binary(max_size=3), max_size=30).map(b"".join)


@given(tail=nearly_wabinary, start=st.sampled_from(["f80264", "f80464 08", "f8046408fc0161", "f80264f802"]))
@settings(shared_process, max_examples=300)
def test_whatever_is_decoded_is_what_baileys_decodes(tail: bytes, start: str, baileys: Baileys) -> None:
    """On any bytes that are a node to us, Baileys agrees."""
    plaintext = b"\0" + bytes.fromhex(start) + tail
    try:
        node = decode(plaintext, token_table(3)).node
    except DecodeError:
        return
    names = [name for part in node.walk() for name in (part.tag, *part.attrs)]
    assume(not any(re.search(r"\.[0-9]+(:[0-9]+)?@s\.whatsapp\.net", name) for name in names))
    assert baileys.decode(plaintext) == _baileys_node(node)


@pytest.mark.parametrize(
    ("spelled", "text"),
    [
        ("ff80", ""),
        ("fafa641c1c", "call@g.us@g.us"),
        ("f6ff02098700011c", "0987:1@g.us"),
        ("f5ff0209870001000264", "2-0987:1@call"),
        ("f5ff02098700010002", "2-0987:1@interop"),
    ],
)
def test_where_we_refuse_what_baileys_reads(spelled: str, text: str, baileys: Baileys) -> None:
    """All values that we refuse alone: an odd length of nothing, an address within an address, and another
    server, or none, in a Messenger or interop address, which whatsmeow and oxidezap/whatsapp-rust refuse too.
    """
    assert baileys.decode(with_attribute(spelled))["attrs"] == {"id": text}
    with pytest.raises(DecodeError):
        decode(with_attribute(spelled), token_table(3))


@pytest.mark.parametrize("spelled", ["f0", "f8", "ff01c1", "fc02", "fa00" + "00", "f7"])
def test_where_both_refuse(spelled: str, baileys: Baileys) -> None:
    """Baileys throws without a place; we tell it."""
    with pytest.raises(BaileysError):
        baileys.decode(with_attribute(spelled))
    with pytest.raises(DecodeError, match="in call/@id: "):
        decode(with_attribute(spelled), token_table(3))
