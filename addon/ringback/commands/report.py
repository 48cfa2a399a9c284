"""`ringback report`: everything that the sources show, on one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from ringback.commands.destinations import check_destination, inputs_of
from ringback.commands.environment import Environment
from ringback.commands.gathering import Gathered, gather
from ringback.commands.progress import bars_on
from ringback.commands.recorded import SourceOptions
from ringback.commands.usage import ArgumentError
from ringback.commands.writing import write_file
from ringback.filters import Filter
from ringback.report.document import Subject, make_report
from ringback.report.rendering import render
from ringback.sources.notice import Notice, Urgency
from ringback.spec.load import load_parts
from ringback.spec.part import SpecPart
from ringback.status import ExitCode
from ringback.wording import counted

SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".json": "json",
    ".sarif": "sarif",
    ".xml": "xml",
}
"""What the name of a file says about the format."""


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


def report(source: SourceOptions, chosen: Filter, output: Output, environment: Environment) -> ExitCode:
    """Make a report of what the sources hold, of the calls that the filter lets through.

    Raises:
        ArgumentError: a page would be printed on a terminal, or the report would go over what it is made of.
        RingbackError: a source or the specification cannot be read, the file cannot be written, or the report
            could identify somebody; nothing was written then.
    """
    if output.file is None and output.format == "html" and environment.stdout.isatty():
        raise ArgumentError("a page is nothing for a terminal: name a file with --out, or use a pipe")
    if output.file is not None:
        check_destination(output.file, inputs_of(source))
    gathered = gather(source.recording, source.spec, environment)
    gathered.check_filter(chosen)
    parts = {} if source.spec is None else load_parts(source.spec)
    with _progress(environment) as advance:
        made = make_report(_subject(gathered, chosen, list(parts.values())), advance)
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
