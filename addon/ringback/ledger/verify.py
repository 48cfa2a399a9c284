"""Whether a ledger is what it should be, and what to do where it is not."""

from __future__ import annotations

import itertools
import math
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ringback.ledger import schema
from ringback.ledger.failure import DAMAGE, refused
from ringback.ledger.opening import open_for_reading
from ringback.ledger.textform import digest, read_detail, read_node, read_statement, read_value
from ringback.pseudonyms import Pseudonyms
from ringback.spec.model import TECHNIQUES
from ringback.wording import counted

MAX_PROBLEMS = 20
"""Problems that are told; a damaged ledger has thousands, of which the first few say it all."""

_NOT_UTF8 = "not UTF-8"
_BROKEN = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB", _NOT_UTF8})
_REBUILD = "merge it into a new ledger, which takes over what can be read, and read the captures again"
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


def verify(path: Path) -> Verification:
    """Look at every page and every row of the ledger at `path`.

    Raises:
        LedgerError: it cannot even be opened.
    """
    with refused(path):
        database = open_for_reading(path)
        try:
            problems = tuple(itertools.islice(_problems(database), MAX_PROBLEMS))
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


def _problems(database: sqlite3.Connection) -> Iterator[Problem]:
    for (told,) in database.execute(f"PRAGMA integrity_check({MAX_PROBLEMS})"):
        if told != "ok":
            yield Problem(f"SQLite finds: {told}", _REBUILD)
    for table, row, parent, _ in database.execute("PRAGMA foreign_key_check"):
        yield Problem(f"row {row} of {table} belongs to a row of {parent} that is not there", _REBUILD)
    yield from _odd_values(database)
    for column, query, read in _COLUMNS:
        for row, text in database.execute(query):
            if not _is_readable(text, read):
                yield Problem(f"row {row} of {column} cannot be read", _RECORD_AGAIN)
    yield from _broken_rules(database)
    yield from _broken_names(database)


def _is_readable(text: str, read: Callable[[str], object]) -> bool:
    try:
        read(text)
    except DAMAGE:
        return False
    return True


_COLUMNS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("stanza.node", "SELECT observation, node FROM stanza", read_node),
    ("stanza.owner", "SELECT observation, owner FROM stanza", read_value),
    ("statement.body", "SELECT id, body FROM statement", read_statement),
    ("finding.call", "SELECT id, call FROM finding", read_value),
    ("finding.expected", "SELECT id, expected FROM finding", read_value),
    ("finding.got", "SELECT id, got FROM finding", read_value),
    ("client.detail", "SELECT connection, detail FROM client", read_detail),
)
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


def _odd_values(database: sqlite3.Connection) -> Iterator[Problem]:
    """Values of another type than their column has: SQLite takes them."""
    for table, columns in schema.columns().items():
        odd = (f"total(typeof({name}) NOT IN ({', '.join(types)}))" for name, types in columns.items())
        counts = database.execute(f"SELECT {', '.join(odd)} FROM {table}").fetchone()  # noqa: S608
        for name, count in zip(columns, counts, strict=True):
            if count:
                told = f"{table}.{name} has {counted(int(count), 'value')} of another type"
                yield Problem(told, _RECORD_AGAIN)
        # Reading it all shows whether it is UTF-8.
        deque(database.execute(f"SELECT {', '.join(columns)} FROM {table}"), maxlen=0)  # noqa: S608
    for row, at in database.execute("SELECT id, at FROM observation"):
        if isinstance(at, float) and not math.isfinite(at):
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
