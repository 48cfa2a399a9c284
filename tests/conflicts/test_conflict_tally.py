"""The evidence for either side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ringback.calls import Sighting
from ringback.conflicts import Comparison, ConflictTally, calls_of, compare, observe, tally
from ringback.findings import Stance
from ringback.stanza import Node
from support.judging import part_of, preaccept_file
from support.nodes import any_node
from support.sightings import CALL_ID, CALLER, CREATOR, DEVICE, Tape, action, good_call, preaccept

FORMAT = """\
<call to="{caller}" id="{id}">
  <preaccept call-id="{call-id}" call-creator="{creator}">
    <audio enc="opus"/> ; one or more
    [<destination><te port="3478"/>...</destination>]
  </preaccept>
</call>
"""
AUDIO = '<audio enc="opus"/>'
FOR, AGAINST, SILENT = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.SILENT


def te(*ports: str) -> str:
    return f"<destination>{''.join(f'<te port={port!r}/>' for port in ports)}</destination>"


def comparison() -> Comparison:
    part = part_of(FORMAT)
    return compare(preaccept_file(), part, part.templates[0])


def tallied(sightings: Iterable[Sighting]) -> dict[str, ConflictTally]:
    """By what each side's fact is called in the stanza file."""
    both = comparison()
    tallies = tally(both, observe(both, sightings, lambda _: None, {}))
    return {one.conflict.stanza.fact.path.removeprefix("call/"): one for one in tallies}


def stances(sighting: Sighting) -> dict[str, tuple[Stance, Stance]]:
    """What one copy says: to the stanza file, to the part."""
    both = comparison()
    seen = list(observe(both, [sighting], lambda _: None, {}))
    pairs = zip(seen[::2], seen[1::2], strict=True)
    names = [conflict.stanza.fact.path.removeprefix("call/") for conflict in both.conflicts]
    return dict(zip(names, [(one.stance, other.stance) for one, other in pairs], strict=True))


@pytest.mark.parametrize(
    ("path", "inside", "expected"),
    [
        ("preaccept/audio", AUDIO, (AGAINST, FOR)),
        ("preaccept/audio", AUDIO * 3, (AGAINST, FOR)),
        ("preaccept/audio", "", (FOR, AGAINST)),
        ("preaccept/destination/te", te("1"), (FOR, FOR)),
        ("preaccept/destination/te", te(), (SILENT, AGAINST)),
        ("preaccept/destination/te", "", (SILENT, SILENT)),
        ("preaccept/destination/te/@port", te("3478"), (FOR, FOR)),
        ("preaccept/destination/te/@port", "<destination><te/></destination>", (SILENT, AGAINST)),
        ("preaccept/destination/te/@port/value()", te("3478"), (FOR, FOR)),
        ("preaccept/destination/te/@port/value()", te("3479"), (FOR, AGAINST)),
        ("preaccept/destination/te/@port/value()", te("3478", "3479"), (FOR, AGAINST)),
        ("preaccept/destination/te/@port/value()", te("x"), (AGAINST, AGAINST)),
        ("preaccept/destination/te/@port/value()", "<destination><te/></destination>", (SILENT, SILENT)),
        ("preaccept/destination/te/@ip", te("1"), (SILENT, FOR)),
        ("preaccept/destination/te/@ip", "<destination><te ip='x'/></destination>", (FOR, AGAINST)),
    ],
)
def test_each_side_is_asked(path: str, inside: str, expected: tuple[Stance, Stance]) -> None:
    """What stands there is for the side that predicts it, and one place against a side is against it; a side
    that leaves a thing out predicts its absence."""
    assert stances(Tape().sent(preaccept(inside=inside)))[path] == expected


def test_addresses_of_a_copy_speak_for_nobody() -> None:
    """That a sender's copy has no `from` and a delivered copy has one is the server's doing."""
    assert stances(Tape().sent(preaccept()))["@from"] == (SILENT, SILENT)
    assert stances(Tape().delivered(preaccept(from_=DEVICE)))["@from"] == (SILENT, SILENT)
    assert stances(Tape().sent(preaccept(from_=DEVICE, to_=CREATOR)))["@from"] == (FOR, AGAINST)
    assert stances(Tape().delivered(preaccept(to_=CREATOR)))["@from"] == (AGAINST, FOR)


def test_tally_counts_copies_and_names_the_calls() -> None:
    """Two copies with audio and one bare: two against one for the stanza file, the other way for the part."""
    bare = preaccept(session=f'call-id="OTHER" call-creator="{CREATOR}"', stanza_id="P-2")
    tape = Tape()
    told = tallied(
        [
            tape.sent(preaccept(inside=AUDIO)),
            tape.delivered(preaccept(inside=AUDIO, from_=DEVICE), CALLER),
            tape.sent(bare),
        ]
    )["preaccept/audio"]
    assert [len(part) for part in (told.stanza.supports, told.stanza.contradicts, told.stanza.silent)] == [
        1,
        2,
        0,
    ]
    assert [len(part) for part in (told.part.supports, told.part.contradicts, told.part.silent)] == [2, 1, 0]
    assert told.stanza.n == told.part.n == 3
    assert calls_of(told.part.supports) == (("synthetic.flow", CALL_ID),)
    assert calls_of(told.part.contradicts) == (("synthetic.flow", "OTHER"),)
    assert told.stanza.claim is told.conflict.stanza


def test_only_the_stanza_in_question_is_asked() -> None:
    """Other actions, acks and receipts of the same call say nothing about its pre-accept."""
    tape = Tape()
    others = [one for one in good_call(tape) if not one.node.child("preaccept")]
    others.append(tape.sent(action("accept", stanza_id="A-2", to_=CREATOR, inside="<preaccept/>")))
    assert {told.stanza.n for told in tallied(others).values()} == {0}


def test_observations_of_other_facts_do_not_count() -> None:
    """A tally takes what belongs to its claims, in any company, and the same observation once."""
    both = comparison()
    seen = list(observe(both, [Tape().sent(preaccept(inside=AUDIO))], lambda _: None, {}))
    alone, in_company = tally(both, seen[:2]), tally(both, [*seen, *seen])
    assert alone[0] == in_company[0]
    assert [told.stanza.n for told in alone] == [1] + [0] * (len(alone) - 1)


@given(st.lists(any_node, max_size=3))
def test_any_stanza_speaks_once_to_either_side(inside: list[Node]) -> None:
    """Whatever the pre-accept holds, each claim gets one observation of it."""
    sighting = Tape().sent(preaccept())
    action_node = structs.replace(sighting.node.children[0], content=tuple(inside))
    strange = replace(sighting, node=structs.replace(sighting.node, content=(action_node,)))
    told = tallied([strange]).values()
    assert {(one.stanza.n, one.part.n) for one in told} == {(1, 1)}
