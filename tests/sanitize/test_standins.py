"""Stand-ins: of the form that stood on the wire, nobody's, and given the same placeholders again."""

from __future__ import annotations

import pytest

from ringback.errors import StanzaError
from ringback.sanitize import Placeholders
from ringback.sanitize.standins import MAX_BYTES, StandIns
from ringback.stanza import Jid, Node

AT = 1_760_000_000.25


def restored(node: Node, run: str = "found.jsonl") -> Node:
    return StandIns(run).node(node, at=AT)


def test_values_have_the_form_of_the_wire() -> None:
    node = restored(
        Node(
            "call",
            {"from": "B:7@lid", "id": "ID-0001", "t": "T+12"},
            (
                Node("preaccept", {"call-id": "CALLID-0001", "call-creator": "A@s.whatsapp.net"}),
                Node("enc", {}, "CIPHERTEXT-PLACEHOLDER-120-BYTES"),
                Node("te", {}, bytes.fromhex("c00002010d96")),
            ),
        )
    )
    preaccept, enc, te = node.children
    sender, creator = node.attrs["from"], preaccept.attrs["call-creator"]
    assert isinstance(sender, Jid)
    assert (sender.device, sender.server) == (7, "lid")
    assert isinstance(creator, Jid)
    assert creator.user != sender.user
    assert node.attrs["t"] == "1760000012"
    assert isinstance(preaccept.attrs["call-id"], str)
    assert len(bytes.fromhex(preaccept.attrs["call-id"])) == 16
    assert enc.content == bytes(120)
    assert te.content == bytes.fromhex("c00002010d96")


@pytest.mark.parametrize(
    "node",
    [
        Node(
            "call",
            {"id": "ID-0001", "from": Jid("A", "lid", 3)},
            (Node("offer", {"call-id": "CALLID-0001"}),),
        ),
        Node("call", {"from": Jid("CALLID-0001", "call"), "t": "T+0"}),
        Node("call", {"to": Jid("GROUP-0001", "g.us"), "x": "A@lid,B:2@lid"}),
        Node("call", {"to": Jid("", "s.whatsapp.net"), "from": Jid("OTHER", "lid")}),
        Node("NAME-PLACEHOLDER-0002", {"NAME-PLACEHOLDER-0001": "TEXT-PLACEHOLDER-3-CHARS"}),
        Node("enc", {}, "CIPHERTEXT-PLACEHOLDER-0-BYTES"),
    ],
)
def test_sanitised_again_it_is_the_same(node: Node) -> None:
    """Placeholders that begin anew name stand-ins as they were named before."""
    expected = Node("enc", {}, b"") if node.content == "CIPHERTEXT-PLACEHOLDER-0-BYTES" else node
    assert Placeholders().node(restored(node)) == expected


def test_two_runs_have_nobody_in_common() -> None:
    """`A` of one run and `A` of another are two people, and so with everything that is counted."""
    node = Node(
        "NAME-PLACEHOLDER-0001",
        {"id": "ID-0001", "from": "A@lid", "to": "GROUP-0001@g.us", "of": "CALLID-0001@call"},
        (Node("x", {"call-id": "CALLID-0001"}),),
    )
    placeholders = Placeholders()
    one, other = (placeholders.node(restored(node, run)) for run in ("a.jsonl", "a.jsonl#2"))
    assert one.tag != other.tag
    assert all(one.attrs[name] != other.attrs[name] for name in node.attrs)
    assert one.children[0].attrs != other.children[0].attrs


def test_a_time_that_is_none_is_made_up() -> None:
    """Times keep ten digits, or they would not be taken for times again."""
    for at in (0.0, 5.0, -3.0, 1e12):
        assert Placeholders().node(StandIns("a").node(Node("call", {"t": "T-5"}), at=at)).attrs == {
            "t": "T+0"
        }


def test_contents_are_bounded_together() -> None:
    """A line that names more bytes than a frame has is refused before they are made."""
    full, rest = divmod(MAX_BYTES, 999_999)
    nodes = [Node("enc", {}, "CIPHERTEXT-PLACEHOLDER-999999-BYTES")] * full
    last = Node("enc", {}, f"CIPHERTEXT-PLACEHOLDER-{rest}-BYTES")
    assert len(restored(Node("call", {}, (*nodes, last))).children) == full + 1
    with pytest.raises(StanzaError, match="longer than any frame"):
        restored(Node("call", {}, (*nodes, last, Node("enc", {}, "CIPHERTEXT-PLACEHOLDER-1-BYTES"))))
