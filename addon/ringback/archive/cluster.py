"""Tasks done by the workers of a Dask cluster.

The scheduler knows each task by its number in this run. A worker that is gone has its tasks done again by
another, the results included that nobody had fetched; what was fetched is not asked for again.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Generator, Sequence
from urllib.parse import urlsplit

from ringback.archive.pool import ATTEMPTS
from ringback.archive.task import Done, Job, Task, do, failed
from ringback.commands.interrupt import Interruptions
from ringback.errors import RingbackError, SourceError
from ringback.faults import describe
from ringback.status import ExitCode

try:
    from distributed import Client, Future, as_completed
    from distributed.scheduler import KilledWorker
except ModuleNotFoundError as error:
    raise SourceError("--cluster takes Dask: pip install 'ringback[cluster]'") from error

REACH_S = 10
"""How long the scheduler is tried."""
_SEALED = frozenset({"tls", "wss"})
"""Schemes of addresses whose traffic nobody else reads."""


def do_on_cluster(
    address: str, job: Job, tasks: Sequence[Task], interruptions: Interruptions
) -> Generator[Done]:
    """What comes of each task, as it is done; after Ctrl-C no more comes, and what is not done is given up.

    Raises:
        SourceError: the scheduler cannot be reached, or the ledger's secret would go to it in clear.
    """
    if job.secret is not None:
        refuse_in_clear(address)
    try:
        client = Client(  # type: ignore[no-untyped-call]
            address, timeout=REACH_S, name="ringback"
        )
    except (TimeoutError, OSError, ValueError) as error:
        raise SourceError(
            f"no Dask scheduler answers at {address} ({error}); start one, or check it"
        ) from error
    with client:
        run = secrets.token_hex(8)
        futures = {
            client.submit(
                do, job, task, key=f"ringback-{run}-{number}", pure=False, retries=ATTEMPTS - 1
            ): task
            for number, task in enumerate(tasks)
        }
        try:
            yield from _done(futures, interruptions)
        finally:
            client.cancel(list(futures))  # type: ignore[no-untyped-call]


def refuse_in_clear(address: str) -> None:
    """Refuse to send a ledger's secret where others may read it.

    Raises:
        SourceError: they may.
    """
    if not is_private(address):
        raise SourceError(
            f"{address} would get the secret of the ledger in clear; use a scheduler with TLS "
            "(tls://...), or leave --ledger out"
        )


def is_private(address: str) -> bool:
    """Whether nobody else reads what goes to this address: it is sealed, or does not leave this machine."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme in _SEALED:
        return True
    try:
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _done(futures: dict[Future[Done], Task], interruptions: Interruptions) -> Generator[Done]:
    arriving = as_completed(list(futures))  # type: ignore[no-untyped-call]
    while True:
        try:
            with interruptions.waiting():
                if interruptions.count:  # before it could end the wait
                    return
                future = next(arriving)
                done = _result(future, futures[future])
        except (StopIteration, KeyboardInterrupt):
            return
        yield done
        future.release()


def _result(future: Future[Done], task: Task) -> Done:
    """What came of the task; where none of its attempts gave anything, that is told of each capture."""
    try:
        done = future.result()
        assert isinstance(done, Done)  # noqa: S101  (that is what `do` gives)
    except KilledWorker:
        why, status = f"{ATTEMPTS} workers that were at it have ended", ExitCode.INPUT
    except (RingbackError, OSError) as error:
        why, status = str(error), ExitCode.INPUT
    except ModuleNotFoundError as error:
        why, status = (
            f"a worker cannot do it ({error}); install ringback there, the same version",
            ExitCode.INPUT,
        )
    except Exception as error:  # noqa: BLE001 - whatever came of it, the others go on
        why, status = describe(error), ExitCode.INTERNAL
    else:
        return done
    return Done(tuple(failed(*each, why, status) for each in task.places))
