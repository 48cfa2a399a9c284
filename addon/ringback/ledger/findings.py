"""The findings that were reported, each once."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ringback.findings import Evidence, Finding
from ringback.ledger.failure import refused
from ringback.ledger.reading import CAPTURE, Realms, connection_numbers, snapshot
from ringback.ledger.restore import restore_finding
from ringback.ledger.textform import read_statement, read_value
from ringback.wire.events import Direction, FramePlace

FINDINGS = """SELECT statement, body, finding.id, realm, call, expected, got,
        connection, direction, frame, message, at
    FROM statement CROSS JOIN finding ON statement = statement.id
    CROSS JOIN evidence ON finding = finding.id CROSS JOIN observation ON observation = observation.id
    ORDER BY statement.id, finding.id, at, connection, direction, frame"""
"""`CROSS JOIN` keeps SQLite to this order of tables, so that statements need not be sorted."""

_Places = frozenset[tuple[str, Direction, int]]


def iter_findings(path: Path) -> Iterator[Finding]:
    """Every finding, those that say the same together; its evidence in order of time.

    A finding that says the same as another on less evidence is left out of neither capture nor merge: of
    those the one with the least evidence stands for all, as it does while a call is still going on.

    Raises:
        LedgerError: the ledger cannot be read.
        StanzaError, ValueError: what it holds is no finding; it is damaged.
    """
    with refused(path), snapshot(path) as database:
        realms = Realms(database)
        numbers = connection_numbers(database)
        rows = database.execute(FINDINGS)
        for _, of_statement in itertools.groupby(rows, key=lambda row: row[0]):
            yield from _least(_told_once(of_statement, numbers, realms))


def _told_once(
    rows: Iterable[sqlite3.Row], numbers: dict[int, tuple[int, str]], realms: Realms
) -> list[Finding]:
    """The findings of one statement; of those on the same evidence, in one realm's pseudonyms."""
    best: dict[tuple[_Places, int], tuple[tuple[int, int, str], Finding]] = {}
    per_realm: dict[tuple[_Places, str], int] = {}
    for _, group in itertools.groupby(rows, key=lambda row: row[2]):
        told = list(group)
        finding = _finding(told, numbers)
        places, realm = _places(finding), str(told[0][3])
        rank = realms.rank(told[0][7], realm)
        # Two findings of one realm on the same evidence are two: they found different values.
        nth = per_realm[places, realm] = per_realm.get((places, realm), -1) + 1
        known = best.get((places, nth))
        if known is None or rank < known[0]:
            best[places, nth] = (rank, finding)
    return [finding for _, finding in best.values()]


def _finding(rows: list[sqlite3.Row], numbers: dict[int, tuple[int, str]]) -> Finding:
    """One finding, a row for each frame of its evidence."""
    _, body, _, _, call, expected, got, *_ = rows[0]
    evidence = tuple(
        Evidence(CAPTURE, *numbers[connection], FramePlace(Direction(direction), frame, message, at))
        for *_, connection, direction, frame, message, at in rows
    )
    call_id = read_value(call)
    return restore_finding(
        replace(
            read_statement(body),
            call_id=None if call_id is None else str(call_id),
            expected=read_value(expected),
            got=read_value(got),
            evidence=evidence,
        )
    )


def _least(findings: list[Finding]) -> Iterator[Finding]:
    """Those that no other says on less evidence."""
    said: dict[Finding, list[_Places]] = {}
    for finding in sorted(findings, key=lambda each: (len(each.evidence), each.evidence[0].place.at)):
        places, kept = _places(finding), said.setdefault(replace(finding, evidence=()), [])
        if not any(each <= places for each in kept):
            kept.append(places)
            yield finding


def _places(finding: Finding) -> _Places:
    return frozenset((each.flow, each.place.direction, each.place.frame) for each in finding.evidence)
