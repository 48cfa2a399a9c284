"""Ledgers of different secrets: what both saw is one, and who is in it is one wherever else he stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.ledger import Ledger
from ringback.stanza import from_text
from support.ledgers import observed
from support.machines import NAMES, connections, machine, merged, numbers, weighed
from support.sightings import Tape, good_call
from test_captures import report


@pytest.fixture
def once(tmp_path: Path) -> list[object]:
    """The numbers of all captures, recorded under one secret."""
    return numbers(machine(tmp_path / "once.db", *(report(name).observations for name in NAMES)))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_a_month_on_three_machines(tmp_path: Path, once: list[object], order: tuple[int, ...]) -> None:
    """Each machine has its own secret and shares one capture with the next: merged, they give the numbers of
    one ledger. The first and the last have nothing in common but what the one between them tells."""
    machines = [
        machine(
            tmp_path / f"{number}.db", *(report(name).observations for name in NAMES[number : number + 2])
        )
        for number in range(3)
    ]
    path = merged(tmp_path / "all.db", *(machines[number] for number in order))
    assert numbers(path) == once
    with Ledger(path) as ledger:
        kinship = ledger.kinship()
        assert (ledger.stats().realms, kinship.doubtful_accounts, kinship.doubtful_calls) == (
            3,
            0,
            frozenset(),
        )
        assert kinship.tied_accounts


def test_frames_that_contradict_each_other_tie_nobody(tmp_path: Path) -> None:
    """One place is claimed to name two accounts, and to name one twice: not both can be that one. The rest of
    what the ledgers saw in common is told to be the same all the same."""
    spoken, *others = observed(*good_call(Tape()))
    readings = [
        observed(replace(spoken.sighting, node=from_text(f'<call from="{one}@lid" to="{other}@lid"/>')))
        for one, other in (("11111111111119", "11111111111118"), ("11111111111117", "11111111111117"))
    ]
    path = merged(
        tmp_path / "both.db",
        *(machine(tmp_path / f"{n}.db", reading, others) for n, reading in enumerate(readings)),
    )
    with Ledger(path) as ledger:
        kinship = ledger.kinship()
        assert (kinship.tied_accounts, kinship.doubtful_accounts) == (2, 3)
        assert len(list(ledger.calls())) == 1


def test_a_finding_at_a_hidden_name_counts_once(tmp_path: Path) -> None:
    """The name of an attribute that could identify somebody has a spelling in each secret, the finding at it
    is one."""
    first, *_ = good_call(Tape())
    hidden = from_text(
        '<call to="1@lid" id="P-1"><preaccept call-id="C" call-creator="1@lid" x15550000001=""/></call>'
    )
    seen = observed(replace(first, node=hidden))
    path = merged(tmp_path / "both.db", machine(tmp_path / "a.db", seen), machine(tmp_path / "b.db", seen))
    with Ledger(path) as ledger:
        found = [each.path[-1] for each in ledger.findings()]
        assert sum(segment.startswith("@n-") for segment in found) == 1
        assert len(found) == len(seen[0].findings)


def test_what_any_machine_knows_of_a_connection_counts(tmp_path: Path) -> None:
    """One saw the handshake and so whose client it is, the other did not: as under one secret, it is
    known."""
    tape = Tape()
    whole = observed(tape.sent('<call to="1:2@lid" id="P-1"/>', owner="7:3@lid", trailing=3))
    part = [
        replace(each, sighting=replace(each.sighting, owner=None, trailing=0, complete=False))
        for each in whole
    ]
    for number, order in enumerate(((whole, part), (part, whole))):
        sources = [machine(tmp_path / f"{number}-{n}.db", each) for n, each in enumerate(order)]
        with Ledger(merged(tmp_path / f"{number}.db", *sources)) as ledger:
            (sighting,) = ledger.sightings()
            assert sighting.owner is not None
            assert (sighting.owner.device, sighting.trailing, sighting.complete) == (3, 3, True)


CONNECTIONS = [connections(name) for name in NAMES]
extras = st.lists(st.sets(st.sampled_from(range(2))), min_size=len(NAMES), max_size=len(NAMES))
"""Per capture: which of its first two connections a machine saw besides."""


@settings(max_examples=6)
@given(st.lists(extras, min_size=2, max_size=3), st.permutations(range(3)))
def test_without_doubt_it_is_as_under_one_secret(
    tmp_path_factory: pytest.TempPathFactory, seen: list[list[set[int]]], order: list[int]
) -> None:
    """Each machine saw two captures, of which it shares one with the next, and any connections of the others.
    In whatever order they are merged the verdicts are the same, and where nothing is left in doubt the
    numbers are those of one ledger that recorded all of it."""
    folder = tmp_path_factory.mktemp("machines")
    parts = [
        {(name, number) for name, numbers in enumerate(besides) for number in numbers}
        | {(name, number) for name in (n, n + 1) for number in range(len(CONNECTIONS[name]))}
        for n, besides in enumerate(seen)
    ]
    sources = [
        machine(folder / f"{n}.db", *(CONNECTIONS[name][number] for name, number in sorted(part)))
        for n, part in enumerate(parts)
    ]
    path = merged(folder / "all.db", *sources)
    other = merged(folder / "other.db", *(sources[n] for n in order if n < len(sources)), sources[0])
    assert weighed(path) == weighed(other)
    with Ledger(path) as ledger:
        kinship = ledger.kinship()
    if not kinship.doubtful_accounts and not kinship.doubtful_calls:
        everything = [CONNECTIONS[name][number] for name, number in sorted(set().union(*parts))]
        assert numbers(path) == numbers(machine(folder / "once.db", *everything))
