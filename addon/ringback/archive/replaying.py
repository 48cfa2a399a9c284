"""`ringback replay --jobs` and `--cluster`: from the captures that are named to what is printed of them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from ringback.archive.joining import Joining, Outputs
from ringback.archive.paths import Place, is_address, places_of
from ringback.archive.pool import do_here
from ringback.archive.progress import ArchiveProgress
from ringback.archive.screen import Screen
from ringback.archive.task import Done, Job, LostError, Task
from ringback.commands.destinations import capture_inputs, refuse_inputs
from ringback.commands.environment import Environment
from ringback.commands.interrupt import Interruptions
from ringback.commands.recorded import SourceOptions
from ringback.commands.recording import check_key_log
from ringback.commands.replay import Report
from ringback.eventfile import EventFile
from ringback.ledger import Ledger
from ringback.sanitize import Placeholders
from ringback.sources.notice import Tell, of_enums
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.status import ExitCode
from ringback.view.terminal import TerminalView

BATCH_BYTES = 4 << 20
"""Small captures are given to a process together, up to so many bytes: each task costs its way there and
back."""
BATCH_CAPTURES = 64
_BATCHES_EACH = 8
"""Tasks that each process gets at least, where there are captures enough: all are to end at one time."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work: one of the two."""

    jobs: int | None = None
    """Processes of this machine."""
    cluster: str | None = None
    """Address of a Dask scheduler."""


def replay_archive(
    source: SourceOptions, report: Report, workers: Workers, environment: Environment
) -> ExitCode:
    """Go through many captures at once and report on them.

    Raises:
        ArgumentError: the cluster's address is none, or the event file or the ledger is among what is read.
        SourceError: no capture is named, or the key log or the cluster cannot be reached.
        SpecError: the specification cannot be used.
        EventFileError: the event file cannot be written.
        LedgerError: the ledger cannot be written.
    """
    specification = load_specification(source.spec)
    for notice in of_enums(specification.unloaded_enums):
        environment.tell(notice)
    recording = source.recording
    if workers.cluster is not None:
        _check_cluster(workers.cluster, records=report.ledger is not None)
    places = places_of(recording.named, environment.tell)
    if recording.keylog is not None and not is_address(recording.keylog_named):
        check_key_log(recording, environment)
    refuse_inputs(report.files, _inputs(places, recording.keylog_named))
    with ExitStack() as stack:
        outputs = _outputs(report, specification, environment, stack)
        job = Job(
            _absolute(recording.keylog_named) if recording.keylog is not None else None,
            recording.hosts,
            recording.technique,
            None if source.spec is None else specification,
            report.level,
            None if outputs.view is None else Screen.of(environment.console()),
            outputs.records or outputs.events is not None,
            None if outputs.ledger is None else outputs.ledger.own_secret(),
        )
        interruptions = stack.enter_context(Interruptions())
        progress = stack.enter_context(ArchiveProgress(environment, places))
        joining = Joining(outputs, environment, progress.tell, lambda: interruptions.count > 0)
        lost = ""
        with closing(_done(job, places, workers, interruptions, progress.tell)) as every:
            try:
                for done in every:
                    with progress.paused():
                        joining.take(done)
                    progress.advance(done)
            except LostError as error:
                lost = str(error)
        progress.stop()
        return joining.finish(len(places), interrupted=interruptions.count > 0, lost=lost)


def tasks_of(places: Sequence[Place], jobs: int) -> list[Task]:
    """The captures, large ones each as a task and first, small ones together."""
    numbered = list(enumerate(places))
    total = sum(place.size_bytes for place in places)
    most = min(BATCH_BYTES, total // (jobs * _BATCHES_EACH) + 1)
    large = [each for each in numbered if each[1].size_bytes >= most]
    large.sort(key=lambda each: -each[1].size_bytes)
    small = (each for each in numbered if each[1].size_bytes < most)
    captures = max(1, min(BATCH_CAPTURES, len(places) // (jobs * _BATCHES_EACH)))
    return [Task((each,)) for each in large] + list(_batches(small, most, captures))


def _batches(small: Iterator[tuple[int, Place]], most_bytes: int, most: int) -> Iterator[Task]:
    batch: list[tuple[int, Place]] = []
    size = 0
    for each in small:
        if batch and (size + each[1].size_bytes > most_bytes or len(batch) == most):
            yield Task(tuple(batch))
            batch, size = [], 0
        batch.append(each)
        size += each[1].size_bytes
    if batch:
        yield Task(tuple(batch))


def _done(
    job: Job, places: Sequence[Place], workers: Workers, interruptions: Interruptions, tell: Tell
) -> Generator[Done]:
    if workers.cluster is None:
        jobs = workers.jobs or 1
        yield from do_here(job, tasks_of(places, jobs), jobs, lambda: interruptions.count > 0)
        return
    from ringback.archive.cluster import do_on_cluster  # noqa: PLC0415 - it takes long to import

    tasks = [
        Task(((number, replace(place, location=_absolute(place.location))),))
        for number, place in enumerate(places)
    ]
    tasks.sort(key=lambda task: -task.size_bytes)
    yield from do_on_cluster(workers.cluster, job, tasks, interruptions, tell)


def _check_cluster(address: str, *, records: bool) -> None:
    """Before any file is made."""
    from ringback.archive.cluster import check_address, refuse_in_clear  # noqa: PLC0415 - it takes long

    check_address(address)
    if records:
        refuse_in_clear(address)


def _inputs(places: Sequence[Place], keylog: str) -> Iterator[tuple[str, Path]]:
    """Everything of this machine that is read."""
    yield from capture_inputs(Path(place.location) for place in places if not is_address(place.location))
    if keylog and not is_address(keylog):
        yield "the key log", Path(keylog)


def _absolute(location: str) -> str:
    """The path as it holds in another folder too, on whatever machine has the same file system."""
    return location if is_address(location) else str(Path(location).absolute())


def _outputs(
    report: Report, specification: Specification, environment: Environment, stack: ExitStack
) -> Outputs:
    outputs = Outputs(records=report.as_json)
    if not report.as_json:
        placeholders = Placeholders.admitting(specification.stanzas.values())
        outputs.view = TerminalView(environment.console(), report.level, placeholders)
    if report.ledger is not None:
        outputs.ledger = stack.enter_context(Ledger(report.ledger))
    if report.events is not None:
        outputs.events = stack.enter_context(EventFile(report.events))
    return outputs
