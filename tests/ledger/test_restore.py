"""What comes out of the ledger has the form of what was seen, and loses nothing but who it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.check.types import matches_type
from ringback.ledger.restore import restore_node, restore_text, restore_value
from ringback.ledger.textform import read_node, read_value, write_node, write_value
from ringback.pseudonyms import Pseudonyms
from ringback.spec.model import BASE_TYPES
from ringback.stanza import Jid, Node, from_text
from support.nodes import any_jid, any_node, any_text

PSEUDONYMS = Pseudonyms(b"r" * 32)
AT = 1_700_000_000.5


def kept(node: Node) -> Node:
    """Through the ledger's columns and back."""
    return restore_node(read_node(write_node(PSEUDONYMS.node(node, at=AT))), AT)


@given(any_node)
def test_the_columns_lose_nothing(node: Node) -> None:
    """An address stays told from text, an empty list from nothing, a second attribute from the first."""
    assert read_node(write_node(node)) == node


@given(st.none() | any_text | any_jid | st.binary(max_size=40))
def test_a_single_value_comes_back(value: str | Jid | bytes | None) -> None:
    """Address, text, bytes or nothing, each told from the others."""
    assert read_value(write_value(value)) == value


@given(any_node)
def test_the_shape_of_any_node_comes_back(node: Node) -> None:
    """The same tree, the same kinds of values and contents, bytes of the same length."""
    for before, after in zip(node.walk(), kept(node).walk(), strict=True):
        assert type(before.content) is type(after.content)
        if isinstance(before.content, bytes) and isinstance(after.content, bytes):
            assert len(before.content) == len(after.content)
        values = [*before.attrs.values(), *(value for _, value in before.repeated)]
        others = [*after.attrs.values(), *(value for _, value in after.repeated)]
        assert sorted(map(str, map(type, values))) == sorted(map(str, map(type, others)))


digits = st.text("0123456789", min_size=1, max_size=30)


@given(
    digits
    | digits.map("-{}".format)
    | st.text("0123456789abcdef", min_size=1)
    | st.text("AF09", min_size=1)
    | st.text("aF0", min_size=2)
)
def test_numbers_and_hex_keep_their_type(text: str) -> None:
    """Every type of the specification that admits a number or hex digits admits what comes back for them."""
    (after,) = kept(Node("call", {"x": text})).attrs.values()
    assert len(str(after)) == len(text)
    for name in BASE_TYPES:
        assert matches_type(text, name, {}) == matches_type(after, name, {}), (name, after)


@pytest.mark.parametrize(
    "xml",
    [
        '<call t="1700000003"/>',
        '<call t="1699999990" offer_ts="1700000000"/>',
        '<call enc="opus" rate="16000" version="2.3000.1039501489"/>',
        "<call><capability>0105f709e4bb13</capability></call>",
        '<ack from="@s.whatsapp.net" class="call" type="preaccept"/>',
    ],
)
def test_what_identifies_nobody_comes_back_as_it_was(xml: str) -> None:
    """Times, words of the protocol, versions, capabilities and the server's own address."""
    assert kept(from_text(xml)) == from_text(xml)


def test_the_same_call_comes_back_the_same() -> None:
    """Equal ids stay equal, and as an address too; different ones stay different."""
    xml = '<call id="abc.1" to="00AABBCCDD@call"><offer call-id="00AABBCCDD" call_id="00AABBCCDE"/></call>'
    node = kept(from_text(xml))
    call_id = node.children[0].attrs["call-id"]
    assert node.attrs["to"] == Jid(str(call_id), "call")
    assert call_id != node.children[0].attrs["call_id"]


def test_free_text_comes_back_as_its_length() -> None:
    """Nothing has a form that free text would have to keep."""
    assert kept(from_text('<call notify="Made Up"/>')).attrs["notify"] == "TEXT-PLACEHOLDER-7-CHARS"


def test_what_is_no_pseudonym_is_itself() -> None:
    """Values that were kept as they are, and findings' own words."""
    assert restore_text("opus", AT) == "opus"
    assert restore_value(None, AT) is None
    assert restore_value(b"\0\1", AT) == b"\0\1"
    assert restore_value("b-3", AT) == bytes(3)
