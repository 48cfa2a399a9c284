"""What several secrets leave in doubt: who may be somebody else, and which calls may be one.

What was seen under two secrets is told to be the same (`ringback.ledger.alignment`). Of an account or a call
that one secret alone names, and another that another secret alone names, nobody can say that they are two.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ringback.ledger.alignment import Alignment, kind_of
from ringback.ledger.failure import reading
from ringback.ledger.reading import snapshot
from ringback.ledger.restore import restore_text

SKEW_S = 60.0
"""How far the clocks of two machines are taken to differ: calls farther apart in time are two."""

TEXTS = "SELECT realm, at, node FROM stanza JOIN observation ON observation.id = observation"


@dataclass(frozen=True, slots=True)
class Kinship:
    """How far the accounts and calls of a ledger are told apart. Nothing where one secret names all."""

    tied_accounts: int = 0
    """Accounts that several secrets name and that are told to be one."""
    doubtful_accounts: int = 0
    """Accounts that may be counted twice: others, which other secrets name, may be the same."""
    doubtful_calls: frozenset[str] = frozenset()
    """Call-ids, as in `Call`, of those that may be another which went on at that time, or of which two
    stanzas may be copies of one."""


@dataclass(slots=True)
class _Named:
    """One account, call or stanza."""

    spelling: str
    realms: frozenset[str] = frozenset()
    first_at: float = float("inf")
    last_at: float = float("-inf")

    def note(self, realms: frozenset[str], at: float) -> None:
        """It was seen once more."""
        self.realms |= realms
        self.first_at, self.last_at = min(self.first_at, at), max(self.last_at, at)


_Alike: TypeAlias = dict[str, dict[str, _Named]]
"""By kind, form and length, for no others can be one; then by spelling."""


class _Census:
    """Whoever and whatever the stanzas of a ledger name."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.accounts: _Alike = {}
        self.calls: _Alike = {}
        self.stanzas: dict[str, _Alike] = {}
        """Ids of stanzas, by the call that they belong to."""
        self._alignment = Alignment(database)
        for realm, at, node in database.execute(TEXTS):
            self._add(realm, at, node)

    def _add(self, realm: str, at: float, node: str) -> None:
        names = list(self._alignment.names(realm, node))
        call = next((spelling for spelling, _ in names if spelling.startswith("c")), None)
        tables = {"u": self.accounts, "c": self.calls}
        if call is not None:
            tables["s"] = self.stanzas.setdefault(call, {})
        for spelling, realms in names:
            if spelling[0] in tables:
                alike = tables[spelling[0]].setdefault(kind_of(spelling), {})
                alike.setdefault(spelling, _Named(spelling)).note(realms, at)

    def doubtful_calls(self) -> Iterator[str]:
        """Calls that may be another, and those of which two stanzas may be one."""
        for alike in self.calls.values():
            yield from (each.spelling for each in _simultaneous(alike.values()))
        for call, stanzas in self.stanzas.items():
            if any(any(_simultaneous(alike.values())) for alike in stanzas.values()):
                yield call


def read_kinship(path: Path) -> Kinship:
    """What the ledger leaves in doubt.

    Raises:
        LedgerError: it cannot be read.
    """
    with reading(path), snapshot(path) as database:
        (secrets,) = database.execute("SELECT count(*) FROM realm").fetchone()
        if secrets < 2:
            return Kinship()
        census = _Census(database)
    accounts = [alike.values() for alike in census.accounts.values()]
    return Kinship(
        sum(len(each.realms) > 1 for alike in accounts for each in alike),
        sum(len(_doubtful(alike)) for alike in accounts),
        frozenset(restore_text(call, 0.0) for call in census.doubtful_calls()),
    )


def _doubtful(alike: Iterable[_Named]) -> list[_Named]:
    """Those that may be another: no secret has a name for both."""
    named_by = {each.realms for each in alike}
    return [each for each in alike if any(map(each.realms.isdisjoint, named_by))]


def _simultaneous(alike: Iterable[_Named]) -> Iterator[_Named]:
    """Those that may be another which was going on at their time."""
    going: list[_Named] = []
    for each in sorted(alike, key=lambda named: named.first_at):
        going = [other for other in going if other.last_at + SKEW_S >= each.first_at]
        for other in going:
            if each.realms.isdisjoint(other.realms):
                yield from (each, other)
        going.append(each)
