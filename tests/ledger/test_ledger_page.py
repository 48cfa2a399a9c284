"""`docs/ledger.md` says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import ringback
from ringback.keyednames import KeyedName
from ringback.ledger import Ledger
from ringback.ledger.outlet import MAX_BACKLOG
from support.ledgers import raw

PAGE = (Path(ringback.__file__).parent / "docs" / "ledger.md").read_text()


def test_every_table_is_on_the_page(tmp_path: Path) -> None:
    """And no other."""
    Ledger(tmp_path / "ledger.db").close()
    with raw(tmp_path / "ledger.db") as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall("`([a-z]+)`", row)} == tables


def test_numbers_and_spellings_are_those_of_the_code() -> None:
    """The backlog's limit, and the pseudonym that is shown."""
    assert f"up to {MAX_BACKLOG:,} observations" in PAGE
    (shown,) = set(re.findall("`(u-[a-z0-9-]+)`", PAGE))
    assert KeyedName.maybe_parse(shown) is not None
