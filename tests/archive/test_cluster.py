"""`ringback replay --cluster`: a real scheduler and two workers on loopback, one of them killed at work."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringback.archive.cluster import do_on_cluster, is_private
from ringback.archive.task import Job
from ringback.cli import main
from ringback.commands.interrupt import Interruptions
from ringback.errors import SourceError
from ringback.ledger import StoredLedger, copy_ledger
from ringback.status import ExitCode
from support.cluster import Cluster, cluster
from support.mitm import PATIENCE_S
from support.recorded import CAPTURES

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for who is at a capture")

NAMES = ("violations", "single-callee", "no-preaccept", "multi-device", "split-compressed")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers, for all tests of this module."""
    with cluster(tmp_path_factory.mktemp("lab"), 2) as found:
        yield found


@on_linux
def test_a_killed_worker_costs_nothing(
    lab: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker is killed while it is at a capture: text, counts, event file and ledger are those of a run
    that nobody disturbs; a capture that cannot be read is named and ends nothing."""
    paths = [tmp_path / f"{name}.flows" for name in (*NAMES, "gone")]
    for name in NAMES:
        for suffix in (".flows", ".keys"):
            shutil.copy(CAPTURES / f"{name}{suffix}", tmp_path)
    assert main(["replay", "--ledger", str(tmp_path / "calm.db"), str(paths[0])]) == ExitCode.OK
    copy_ledger(tmp_path / "calm.db", tmp_path / "killed.db", with_secret=True)
    capsys.readouterr()

    def command(name: str, *workers: str) -> list[str]:
        written = ["--events", f"{tmp_path / name}.jsonl", "--ledger", f"{tmp_path / name}.db"]
        return ["replay", *workers, *written, *map(str, paths)]

    assert main(command("calm", "--jobs", "1")) == ExitCode.INPUT
    expected = capsys.readouterr().out

    whole = paths[0].replace(tmp_path / "whole")
    os.mkfifo(paths[0])
    killer = threading.Thread(target=_kill_reader, args=(lab, paths[0], whole))
    killer.start()
    ran = subprocess.run(
        [sys.executable, "-m", "ringback", *command("killed", "--cluster", lab.address)],
        env=lab.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    killer.join()
    assert sum(worker.poll() == -signal.SIGKILL for worker in lab.workers) == 1
    assert ran.returncode == ExitCode.INPUT, ran.stderr
    assert f"error: {paths[-1]}: does not exist" in ran.stderr
    assert ran.stdout == expected
    texts = [(tmp_path / f"{name}.jsonl").read_text() for name in ("calm", "killed")]
    assert texts[0] == texts[1]
    ledgers = [StoredLedger(tmp_path / f"{name}.db") for name in ("calm", "killed")]
    assert ledgers[0].content() == ledgers[1].content()


def _kill_reader(found: Cluster, blocked: Path, whole: Path) -> None:
    """Wait until a worker reads the pipe, put the whole file in its place, and kill that worker."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            writer = os.open(blocked, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads it yet
            time.sleep(0.05)
            continue
        while (reader := found.maybe_reader_of(blocked)) is None:
            time.sleep(0.05)  # it was let into the pipe just now
        whole.replace(blocked)
        reader.kill()
        reader.wait()
        os.close(writer)
        return


@on_linux
def test_ctrl_c_keeps_what_was_done(lab: Cluster, tmp_path: Path) -> None:
    """What is done is printed, what a worker is still at is given up."""
    os.mkfifo(tmp_path / "blocked.flows")
    paths = [tmp_path / "blocked.flows", CAPTURES / "single-callee.flows"]
    command = [sys.executable, "-m", "ringback", "replay", "--cluster", lab.address, *map(str, paths)]
    with subprocess.Popen(
        command, env=lab.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("ringback: 1 of 2 captures"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "── single-callee.flows ──" in out
    assert "interrupted: 1 of 2 captures was not read" in err


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, with the address."""
    monkeypatch.setattr("ringback.archive.cluster.REACH_S", 1)
    with pytest.raises(SourceError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1 "):
        next(do_on_cluster("tcp://127.0.0.1:1", Job(), [], Interruptions()))


def test_the_secret_does_not_travel_in_clear() -> None:
    """With it phone numbers can be tried against pseudonyms: only what is sealed or stays here gets it."""
    with pytest.raises(SourceError, match="the secret of the ledger in clear"):
        next(do_on_cluster("tcp://192.0.2.1:8786", Job(secret=bytes(32)), [], Interruptions()))


def test_nothing_is_made_where_the_secret_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It shows before any file is there."""
    ledger = tmp_path / "lab.db"
    arguments = ["--cluster", "tcp://192.0.2.1:8786", "--ledger", str(ledger), str(CAPTURES)]
    assert main(["replay", *arguments]) == ExitCode.INPUT
    assert "in clear" in capsys.readouterr().err
    assert not ledger.exists()


def test_without_dask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said what to install."""
    monkeypatch.delitem(sys.modules, "ringback.archive.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["replay", "--cluster", "tcp://127.0.0.1:1", str(CAPTURES)]) == ExitCode.INPUT
    assert "--cluster takes Dask: pip install 'ringback[cluster]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("tls://192.0.2.1:8786", True),
        ("wss://lab.example.org", True),
        ("tcp://127.0.0.1:8786", True),
        ("127.0.0.1:8786", True),
        ("localhost:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://lab.example.org:8786", False),
        ("192.0.2.1:8786", False),
        ("ws://192.0.2.1:8786", False),
        ("lab", False),
    ],
)
def test_who_else_reads_what_goes_there(address: str, private: bool) -> None:
    """Sealed by its scheme, or on this machine."""
    assert is_private(address) is private
