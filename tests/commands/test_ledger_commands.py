"""`ringback ledger` and `ringback recheck`: what they print, and how they end."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ringback.cli import main
from ringback.ledger import Ledger, StoredLedger, schema
from ringback.ledger.textform import write_statement
from ringback.spec.load import SHIPPED
from ringback.status import ExitCode
from support.leaks import leaks, secrets_of
from support.partfiles import PREACCEPT, parts
from support.recorded import capture as flow_file
from synthetic.manifest import capture
from test_captures import report

NAME = "violations"


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def ringback(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command line in this process, whose user has no ledger yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def run(*arguments: str | Path) -> Ran:
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of one capture."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.record(*report(NAME).observations)
    return path


def test_replay_keeps_what_it_reports(ringback: Any, tmp_path: Path) -> None:
    """As many stanzas and findings as there are, whatever level is printed; a second time adds none."""
    kept = tmp_path / "kept.db"
    for _ in range(2):
        assert ringback("replay", "--level", "error", "--ledger", kept, flow_file(NAME)).code == ExitCode.OK
        ledger = StoredLedger(kept)
        assert ledger.stats().stanzas == len(report(NAME).stanzas)
        assert len(list(ledger.findings())) == sum(report(NAME).funnel.findings.values())


def test_replay_refuses_a_ledger_that_it_cannot_write(ringback: Any, tmp_path: Path) -> None:
    """Before anything is read."""
    ran = ringback("replay", "--ledger", tmp_path / "missing" / "l.db", flow_file(NAME))
    assert (ran.code, ran.out) == (ExitCode.INPUT, "")
    assert "its folder does not exist: make it first" in ran.err


def test_show_tells_what_is_there(ringback: Any, path: Path) -> None:
    """Counts, clients, captures and findings, as text and as JSON; nobody is named."""
    text, data = (
        ringback("ledger", "show", "--ledger", path),
        ringback("ledger", "show", "--ledger", path, "--json"),
    )
    shown = json.loads(data.out)
    stats = StoredLedger(path).stats()
    assert (shown["stanzas"], shown["connections"]) == (stats.stanzas, stats.connections)
    assert shown["calls"] == report(NAME).funnel.calls
    assert shown["clients"] == [{"platform": "WEB", "version": "2.3000.1000000001", "connections": 2}]
    assert shown["captures"] == ["violations.flows"]
    said = {
        (each.call_id, write_statement(each)): each.severity.value for each in StoredLedger(path).findings()
    }
    assert {name: count for name, count in shown["findings"].items() if count} == Counter(said.values())
    assert "client     WEB 2.3000.1000000001: 2 connections\n" in text.out
    assert leaks(text.out + data.out, secrets_of(capture(NAME))) == set()


def test_the_name_of_the_content_is_asked_for(ringback: Any, path: Path) -> None:
    """Everything is read for it."""
    name = StoredLedger(path).content_name()
    assert "content    " not in ringback("ledger", "show", "--ledger", path).out
    assert f"content    {name}\n" in ringback("ledger", "show", "--content", "--ledger", path).out
    for options, told in ((), None), (("--content",), name):
        shown = ringback("ledger", "show", "--json", "--ledger", path, *options).out
        assert json.loads(shown)["content"] == told


def test_what_is_counted_is_not_read(ringback: Any, path: Path) -> None:
    """SQLite counts: a stanza that nobody can read hinders it no more than a million that one can."""
    before = ringback("ledger", "show", "--ledger", path).out
    with sqlite3.connect(path) as database:
        database.execute("UPDATE stanza SET node = replace(node, '<', '<<')")
    assert ringback("ledger", "show", "--ledger", path) == (ExitCode.OK, before, "")


def test_the_json_has_these_keys(ringback: Any, path: Path) -> None:
    """Programs rely on them."""
    shown = json.loads(ringback("ledger", "show", "--ledger", path, "--json").out)
    assert list(shown) == [
        "schema", "ledger", "content", "first", "last", "connections", "frames", "stanzas", "calls",
        "secrets", "records", "accounts_in_common", "accounts_in_doubt", "calls_in_doubt", "clients",
        "techniques", "captures", "findings",
    ]  # fmt: skip


def test_an_empty_ledger_is_shown(ringback: Any, tmp_path: Path) -> None:
    """Nothing yet, in so many words."""
    Ledger(tmp_path / "empty.db").close()
    ran = ringback("ledger", "show", "--ledger", tmp_path / "empty.db")
    assert "observed   nothing yet\n" in ran.out
    assert "secrets    none yet\n" in ran.out


def test_merge_makes_the_users_own_ledger(ringback: Any, path: Path, tmp_path: Path) -> None:
    """In a folder of its own, which is the user's alone; what was there before is told."""
    other = tmp_path / "other.db"
    with Ledger(other) as ledger:
        ledger.record(*report("single-callee").observations)
    ran = ringback("ledger", "merge", path, other, path)
    counts = [len(report(NAME).stanzas), len(report("single-callee").stanzas), 0]
    told = zip((path, other, path), counts, strict=True)
    assert ran.err.startswith(
        "".join(f"ringback: {name}: {new} stanzas that were not there before\n" for name, new in told)
    )
    own = tmp_path / "data" / "ringback"
    assert own.stat().st_mode & 0o777 == 0o700
    assert ringback("ledger", "show").out.startswith(f"ledger     {own / 'ledger.db'}\n")


def test_merge_says_what_several_secrets_leave_in_doubt(ringback: Any, path: Path, tmp_path: Path) -> None:
    """How many accounts are told to be one, how many may count twice, and how to avoid it; so does `show`. A
    third ledger that saw both captures settles it. (Each names the caller's number, his LID and that of the
    callee; one of them a stranger's besides.)"""
    own, third = tmp_path / "own.db", tmp_path / "third.db"
    for ledger, names in ((own, ["single-callee"]), (third, [NAME, "single-callee"])):
        with Ledger(ledger) as opened:
            opened.record(*(each for name in names for each in report(name).observations))
    ran = ringback("ledger", "merge", "--ledger", own, path)
    assert ran.code == ExitCode.OK
    doubt = "what they saw in common tells 0 accounts to be one; 7 accounts and 0 calls may count twice"
    assert (
        f"ringback: warning: {own}: recorded under 2 secrets; {doubt}; start each machine's ledger from "
        in ran.err
    )
    shown = ringback("ledger", "show", "--ledger", own).out
    assert f"secrets    2, one of them its own; {doubt}\n" in shown
    ran = ringback("ledger", "merge", "--ledger", own, third)
    known = "what they saw in common tells 4 accounts to be one, and leaves nothing in doubt"
    assert ran.err.endswith(f"ringback: {own}: recorded under 3 secrets; {known}\n")
    assert f"; {known}\n" in ringback("ledger", "show", "--ledger", own).out


@pytest.mark.parametrize("command", [["show"], ["verify"], ["export", "copy.db"]])
def test_a_ledger_that_is_not_there_is_not_made(ringback: Any, tmp_path: Path, command: list[str]) -> None:
    """Only recording and merging make one."""
    ran = ringback("ledger", *command)
    assert ran.code == ExitCode.INPUT
    assert "no ledger there; `ringback replay --ledger` records one" in ran.err
    assert not (tmp_path / "data").exists()


def test_verify_says_whether_it_is_sound(ringback: Any, path: Path) -> None:
    """And where it is not, what is wrong and what to do, with another exit code."""
    sound = ringback("ledger", "verify", "--ledger", path)
    assert (sound.code, sound.out) == (ExitCode.OK, "")
    assert "sound" in sound.err
    with sqlite3.connect(path) as database:
        database.execute("UPDATE stanza SET node = '<call' WHERE observation = 1")
    database.close()
    damaged = ringback("ledger", "verify", "--ledger", path)
    assert damaged.code == ExitCode.INPUT
    assert damaged.out.startswith("row 1 of stanza.node cannot be read\n  what to do: read the capture")


def test_verify_brings_an_older_ledger_up_to_date(ringback: Any, tmp_path: Path) -> None:
    """Before it looks at it; nothing else of a ledger is changed by a look."""
    old = tmp_path / "old.db"
    with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as database:
        schema.migrate(database, old, schema.MIGRATIONS[:1])
    assert "`ringback ledger verify` updates it" in ringback("ledger", "show", "--ledger", old).err
    assert ringback("ledger", "verify", "--ledger", old).code == ExitCode.OK
    before = old.read_bytes()
    assert ringback("ledger", "verify", "--ledger", old).code == ExitCode.OK
    assert old.read_bytes() == before


def test_export_leaves_the_secret_unless_asked(ringback: Any, path: Path, tmp_path: Path) -> None:
    """A copy holds the same; with the secret it records on, and that comes with a warning."""
    for name, options in (("copy.db", []), ("mine.db", ["--with-secret"])):
        ran = ringback("ledger", "export", "--ledger", path, *options, tmp_path / name)
        assert ran.code == ExitCode.OK
        assert ("can try phone numbers" in ran.err) == bool(options)
        copy = StoredLedger(tmp_path / name)
        assert copy.content_name() == StoredLedger(path).content_name()
        assert copy.stats().can_record == bool(options)
    assert ringback("ledger", "export", "--ledger", path, tmp_path / "copy.db").code == ExitCode.INPUT


def test_recheck_lists_what_another_specification_changes(ringback: Any, path: Path, tmp_path: Path) -> None:
    """Each change with both verdicts; against itself there is none."""
    shipped = Path(__file__).parents[2] / "addon" / "ringback" / "spec" / "data" / "call-preaccept.yaml"
    new = tmp_path / shipped.name
    new.write_text(re.sub(r"(- name: call-id\n +type: )string", r"\1int", shipped.read_text()))
    ran = ringback("recheck", "--ledger", path, "--spec", new)
    assert ran.code == ExitCode.OK
    assert "/call/preaccept/@call-id  " in ran.out
    assert "  before: fact-observed (ok, supports)\n  after:  attribute-type (" in ran.out
    assert leaks(ran.out, secrets_of(capture(NAME))) == set()
    same = ringback("recheck", "--ledger", path, "--spec", shipped)
    assert (same.code, same.out) == (ExitCode.OK, "")
    assert f"no verdict changed, {len(report(NAME).stanzas)} stanzas looked at" in same.err
    back = ringback("recheck", "--ledger", path, "--spec", shipped, "--against", new)
    assert "  after:  fact-observed (ok, supports)\n" in back.out


@pytest.mark.parametrize("is_folder", [False, True])
def test_recheck_takes_spec_parts(ringback: Any, path: Path, tmp_path: Path, is_folder: bool) -> None:
    """A part by itself, or the folder of parts; a checkout means its stanza files."""
    checkout = parts(tmp_path, call_preaccept=PREACCEPT)
    folder = checkout / "spec" / "signalling"
    ran = ringback(
        "recheck", "--ledger", path, "--spec", folder if is_folder else folder / "call-preaccept.yaml"
    )
    assert ran.code == ExitCode.OK
    assert "before: child-undocumented (note, extends)\n  after:  fact-observed (ok, supports)\n" in ran.out
    assert "content-differs" in ran.out
    assert leaks(ran.out, secrets_of(capture(NAME))) == set()
    back = ringback("recheck", "--ledger", path, "--spec", SHIPPED, "--against", folder)
    assert "before: fact-observed (ok, supports)\n  after:  child-undocumented (note, extends)\n" in back.out
