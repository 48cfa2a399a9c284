"""Which stanzas belong to calls."""

import pytest

from ringback.recognise import Recognised, StanzaKind, recognise
from ringback.stanza import Node, from_text

CALL, ACK, RECEIPT = StanzaKind.CALL, StanzaKind.ACK, StanzaKind.RECEIPT


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (
            '<call to="1@lid" id="P-1"><preaccept call-creator="1@lid" call-id="C"/></call>',
            Recognised(CALL, "preaccept", "C", "P-1"),
        ),
        (
            '<call from="1@lid" id="O-1"><offer call-id="C"/><relay call-id="other"/></call>',
            Recognised(CALL, "offer", "C", "O-1"),
        ),
        (
            '<call from="1@lid" id="X"><frobnicate call-id="C"/></call>',
            Recognised(CALL, "frobnicate", "C", "X"),
        ),
        ('<call to="1@lid"><relaylatency call-id="C"/></call>', Recognised(CALL, "relaylatency", "C", None)),
        ('<call to="1@lid" id="X"><preaccept/></call>', Recognised(CALL, "preaccept", None, "X")),
        (
            '<call id="X"><foo/><preaccept call-id="C"/></call>',
            Recognised(CALL, "preaccept", "C", "X"),
        ),
        (
            '<call id="X"><offer call-id="D"/><preaccept call-id="C"/></call>',
            Recognised(CALL, "preaccept", "C", "X"),
        ),
        ('<call id="X"><foo call-id="D"/><offer call-id="C"/></call>', Recognised(CALL, "offer", "C", "X")),
        ('<call id="X"><foo/><bar call-id="C"/></call>', Recognised(CALL, "bar", "C", "X")),
        ('<call id="X"><foo/><bar/></call>', Recognised(CALL, "foo", None, "X")),
        (
            '<call id="X"><preaccept/><preaccept call-id="C"/></call>',
            Recognised(CALL, "preaccept", "C", "X"),
        ),
        ('<call id="X"><preaccept call-id=""/></call>', Recognised(CALL, "preaccept", None, "X")),
        ('<ack class="call" id="X"><relay call-id=""/></ack>', Recognised(ACK, None, None, "X")),
        ('<receipt id="X"><offer call-id=""/></receipt>', Recognised(RECEIPT, "offer", None, "X")),
        ('<call from="1@lid" id="X"/>', Recognised(CALL, "", None, "X")),
        (
            '<ack from="1@lid" class="call" type="preaccept" id="P-1"/>',
            Recognised(ACK, "preaccept", None, "P-1"),
        ),
        ('<ack to="1@lid" class="call" id="P-1"/>', Recognised(ACK, None, None, "P-1")),
        (
            '<ack class="call" type="offer" id="O-1"><rte>0a</rte><relay call-id="C"/></ack>',
            Recognised(ACK, "offer", "C", "O-1"),
        ),
        (
            '<receipt to="1@lid" id="O-1"><offer call-id="C" call-creator="1@lid"/></receipt>',
            Recognised(RECEIPT, "offer", "C", "O-1"),
        ),
        (
            '<receipt to="1@lid" id="P-1"><preaccept call-id="C"/></receipt>',
            Recognised(RECEIPT, "preaccept", "C", "P-1"),
        ),
        ('<receipt id="R-1"><enc_rekey/></receipt>', Recognised(RECEIPT, "enc_rekey", None, "R-1")),
        (
            '<receipt id="X"><retry/><novelty call-id="C"/></receipt>',
            Recognised(RECEIPT, "novelty", "C", "X"),
        ),
    ],
)
def test_stanzas_of_calls_are_recognised(xml: str, expected: Recognised) -> None:
    """Call, ack and receipt each name their action and call in their own way."""
    assert recognise(from_text(xml)) == expected


@pytest.mark.parametrize(
    "xml",
    [
        '<ack class="message" id="P-1" type="preaccept"/>',
        '<ack class="receipt" id="33333.44444-8" to="1@lid"/>',
        '<ack id="P-1"/>',
        '<receipt id="M-1" type="read"><list><item id="M-0"/></list></receipt>',
        '<receipt id="M-1"/>',
        '<iq id="1"><offer call-id="C"/></iq>',
        '<message id="1"><call/></message>',
    ],
)
def test_other_stanzas_are_left_alone(xml: str) -> None:
    """An ack of another class, a receipt without a call child, any other tag."""
    assert recognise(from_text(xml)) is None


@pytest.mark.parametrize("content", [None, b"\x01", "text", ()])
def test_call_without_children_has_an_empty_action(content: bytes | str | tuple[Node, ...] | None) -> None:
    """Whatever a call holds in place of children, it is still a call and names no action."""
    assert recognise(Node("call", {"id": "X"}, content)) == Recognised(CALL, "", None, "X")
