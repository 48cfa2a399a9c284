"""The findings that were reported, each once.

What a capture shows depends on how it was read: live, a finding may rest on the copy that a device sent, from
a file on the one that was delivered. Both are the same finding, for both copies are one emission.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

from ringback.calls import Call
from ringback.findings import Evidence, Finding
from ringback.keyednames import NAMES
from ringback.ledger.alignment import Alignment
from ringback.ledger.failure import reading
from ringback.ledger.reading import CAPTURE, Realms, connection_numbers, place_of, snapshot
from ringback.ledger.restore import restore_finding
from ringback.ledger.textform import read_statement, read_value
from ringback.wire.events import Direction

FINDINGS = """SELECT statement, body, finding.id, realm, call, expected, got,
        connection, direction, frame, message, at
    FROM statement CROSS JOIN finding ON statement = statement.id
    CROSS JOIN evidence ON finding = finding.id CROSS JOIN observation ON observation = observation.id
    WHERE instr(body, ?) ORDER BY statement.id, finding.id"""
"""Of the statements that hold some text. `CROSS JOIN` keeps SQLite to this order of tables, so that
statements need not be sorted."""

Place: TypeAlias = tuple[str, Direction, int]
"""Flow, direction and number of a frame."""
_Seen: TypeAlias = frozenset[Hashable]
"""What a finding rests on: emissions, whichever copies of them, and frames that are none."""
_Row: TypeAlias = tuple[Any, ...]
"""One frame of one finding, as `FINDINGS` gives it."""


def emissions_of(calls: Iterable[Call]) -> dict[Place, int]:
    """A number for each emission, by the places of all its copies."""
    emissions = (emission for call in calls for emission in call.emissions)
    return {
        _place(sighting.evidence): number
        for number, emission in enumerate(emissions)
        for sighting in emission.sightings
    }


def iter_findings(path: Path, emissions: Mapping[Place, int], code: str | None = None) -> Iterator[Finding]:
    """Every finding once, those that say the same together; its evidence in order of time. Those of `code`
    alone where one is given.

    Of findings that say the same on more and on less evidence the one on the least stands for all, as it does
    while a call is going on.

    Raises:
        LedgerError: the ledger cannot be read, or is damaged.
    """
    # Groups hold on to what they come from: as long as the rows are open, so is the file.
    said = "" if code is None else json.dumps({"code": code})[1:-1]
    with reading(path), snapshot(path) as database, closing(database.execute(FINDINGS, (said,))) as rows:
        realms, alignment = Realms(database), Alignment(database)
        numbers = connection_numbers(database)
        # Where a name stands in a statement, each realm has one of its own.
        named: dict[str, _Statement] = {}
        for (_, body), of_statement in itertools.groupby(rows, key=itemgetter(0, 1)):
            told, has_names = _Statement(realms, emissions), NAMES.search(body)
            for _, of_finding in itertools.groupby(of_statement, key=itemgetter(2)):
                spelled = [_spelled(row, alignment) for row in of_finding]
                if has_names:
                    told = named.setdefault(spelled[0][1], _Statement(realms, emissions))
                told.add(spelled, numbers)
            if not has_names:
                yield from told.least()
        for told in named.values():
            yield from told.least()


def _spelled(row: _Row, alignment: Alignment) -> _Row:
    """The row with the names that all realms share."""
    statement, body, finding, realm, *values, connection, direction, frame, message, at = row
    texts = (alignment.spell(realm, text) for text in (body, *values))
    body, call, expected, got = texts
    return (statement, body, finding, realm, call, expected, got, connection, direction, frame, message, at)


class _Statement:
    """All findings that say one thing."""

    def __init__(self, realms: Realms, emissions: Mapping[Place, int]) -> None:
        self._realms = realms
        self._emissions = emissions
        self._found: dict[_Seen, dict[str, list[Finding]]] = {}
        self._ranks: dict[tuple[_Seen, str], tuple[int, int, str]] = {}

    def add(self, rows: list[_Row], numbers: dict[int, tuple[int, str]]) -> None:
        """One finding, a row for each frame of its evidence."""
        realm = rows[0][3]
        finding = _finding(rows, numbers)
        seen = self._seen(finding)
        self._found.setdefault(seen, {}).setdefault(realm, []).append(finding)
        rank = min(self._realms.rank(row[7], realm) for row in rows)
        self._ranks[seen, realm] = min(rank, self._ranks.get((seen, realm), rank))

    def least(self) -> Iterator[Finding]:
        """Those that no other says on less evidence."""
        said: dict[Finding, list[_Seen]] = {}
        for finding in sorted(self._told_once(), key=lambda each: (len(self._seen(each)), _order(each))):
            seen, kept = self._seen(finding), said.setdefault(replace(finding, evidence=()), [])
            if not any(each <= seen for each in kept):
                kept.append(seen)
                yield finding

    def _told_once(self) -> Iterator[Finding]:
        """What was found on each evidence, in the pseudonyms of one realm."""
        for seen, by_realm in self._found.items():
            yield from by_realm[min(by_realm, key=lambda realm: self._ranks[seen, realm])]

    def _seen(self, finding: Finding) -> _Seen:
        places = map(_place, finding.evidence)
        return frozenset(self._emissions.get(place, place) for place in places)


def _finding(rows: list[_Row], numbers: dict[int, tuple[int, str]]) -> Finding:
    _, body, _, _, call, expected, got, *_ = rows[0]
    evidence = [
        Evidence(CAPTURE, *numbers[connection], place_of(direction, frame, message, at))
        for *_, connection, direction, frame, message, at in rows
    ]
    evidence.sort(key=lambda each: (each.place.at, each.connection, each.place.message, each.place.frame))
    call_id = read_value(call)
    return restore_finding(
        replace(
            read_statement(body),
            call_id=None if call_id is None else str(call_id),
            expected=read_value(expected),
            got=read_value(got),
            evidence=tuple(evidence),
        )
    )


def _place(evidence: Evidence) -> Place:
    return (evidence.flow, evidence.place.direction, evidence.place.frame)


def _order(finding: Finding) -> tuple[float, int, str]:
    """By time, and where that is equal by place: it does not depend on who recorded what first."""
    places = " ".join(f"{flow} {way.value} {frame}" for flow, way, frame in map(_place, finding.evidence))
    return (finding.evidence[0].place.at, len(finding.evidence), places)
