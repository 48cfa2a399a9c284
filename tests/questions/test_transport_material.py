"""What counts as a transport endpoint, and how its form is told."""

import pytest

from ringback.questions.transport import Material, Origin, materials
from ringback.stanza import Node, from_text


@pytest.mark.parametrize(
    ("node", "form"),
    [
        (Node("te", {}, bytes(6)), "packed IPv4 (6 bytes)"),
        (Node("te2", {}, bytes(18)), "packed IPv6 (18 bytes)"),
        (Node("te", {}, bytes(7)), "7 bytes"),
        (Node("te", {"ip": "198.18.0.1", "port": "1"}), "ip and port attributes"),
        (
            Node("te", {"ip": "198.18.0.1", "port": "1"}, bytes(6)),
            "ip and port attributes and packed IPv4 (6 bytes)",
        ),
        (Node("te", {}, "default"), "text"),
        (Node("te", {"priority": "1"}), "no address"),
        (Node("endpoint", {}, bytes(6)), "packed IPv4 (6 bytes)"),
        (Node("anything", {"ip": "198.18.0.1", "port": "1"}), "ip and port attributes"),
    ],
)
def test_forms(node: Node, form: str) -> None:
    """A tag of endpoints, or any tag with ip and port, in whichever form the address is written."""
    assert list(materials(Node("call", {}, (node,)))) == [Material(form, Origin.DEVICE)]


@pytest.mark.parametrize(
    "node",
    [
        Node("capability", {"ver": "1"}, bytes(6)),
        Node("rte", {}, bytes(6)),
        Node("to", {"jid": "1@lid"}),
        Node("net", {"medium": "2"}),
        Node("x", {"ip": "198.18.0.1"}),
    ],
)
def test_what_is_none(node: Node) -> None:
    """Other bytes, the address under which the server saw a client, and devices are no endpoints."""
    assert list(materials(node)) == []


def test_a_relay_is_the_servers() -> None:
    """What stands below the server's allocation is not the device's, wherever the allocation stands."""
    stanza = from_text(
        "<call><relay><te2>c000020a0d96</te2></relay><accept><te>c000020a0d96</te></accept></call>"
    )
    assert [each.origin for each in materials(stanza)] == [Origin.SERVER, Origin.DEVICE]
