"""Where a command writes to, held against what it reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ringback.commands.recorded import SourceOptions
from ringback.commands.usage import ArgumentError
from ringback.commands.writing import refuse_evidence, write_file
from ringback.errors import ExportError
from ringback.ledger.location import default_path
from ringback.sources.folder import unfolded
from ringback.sources.keylog_file import key_log_beside
from ringback.spec.load import files_of

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""What the files of an export are called: nothing that a shell, a file system or `gh` takes for more."""

Inputs = Iterable[tuple[str, Path]]
"""What each file is to the command, and the file."""


def inputs_of(source: SourceOptions, baseline: Path | None = None) -> Iterator[tuple[str, Path]]:
    """Everything that a command on these sources reads.

    Raises:
        SourceError: a folder cannot be read, or holds no capture.
    """
    recording = source.recording
    if not recording.files:
        yield "the ledger", default_path()
    yield from capture_inputs(unfolded(recording.files, lambda _: None))
    if recording.keylog is not None:
        yield "the key log", recording.keylog
    if baseline is not None:
        yield "the baseline", baseline
    yield from spec_inputs(source.spec)


def capture_inputs(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Sources, and the key logs beside them."""
    for path in paths:
        yield "one of the sources", path
        beside = key_log_beside(path)
        if beside is not None:
            yield "the key log of a source", beside


def spec_inputs(spec: Path | None) -> Iterator[tuple[str, Path]]:
    """The files of the specification."""
    for file in files_of(spec):
        yield "a file of the specification", file


def check_destination(out: Path, inputs: Inputs, name: str = "--out") -> None:
    """Refuse what would spoil something, before anything is read; `name` is what named `out`.

    Raises:
        ArgumentError: the output would go over one of the inputs.
        ExportError: or over evidence of any other kind, or a folder.
    """
    refuse_inputs({name: out}, inputs)
    refuse_evidence(out)


def refuse_inputs(outputs: Mapping[str, Path | None], inputs: Inputs) -> None:
    """Refuse outputs that are among what is read, an empty key log too; each by the option that names it.

    Raises:
        ArgumentError: one of them is.
    """
    named = {name: out for name, out in outputs.items() if out is not None}
    for role, path in inputs if named else ():
        for name, out in named.items():
            if is_same_file(out, path):
                raise ArgumentError(f"{name} {out} is {role}; name another file")


def within(folder: Path, files: Mapping[str, str]) -> dict[Path, str]:
    """The files in their folder, whose names are made of what was observed.

    Raises:
        ExportError: a name leads out of the folder, or is none.
    """
    for name in files:
        if not _NAME.fullmatch(name):
            raise ExportError(f"{name!r} is no name for a file of an export; please report it")
    return {folder / name: text for name, text in files.items()}


def write_files(files: Mapping[Path, str], inputs: Inputs) -> None:
    """Write them all, or refuse them before the first is written.

    Raises:
        ArgumentError, ExportError: as `check_destination`, or one of them cannot be written.
    """
    known = list(inputs)
    for path in files:
        check_destination(path, known, "the file")
    for path, text in files.items():
        write_file(path, text)


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, which may be not there yet."""
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()
