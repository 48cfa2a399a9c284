"""No command writes over what it reads."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ringback.cli import main
from ringback.spec.load import SHIPPED
from ringback.status import ExitCode
from support.printed_nodes import WHATSMEOW
from support.recorded import capture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A capture, the key log beside it, and a specification."""
    source = capture("multi-device")
    shutil.copy(source, tmp_path / "lab.flows")
    shutil.copy(source.with_suffix(".keys"), tmp_path / "lab.keys")
    shutil.copy(source.with_suffix(".keys"), tmp_path / "named")
    shutil.copy(SHIPPED, tmp_path / SHIPPED.name)
    (tmp_path / "known.json").write_text('{"schema": "ringback-baseline/1", "findings": []}')
    return tmp_path


@pytest.fixture
def ringback(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line; gives exit code and standard error."""

    def run(*arguments: str | Path) -> tuple[int, str]:
        code = main(list(map(str, arguments)))
        return code, capsys.readouterr().err

    return run


COMMANDS = {
    "report": ("report", "--out", "OUT", "lab.flows"),
    "show": ("show", "--from", "lab.flows", "--out", "OUT", "1"),
    "picture": ("show", "--from", "lab.flows", "--format", "svg", "--out", "OUT", "1"),
    "check": ("check", "--baseline", "known.json", "--out", "OUT", "lab.flows"),
    "baseline": ("check", "--write-baseline", "OUT", "lab.flows"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("named", "options", "told"),
    [
        ("lab.flows", (), "one of the sources"),
        ("lab.keys", (), "the key log of a source"),
        ("named", ("--keylog", "named"), "the key log"),
        (SHIPPED.name, ("--spec", SHIPPED.name), "a file of the specification"),
        (SHIPPED.name, ("--spec", "."), "a file of the specification"),
    ],
)
def test_an_input_is_not_written_over(
    ringback: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    named: str,
    options: Any,
    told: str,
) -> None:
    """Under its own name, or that of a link; said before anything is read."""
    monkeypatch.chdir(folder)
    before = (folder / named).read_bytes()
    (folder / "soft").symlink_to(named)
    os.link(named, "hard")
    name, *others = COMMANDS[command]
    for out in (named, "soft", "hard"):
        code, err = ringback(name, *options, *(out if each == "OUT" else each for each in others))
        assert code == ExitCode.USAGE
        assert f"{out} is {told}; name another file" in err
    assert (folder / named).read_bytes() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_of_a_folder_is_not_written_over(
    ringback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """A log in a folder that is a source is a source, though nothing else tells that it is evidence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.json").write_text('{"schema": "ringback-baseline/1", "findings": []}')
    (tmp_path / "lab.flows").mkdir()
    log = tmp_path / "lab.flows" / "client.log"
    log.write_text(f"[Client/Recv DEBUG] {WHATSMEOW}\n")
    before = log.read_bytes()
    name, *others = COMMANDS[command]
    code, err = ringback(name, *(str(log) if each == "OUT" else each for each in others))
    assert code == ExitCode.USAGE
    assert "is one of the sources; name another file" in err
    assert log.read_bytes() == before


def test_the_baseline_that_is_read_is_an_input(ringback: Any, folder: Path) -> None:
    known = folder / "known.json"
    code, err = ringback("check", "--baseline", known, "--out", known, folder / "lab.flows")
    assert code == ExitCode.USAGE
    assert "is the baseline" in err


@pytest.mark.parametrize("command", COMMANDS)
def test_evidence_of_another_run_is_not_written_over(
    ringback: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(folder)
    before = (folder / "named").read_bytes()
    name, *others = COMMANDS[command]
    code, err = ringback(name, *("named" if each == "OUT" else each for each in others))
    assert code == ExitCode.INPUT
    assert "is a key log; it was left as it is" in err
    assert (folder / "named").read_bytes() == before


def test_a_ledger_is_an_input(ringback: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own too, which no option names; and no export takes its place."""
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    ledger = folder / "ringback" / "ledger.db"
    ledger.parent.mkdir()
    assert ringback("replay", "--ledger", ledger, folder / "lab.flows")[0] == ExitCode.OK
    code, err = ringback("report", "--out", ledger)
    assert code == ExitCode.USAGE
    assert "is the ledger" in err
    out = folder / "out"
    code, _ = ringback("export", "captures", "--out", out)
    assert code == ExitCode.OK
    first, *_ = sorted(out.iterdir())
    first.unlink()
    first.symlink_to(ledger)
    code, err = ringback("export", "captures", "--out", out)
    assert code == ExitCode.USAGE
    assert "is the ledger" in err
    assert ringback("ledger", "verify", "--ledger", ledger)[0] == ExitCode.OK
