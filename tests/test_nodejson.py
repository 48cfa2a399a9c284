from __future__ import annotations

import json

import pytest

from ringback.errors import StanzaError
from ringback.nodejson import JsonValue, content_to_json, node_from_json, node_to_json
from ringback.stanza import Content, Jid, Node
from ringback.wire.wabinary.nodes import MAX_DEPTH


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


@pytest.mark.parametrize("content", [None, "opus", b"", b"\x01\xff", (), (Node("te", {"a": "\udcff"}),)])
def test_a_node_comes_back(content: Content) -> None:
    """What JSON tells apart is told apart again; addresses are its one loss."""
    node = Node("call", {"id": "1", "to": "x"}, content, (("id", "2"),))
    assert node_from_json(json.loads(json.dumps(node_to_json(node)))) == node


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "an object with a tag"),
        ([], "an object with a tag"),
        ({"tag": 1}, "an object with a tag"),
        ({"tag": "a", "attrs": []}, "an object of texts"),
        ({"tag": "a", "attrs": {"b": 1}}, "an object of texts"),
        ({"tag": "a", "repeated": "x"}, "are a list"),
        ({"tag": "a", "repeated": [["b"]]}, "its name and its text"),
        ({"tag": "a", "content": 1}, "content is null"),
        ({"tag": "a", "content": {"hex": "0"}}, "hex digits"),
        ({"tag": "a", "content": {"hex": 1}}, "content is null"),
        ({"tag": "a", "content": [1]}, "an object with a tag"),
    ],
)
def test_what_is_no_node_is_refused(value: JsonValue, reason: str) -> None:
    with pytest.raises(StanzaError, match=reason):
        node_from_json(value)


def test_levels_are_limited_as_on_the_wire() -> None:
    def nested(levels: int) -> JsonValue:
        node: JsonValue = {"tag": "a", "content": None}
        for _ in range(levels - 1):
            node = {"tag": "a", "content": [node]}
        return node

    assert sum(1 for _ in node_from_json(nested(MAX_DEPTH)).walk()) == MAX_DEPTH
    with pytest.raises(StanzaError, match=f"at most {MAX_DEPTH} levels"):
        node_from_json(nested(MAX_DEPTH + 1))
