"""Stanzas that name no call: copies of one are one, as far as they can be told."""

from __future__ import annotations

from itertools import permutations

import pytest

from ringback.calls import Sighting
from ringback.calls.loose import MAX_EMISSIONS, MAX_IDS, LooseStanzas
from ringback.recognise import recognise
from support.sightings import CALLEE, CALLER, CREATOR, DEVICE, OTHER_DEVICE, THIRD, Tape, preaccept


def nameless(stanza_id: str = "P-1", **addresses: str) -> str:
    """A pre-accept without a call-id."""
    return preaccept(session="", stanza_id=stanza_id, **addresses)


def emissions(*sightings: Sighting) -> int:
    """How many emissions these are."""
    loose, count = LooseStanzas(), 0
    for sighting in sightings:
        recognised = recognise(sighting.node)
        assert recognised is not None
        assert recognised.call_id is None
        count += loose.is_new(sighting, recognised)
    return count


def test_copies_of_one_count_once() -> None:
    """What a device sent and what two clients were handed of it, in whatever order they come."""
    tape = Tape()
    copies = (
        tape.sent(nameless(), CALLEE, owner=DEVICE),
        tape.delivered(nameless(from_=DEVICE), CALLER),
        tape.delivered(nameless(from_=DEVICE), THIRD),
    )
    assert {emissions(*order) for order in permutations(copies)} == {1}


@pytest.mark.parametrize(
    "other",
    [
        {"xml": nameless("P-2", from_=DEVICE)},
        {"xml": nameless(from_=OTHER_DEVICE)},
        {"xml": nameless(from_=DEVICE), "capture": "another.flow"},
    ],
)
def test_others_count_for_themselves(other: dict[str, str]) -> None:
    """Another id, another device with the same id, another capture."""
    first = Tape().delivered(nameless(from_=DEVICE), CALLER)
    second = Tape(capture=other.get("capture", "synthetic.flow")).delivered(other["xml"], CALLER)
    assert emissions(first, second) == 2


def test_without_an_id_each_copy_counts() -> None:
    """Nothing tells whether they are one."""
    tape, xml = Tape(), f'<call from="{DEVICE}"><preaccept call-creator="{CREATOR}"/></call>'
    assert emissions(tape.delivered(xml, CALLER), tape.delivered(xml, THIRD)) == 2


@pytest.mark.parametrize(("between", "expected"), [(MAX_IDS - 1, 0), (MAX_IDS, 1)])
def test_ids_are_forgotten_at_the_limit(between: int, expected: int) -> None:
    """So many other ids later the first is still known, with one more it is not."""
    tape = Tape()
    first = tape.delivered(nameless(from_=DEVICE), CALLER)
    others = [tape.delivered(nameless(f"Q-{number}", from_=DEVICE), CALLER) for number in range(between)]
    again = tape.delivered(nameless(from_=DEVICE), THIRD)
    assert emissions(first, *others, again) == 1 + between + expected


def test_one_id_takes_no_more_room_than_the_limit() -> None:
    """Emissions beyond it count, and are not remembered."""
    tape = Tape()
    devices = [f"22222222222222:{number}@lid" for number in range(1, MAX_EMISSIONS + 2)]
    seen = [tape.delivered(nameless(from_=device), CALLER) for device in devices]
    again = [tape.delivered(nameless(from_=device), THIRD) for device in devices]
    assert emissions(*seen, *again) == len(devices) + 1
