"""What is found in a call that is counted is what a report finds in it, whatever else went on beside it."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from ringback.calls import Sighting
from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.recorded import Recording
from ringback.export.tallied import counting_by
from ringback.findings import Severity
from ringback.ledger import StoredLedger, counts
from ringback.ledger.torn import ANY, FIRST
from ringback.stanza import from_text, to_text
from support.ledgers import SPECIFICATION, filled, observed, raw
from support.sightings import CALL_ID, CALLEE, Tape, good_call
from support.tallying import ask
from test_captures import report


def counted(path: Path) -> dict[str, tuple[int, ...]]:
    """Errors, warnings, notes and pre-accepts of each call, as they are counted."""
    told: Counter[tuple[str, int]] = Counter()
    names = set()
    for call in ask(path).tally.calls:
        found = call.count.found
        assert found is not None
        names.add(call.call_id)
        for number, each in enumerate((found.errors, found.warnings, found.notes)):
            told[call.call_id, number] += each
    return {name: tuple(told[name, number] for number in range(3)) for name in names}


def reported(path: Path) -> dict[str, tuple[int, ...]]:
    """The same of a report that goes through all of the ledger."""
    casebook = gather(Recording((path,)), None, Environment(io.StringIO(), None)).casebook
    severities = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    return {
        case.call.call_id: tuple(
            sum(finding.severity is severity for finding in case.findings) for severity in severities
        )
        for case in casebook.cases
    }


@pytest.mark.parametrize(
    "names", [("violations",), ("mid-connection", "multi-device"), ("no-preaccept", "split-compressed")]
)
def test_captures(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Violations of every kind among them, and a connection whose beginning was not seen."""
    for name in names:
        filled(tmp_path / "ledger.db", *report(name).observations).close()
    assert counted(tmp_path / "ledger.db") == reported(tmp_path / "ledger.db")


def of_call(sighting: Sighting, number: int) -> Sighting:
    text = to_text(sighting.node).replace(CALL_ID, f"{number:032X}")
    return replace(sighting, node=from_text(text))


def calls_on_one_connection(calls: int) -> list[Sighting]:
    """One after the other, each with the stanza ids of the one before it."""
    tape = Tape(1_700_000_000.0)
    return [of_call(each, number) for number in range(calls) for each in good_call(tape)]


@pytest.mark.parametrize("in_the_book", [1, 2, 1024])
def test_stanza_ids_that_another_call_has_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_the_book: int
) -> None:
    """They are held against each other as long as both are in the book, also where one has left it since."""
    monkeypatch.setattr("ringback.calls.book.MAX_CALLS", in_the_book)
    path, seen = tmp_path / "ledger.db", calls_on_one_connection(4)
    for number in range(0, len(seen), 9):
        filled(path, *observed(*seen[number : number + 9])).close()
        assert counted(path) == reported(path)
    assert any(warnings for _, warnings, _ in counted(path).values()) is (in_the_book > 1)


@pytest.mark.parametrize("torn", [3, 12, 20])
def test_what_is_missing_where_not_everything_was_read(tmp_path: Path, torn: int) -> None:
    """An ack that was not seen says nothing from the stanza on behind which something went by unread."""
    path = tmp_path / "ledger.db"
    seen = [each for each in calls_on_one_connection(3) if each.node.tag != "ack"]
    connection = seen[torn if torn < len(seen) else -1].connection
    for number, each in enumerate(seen):
        is_whole = each.connection != connection or number < torn
        filled(path, *observed(replace(each, complete=is_whole))).close()
        if number % 5 == 0:
            assert counted(path) == reported(path)
    assert counted(path) == reported(path)


def test_a_frame_between_makes_more_of_it_whole(tmp_path: Path) -> None:
    """A stanza that is recorded later may stand between the last whole one and what was missed."""
    path = tmp_path / "ledger.db"
    seen = [each for each in calls_on_one_connection(3) if each.node.tag != "ack"]
    told = [
        replace(each, complete=each.connection != CALLEE or number < 16) for number, each in enumerate(seen)
    ]
    late = [each for each in told if each.connection == CALLEE][1::3]
    filled(path, *observed(*(each for each in told if each not in late))).close()
    assert counted(path) == reported(path)
    for each in late:
        filled(path, *observed(each)).close()
        assert counted(path) == reported(path)


def test_a_look_at_the_newest_finds_what_they_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts that hold are never taken for others, whatever the calls before them have to do with them."""
    monkeypatch.setattr("ringback.calls.book.MAX_CALLS", 2)
    path = tmp_path / "ledger.db"
    filled(path, *observed(*calls_on_one_connection(6))).close()
    ask(path)
    counting = counting_by(SPECIFICATION, (), cache(StoredLedger(path).clients))
    assert all(counts.holds(path, counting, calls) for calls in range(1, 7))


def test_whether_anything_is_missing_is_asked_without_sorting(tmp_path: Path) -> None:
    """Most ledgers have nothing of it, which one passage tells."""
    path = tmp_path / "ledger.db"
    filled(path, *observed(*good_call(Tape()))).close()
    with raw(path) as database:
        for query in (ANY, FIRST):
            steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}")]
            assert len([step for step in steps if step.startswith("SCAN")]) == 1, steps
