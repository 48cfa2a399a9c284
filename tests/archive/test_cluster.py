"""`ringback replay --cluster`: a real scheduler and two workers on loopback, one of them killed at work."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringback.archive.cluster import do_on_cluster, is_private
from ringback.archive.task import Job, Task
from ringback.cli import main
from ringback.commands.interrupt import Interruptions
from ringback.errors import SourceError
from ringback.ledger import StoredLedger, copy_ledger
from ringback.sources.notice import Notice
from ringback.status import ExitCode
from support.cluster import Cluster, cluster
from support.mitm import PATIENCE_S
from support.recorded import CAPTURES

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for who is at a capture")

SECRETIVE = Job(secret=bytes(32))
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
        next(do_on_cluster("tcp://127.0.0.1:1", Job(), [], Interruptions(), lambda _: None))


def test_the_secret_does_not_travel_in_clear() -> None:
    """With it phone numbers can be tried against pseudonyms: only what is sealed or stays here gets it."""
    with pytest.raises(SourceError, match="the secret of the ledger in clear"):
        next(do_on_cluster("tcp://192.0.2.1:8786", SECRETIVE, [], Interruptions(), lambda _: None))


@on_linux
def test_the_secret_does_not_travel_on_in_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler on this machine hands it on to its workers; that there is none yet is said, once."""
    monkeypatch.setattr("ringback.archive.cluster.SILENCE_S", 1)
    with cluster(tmp_path, 0, protocol="tcp") as found:
        told: list[str] = []

        def tell(notice: Notice) -> None:
            told.append(notice.text)
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            # Not known to be this machine, but Linux reaches it there.
            listening = ["--listen-address", f"tcp://127.0.0.1:{port}"]
            found.add_worker(*listening, "--contact-address", f"tcp://0.0.0.0:{port}")

        results = do_on_cluster(found.address, SECRETIVE, [Task(())], Interruptions(), tell)
        with pytest.raises(SourceError, match=r"0\.0\.0\.0:\d+ would get the secret of the ledger in clear"):
            next(results)
    assert told == [f"{found.address} has no workers yet: they are waited for"]


@on_linux
def test_a_scheduler_that_is_killed(tmp_path: Path) -> None:
    """It is said once; what was done stands, and the summary says that something is missing."""
    os.mkfifo(tmp_path / "blocked.flows")
    ledger = tmp_path / "lab.db"
    paths = [tmp_path / "blocked.flows", CAPTURES / "single-callee.flows"]
    with cluster(tmp_path, 1) as found:
        sources = ["--ledger", str(ledger), *map(str, paths)]
        command = [sys.executable, "-m", "ringback", "replay", "--cluster", found.address, *sources]
        with subprocess.Popen(
            command, env=found.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith("ringback: 1 of 2 captures"):
                    break
            assert found.scheduler is not None
            found.scheduler.kill()
            out, err = process.communicate(timeout=PATIENCE_S)
    assert err.splitlines() == [
        f"ringback: error: {found.address}: the scheduler is gone; start one, and run the same again; "
        "1 of 2 captures was not read"
    ]
    assert process.returncode == ExitCode.INPUT
    assert "── single-callee.flows ──" in out
    assert "── ringback ──" in out
    assert StoredLedger(ledger).stats().stanzas > 0


def test_a_scheduler_without_ringback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said where it is missing, once for all captures."""
    (tmp_path / "ringback.py").write_text("raise ModuleNotFoundError(\"No module named 'ringback'\")\n")
    with cluster(tmp_path, 1, protocol="tcp", scheduler_path=tmp_path) as found:
        code = main(
            ["replay", "--cluster", found.address, *(str(CAPTURES / f"{name}.flows") for name in NAMES)]
        )
    assert code == ExitCode.INPUT
    err = capsys.readouterr().err
    assert err.splitlines() == [
        "ringback: error: the scheduler cannot take the tasks; install ringback where it runs too, "
        "the same version; 5 of 5 captures were not read"
    ]


def test_tls_without_its_files(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Dask's configuration names them; where it does not, that is what is said."""
    for each in [each for each in os.environ if each.startswith("DASK_")]:
        monkeypatch.delenv(each)
    assert main(["replay", "--cluster", "tls://127.0.0.1:1", str(CAPTURES)]) == ExitCode.INPUT
    assert "Dask's configuration, distributed.comm.tls" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address", ["", " ", "tcp://", "nosuch://lab:1", "lab:port", "tcp://lab:99999", ":1"]
)
def test_what_is_no_address(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A command line that makes no sense is refused before anything is read."""
    assert main(["replay", "--cluster", address, str(CAPTURES)]) == ExitCode.USAGE
    assert f"--cluster {address!r} is no address of a Dask scheduler" in capsys.readouterr().err


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
