"""Every index is there because a query needs it, and every query that grows with the ledger has one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringback.ledger import alignment, changes, countstore, findings, merging, newest, reading, writing
from ringback.ledger.schema import MIGRATIONS
from support.ledgers import filled, raw
from test_captures import report

INDEXES = {
    "observation_by_time": reading.STANZAS,
    "finding_by_statement": findings.FINDINGS,
    "observation_of_connection": reading.CONNECTIONS,
    "counted_of_tally": countstore.REMOVE,
    "counted_by_count": countstore.UNUSED,
}
"""Each index that is declared as such, and the query that it is for."""
VALUES = {reading.STANZAS: (0.0,), findings.FINDINGS: ("",), countstore.REMOVE: (1, "")}
"""What stands for the parameters of a query."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("plans") / "ledger.db"
    filled(path, *report("violations").observations).close()
    with raw(path) as connection:
        yield connection


def plan(database: sqlite3.Connection, query: str, *values: object) -> list[str]:
    return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", values)]


def test_every_index_is_accounted_for() -> None:
    """None is declared that no query uses."""
    declared = {
        statement.split()[2]
        for migration in MIGRATIONS
        for statement in migration.statements
        if statement.startswith("CREATE INDEX")
    }
    assert declared == INDEXES.keys()


@pytest.mark.parametrize("index", INDEXES)
def test_the_query_uses_its_index(database: sqlite3.Connection, index: str) -> None:
    """As SQLite itself plans it."""
    assert any(index in step for step in plan(database, INDEXES[index], *VALUES.get(INDEXES[index], ())))


def test_stanzas_come_in_order_of_time_without_sorting(database: sqlite3.Connection) -> None:
    """A month of captures is not sorted in memory before the first is given."""
    steps = plan(database, reading.STANZAS, 0.0)
    assert not [step for step in steps if "TEMP B-TREE" in step]
    assert steps[0].startswith("SEARCH observation USING INDEX observation_by_time (at>?)")
    assert not [step for step in steps if step.startswith("SCAN")]


def test_connections_are_numbered_without_a_look_at_what_was_seen_on_them(
    database: sqlite3.Connection,
) -> None:
    """Only the connections are gone through; when each began stands first in its index."""
    steps = plan(database, reading.CONNECTIONS)
    assert [step for step in steps if "SCAN" in step] == ["SCAN connection"]
    assert any("SEARCH observation USING COVERING INDEX observation_of_connection" in step for step in steps)


def test_the_newest_calls_are_found_in_one_passage(database: sqlite3.Connection) -> None:
    """Each stanza is looked at once, and its time found by key."""
    steps = plan(database, newest.CALLS)
    assert len([step for step in steps if step.startswith("SCAN")]) <= 2
    assert any(step.startswith(("SEARCH observation", "SEARCH stanza")) for step in steps)


def test_what_several_secrets_saw_is_found_without_looking_at_every_stanza_again(
    database: sqlite3.Connection,
) -> None:
    """The key of the stanzas counts how many secrets saw each, and leads to those that several did."""
    steps = plan(database, alignment.SHARED)
    assert not [step for step in steps if "TEMP B-TREE" in step]
    assert any(step.startswith("SEARCH stanza USING PRIMARY KEY") for step in steps)


def test_findings_are_sorted_one_statement_at_a_time(database: sqlite3.Connection) -> None:
    """What is sorted is the evidence, behind an order that the index gives."""
    assert not [
        step for step in plan(database, findings.FINDINGS, "") if step == "USE TEMP B-TREE FOR ORDER BY"
    ]


@pytest.mark.parametrize("query", [countstore.COUNTED, countstore.SPANS, countstore.BODIES])
def test_counts_of_one_specification_are_found_without_those_of_others(
    database: sqlite3.Connection, query: str
) -> None:
    """And no stanza is looked at."""
    steps = plan(database, query, 1)
    assert any(
        "INDEX counted_of_tally (tally=?)" in step or "INDEX counted_of_tally_" in step for step in steps
    )
    assert not [step for step in steps if step.startswith("SCAN")]


def test_whether_there_are_other_frames_is_asked_of_an_index(database: sqlite3.Connection) -> None:
    """Frames are counted before the counts of calls are used, every time."""
    (step,) = plan(database, countstore.EVIDENCE)
    assert "COVERING INDEX" in step


@pytest.mark.parametrize(
    "lookup",
    [
        changes.BEGINNING,
        countstore.STATE,
        writing.KNOWN.replace("direction = ? AND frame = ?", "direction = 'client' AND frame = 1"),
        writing.WATCHED.replace("technique = ?", "technique = 'x'"),
        "SELECT id, body FROM count WHERE digest = ?",
        "SELECT id FROM connection WHERE flow = ?",
        "SELECT id FROM statement WHERE digest = ?",
        "SELECT id FROM finding WHERE digest = ?",
        "SELECT id FROM observation WHERE connection = ? AND direction = 'client' AND frame = 1",
        "SELECT 1 FROM stanza WHERE observation = ? AND realm = 'x'",
        "SELECT 1 FROM evidence WHERE finding = ?",
        "SELECT 1 FROM sight WHERE observation = ?",
    ],
)
def test_what_recording_looks_up_is_found_by_key(database: sqlite3.Connection, lookup: str) -> None:
    """Recording costs the same however much is there."""
    assert all(step.startswith("SEARCH") for step in plan(database, lookup, 1))


def test_a_merge_looks_up_every_row_by_key(database: sqlite3.Connection, tmp_path: Path) -> None:
    """Each step goes through what is merged once; our own rows are searched, never scanned."""
    filled(tmp_path / "other.db", *report("single-callee").observations).close()
    database.execute("ATTACH ? AS theirs", (str(tmp_path / "other.db"),))
    merging.prepare_maps(database)
    for step in merging.STEPS:
        scans = [line for line in plan(database, step) if line.startswith("SCAN")]
        assert len(scans) == 1, (step, scans)
