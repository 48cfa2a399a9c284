"""Tasks done by the workers of a Dask cluster.

The scheduler knows each task by its number in this run. A worker that is gone has its tasks done again by
another, the results included that nobody had fetched; what was fetched is not asked for again.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
from collections.abc import Generator, Sequence
from urllib.parse import urlsplit

from ringback.archive.pool import ATTEMPTS
from ringback.archive.task import Done, Job, LostError, Task, do, failed
from ringback.commands.interrupt import Interruptions
from ringback.commands.usage import ArgumentError
from ringback.errors import RingbackError, SourceError
from ringback.faults import describe
from ringback.sources.notice import Notice, Tell
from ringback.status import ExitCode

try:
    from distributed import Client, Future, as_completed
    from distributed.client import FutureCancelledError
    from distributed.comm.addressing import parse_address
    from distributed.comm.registry import get_backend
    from distributed.scheduler import KilledWorker
    from distributed.security import Security
except ModuleNotFoundError as error:
    raise SourceError("--cluster takes Dask: pip install 'ringback[cluster]'") from error

REACH_S = 10
"""How long the scheduler is tried."""
SILENCE_S = 5
"""How long nothing is said of a scheduler without workers."""
_SEALED = frozenset({"tls", "wss"})
"""Schemes of addresses whose traffic nobody else reads."""

_GONE = "{}: the scheduler is gone; start one, and run the same again"
_UNPACKING = "Error during deserialization of the task graph"
"""What Dask says of a scheduler that lacks what a task is made of."""
_UNABLE = "the scheduler cannot take the tasks; install ringback where it runs too, the same version"


def do_on_cluster(
    address: str, job: Job, tasks: Sequence[Task], interruptions: Interruptions, tell: Tell
) -> Generator[Done]:
    """What comes of each task, as it is done; after Ctrl-C no more comes, and what is not done is given up.

    Raises:
        SourceError: the scheduler cannot be reached, or the ledger's secret would go to it, or to one of its
            workers, in clear.
        LostError: the scheduler is gone, or can take no task.
    """
    if job.secret is not None:
        refuse_in_clear(address)
    _check_tls(address)
    # What becomes of its connections is told here, once. Dask's configuration sets these two apart.
    for logger in ("distributed", "distributed.client"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    try:
        client = Client(  # type: ignore[no-untyped-call]
            address, timeout=REACH_S, name="ringback"
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise SourceError(
            f"no Dask scheduler answers at {address} ({error}); start one, or check it"
        ) from error
    with client:
        workers = _workers(client, address, interruptions, tell)
        if not workers:
            return
        if job.secret is not None:
            for worker in workers:
                refuse_in_clear(worker)
        run = secrets.token_hex(8)
        futures = {
            client.submit(
                do, job, task, key=f"ringback-{run}-{number}", pure=False, retries=ATTEMPTS - 1
            ): task
            for number, task in enumerate(tasks)
        }
        try:
            yield from _done(futures, interruptions)
        except FutureCancelledError as error:
            raise LostError(_GONE.format(address)) from error
        finally:
            client.cancel(list(futures))  # type: ignore[no-untyped-call]


def check_address(address: str) -> None:
    """Refuse what no scheduler can be at.

    Raises:
        ArgumentError: it is no address.
    """
    try:
        scheme, place = parse_address(address)
        get_backend(scheme)
        parts = urlsplit(f"{scheme}://{place}")
        is_whole = bool(parts.hostname) and parts.port != 0 and not set(place) & set(" \t\n")
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ArgumentError(
            f"--cluster {address!r} is no address of a Dask scheduler, such as tls://lab:8786"
        )


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


def _check_tls(address: str) -> None:
    """Dask takes what an address with TLS needs from its configuration, and says nothing of it.

    Raises:
        SourceError: it is not there.
    """
    if urlsplit(address).scheme not in _SEALED:
        return
    named = "name the files of TLS in Dask's configuration, distributed.comm.tls"
    try:
        context = Security().get_connection_args("client")["ssl_context"]  # type: ignore[no-untyped-call]
    except OSError as error:
        raise SourceError(f"{address} cannot be reached with those of TLS ({error}); {named}") from error
    if context is None:
        raise SourceError(f"{address} takes a certificate, its key and that of its authority; {named}")


def _workers(client: Client, address: str, interruptions: Interruptions, tell: Tell) -> list[str]:
    """Addresses of the workers, once there are any; none after Ctrl-C."""
    silence: int | None = SILENCE_S
    while not interruptions.count:
        try:
            with interruptions.waiting():
                client.wait_for_workers(1, timeout=silence)
            return list(client.scheduler_info(n_workers=-1)["workers"])
        except TimeoutError:
            tell(Notice(f"{address} has no workers yet: they are waited for"))
            silence = None
        except KeyboardInterrupt:
            break
        except OSError as error:
            raise LostError(_GONE.format(address)) from error
    return []


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
    except FutureCancelledError:
        raise
    except KilledWorker as error:
        why, status = f"{error.allowed_failures + 1} workers that were at it have ended", ExitCode.INPUT
    except (RingbackError, OSError) as error:
        why, status = str(error), ExitCode.INPUT
    except ModuleNotFoundError as error:
        why, status = (
            f"a worker cannot do it ({error}); install ringback there, the same version",
            ExitCode.INPUT,
        )
    except Exception as error:
        if _UNPACKING in str(error):
            raise LostError(_UNABLE) from error
        why, status = describe(error), ExitCode.INTERNAL
    else:
        return done
    return Done(tuple(failed(*each, why, status) for each in task.places))
