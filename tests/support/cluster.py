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


@dataclass
class Cluster:
    """The scheduler's address, the environment that trusts it, and the workers."""

    address: str
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def maybe_reader_of(self, path: Path) -> subprocess.Popen[bytes] | None:
        """The worker that has the file open."""
        return next((worker for worker in self.workers if path in _opened(worker.pid)), None)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster that lives as long as the block; its certificate and logs are in `folder`."""
    certificate, key = make_certificate(folder)
    told = folder / "scheduler.json"
    variables = {
        "PYTHONPATH": str(ADDON),
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(certificate),
    }
    for role in _ROLES:
        variables[f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT"] = str(certificate)
        variables[f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY"] = str(key)
    found = Cluster("", environment(**variables))
    common = ["--scheduler-file", str(told), "--no-dashboard"]
    address = ["--host", "127.0.0.1", "--port", "0", "--protocol", "tls"]
    scheduler = _start(found, folder, "scheduler", *common, *address)
    try:
        for number in range(workers):
            alone = ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder / f"worker-{number}")]
            found.workers.append(_start(found, folder, "worker", *common, *alone))
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


def _start(found: Cluster, folder: Path, role: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{role}", *arguments]
    with (folder / f"{role}-{len(found.workers)}.log").open("wb") as log:
        return subprocess.Popen(command, env=found.environment, stdout=log, stderr=log)


def _opened(pid: int) -> set[Path]:
    opened = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            opened.add(each.readlink())
        except OSError:  # closed meanwhile
            continue
    return opened
