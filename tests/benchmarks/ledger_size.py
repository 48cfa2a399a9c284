"""What a ledger of 1,000,000 observations takes: to be read for its questions, for a report, to be counted.

Run as `python tests/benchmarks/ledger_size.py`; not part of the test run. Calls of a made-up world are
recorded as a proxy records them, then multiplied inside the database: each copy in connections of its own,
an hour later, under call-ids and stanza ids of its own. Each command runs in a process of its own, whose
processor time and largest resident memory are told. What takes more than `--limit` seconds is ended, and told
as such, but for the first counting of all calls, which is kept.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sqlite3
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from benchmarks import markers  # noqa: E402
from ringback.ledger import Ledger, alignment, countstore, findings, newest, reading  # noqa: E402
from ringback.ledger.names import digest_of_finding  # noqa: E402
from synthetic.many import many_calls  # noqa: E402

BASE_CALLS = 200
"""Calls that are recorded; the rest are their copies."""
APART_S = 3600.0
"""From one copy to the next."""
NEWEST = 500
"""Calls that are asked for where the newest are."""
FIRST = "questions of all, counted for the first time"
"""What this counts is kept, and what follows uses it: it is never ended."""
_NAMED = re.compile(r"\b([cs]-[dnhHxt][0-9]{1,6})-([a-z]{10})\b")
"""Call-ids and stanza ids: each copy has others. Users stay who they are."""
COMMANDS = {
    "questions of the newest calls": ("export", "questions", "--newest", str(NEWEST)),
    "report on the newest calls": ("report", "--newest", str(NEWEST), "--out", "{out}.md"),
    FIRST: ("export", "questions"),
    "questions of all": ("export", "questions"),
    "report on all": ("report", "--out", "{out}.md"),
    "ledger show": ("ledger", "show"),
    "ledger verify": ("ledger", "verify"),
}
QUERIES = {
    "stanzas in order of time": (reading.STANZAS, (0.0,)),
    "numbers of the connections": (reading.CONNECTIONS, ()),
    "the newest calls": (newest.CALLS, ()),
    "findings of one code": (findings.FINDINGS, ("x",)),
    "stanzas seen under two secrets": (alignment.SHARED, ()),
    "calls that are counted": (countstore.COUNTED, (1,)),
    "what was counted of them": (countstore.BODIES, (1,)),
    "whether there are other frames": (countstore.EVIDENCE, ()),
}


def record(path: Path, calls: int) -> None:
    """A ledger of so many calls, as `ringback replay` keeps them."""
    with tempfile.TemporaryDirectory() as folder:
        shown = many_calls(calls)
        flows = Path(folder) / "many.flows"
        flows.write_bytes(shown.flows)
        flows.with_suffix(".keys").write_text(shown.keys, encoding="ascii")
        arguments = ("replay", "--level", "error", "--ledger", str(path), str(flows))
        subprocess.run(command(*arguments), env=environment(), stdout=subprocess.DEVNULL, check=True)


def multiply(path: Path, observations: int) -> None:
    """Copies of all that is in the ledger until it holds so many observations at least."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        (own,) = database.execute("SELECT count(*) FROM observation").fetchone()
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -200000")
        rows = {name: database.execute(query).fetchall() for name, query in _ROWS.items()}
        bodies = dict(database.execute("SELECT id, body FROM statement"))
        for copy in range(1, -(-observations // own)):
            database.execute("BEGIN")
            _add_copy(database, rows, bodies, copy)
            database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_ROWS = {
    "connection": "SELECT id, flow FROM connection",
    "client": "SELECT * FROM client",
    "observation": "SELECT * FROM observation",
    "sight": "SELECT * FROM sight",
    "stanza": "SELECT * FROM stanza",
    "finding": "SELECT id, statement, realm, call, expected, got FROM finding",
    "evidence": "SELECT * FROM evidence",
}


def _add_copy(
    database: sqlite3.Connection, rows: dict[str, list[tuple[object, ...]]], bodies: dict[int, str], copy: int
) -> None:
    most = {
        name: max(int(str(row[0])) for row in rows[name]) for name in ("connection", "observation", "finding")
    }
    connections, seen, found = (most[name] * copy for name in ("connection", "observation", "finding"))

    def put(table: str, made: Iterator[tuple[object, ...]], width: int) -> None:
        database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", made)

    renamed = lru_cache(maxsize=None)(lambda kind, letters: f"{kind}-{_letters(f'{copy} {letters}')}")

    def named(text: object) -> str:
        return _NAMED.sub(lambda name: renamed(name[1], name[2]), str(text))

    flows = {row[0]: f"{row[1]}-{copy}" for row in rows["connection"]}
    put("connection", ((_plus(row[0], connections), flows[row[0]]) for row in rows["connection"]), 2)
    put("client", ((_plus(row[0], connections), *row[1:]) for row in rows["client"]), 5)
    put(
        "observation",
        (
            (_plus(key, seen), _plus(connection, connections), *frame, float(str(at)) + APART_S * copy)
            for key, connection, *frame, at in rows["observation"]
        ),
        6,
    )
    put("sight", ((_plus(row[0], seen), *row[1:]) for row in rows["sight"]), 4)
    put(
        "stanza",
        ((_plus(key, seen), realm, named(node), *rest) for key, realm, node, *rest in rows["stanza"]),
        6,
    )
    places = {row[0]: f"{flows[row[1]]} {row[2]} {row[3]}" for row in rows["observation"]}
    cited: dict[object, list[object]] = {}
    for finding, observation in rows["evidence"]:
        cited.setdefault(finding, []).append(observation)

    def copied() -> Iterator[tuple[object, ...]]:
        for key, statement, realm, *values in rows["finding"]:
            call, expected, got = map(named, values)
            digest = digest_of_finding(
                bodies[int(str(statement))],
                str(realm),
                call,
                expected,
                got,
                places=(places[each] for each in cited[key]),
            )
            yield (_plus(key, found), digest, statement, realm, call, expected, got)

    put("finding", copied(), 7)
    put("evidence", ((_plus(one, found), _plus(other, seen)) for one, other in rows["evidence"]), 2)


def _plus(key: object, number: int) -> int:
    return int(str(key)) + number


def _letters(text: str) -> str:
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
    letters = []
    for _ in range(10):
        number, letter = divmod(number, 26)
        letters.append(string.ascii_lowercase[letter])
    return "".join(letters)


def command(*arguments: str) -> list[str]:
    """The command line of ringback under this interpreter."""
    return [sys.executable, "-m", "ringback", *arguments]


def environment() -> dict[str, str]:
    """One in which this checkout is imported."""
    return {**os.environ, "PYTHONPATH": str(TESTS.parent / "addon")}


def measure(arguments: tuple[str, ...], ledger: Path, limit_s: float) -> str:
    """What the command took, in cells of a table."""
    out = str(ledger.with_suffix(".out"))
    named = [each.format(out=out) for each in arguments]
    target = [str(ledger)] if arguments[0] == "report" else ["--ledger", str(ledger)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    child = subprocess.Popen(
        command(*named, *target), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    most = 0
    while child.poll() is None:
        most = max(most, _resident(child.pid))
        if time.monotonic() - begun > limit_s:
            child.kill()
            child.wait()
            return f"more than {limit_s:.0f} s | | {most / 2**20:,.0f} MB or more"
        time.sleep(0.05)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if child.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {child.returncode}")
    return f"{time.monotonic() - begun:.1f} s | {spent:.1f} s | {most / 2**20:,.0f} MB"


def _resident(process: int) -> int:
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def plans(path: Path) -> str:
    """How SQLite goes about each query that grows with a ledger."""
    with closing(sqlite3.connect(path)) as database:
        lines = ["| query | plan |", "| --- | --- |"]
        for name, (query, values) in QUERIES.items():
            steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", values)]
            lines.append(f"| {name} | {'; '.join(f'`{step}`' for step in dict.fromkeys(steps))} |")
    return "\n".join(lines)


def main() -> None:
    """Parse the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--observations", type=int, default=1_000_000, help="default: %(default)s")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="keep the ledger there, or use that one")
    parser.add_argument(
        "--limit", type=float, default=120.0, help="seconds of one command (default: %(default)s)"
    )
    parser.add_argument(
        "--markdown", type=Path, metavar="PAGE", help="write it into PAGE, between its markers"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.ledger or Path(folder) / "ledger.db"
        if not path.exists():
            record(path, BASE_CALLS)
            multiply(path, arguments.observations)
        # One that was made by an older ringback is brought up to date.
        Ledger(path).close()
        with closing(sqlite3.connect(path)) as database:
            (count,) = database.execute("SELECT count(*) FROM observation").fetchone()
            (calls,) = database.execute(
                "SELECT count(DISTINCT call) FROM finding WHERE call != ''"
            ).fetchone()
        told = [f"{count:,} observations of {calls:,} calls, {path.stat().st_size / 2**20:,.0f} MB."]
        rows = ["| command | took | processor | most memory |", "| --- | --: | --: | --: |"]
        for name, named in COMMANDS.items():
            limit = float("inf") if name == FIRST else arguments.limit
            rows.append(f"| {name} | {measure(named, path, limit)} |")
            print(rows[-1], flush=True)
        told += ["\n".join(rows), f"The newest calls are {NEWEST}; {markers.surroundings()}.", plans(path)]
    text = "\n\n".join(told)
    print(text)
    if arguments.markdown:
        markers.put(arguments.markdown, "ledger", text)


if __name__ == "__main__":
    main()
