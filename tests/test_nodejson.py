from __future__ import annotations

import json

import pytest

from ringback.nodejson import JsonValue, content_to_json, node_to_json
from ringback.stanza import Content, Jid, Node


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (None, None),
        ("opus", "opus"),
        (Jid("A", "lid", 7), "A:7@lid"),
        (b"", {"hex": ""}),
        (b"\x01\xff", {"hex": "01ff"}),
        ((), []),
        ((Node("te"),), [{"tag": "te", "attrs": {}, "content": None}]),
    ],
)
def test_each_kind_of_content_has_its_own_shape(content: Content, shown: JsonValue) -> None:
    """No content, text, addresses, bytes and child lists can be told apart, also where they are empty."""
    assert content_to_json(content) == shown
    assert node_to_json(Node("x", {}, content))["content"] == shown


def test_attributes_are_strings_in_wire_order() -> None:
    """Attributes become strings by name and keep the order of the wire."""
    node = Node("call", {"to": Jid("A", "s.whatsapp.net"), "id": "ID-0001"})
    assert json.dumps(node_to_json(node)["attrs"]) == '{"to": "A@s.whatsapp.net", "id": "ID-0001"}'


def test_repeated_attributes_stand_under_their_own_key() -> None:
    """A repeated attribute is shown in a further key, which no other node has."""
    plain = Node("te", {"port": "1"})
    assert set(node_to_json(plain)) == {"tag", "attrs", "content"}
    doubled = Node("te", {"port": "1"}, None, (("port", "2"), ("port", Jid("B", "lid"))))
    assert node_to_json(doubled)["repeated"] == [["port", "2"], ["port", "B@lid"]]
    assert node_to_json(Node("x", {}, (doubled,)))["content"] == [node_to_json(doubled)]


def test_text_that_is_no_utf8_survives_the_round_trip() -> None:
    """Surrogate escapes (bytes that were no UTF-8) pass through JSON text unchanged."""
    node = node_to_json(Node("x", {"a": "\udc80"}, "\udcff\x00"))
    text = json.dumps(node)
    assert text.isascii()
    assert json.loads(text) == node


def test_a_deep_tree_is_converted() -> None:
    """The decoder's depth limit (128) is no trouble for the conversion or for `json.dumps`."""
    node = Node("leaf")
    for _ in range(128):
        node = Node("x", {}, (node,))
    assert json.dumps(node_to_json(node)).count('"tag"') == 129
