"""A real Dask scheduler with workers, each a process of its own on loopback, and TLS between them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.certificate import make_certificate
from support.mitm import ADDON, PATIENCE_S, environment

_ROLES = ("CLIENT", "SCHEDULER", "WORKER")
_TOLD = "scheduler.json"


@dataclass
class Cluster:
    """The scheduler's address, the environment that trusts it, and the workers."""

    address: str
    environment: dict[str, str]
    folder: Path
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, *options: str) -> None:
        """Start one more."""
        number = len(self.workers)
        alone = ["--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder / f"worker-{number}")]
        self.workers.append(_start(self, "worker", *alone, *options))

    def maybe_reader_of(self, path: Path) -> subprocess.Popen[bytes] | None:
        """The worker that has the file open."""
        return next((worker for worker in self.workers if path in _opened(worker.pid)), None)


@contextmanager
def cluster(
    folder: Path, workers: int, *, protocol: str = "tls", scheduler_path: Path = ADDON
) -> Iterator[Cluster]:
    """A cluster that lives as long as the block; its certificate and logs are in `folder`."""
    variables = {"PYTHONPATH": str(ADDON)} | (_sealed(folder) if protocol == "tls" else {})
    found = Cluster("", environment(**variables), folder)
    address = ["--host", "127.0.0.1", "--port", "0", "--protocol", protocol]
    scheduler = found.scheduler = _start(found, "scheduler", *address, path=scheduler_path)
    told = folder / _TOLD
    try:
        for _ in range(workers):
            found.add_worker()
        until = time.monotonic() + PATIENCE_S
        while not (told.exists() and told.read_text()):
            assert time.monotonic() < until, "the scheduler did not start"
            time.sleep(0.05)
        found.address = json.loads(told.read_text())["address"]
        yield found
    finally:
        for process in (*found.workers, scheduler):
            process.kill()
            process.wait()


def _sealed(folder: Path) -> dict[str, str]:
    certificate, key = make_certificate(folder)
    variables = {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(certificate),
    }
    for role in _ROLES:
        variables[f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT"] = str(certificate)
        variables[f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY"] = str(key)
    return variables


def _start(found: Cluster, role: str, *arguments: str, path: Path = ADDON) -> subprocess.Popen[bytes]:
    common = ["--scheduler-file", str(found.folder / _TOLD), "--no-dashboard"]
    command = [sys.executable, "-m", f"distributed.cli.dask_{role}", *common, *arguments]
    variables = found.environment | {"PYTHONPATH": str(path)}
    with (found.folder / f"{role}-{len(found.workers)}.log").open("wb") as log:
        return subprocess.Popen(command, env=variables, stdout=log, stderr=log)


def _opened(pid: int) -> set[Path]:
    opened = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            opened.add(each.readlink())
        except OSError:  # closed meanwhile
            continue
    return opened
