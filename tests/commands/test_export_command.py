"""`ringback export` on a ledger."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ringback.cli import main
from ringback.spec.load import SHIPPED, load_specification
from ringback.status import ExitCode
from support.ledgers import filled, observed
from support.machines import connections, machine, merged
from support.weighing import shipped

NAME = "call-preaccept.yaml"
TEXT = SHIPPED.read_text("utf-8")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a shipped capture shows."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    filled(path, *observed(*shipped("multi-device").sightings)).close()
    return path


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A stanza file that may be changed."""
    path = tmp_path / NAME
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def ringback(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line; gives exit code, standard output and standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["export", *map(str, arguments)])
        return (code, *capsys.readouterr())

    return run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_captures_are_written_under_their_names(ringback: Any, ledger: Path, tmp_path: Path) -> None:
    """Twice the same bytes; standard output stays free."""
    first = ringback("captures", "--ledger", ledger, "--out", tmp_path / "one")
    ringback("captures", "--ledger", ledger, "--out", tmp_path / "two", "--contributor", "octocat")
    assert first == (
        ExitCode.OK,
        "",
        f"ringback: {len(list((tmp_path / 'one').iterdir()))} files written to {tmp_path / 'one'}\n",
    )
    for file in (tmp_path / "one").iterdir():
        text = file.read_text("utf-8")
        assert text.startswith(f"id: {file.stem}\n")
        named = (tmp_path / "two" / file.name).read_text("utf-8")
        assert named.replace("  contributor: octocat\n", "") == text


def test_actions_choose_the_stanzas(ringback: Any, ledger: Path, tmp_path: Path) -> None:
    """Pre-accepts by default."""
    ringback("captures", "--ledger", ledger, "--out", tmp_path / "a")
    ringback("captures", "--ledger", ledger, "--out", tmp_path / "b", "--action", "offer")
    assert {file.name[:14] for file in (tmp_path / "a").iterdir()} == {"call-preaccept"}
    assert {file.name[:10] for file in (tmp_path / "b").iterdir()} == {"call-offer"}


def test_issues_come_with_a_script(ringback: Any, ledger: Path, tmp_path: Path) -> None:
    """Run from elsewhere it hands every body to gh, each under a title of its own."""
    folder, tools = tmp_path / "new" / "is sues", tmp_path / "bin"
    code, out, _ = ringback("issues", "--ledger", ledger, "--out", folder)
    assert (code, out) == (ExitCode.OK, "")
    script = folder / "file-them.sh"
    assert not script.stat().st_mode & 0o111
    tools.mkdir()
    gh = tools / "gh"
    gh.write_text('#!/bin/sh\nfor last; do :; done\ntest -s "$last" && echo "$last|$5|$6|$7"\n')
    gh.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", script], cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True, check=True
    )
    filed = [line.split("|") for line in done.stdout.splitlines()]
    assert sorted(line[0] for line in filed) == sorted(file.name for file in folder.glob("*.md"))
    assert {line[1] for line in filed} == {"--title"}, filed
    assert len({line[2] for line in filed}) == len(filed) > 0


def test_an_action_that_was_not_seen_is_told(ringback: Any, ledger: Path, tmp_path: Path) -> None:
    """With those that were; no folder is made."""
    out = tmp_path / "out"
    code, printed, err = ringback("captures", "--ledger", ledger, "--out", out, "--action", "nosuch")
    assert (code, printed) == (ExitCode.INPUT, "")
    assert "no nosuch among these calls; they have accept, " in err
    assert not out.exists()


def test_patch_accepts_all_with_yes(ringback: Any, ledger: Path, spec: Path) -> None:
    """The file is changed in place, the diff printed; a second time there is nothing left to do."""
    spec.chmod(0o640)
    code, out, err = ringback("patch", "--yes", "--ledger", ledger, "--spec", spec)
    assert (code, err) == (ExitCode.OK, "ringback: 1 of 1 stanza file changed\n")
    assert out.startswith(f"--- a/{NAME}\n+++ b/{NAME}\n@@")
    assert "call/preaccept/audio" in {
        fact.path for fact in load_specification(spec).stanzas[spec.stem].facts()
    }
    assert [file.name for file in spec.parent.iterdir()] == [NAME]
    assert spec.stat().st_mode & 0o777 == 0o640
    again = ringback("patch", "--yes", "--ledger", ledger, "--spec", spec)
    assert again == (ExitCode.OK, "", "ringback: 0 of 1 stanza file changed\n")


def test_patch_shows_each_change_and_takes_accept_or_skip(
    ringback: Any, ledger: Path, spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its evidence, on standard error; what was skipped is not in the file."""
    answers = ["accept"] + ["skip"] * 50
    monkeypatch.setattr(sys, "stdin", Terminal("\n".join(answers)))
    code, out, err = ringback("patch", "--ledger", ledger, "--spec", spec)
    assert code == ExitCode.OK
    assert "[1/" in err
    assert "evidence added: call/preaccept\n  the evidence is named as a source\n    - " in err
    assert "not further: One technique shows it" in err
    assert out.count("\n@@") == 1
    assert out.count("ringback: as stated in") == 1
    assert spec.read_text("utf-8") != TEXT


def test_patch_interrupted_changes_nothing(
    ringback: Any, ledger: Path, spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written before the last answer."""
    monkeypatch.setattr(sys, "stdin", Terminal("accept\n"))
    code, out, _ = ringback("patch", "--ledger", ledger, "--spec", spec)
    assert (code, out) == (ExitCode.INTERRUPTED, "")
    assert spec.read_text("utf-8") == TEXT


def test_patch_refuses_to_guess(
    ringback: Any, ledger: Path, spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can be asked, --yes must be said."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("accept\n" * 50))
    code, _, err = ringback("patch", "--ledger", ledger, "--spec", spec)
    assert code == ExitCode.USAGE
    assert "or accept all with --yes" in err
    assert spec.read_text("utf-8") == TEXT


def test_patch_leaves_the_shipped_file_alone(ringback: Any, ledger: Path) -> None:
    """It must be named which file is to be changed."""
    code, _, err = ringback("patch", "--yes", "--ledger", ledger)
    assert code == ExitCode.INPUT
    assert "name the stanza file to change with --spec" in err
    assert SHIPPED.read_text("utf-8") == TEXT


def test_patch_finds_the_files_of_a_checkout(ringback: Any, ledger: Path, tmp_path: Path) -> None:
    """As the specification is found there."""
    file = tmp_path / "spec" / "stanzas" / NAME
    file.parent.mkdir(parents=True)
    file.write_text(TEXT, "utf-8")
    assert ringback("patch", "--yes", "--ledger", ledger, "--spec", tmp_path)[0] == ExitCode.OK
    assert file.read_text("utf-8") != TEXT


def test_questions_are_printed(ringback: Any, ledger: Path) -> None:
    """As Markdown, or as one JSON object."""
    code, out, err = ringback("questions", "--ledger", ledger)
    assert (code, out[:16], err) == (ExitCode.OK, "# Open questions", "")
    _, out, _ = ringback("questions", "--format", "json", "--ledger", ledger)
    assert json.loads(out)["format"] == 1


@pytest.mark.parametrize("command", ["captures", "issues", "patch", "questions"])
def test_raw_values_are_refused(ringback: Any, ledger: Path, command: str) -> None:
    """Exports are for publication."""
    code, out, err = ringback(command, "--ledger", ledger, "--raw")
    assert (code, out) == (ExitCode.USAGE, "")
    assert "raw values are refused" in err


def test_no_ledger_is_told_and_none_is_made(ringback: Any, tmp_path: Path) -> None:
    """Reading makes no file."""
    code, _, err = ringback("questions", "--ledger", tmp_path / "none.db")
    assert code == ExitCode.INPUT
    assert "no ledger there" in err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_ledger_gives_nothing(ringback: Any, tmp_path: Path) -> None:
    """A ledger without a call has nothing to say."""
    filled(tmp_path / "empty.db").close()
    code, _, err = ringback("questions", "--ledger", tmp_path / "empty.db")
    assert code == ExitCode.INPUT
    assert "no call in this ledger" in err


@pytest.mark.parametrize("command", ["questions", "captures", "issues"])
def test_a_ledger_that_takes_nothing_is_exported(
    ringback: Any, ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Whoever was given one to read need not be able to write it: it is opened for reading alone."""

    def refuse(path: Path) -> None:
        raise AssertionError(path)

    monkeypatch.setattr("ringback.ledger.store.open_for_writing", refuse)
    out = [] if command == "questions" else ["--out", tmp_path / "out"]
    assert ringback(command, "--ledger", ledger, *out)[0] == ExitCode.OK


def test_a_folder_that_cannot_be_written_is_told(ringback: Any, ledger: Path, tmp_path: Path) -> None:
    """With the file's name."""
    (tmp_path / "file").write_text("x")
    code, _, err = ringback("captures", "--ledger", ledger, "--out", tmp_path / "file")
    assert code == ExitCode.INPUT
    assert "cannot be written" in err


def test_questions_say_what_secrets_of_their_own_leave_in_doubt(ringback: Any, tmp_path: Path) -> None:
    """A call that was recorded at its two ends under two secrets may be two, and the verdicts on it say so;
    those on one that a single secret recorded do not."""
    caller, *callees = connections("multi-device")
    ends = machine(tmp_path / "a.db", caller), machine(tmp_path / "b.db", *callees)
    both = merged(tmp_path / "both.db", *ends)
    doubt = (
        "calls, or stanzas of them, may count twice: they were recorded at one time under different secrets"
    )
    for ledger, expected in ((both, True), (ends[0], False)):
        code, out, _ = ringback("questions", "--ledger", ledger)
        assert code == ExitCode.OK
        assert (f"- But: 2 of the 2 {doubt}" in out) is (doubt in out) is expected
