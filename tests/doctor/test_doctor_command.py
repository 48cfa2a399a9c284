"""`ringback doctor`: each thing well and each thing amiss, with what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ringback.addon import Ringback
from ringback.cli import main
from ringback.commands.doctor import SCHEMA
from ringback.doctor import surroundings
from ringback.doctor.model import Diagnosis, State
from ringback.doctor.program import SAMPLE, dry_run, mitmproxy_api
from ringback.ledger import Ledger
from ringback.status import ExitCode
from ringback.wire.keylog import KeyLabel
from support.recorded import capture, key_log

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
KEY = re.compile("[0-9a-f]{64}")


def certificate(folder: Path, days: int) -> Path:
    """A certificate authority as mitmproxy names it, valid for so many days from now."""
    folder.mkdir(exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mitmproxy")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=900))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    path = folder / surroundings.CERTIFICATE
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def doctor(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs it on a machine with a certificate authority and no ledger; gives code, output and JSON."""
    monkeypatch.delenv("RINGBACK_KEYLOGFILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home-of-somebody"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    (tmp_path / "home-of-somebody").mkdir()
    certificate(tmp_path / "home-of-somebody" / ".mitmproxy", days=30)

    def run(*arguments: str | Path) -> tuple[int, str]:
        code = main(["doctor", *map(str, arguments)])
        return code, capfd.readouterr().out

    return run


def checks(out: str) -> dict[str, dict[str, str]]:
    return {each["name"]: each for each in json.loads(out)["checks"]}


def test_a_machine_that_is_well(doctor: Any, tmp_path: Path) -> None:
    """Every line is ok but for the key log, of which none is named; nothing is made, no home is named."""
    code, out = doctor()
    assert code == ExitCode.OK
    lines = [line for line in out.splitlines() if not line.startswith(" ")]
    assert [line.split(maxsplit=1)[0] for line in lines] == ["ok"] * 10 + ["skipped"]
    assert "61 of 61 frames opened, 1 pre-accept found" in out
    assert "the add-on loads, with 9 options" in out
    assert "home-of-somebody" not in out
    assert sorted(each.name for each in (tmp_path / "home-of-somebody").rglob("*")) == [
        ".mitmproxy",
        surroundings.CERTIFICATE,
    ]


def test_a_machine_that_is_not(doctor: Any, tmp_path: Path) -> None:
    """Each problem says what to do, as text and as JSON; the exit code is one."""
    broken = tmp_path / "spec.yaml"
    broken.write_text("id: [")
    looked_at = ("--keylog", tmp_path / "no.keys", "--confdir", tmp_path, "--spec", broken)
    arguments = (*looked_at, "--ledger", tmp_path / "none" / "ledger.db")
    code, out = doctor(*arguments)
    assert code == ExitCode.INPUT
    assert out.count("problem ") == out.count("\n         what to do: ") == 4
    code, out = doctor("--json", *arguments)
    assert code == ExitCode.INPUT
    shown = json.loads(out)
    assert (shown["schema"], shown["ok"]) == (SCHEMA, False)
    assert all(each.keys() == {"name", "state", "found", "advice"} for each in shown["checks"])
    amiss = {name for name, each in checks(out).items() if each["state"] == "problem"}
    assert amiss == {"key log", "certificate authority", "specification", "ledger"}
    assert all(bool(each["advice"]) is (each["state"] == "problem") for each in shown["checks"])


# The key log.


def test_a_key_log_is_told_without_its_keys(doctor: Any, tmp_path: Path) -> None:
    keys = Path(shutil.copy(capture("single-callee").with_suffix(".keys"), tmp_path / "mine.keys"))
    code, out = doctor("--keylog", keys)
    assert code == ExitCode.OK
    told = r"^ok +key log: .*mine\.keys: 2 sessions and 0 candidates, last written \d+ \w+ ago$"
    assert re.search(told, out, re.MULTILINE)
    assert KEY.search(out) is None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "holds no key"),
        ("nonsense\n", "holds no key"),
        ("CANDIDATE_KEY * 00\n", "the line is skipped"),
    ],
)
def test_a_key_log_without_keys_is_a_problem(tmp_path: Path, content: str, found: str) -> None:
    keys = tmp_path / "mine.keys"
    keys.write_text(content)
    diagnosis = surroundings.key_log(keys)
    assert diagnosis.state is State.PROBLEM
    assert found in diagnosis.found
    assert "keylog.mjs" in diagnosis.advice
    assert KEY.search(diagnosis.found) is None


def test_a_folder_is_no_key_log(tmp_path: Path) -> None:
    assert "is a folder" in surroundings.key_log(tmp_path).found


def test_a_key_log_grows_or_does_not(tmp_path: Path) -> None:
    """The wait ends with the first key that comes."""
    keys = tmp_path / "mine.keys"
    first, *others = [
        line
        for line in key_log("single-callee").splitlines(keepends=True)
        if KeyLabel.CLIENT_TRANSPORT.value in line or KeyLabel.SERVER_TRANSPORT.value in line
    ]
    keys.write_text(first)
    slept = []

    def write_more(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            keys.write_text(first + "".join(others))

    grown = surroundings.key_log(keys, 60.0, sleep=write_more)
    assert (grown.state, len(slept)) == (State.OK, 3)
    assert f"{len(others)} keys more" in grown.found
    still = surroundings.key_log(keys, 1.0, sleep=slept.append)
    assert still.state is State.PROBLEM
    assert "no key came within 1 s" in still.found
    assert sum(slept[3:]) == pytest.approx(1.0)


# Everything else.


def test_a_certificate_that_has_ended(tmp_path: Path) -> None:
    certificate(tmp_path, days=-1)
    diagnosis = surroundings.authority(tmp_path)
    assert diagnosis.state is State.PROBLEM
    assert "was valid until" in diagnosis.found
    assert "start mitmdump once" in diagnosis.advice


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / surroundings.CERTIFICATE).write_text("nothing of the kind")
    assert "is no certificate" in surroundings.authority(tmp_path).found


def test_a_ledger_is_looked_at_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    before = path.read_bytes()
    assert surroundings.ledger(path) == Diagnosis("ledger", State.OK, f"{path}: 0 stanzas, can be written")
    assert path.read_bytes() == before


def test_what_is_no_ledger_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("nothing of the kind " * 100)
    assert surroundings.ledger(path).state is State.PROBLEM


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of the system: the tests may run as one who may write everywhere."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert surroundings.ledger(tmp_path / "ledger.db").state is State.PROBLEM


def test_a_recording_without_its_keys_fails_the_dry_run(tmp_path: Path) -> None:
    lonely = Path(shutil.copy(SAMPLE, tmp_path / "lonely.flows"))
    diagnosis = dry_run(lonely)
    assert diagnosis.state is State.PROBLEM
    assert diagnosis.found.startswith("0 of 61 frames opened")


def test_a_mitmproxy_that_refuses_the_addon_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it raises; the words of the error are left out unless they are ours."""

    def refuse(_addon: Ringback, _loader: object) -> None:
        raise TypeError("add_option() takes 1 positional argument")

    monkeypatch.setattr(Ringback, "load", refuse)
    diagnosis = mitmproxy_api()
    assert diagnosis.state is State.PROBLEM
    assert diagnosis.found.startswith("the add-on does not load: ")
    assert "pip install" in diagnosis.advice


def test_an_installation_that_is_broken_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that cannot be imported is told, and the rest is still looked at."""
    monkeypatch.setitem(sys.modules, "ringback.commands.gathering", None)
    diagnosis = dry_run()
    assert (diagnosis.state, diagnosis.advice) == (State.PROBLEM, "install ringback anew")


def test_the_shipped_recording_is_one_of_the_captures() -> None:
    """It is a copy: when the capture is generated anew, it has to be copied anew."""
    for suffix in (".flows", ".keys"):
        assert (
            SAMPLE.with_suffix(suffix).read_bytes()
            == capture("single-callee").with_suffix(suffix).read_bytes()
        )


def test_it_is_named_in_the_readme() -> None:
    assert "ringback doctor" in README
