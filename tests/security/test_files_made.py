"""Every file that a command makes: its owner's alone, never through a link, never outside of its folder."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from ringback.cli import main
from ringback.commands.destinations import within
from ringback.errors import ExportError
from ringback.spec.load import SHIPPED
from ringback.stanza import Node
from ringback.status import ExitCode
from support.ledgers import filled, observed
from support.recorded import capture
from support.sightings import Tape, good_call, preaccept

NAME = "multi-device"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "sources" / "ledger.db"
    path.parent.mkdir()
    assert main(["replay", "--ledger", str(path), str(capture(NAME))]) == ExitCode.OK
    return path


def writing(out: Path, ledger: Path) -> dict[str, tuple[Path, list[str | Path]]]:
    """Every command that makes a file, by what it makes."""
    source = capture(NAME)
    reports = ("html", "markdown", "json", "xml", "sarif", "junit")
    spec = out / "call-preaccept.yaml"
    return {
        **{
            f"report as {form}": (
                out / f"report.{form}",
                ["report", "--format", form, "--out", out / f"report.{form}", source],
            )
            for form in reports
        },
        "event file": (out / "events.jsonl", ["replay", "--events", out / "events.jsonl", source]),
        "ledger": (out / "ledger.db", ["replay", "--ledger", out / "ledger.db", source]),
        "merged ledger": (out / "merged.db", ["ledger", "merge", "--ledger", out / "merged.db", ledger]),
        "copy of a ledger": (out / "copy.db", ["ledger", "export", "--ledger", ledger, out / "copy.db"]),
        "picture": (
            out / "call.svg",
            ["show", "--from", source, "--format", "svg", "--out", out / "call.svg", "1"],
        ),
        "check": (
            out / "check.txt",
            ["check", "--fail-on", "error", "--out", out / "check.txt", source],
        ),
        "baseline": (
            out / "known.json",
            ["check", "--fail-on", "error", "--write-baseline", out / "known.json", source],
        ),
        "captures": (
            out / "captures" / "*.yaml",
            ["export", "captures", "--ledger", ledger, "--out", out / "captures"],
        ),
        "issues": (
            out / "issues" / "*",
            ["export", "issues", "--ledger", ledger, "--out", out / "issues"],
        ),
        "stanza file": (spec, ["export", "patch", "--ledger", ledger, "--spec", spec, "--yes"]),
    }


def test_each_is_its_owners_alone(tmp_path: Path, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the umask, every file is 0600 and every folder that is made 0700."""
    out = tmp_path / "new"
    umask = os.umask(0)
    try:
        out.mkdir(mode=0o700)
        for what, (path, arguments) in writing(out, ledger).items():
            if what == "stanza file":
                path.write_bytes(SHIPPED.read_bytes())
                path.chmod(0o600)
            assert main(list(map(str, arguments))) == ExitCode.OK, (what, capsys.readouterr().err)
            made = list(path.parent.glob(path.name))
            assert made, what
    finally:
        os.umask(umask)
    modes = {str(path.relative_to(out)): stat.S_IMODE(path.lstat().st_mode) for path in out.rglob("*")}
    assert {name for name, mode in modes.items() if mode not in {0o600, 0o700}} == set()
    assert {name for name, mode in modes.items() if mode == 0o700} == {"captures", "issues"}


def test_what_sqlite_lays_beside_a_ledger_too(tmp_path: Path) -> None:
    """While it is open."""
    umask = os.umask(0)
    try:
        with filled(tmp_path / "ledger.db", *observed(*good_call(Tape()))):
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(umask)
    assert modes == dict.fromkeys(("ledger.db", "ledger.db-wal", "ledger.db-shm"), 0o600)


def test_no_link_is_written_through(tmp_path: Path, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A link in the place of each of them, to a file that is there and to one that is not: the command is
    refused, and neither comes to be or changes."""
    victim, nowhere = tmp_path / "victim", tmp_path / "nowhere"
    victim.write_bytes(SHIPPED.read_bytes())
    before = victim.read_bytes()
    for round_number, target in enumerate((victim, nowhere)):
        out = tmp_path / f"links-{round_number}"
        out.mkdir()
        for what, (path, arguments) in writing(out, ledger).items():
            names = [path.name]
            if "*" in path.name:
                twin = tmp_path / f"twin-{round_number}-{what}"
                words = [twin if word == path.parent else word for word in arguments]
                assert main(list(map(str, words))) == ExitCode.OK
                names = [file.name for file in twin.iterdir()]
                path.parent.mkdir()
            for name in names:
                (path.parent / name).symlink_to(target)
            code = main(list(map(str, arguments)))
            told = capsys.readouterr().err
            if what == "stanza file" and target is nowhere:
                assert code == ExitCode.INPUT, (what, told)
            else:
                assert code == ExitCode.INPUT, (what, told)
                assert "a symbolic link" in told or "exists: name a new file" in told, (what, told)
            assert all((path.parent / name).is_symlink() for name in names), what
        assert victim.read_bytes() == before
        assert not nowhere.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../x.yaml",
        "/etc/x",
        "a/b.yaml",
        "..",
        ".",
        "",
        ".bashrc",
        "-rf",
        "a\\b",
        "a\0b",
        "a\nb",
        "é",
        "x y",
    ],
)
def test_no_name_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    """Names of the files of an export are made of what was observed: one that is more than a name is
    refused before the first file is written."""
    with pytest.raises(ExportError, match="no name for a file of an export"):
        within(tmp_path, {"fine.yaml": "", name: ""})


def test_names_made_of_hostile_tags_stay_inside(tmp_path: Path) -> None:
    """Whatever an action of a stanza is called, a name is one, and nothing is made outside of the folder."""
    hostile = ["..", "/", "a/b", "../b", "a\\b", "-r", "-", "$(x)", "x;y", "\n", "é", "x" * 300, "preaccept"]
    ledger, tape = tmp_path / "ledger.db", Tape()
    sightings = []
    for number, tag in enumerate(hostile):
        usual = tape.sent(preaccept(stanza_id=f"P-{number}"))
        action = Node(tag, {"call-id": f"C-{number}", "call-creator": usual.node.attrs["to"]})
        sightings.append(replace(usual, node=Node("call", usual.node.attrs, (action,))))
    filled(ledger, *observed(*sightings)).close()
    for kind in ("captures", "issues"):
        out = tmp_path / "out" / kind
        chosen = [f"--action={tag}" for tag in hostile]
        assert main(["export", kind, "--ledger", str(ledger), "--out", str(out), *chosen]) == ExitCode.OK
        names = [path.name for path in out.rglob("*")]
        assert len(names) >= 3
        assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name) for name in names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.db", "out"]
