"""`ringback report`: everything that the sources show, on one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from ringback.commands.destinations import check_destination, inputs_of
from ringback.commands.environment import Environment
from ringback.commands.gathering import Gathered, gather, own_ledger
from ringback.commands.progress import bars_on
from ringback.commands.recorded import SourceOptions
from ringback.commands.tallying import tally_of
from ringback.commands.usage import ArgumentError
from ringback.commands.writing import write_file
from ringback.export.tallied import TallyAppraisal
from ringback.filters import Filter
from ringback.ledger import StoredLedger
from ringback.report.document import Subject, make_report
from ringback.report.rendering import render
from ringback.sanitize import Placeholders
from ringback.sources.notice import Notice, Urgency
from ringback.sources.recognition import SourceKind, kind_of
from ringback.sources.streams import opened
from ringback.spec.load import load_parts, load_specification
from ringback.spec.part import SpecPart
from ringback.status import ExitCode
from ringback.wording import counted

MAX_IN_FULL = 500
"""Calls of a ledger that are told in full, those that began last; the others are counted. `--newest` says
otherwise."""
SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".txt": "markdown",
    ".json": "json",
    ".sarif": "sarif",
    ".xml": "xml",
}
"""What the name of a file says about the format; one without a suffix says nothing."""


@dataclass(frozen=True, slots=True)
class Output:
    """What is made of a report, and where it goes."""

    form: str | None
    """One of `ringback.report.rendering.FORMATS`; None for what the file's name says, else Markdown."""
    file: Path | None
    """None: standard output."""

    @property
    def format(self) -> str:
        """The format asked for."""
        named = None if self.file is None else SUFFIXES.get(self.file.suffix.lower())
        return self.form or named or "markdown"

    def check(self) -> None:
        """See to it that the name of the file is that of a format, where none was asked for.

        Raises:
            ArgumentError: it is not.
        """
        suffix = "" if self.file is None else self.file.suffix.lower()
        if self.form is None and suffix and suffix not in SUFFIXES:
            known = ", ".join(SUFFIXES)
            raise ArgumentError(
                f"{self.file}: no format has such a name; use one of {known}, or name --format"
            )


def report(source: SourceOptions, chosen: Filter, output: Output, environment: Environment) -> ExitCode:
    """Make a report of what the sources hold, of the calls that the filter lets through.

    Raises:
        ArgumentError: a page would be printed on a terminal, the report would go over what it is made of, or
            nothing says in which format it is to be.
        RingbackError: a source or the specification cannot be read, the file cannot be written, or the report
            could identify somebody; nothing was written then.
    """
    if output.file is None and output.format == "html" and environment.stdout.isatty():
        raise ArgumentError("a page is nothing for a terminal: name a file with --out, or use a pipe")
    if output.file is not None:
        check_destination(output.file, inputs_of(source))
        output.check()
    parts = [] if source.spec is None else list(load_parts(source.spec).values())
    large = _maybe_large(source, chosen)
    counted_calls = None
    recording = source.recording
    if large is not None:
        counted_calls = _counted(large, source, parts, environment)
        if counted_calls is None:
            return ExitCode.INTERRUPTED
        recording = replace(recording, newest=MAX_IN_FULL, is_counted=True)
    placeholders = None if counted_calls is None else counted_calls.placeholders
    gathered = gather(recording, source.spec, environment, placeholders)
    if counted_calls is not None and gathered.status is ExitCode.INTERRUPTED:
        environment.tell(
            Notice("no report is made of a part of the calls that are told in full; start again")
        )
        return gathered.status
    gathered.check_filter(chosen)
    with _progress(environment) as advance:
        subject = replace(_subject(gathered, chosen, parts), counted=counted_calls)
        if counted_calls is not None:
            subject = replace(subject, limited=(_in_full(gathered, counted_calls),))
        made = make_report(subject, advance)
        text = render(made, output.format)
    if output.file is None:
        environment.write(text)
    else:
        write_file(output.file, text)
        told = (
            f"{output.format} report on {counted(made.report.summary.calls, 'call')} written to {output.file}"
        )
        environment.tell(Notice(told, Urgency.INFO))
    return gathered.status


def _maybe_large(source: SourceOptions, chosen: Filter) -> StoredLedger | None:
    """The one ledger that all calls are asked of, where it has more than are told in full."""
    recording = source.recording
    if not chosen.is_empty or recording.newest is not None or len(recording.files) > 1:
        return None
    path = recording.files[0] if recording.files else own_ledger()
    if not path.is_file():
        return None
    with opened(path) as stream:
        if kind_of(path, stream) is not SourceKind.LEDGER:
            return None
    ledger = StoredLedger(path, MAX_IN_FULL)
    return None if ledger.window.is_all else ledger


def _counted(
    ledger: StoredLedger, source: SourceOptions, parts: list[SpecPart], environment: Environment
) -> TallyAppraisal | None:
    """What all its calls come to, each with a name before any is told; None where Ctrl-C ended the
    counting."""
    specification = load_specification(source.spec)
    tally = tally_of(ledger, specification, parts, environment)
    if tally is None:
        return None
    # A report says of no ledger what several secrets leave in doubt.
    told = replace(tally, doubtful=frozenset())
    placeholders = Placeholders.admitting(specification.stanzas.values())
    for each in sorted(told.calls, key=lambda call: call.order):
        placeholders.call_id(each.call_id)
    return TallyAppraisal(told, specification, placeholders)


def _in_full(gathered: Gathered, counted_calls: TallyAppraisal) -> str:
    told, total = len(gathered.casebook.cases), len(counted_calls.names)
    return (
        f"{told:,} of {total:,} calls are told in full, those that began last: numbers, questions and the "
        "specification are of all calls, and call stanzas without a call-id are all told; other lists of "
        "calls and of findings have those alone."
    )


def _subject(gathered: Gathered, chosen: Filter, parts: list[SpecPart]) -> Subject:
    casebook = gathered.casebook
    is_selected = None if chosen.is_empty else lambda case: chosen.matches_case(casebook, case)
    return Subject(
        casebook,
        gathered.specification,
        gathered.status,
        parts,
        chosen.text,
        is_selected,
        limited=gathered.limited,
    )


@contextmanager
def _progress(environment: Environment) -> Iterator[Callable[[int, int], None]]:
    """A bar, gone when the report is made; see `bars_on`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with bars_on(environment, *columns) as bars:
        task = bars.add_task("weighing", total=None)

        def advance(number: int, total: int) -> None:
            bars.update(task, description="writing calls", completed=number, total=total)

        yield advance
