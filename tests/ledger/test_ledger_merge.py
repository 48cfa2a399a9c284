"""Merging is a union: order, grouping and repeats do not matter, and what was seen twice counts once."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.errors import LedgerError
from ringback.ledger import Ledger, copy_ledger
from ringback.observations import Observation
from ringback.questions import weigh
from support.ledgers import SPECIFICATION, filled, identified, in_flow, observed, raw
from support.sightings import Tape, good_call
from test_captures import report

CALL = observed(*good_call(Tape()))
POOL: list[Observation] = [
    *CALL,
    *(
        in_flow(each, f"other-{each.sighting.evidence.flow}")
        for each in observed(*good_call(Tape(2000.0, capture="b")))
    ),
    *observed(*good_call(Tape(1000.0, capture="again"))),
    identified("flow-1"),
    identified("flow-1", version="2.3000.1000000002"),
    identified("flow-9", device=None),
]
"""Two calls, one of them seen in two captures, and clients, one of which changed its build."""

subsets = st.lists(st.sampled_from(range(len(POOL))), max_size=8)
groupings = st.recursive(
    st.sampled_from(range(3)), lambda inner: st.lists(inner, min_size=2, max_size=3).map(tuple), max_leaves=6
)
"""Ledgers 0 to 2 in any order and grouping: `(0, (2, 1, 0))` is 2, 1 and 0 into one, and that into 0."""


def merged(folder: Path, tree: object, sources: Sequence[Path], number: list[int]) -> Path:
    """A new ledger for every group, into which its members are merged in turn."""
    if isinstance(tree, int):
        return sources[tree]
    assert isinstance(tree, tuple)
    members = [merged(folder, each, sources, number) for each in tree]
    number[0] += 1
    path = folder / f"merged-{number[0]}.db"
    with Ledger(path) as ledger:
        for member in members:
            ledger.merge(member)
    return path


def content(path: Path) -> list[str]:
    with Ledger(path) as ledger:
        return ledger.content()


def told(path: Path) -> tuple[list[str], ...]:
    """All that a ledger gives back, and what it says of the questions, as text."""
    with Ledger(path) as ledger:
        verdicts = weigh(ledger.calls(), ledger.clients(), SPECIFICATION).verdicts
        found = (ledger.sightings(), ledger.findings(), ledger.connections(), verdicts, [ledger.kinship()])
        return tuple(sorted(map(repr, each)) for each in found)


def leaves(tree: object) -> set[int]:
    return {tree} if isinstance(tree, int) else set().union(*map(leaves, tree))  # type: ignore[call-overload]


@settings(max_examples=25)
@given(
    st.lists(subsets, min_size=3, max_size=3),
    groupings,
    st.permutations(range(3)),
    st.sampled_from([(0, 0, 0), (0, 0, 2), (0, 1, 1), (0, 1, 2)]),
)
def test_any_order_grouping_and_repeats_give_the_same(
    parts: list[list[int]], tree: object, order: list[int], secrets: tuple[int, ...]
) -> None:
    """Whichever of the ledgers share their secret, and whatever they have in common."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = [folder / f"{number}.db" for number in range(3)]
        for number, (path, part) in enumerate(zip(sources, parts, strict=True)):
            if secrets[number] < number:
                copy_ledger(sources[secrets[number]], path, with_secret=True)
            filled(path, *(POOL[index] for index in part)).close()
        members = sorted(leaves(tree), key=order.index)
        one_by_one = merged(folder, (*members, *members), sources, [100])
        grouped = merged(folder, (tree,), sources, [0])
        assert content(grouped) == content(one_by_one)
        assert told(grouped) == told(one_by_one)


@settings(max_examples=10)
@given(subsets, subsets)
def test_a_merge_is_what_one_ledger_would_have_recorded(one: list[int], other: list[int]) -> None:
    """With one secret, recording in two places and merging is recording in one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder / "a.db", *(POOL[index] for index in [0, *one])).close()
        with Ledger(folder / "a.db") as ledger:
            copy_ledger(ledger.path, folder / "b.db", with_secret=True)
            copy_ledger(ledger.path, folder / "all.db", with_secret=True)
        filled(folder / "b.db", *(POOL[index] for index in other)).close()
        filled(folder / "all.db", *(POOL[index] for index in other)).close()
        with Ledger(folder / "a.db") as ledger:
            ledger.merge(folder / "b.db")
        assert content(folder / "a.db") == content(folder / "all.db")


@pytest.mark.parametrize("name", ["multi-device", "violations"])
def test_a_capture_read_on_two_machines_counts_once(name: str, tmp_path: Path) -> None:
    """Each has its own secret; merged, there are as many stanzas, findings and calls as on one of them."""
    observations = report(name).observations
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    with filled(one, *observations) as ledger:
        counts = ledger.stats()
    filled(other, *observations).close()
    alone = told(one)
    with Ledger(one) as ledger:
        ledger.merge(other)
        assert ledger.stats().realms == 2
        assert ledger.stats().calls == len(list(ledger.calls())) == counts.calls
        assert ledger.stats().findings == counts.findings
        assert [len(each) for each in told(one)] == [len(each) for each in alone]
        assert ledger.verify().is_sound


def test_a_call_is_not_torn_in_two_by_who_recorded_what(tmp_path: Path) -> None:
    """One saw half of it and one all of it: it is told in one set of pseudonyms, the same into whichever the
    other is merged."""
    half, whole = tmp_path / "half.db", tmp_path / "whole.db"
    filled(half, *CALL[:4]).close()
    filled(whole, *CALL).close()
    emissions = {}
    for path, into, source in ((whole, None, None), (half, half, whole), (whole, whole, half)):
        with Ledger(into or path) as ledger:
            if source is not None:
                ledger.merge(source)
            (call,) = ledger.calls()
            emissions[into] = [(each.action, len(each.sightings), len(each.acks)) for each in call.emissions]
    assert emissions[None] == emissions[half] == emissions[whole]
    assert told(half) == told(whole)


def test_a_ledger_of_another_secret_is_taken_over(tmp_path: Path) -> None:
    """Nothing is left beside it; its secret stays where it is."""
    own, other = tmp_path / "own.db", tmp_path / "other.db"
    filled(other, *CALL).close()
    with filled(own, *POOL[-3:], *CALL[:1]) as ledger:
        ledger.merge(other)
        assert not other.with_name("other.db-shm").exists()
        assert (ledger.stats().stanzas, ledger.stats().realms) == (len(CALL), 2)


def test_ledgers_that_know_each_others_secrets_merge(tmp_path: Path) -> None:
    """Into one that has none yet, from one that has none yet, and from a copy with the secret."""
    path = tmp_path / "ledger.db"
    with filled(path, *CALL[:4]) as ledger:
        copy_ledger(path, tmp_path / "second.db", with_secret=True)
        Ledger(tmp_path / "empty.db").close()
        filled(tmp_path / "second.db", *CALL).close()
        ledger.merge(tmp_path / "empty.db")
        ledger.merge(tmp_path / "second.db")
        assert (ledger.stats().stanzas, ledger.stats().realms) == (len(CALL), 1)
    with Ledger(tmp_path / "new.db") as ledger:
        ledger.merge(path)
        assert ledger.content() == content(path)


def test_a_ledger_merged_into_itself_is_unchanged(tmp_path: Path) -> None:
    """And so is one that its own copy is merged into."""
    path = tmp_path / "ledger.db"
    with filled(path, *POOL) as ledger:
        before = ledger.content()
        copy_ledger(ledger.path, tmp_path / "copy.db")
        ledger.merge(path)
        ledger.merge(tmp_path / "copy.db")
        assert ledger.content() == before


def test_a_secret_stays_where_it_is(tmp_path: Path) -> None:
    """Neither merging nor exporting takes it along, unless it is asked for."""
    path = tmp_path / "ledger.db"
    with filled(path, *CALL) as ledger, raw(path) as database:
        ((secret,),) = database.execute("SELECT secret FROM realm").fetchall()
        copy_ledger(ledger.path, tmp_path / "copy.db")
        copy_ledger(ledger.path, tmp_path / "mine.db", with_secret=True)
        assert ledger.content() == content(tmp_path / "copy.db") == content(tmp_path / "mine.db")
    with Ledger(tmp_path / "new.db") as ledger:
        ledger.merge(path)
        assert not ledger.stats().can_record
    assert secret not in (tmp_path / "copy.db").read_bytes() + (tmp_path / "new.db").read_bytes()
    assert secret in (tmp_path / "mine.db").read_bytes()


def test_a_copy_records_under_a_secret_of_its_own(tmp_path: Path) -> None:
    """What was merged stays as it is, what comes is told in other pseudonyms, and both count once."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy.db"
    with filled(path, *CALL) as ledger:
        copy_ledger(ledger.path, copy)
    with filled(copy, *CALL) as ledger:
        assert (ledger.stats().realms, len(list(ledger.sightings()))) == (2, len(CALL))


def test_an_export_replaces_nothing(tmp_path: Path) -> None:
    """Not even a broken link."""
    with filled(tmp_path / "ledger.db", *CALL) as ledger:
        (tmp_path / "copy.db").symlink_to(tmp_path / "nowhere")
        with pytest.raises(LedgerError, match="exists: name a new file"):
            copy_ledger(ledger.path, tmp_path / "copy.db")


def test_a_merge_that_fails_takes_nothing_over(tmp_path: Path) -> None:
    """A damaged or missing ledger leaves the other as it was, and usable."""
    path, other = tmp_path / "ledger.db", tmp_path / "other.db"
    filled(other, *POOL).close()
    with raw(other) as database:
        database.execute("DROP TABLE evidence")
    with filled(path, identified()) as ledger:
        before = ledger.content()
        for broken in (other, tmp_path / "missing.db"):
            with pytest.raises(LedgerError):
                ledger.merge(broken)
        assert ledger.content() == before
        ledger.record(*CALL)
        assert ledger.verify().is_sound
