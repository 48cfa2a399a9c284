"""Whether a ledger is what it should be, and what to do where it is not."""

from __future__ import annotations

import itertools
import re
import sqlite3
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ringback.ledger import schema
from ringback.ledger.countstore import name_of
from ringback.ledger.failure import DAMAGE, refused
from ringback.ledger.opening import open_for_reading
from ringback.ledger.textform import digest, read_detail, read_node, read_statement, read_value
from ringback.pseudonyms import Pseudonyms
from ringback.spec.model import TECHNIQUES
from ringback.wording import counted

MAX_PROBLEMS = 20
"""Problems that are told; a damaged ledger has thousands, of which the first few say it all."""
MAX_SHAPES = 20_000
"""Forms of stanzas and values that are known to be readable, in each column; others are read each time."""

Advance: TypeAlias = Callable[[str, int, int], None]
"""Told what is looked at, how many rows of it have been, and of how many; of 0 where that is not known."""

_LONGEST_SHAPE = 4_096
"""Characters of a form that is remembered."""
_STRIDE = 10_000
"""Rows from one time that progress is told to the next."""
_NOT_UTF8 = "not UTF-8"
_BROKEN = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB", _NOT_UTF8})
_REBUILD = "merge it into a new ledger, which takes over what can be read, and read the captures again"
COUNT_AGAIN = "nothing: all that was counted is taken away, and counted again when it is asked for"
_MERGE = "merge it into a new ledger, which has all of it but what was counted, and is counted again"
_OF_COUNTS = frozenset({"tally", "count", "counted"})
"""Tables of what follows from the others."""
READ_AGAIN = "read the captures that it came from again into a new ledger"
_RECORD_AGAIN = "read the capture that it came from again into a new ledger"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be."""

    text: str
    """What it is; holds nothing of what was recorded."""
    advice: str
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at all of a ledger came to."""

    problems: tuple[Problem, ...]
    """At most `MAX_PROBLEMS`; none where the ledger is sound."""
    checked: int
    """Rows that were looked at."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def _advance_unseen(_what: str, _rows: int, _of: int) -> None:
    """Nobody wants to know."""


def verify(path: Path, advance: Advance = _advance_unseen) -> Verification:
    """Look at every page and every row of the ledger at `path`.

    Raises:
        LedgerError: it cannot even be opened.
    """
    with refused(path):
        database = open_for_reading(path)
        try:
            absent = tuple(itertools.islice(_absent(database), MAX_PROBLEMS))
            if absent:
                return Verification(absent, 0)
            problems = tuple(itertools.islice(_problems(database, advance), MAX_PROBLEMS))
            (checked,) = database.execute(_COUNT).fetchone()
        except (UnicodeDecodeError, MemoryError):
            told = "it cannot be read to its end: what SQLite finds in it is no text, or larger than memory"
            return Verification((Problem(told, _REBUILD),), 0)
        except sqlite3.DatabaseError as error:
            # Text that is no UTF-8 has no name among SQLite's errors: it is Python that cannot take it.
            if getattr(error, "sqlite_errorname", _NOT_UTF8) not in _BROKEN:
                raise
            return Verification((Problem(f"it cannot be read to its end: {error}", _REBUILD),), 0)
        finally:
            database.close()
    return Verification(problems, checked)


_COUNT = """SELECT (SELECT count(*) FROM connection) + (SELECT count(*) FROM observation)
    + (SELECT count(*) FROM stanza) + (SELECT count(*) FROM finding)"""


def _absent(database: sqlite3.Connection) -> Iterator[Problem]:
    """Tables and columns that a ledger has: without them nothing else can be asked."""
    for table, columns in schema.columns().items():
        advice = _MERGE if table in _OF_COUNTS else _REBUILD
        found = {name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")}
        if not found:
            yield Problem(f"the table {table} is not there", advice)
            continue
        for name in sorted(columns.keys() - found):
            yield Problem(f"the column {table}.{name} is not there", advice)


def _problems(database: sqlite3.Connection, advance: Advance) -> Iterator[Problem]:
    advance("pages", 0, 0)
    for (told,) in database.execute(f"PRAGMA integrity_check({MAX_PROBLEMS})"):
        if told != "ok":
            yield Problem(f"SQLite finds: {told}", _REBUILD)
    advance("references", 0, 0)
    for table, row, parent, _ in database.execute("PRAGMA foreign_key_check"):
        yield Problem(f"row {row} of {table} belongs to a row of {parent} that is not there", _REBUILD)
    yield from _odd_values(database, advance)
    for column in _COLUMNS:
        for row in _unreadable(database, column, advance):
            yield Problem(f"row {row} of {column.table}.{column.name} cannot be read", _RECORD_AGAIN)
    for row, name, body in database.execute("SELECT id, digest, body FROM count"):
        if not isinstance(body, bytes) or name != name_of(body):
            yield Problem(f"row {row} of count was changed after it was kept", COUNT_AGAIN)
    advance("rules", 0, 0)
    yield from _broken_rules(database)
    yield from _broken_names(database)


def _as_it_is(text: str) -> str:
    return text


_LETTERS = re.compile(r'-[a-z]{10}(?=[@"]|:[0-9])')
"""At the end of a keyed name that is, or begins, a value."""


def _shape(text: str) -> str:
    """The XML without the letters of the keyed names in it: texts of one shape are readable or not alike.

    The letters have a say only where they stand in the name of a tag or attribute, which is taken as it is,
    and in a mark, which needs a namespace: with one the whole text is.
    """
    return text if "xmlns" in text else _LETTERS.sub("-", text)


@dataclass(frozen=True, slots=True)
class _Column:
    """One whose text has to be readable."""

    table: str
    key: str
    name: str
    read: Callable[[str], object]
    """Raises what `DAMAGE` lists where it is not."""
    shape: Callable[[str], str] = _shape
    """What says of a text whether it is readable."""


_COLUMNS = (
    _Column("stanza", "observation", "node", read_node),
    _Column("stanza", "observation", "owner", read_value),
    _Column("statement", "id", "body", read_statement, _as_it_is),
    _Column("finding", "id", "call", read_value),
    _Column("finding", "id", "expected", read_value),
    _Column("finding", "id", "got", read_value),
    _Column("client", "connection", "detail", read_detail, _as_it_is),
)


def _unreadable(database: sqlite3.Connection, column: _Column, advance: Advance) -> Iterator[int]:
    """The rows whose text cannot be read."""
    table, key, name = column.table, column.key, column.name
    (of,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    known: set[str] = set()
    for number, (row, text) in enumerate(database.execute(f"SELECT {key}, {name} FROM {table}")):  # noqa: S608
        if not number % _STRIDE:
            advance(f"{table}.{name}", number, of)
        shape = column.shape(text) if isinstance(text, str) else ""
        if shape and shape in known:
            continue
        if not _is_readable(text, column.read):
            yield row
        elif len(shape) <= _LONGEST_SHAPE and len(known) < MAX_SHAPES:
            known.add(shape)


def _is_readable(text: str, read: Callable[[str], object]) -> bool:
    try:
        read(text)
    except DAMAGE:
        return False
    return True


_RULES = (
    (
        "finding {} has no evidence",
        "SELECT id FROM finding f WHERE NOT EXISTS (SELECT 1 FROM evidence WHERE finding = f.id)",
    ),
    (
        "observation {} was seen in no capture",
        "SELECT id FROM observation o WHERE NOT EXISTS (SELECT 1 FROM sight WHERE observation = o.id)",
    ),
    (
        "there are {} secrets of its own, of which there may be one",
        "SELECT count(*) FROM realm WHERE secret IS NOT NULL HAVING count(*) > 1",
    ),
)
_ENDLESS = "SELECT id FROM observation WHERE typeof(at) = 'real' AND abs(at) > ?"


def _odd_values(database: sqlite3.Connection, advance: Advance) -> Iterator[Problem]:
    """Values of another type than their column has: SQLite takes them."""
    read = {(column.table, column.name) for column in _COLUMNS}
    for table, columns in schema.columns().items():
        advance(table, 0, 0)
        odd = (f"total(typeof({name}) NOT IN ({', '.join(types)}))" for name, types in columns.items())
        counts = database.execute(f"SELECT {', '.join(odd)} FROM {table}").fetchone()  # noqa: S608
        for name, count in zip(columns, counts, strict=True):
            if count:
                told = f"{table}.{name} has {counted(int(count), 'value')} of another type"
                yield Problem(told, _RECORD_AGAIN)
        # Reading it all shows whether it is UTF-8.
        texts = [name for name, types in columns.items() if "'text'" in types and (table, name) not in read]
        if texts:
            deque(database.execute(f"SELECT {', '.join(texts)} FROM {table}"), maxlen=0)  # noqa: S608
    for (row,) in database.execute(_ENDLESS, (sys.float_info.max,)):
        yield Problem(f"observation {row} has no time", _RECORD_AGAIN)


def _broken_rules(database: sqlite3.Connection) -> Iterator[Problem]:
    for text, query in _RULES:
        for (row,) in database.execute(query):
            yield Problem(text.format(row), _RECORD_AGAIN)
    for (technique,) in database.execute("SELECT DISTINCT technique FROM sight"):
        if technique not in TECHNIQUES:
            yield Problem("something was observed by a technique that has no id", _RECORD_AGAIN)


def _broken_names(database: sqlite3.Connection) -> Iterator[Problem]:
    """Names that must follow from what they name."""
    for realm, secret in database.execute("SELECT id, secret FROM realm WHERE secret IS NOT NULL"):
        if not isinstance(secret, bytes) or Pseudonyms(secret).realm != realm:
            yield Problem("its secret is not the one that it recorded under", _RECORD_AGAIN)
    for row, name, body in database.execute("SELECT id, digest, body FROM statement"):
        if not isinstance(body, str) or name != digest(body):
            yield Problem(f"statement {row} was changed after it was recorded", _RECORD_AGAIN)
