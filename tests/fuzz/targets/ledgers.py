"""Ledger files that were damaged, or made by somebody who means ill."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import TypeAlias

from fuzz.target import Script, scratch, target, text_of
from ringback.errors import LedgerError, StanzaError
from ringback.findings import Severity
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.textform import read_detail, read_statement, read_value, write_value
from ringback.ledger.verify import MAX_PROBLEMS, verify
from support.ledgers import identified
from support.viewing import observed_call

_NAME = "ledger.db"
_PAGE = 512
"""As small as SQLite has them: so more of the file is structure, and less is empty."""

_Place: TypeAlias = tuple[str, str, str, tuple[object, ...]]
"""A value: its table, its column, what picks its row, and the values for that."""


@cache
def _sound() -> bytes:
    """A ledger of one call, the same each time."""
    path = scratch("sound.db", b"")
    path.unlink()
    with Ledger(path) as ledger:
        ledger.adopt(bytes(range(32)))
        ledger.record(identified("flow-2"), *observed_call(inside="<te>0a</te>"))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute(f"PRAGMA page_size = {_PAGE}")
        database.execute("VACUUM")
    return path.read_bytes()


@target("ledger-file", words=("SQLite format 3\0", "rbL1", "CREATE TABLE ", "<call "), most_bytes=4096)
def ledger_file(data: bytes) -> None:
    """A damaged file is read, or refused with what to do; where it is found to be sound all of it is read."""
    script = Script(data)
    if script.number() % 8 == 0:
        _check(scratch(_NAME, script.rest()))
        return
    content = bytearray(_sound())
    for _ in range(16):
        if script.is_over:
            break
        offset = int.from_bytes(script.take(2), "big") % len(content)
        piece = script.take(1 + script.number() % 16)
        content[offset : offset + len(piece)] = piece
    _check(scratch(_NAME, bytes(content[: script.number() * _PAGE or None])))


@cache
def _places() -> tuple[_Place, ...]:
    """Every value of the sound ledger."""
    found: list[_Place] = []
    with closing(sqlite3.connect(scratch("places.db", _sound()))) as database:
        tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        for (table,) in tables.fetchall():
            columns = database.execute(f"PRAGMA table_info({table})").fetchall()
            keys = [name for _, name, _, _, _, number in columns if number]
            where = " AND ".join(f"{key} IS ?" for key in keys)
            rows = database.execute(f"SELECT {', '.join(keys)} FROM {table}").fetchall()
            found += [(table, name, where, row) for _, name, *_ in columns for row in rows]
    return tuple(found)


_VALUES: tuple[object, ...] = (
    *(0, 1, -1, 2**53, 2**63 - 1, -(2**63), 0.5, 1e308, float("inf"), float("-inf"), None, b"", b"\xff", ""),
    *("<call/>", "<value>x</value>", "<value><x/></value>", "{}", "[]", "[[1, 2]]", '[["a", {}]]', "null"),
    *("client", "server", "u-d14-kqfwzhtbra", "c-H32-qhtzkrwbvn", "c-H999999-qhtzkrwbvn", "T+12", "b-999999"),
)


@target("ledger-rows", words=("<call ", "<value>", '{"code":', "[[", "u-d14-kqfwzhtbra"), most_bytes=600)
def ledger_rows(data: bytes) -> None:
    """Any values in any rows are told by verify, or all of it is read, merged and found sound."""
    script = Script(data)
    is_merged = script.number() % 4 == 0
    path = scratch(_NAME, _sound())
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        for _ in range(6):
            if script.is_over:
                break
            _spoil(database, script)
    _check(path)
    if is_merged:
        _check_merged(path)


def _spoil(database: sqlite3.Connection, script: Script) -> None:
    place = int.from_bytes(script.take(2), "big")
    table, column, where, row = _places()[place % len(_places())]
    choice = script.number()
    value: object = _VALUES[choice % len(_VALUES)]
    if choice >= 128:
        value = script.piece() if choice >= 192 else text_of(script.piece()).encode(errors="replace").decode()
    # A value that SQLite takes nowhere in that column is no row that could be met.
    with suppress(sqlite3.IntegrityError, OverflowError):
        database.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value, *row))


def _check(path: Path) -> None:
    """Looks at a ledger as the commands do."""
    try:
        verification = verify(path)
    except LedgerError as error:
        assert str(path) in str(error)
        is_sound = False
    else:
        assert len(verification.problems) <= MAX_PROBLEMS
        assert all(problem.text and problem.advice for problem in verification.problems)
        is_sound = verification.is_sound
    for read in _READERS:
        try:
            read(path)
        except LedgerError as error:
            assert not is_sound, f"sound, and yet: {error}"


_READERS: tuple[Callable[[Path], object], ...] = (
    lambda path: list(StoredLedger(path).sightings()),
    lambda path: list(StoredLedger(path).findings()),
    lambda path: StoredLedger(path).clients(),
    lambda path: StoredLedger(path).stats(),
    lambda path: StoredLedger(path).kinship(),
    lambda path: StoredLedger(path).content(),
)


def _check_merged(path: Path) -> None:
    """What is taken over of another's ledger is nothing, or what was there."""
    own = path.with_name("own.db")
    for file in path.parent.glob("own.db*"):
        file.unlink()
    with Ledger(own) as ledger:
        try:
            ledger.merge(path)
        except LedgerError as error:
            assert str(error)
            assert not ledger.stats().stanzas
    if _is_sound(path):
        assert _is_sound(own)


def _is_sound(path: Path) -> bool:
    try:
        return verify(path).is_sound
    except LedgerError:
        return False


@target("ledger-text", words=('{"code":"', '"severity":"error"', '"fact":[', '"stance":"silent"', "<value>"))
def ledger_text(data: bytes) -> None:
    """A column's text is what it should be, or is refused in one of the ways that verify looks for."""
    text = text_of(data)
    with suppress(ValueError, KeyError, TypeError, IndexError):
        assert read_statement(text).severity in Severity
    with suppress(ValueError, TypeError):
        assert isinstance(read_detail(text), tuple)
    try:
        value = read_value(text)
    except StanzaError:
        return
    assert read_value(write_value(value)) == value


TARGETS = (ledger_file, ledger_rows, ledger_text)
