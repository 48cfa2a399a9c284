"""The vote on the token table: stanzas of usual shape decide, others do not."""

import pytest

from ringback.stanza import Node
from ringback.wire.tablevote import SETTLED_LEAD, TableVote
from support.wire_driver import CALL, CALL_ACK, IQ, MESSAGE_ACK, RECEIPT, SUCCESS, plain

STANZAS = [CALL, CALL_ACK, IQ, MESSAGE_ACK, RECEIPT, SUCCESS]


def test_without_votes_the_newest_leads() -> None:
    """Before anything was opened the newest table is taken, and nothing is settled."""
    vote = TableVote()
    assert (vote.leader.dictionary, vote.settled) == (3, False)


@pytest.mark.parametrize("dictionary", [2, 3])
@pytest.mark.parametrize("stanza", STANZAS, ids=lambda node: node.tag)
def test_one_usual_stanza_gives_the_right_leader(dictionary: int, stanza: Node) -> None:
    """Even where tables share the tag's byte, the attributes of one stanza tell them apart."""
    vote = TableVote()
    vote.count(plain(stanza, dictionary))
    assert vote.leader.dictionary == dictionary


@pytest.mark.parametrize("dictionary", [2, 3])
def test_a_few_stanzas_settle_the_vote(dictionary: int) -> None:
    """Some usual stanzas are enough, whatever their order."""
    for stanzas in (STANZAS, STANZAS[::-1]):
        vote = TableVote()
        for stanza in stanzas:
            vote.count(plain(stanza, dictionary, compress=True))
        assert (vote.leader.dictionary, vote.settled) == (dictionary, True)


@pytest.mark.parametrize("plaintext", [b"", b"\x00", b"\x00\xf8\x01\xff", b"\x02not zlib", b"\x00\xf8\x00"])
def test_what_is_no_stanza_does_not_vote(plaintext: bytes) -> None:
    """Frames that no table can read leave the vote as it was."""
    vote = TableVote()
    for _ in range(SETTLED_LEAD):
        vote.count(plaintext)
    assert (vote.leader.dictionary, vote.settled) == (3, False)
