"""`verify` finds what is not as it should be, and says what to do."""

from __future__ import annotations

import gc
import io
import itertools
import os
import resource
import shutil
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ringback.cli import main
from ringback.commands.environment import Environment
from ringback.commands.ledger import verify_ledger
from ringback.errors import LedgerError
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.failure import refused
from ringback.ledger.opening import open_for_reading
from ringback.ledger.verify import MAX_PROBLEMS, verify
from ringback.status import ExitCode
from support.ledgers import filled, identified, observed, raw
from support.processes import in_child
from support.sightings import Tape, good_call
from test_captures import report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    filled(path, identified(), *observed(*good_call(Tape()))).close()
    return path


def test_a_sound_ledger_has_no_problem(path: Path) -> None:
    """Also an empty one, and one of a capture in which everything is wrong."""
    assert verify(path).is_sound
    with Ledger(path) as ledger:
        ledger.record(*report("violations").observations)
        verification = ledger.verify()
    assert verification.is_sound
    assert verification.checked > 1000
    with Ledger(path.with_name("empty.db")) as ledger:
        assert (ledger.verify().is_sound, ledger.verify().checked) == (True, 0)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE stanza SET node = '<call' WHERE observation = 1", "row 1 of stanza.node cannot be read"),
        ("UPDATE stanza SET owner = '<value><x/></value>' WHERE observation = 2", "row 2 of stanza.owner"),
        ("UPDATE statement SET body = '{}' WHERE id = 1", "row 1 of statement.body cannot be read"),
        ("UPDATE statement SET body = replace(body, 'ok', 'note') WHERE id = 1", "statement 1 was changed"),
        ("UPDATE finding SET call = 'c' WHERE id = 3", "row 3 of finding.call cannot be read"),
        ("UPDATE finding SET got = '<x' WHERE id = 3", "row 3 of finding.got cannot be read"),
        ("UPDATE client SET detail = '['", "of client.detail cannot be read"),
        ("DELETE FROM evidence WHERE finding = 2", "finding 2 has no evidence"),
        ("DELETE FROM sight WHERE observation = 4", "observation 4 was seen in no capture"),
        ("DELETE FROM connection", "of observation belongs to a row of connection that is not there"),
        ("UPDATE sight SET technique = 'guessing'", "by a technique that has no id"),
        ("UPDATE realm SET secret = zeroblob(32)", "its secret is not the one"),
        ("INSERT INTO realm VALUES ('x', zeroblob(32))", "there are 2 secrets of its own"),
        ("UPDATE observation SET at = 9e999 WHERE id = 2", "observation 2 has no time"),
        ("UPDATE observation SET at = 'x'", "observation.at has 9 values of another type"),
        (
            "UPDATE stanza SET trailing = 0.5 WHERE observation = 1",
            "stanza.trailing has 1 value of another type",
        ),
        (
            "UPDATE statement SET body = CAST(body AS BLOB) WHERE id = 1",
            "statement.body has 1 value of another",
        ),
        ("UPDATE stanza SET node = CAST(x'ff' AS TEXT)", "it cannot be read to its end"),
        ("UPDATE sight SET capture = CAST(x'ff' AS TEXT)", "it cannot be read to its end"),
        ("""UPDATE client SET detail = '[["model", {}]]'""", "of client.detail cannot be read"),
    ],
)
def test_each_damage_is_told_with_its_place_and_what_to_do(path: Path, damage: str, told: str) -> None:
    """And none of them breaks the look at the rest."""
    with raw(path) as database:
        database.execute(damage)
    problems = verify(path).problems
    assert any(told in problem.text for problem in problems), problems
    assert all(problem.advice for problem in problems)


@pytest.mark.parametrize(
    ("damage", "told", "advice"),
    [
        ("DROP TABLE tally", "the table tally is not there", "merge it into a new ledger"),
        ("ALTER TABLE tally DROP COLUMN doubtful", "the column tally.doubtful is not there", "merge it"),
        ("DROP TABLE stanza", "the table stanza is not there", "read the captures again"),
        ("DROP TABLE migration", "it is damaged", "read the captures that it came from again"),
    ],
)
def test_what_is_not_there_is_told_with_what_to_do(
    path: Path, capsys: pytest.CaptureFixture[str], damage: str, told: str, advice: str
) -> None:
    """And whoever asks for what rests on it is sent to `verify`."""
    with raw(path) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute(damage)
    assert main(["ledger", "verify", "--ledger", str(path)]) == ExitCode.INPUT
    shown = capsys.readouterr().out
    assert told in shown
    assert advice in shown
    assert main(["export", "questions", "--ledger", str(path)]) == ExitCode.INPUT
    assert "it is damaged: see `ringback ledger verify`" in capsys.readouterr().err


def test_counts_that_are_gone_cost_nothing_else(path: Path) -> None:
    """What `verify` says to do gives all back that was recorded."""
    before = StoredLedger(path).content_name()
    with raw(path) as database:
        database.execute("DROP TABLE tally")
    other = path.with_name("new.db")
    assert main(["ledger", "merge", "--ledger", str(other), str(path)]) == ExitCode.OK
    assert StoredLedger(other).content_name() == before
    assert verify(other).is_sound


def test_a_file_that_was_cut_is_not_sent_to_verify_by_verify(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that the captures have to be read again; programs are told so, too."""
    with raw(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(path, 8_192)
    for more in ([], ["--json"]):
        assert main(["ledger", "verify", "--ledger", str(path), *more]) == ExitCode.INPUT
        shown = capsys.readouterr()
        assert "read the captures that it came from again into a new ledger" in shown.out
        assert "see `ringback" not in shown.out + shown.err


@pytest.mark.parametrize("command", ["show", "verify"])
def test_an_empty_file_is_told_to_be_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """It is left as it is, and nothing is said of an older ringback."""
    path = tmp_path / "empty.db"
    path.touch()
    assert main(["ledger", command, "--ledger", str(path)]) == ExitCode.INPUT
    assert "empty, nothing was recorded there" in capsys.readouterr().err
    assert path.stat().st_size == 0


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [
        ('<a n="c-h9-abcdefghij"/>', '<a n="c-h9-klmnopqrst" n="c-h9-klmnopqrst"/>'),
        ('<a n-d3-abcdefghij="1" n-d3-klmnopqrst="1"/>', '<a n-d3-abcdefghij="1" n-d3-abcdefghij="1"/>'),
        ("<a><n-d3-abcdefghij></n-d3-abcdefghij></a>", "<a><n-d3-abcdefghij></n-d3-klmnopqrst></a>"),
        (
            '<a xmlns:rb="urn:ringback:stanza:1" n-d3-abcdefghij="b@lid" rb:text="n-d3-abcdefghij"/>',
            '<a xmlns:rb="urn:ringback:stanza:1" n-d3-abcdefghij="b@lid" rb:text="n-d3-klmnopqrst"/>',
        ),
    ],
)
def test_no_stanza_passes_for_another_one(path: Path, sound: str, damaged: str) -> None:
    """What differs in the letters of a name alone is read once, where these have no say."""
    with raw(path) as database:
        database.execute("UPDATE stanza SET node = ?", (sound,))
        assert verify(path).is_sound
        database.execute("UPDATE stanza SET node = ? WHERE observation = 9", (damaged,))
    assert [each.text for each in verify(path).problems] == ["row 9 of stanza.node cannot be read"]


def test_each_step_is_told_with_how_far_it_is(path: Path) -> None:
    """What has no number of rows has none; a column is told from its first row on."""
    told: list[tuple[str, int, int]] = []
    verify(path, lambda *step: told.append(step))
    assert told[0] == ("pages", 0, 0)
    assert ("stanza.node", 0, 9) in told
    assert told[-1] == ("rules", 0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_ctrl_c_ends_what_sqlite_is_at(path: Path) -> None:
    """However long one statement takes: it is no damage, and no fault."""
    endless = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 100000000) "
    press = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    press.start()
    with closing(open_for_reading(path)) as database, pytest.raises(KeyboardInterrupt), refused(path):
        database.execute(endless + "SELECT count(*) FROM n").fetchone()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE stanza SET node = '<call'",
        "UPDATE observation SET at = 9e999",
        "UPDATE observation SET at = 'x'",
        "UPDATE statement SET body = '[]'",
        "UPDATE finding SET got = x'ff'",
        "UPDATE client SET detail = 1",
        "UPDATE connection SET flow = CAST(id || x'ff' AS TEXT)",
    ],
)
def test_a_damaged_value_is_refused_by_whoever_reads_it(path: Path, damage: str) -> None:
    """Not as a fault of ringback's own: the message says what to do, and nothing keeps the file open."""
    with raw(path) as database:
        database.execute(damage)
    stored = StoredLedger(path)
    with pytest.raises(LedgerError, match="it is damaged: see `ringback ledger verify`"):
        list(itertools.chain(stored.sightings(), stored.findings(), stored.clients()))
    assert not verify(path).is_sound
    with raw(path) as database:
        database.execute("PRAGMA busy_timeout = 0")
        database.execute("BEGIN EXCLUSIVE")


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Nothing is let go of but what nobody refers to."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
def test_a_look_that_failed_lets_go_of_the_file(path: Path) -> None:
    """At once, so that it can be written or replaced."""
    before = sum(isinstance(each, sqlite3.Connection) for each in gc.get_objects())
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xff" * len(content[4096 * 3 :])
    path.write_bytes(content)
    try:
        StoredLedger(path)
    except LedgerError as error:
        told = str(error)
    assert "it is damaged" in told
    assert sum(isinstance(each, sqlite3.Connection) for each in gc.get_objects()) == before


def test_a_damaged_page_is_told(path: Path) -> None:
    """Bytes that somebody or something wrote into the middle of the file."""
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xff" * 4096 * 6
    path.write_bytes(content)
    problems = verify(path).problems
    assert problems
    assert "new ledger" in problems[0].advice


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of POSIX")
@pytest.mark.parametrize("is_open", [False, True])
def test_a_full_disk_hinders_no_look(is_open: bool) -> None:
    """Also where the process that recorded was killed and its last rows stand in the log beside the file."""
    stanzas = observed(*good_call(Tape()))

    def prepare(folder: Path) -> None:
        ledger = filled(folder / "first.db", *stanzas)
        if not is_open:
            ledger.close()
        for each in folder.glob("first.db*"):
            if not each.name.endswith("-shm"):
                shutil.copy(each, folder / each.name.replace("first", "ledger"))
        ledger.close()

    def look(folder: Path) -> tuple[int, int, int]:
        path = folder / "ledger.db"
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        try:
            code = verify_ledger(path, Environment(io.StringIO(), None), as_json=False)
            on_full_disk = StoredLedger(path).stats().stanzas
        finally:
            # Else a failure could not be printed.
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return code, on_full_disk, Ledger(path).stats().stanzas

    assert in_child(look, prepare=prepare) == (ExitCode.OK, len(stanzas), len(stanzas))


def test_a_step_of_the_schema_that_is_no_text_is_told(path: Path) -> None:
    """Python's own error about it has no name of SQLite's."""
    with raw(path) as database:
        database.execute("UPDATE migration SET name = CAST(x'ff' AS TEXT) WHERE number = 1")
    with pytest.raises(LedgerError, match="it is damaged: see"):
        verify(path)


def test_a_schema_that_is_no_text_is_told(path: Path) -> None:
    """SQLite quotes it in its message, which Python then cannot read."""
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE realm", b"CREATE TABL\xff realm"))
    with pytest.raises(LedgerError, match="it is damaged: see"):
        verify(path)


def test_a_file_cut_short_is_told(path: Path) -> None:
    """As a broken copy leaves it: it cannot even be opened, and that says what to do."""
    content = path.read_bytes()
    for length in (2000, len(content) // 2):
        path.write_bytes(content[:length])
        with pytest.raises(LedgerError, match=r"damaged.*read the captures into a new one"):
            verify(path)


def test_a_wholly_damaged_ledger_is_told_in_a_few_lines(path: Path) -> None:
    """The first problems say it all."""
    with Ledger(path) as ledger:
        ledger.record(*report("violations").observations)
    with raw(path) as database:
        database.execute("UPDATE stanza SET node = ''")
    assert len(verify(path).problems) == MAX_PROBLEMS
