"""`ringback export`: what goes back to the specification, out of a ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringback.commands.destinations import spec_inputs, within, write_files
from ringback.commands.environment import Environment
from ringback.commands.tallying import tally_of
from ringback.commands.writing import write_file
from ringback.errors import ExportError
from ringback.export.captures import capture_files
from ringback.export.change import Change
from ringback.export.issues import SCRIPT, filing_script, issues
from ringback.export.material import Material
from ringback.export.patch import Patch, effective_changes, make_patch, proposed_changes
from ringback.export.questions import questions_json, questions_markdown
from ringback.export.tallied import TallyAppraisal
from ringback.export.washing import Appraisal
from ringback.ledger import StoredLedger
from ringback.ledger.location import default_path
from ringback.sources.notice import Notice, Urgency
from ringback.spec.load import load_parts, load_specification
from ringback.spec.model import StanzaSpec
from ringback.spec.part import SpecPart
from ringback.status import ExitCode
from ringback.wording import counted

_NO_CALL = "{}: no call in this ledger: there is nothing to export"

Ask = Callable[[Change, int, int], bool]
"""Shows a change, its number and how many there are; gives whether it is accepted."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the evidence lies and what it is held against."""

    ledger: Path | None
    """None: the ledger at its default place."""
    spec: Path | None
    """None: the specification that ringback ships."""
    newest: int | None = None
    """So many of its calls, those that began last; None for all."""


def read_appraisal(source: Source) -> Appraisal:
    """The ledger's calls, held against the specification.

    Raises:
        ExportError: there is no ledger, or no call in it.
        LedgerError: the ledger cannot be used.
        SpecError: the specification cannot be used.
    """
    path = _path_of(source)
    specification = load_specification(source.spec)
    ledger = StoredLedger(path, source.newest)
    scope = "" if ledger.window.is_all else ledger.scope
    doubtful = ledger.kinship().doubtful_calls
    material = Material.of(ledger.calls(), ledger.clients(), specification, doubtful, scope=scope)
    if not material.calls:
        raise ExportError(_NO_CALL.format(path))
    return Appraisal(material)


def _path_of(source: Source) -> Path:
    path = source.ledger or default_path()
    if not path.exists():
        raise ExportError(f"{path}: no ledger there; record one with `ringback replay --ledger`")
    return path


def files_of_captures(
    appraisal: Appraisal, actions: Sequence[str], *, contributor: str | None = None
) -> dict[str, str]:
    """Capture files for wacrg's corpus, by name.

    Raises:
        ExportError: there is no such stanza, or a file could identify somebody.
    """
    files = capture_files(appraisal.material, actions=actions, contributor=contributor)
    if not files:
        raise ExportError(_not_seen(appraisal, actions))
    return dict(files)


def files_of_issues(
    appraisal: Appraisal, actions: Sequence[str], *, parts: Sequence[SpecPart] = ()
) -> dict[str, str]:
    """Bodies of issues and the script that files them, by name.

    Raises:
        ExportError: there is nothing to file, or a file could identify somebody.
    """
    made = issues(appraisal, parts=list(parts), actions=actions)
    if not made:
        raise ExportError(f"nothing to file: {_not_seen(appraisal, actions)}")
    return {issue.file_name: issue.body for issue in made} | {SCRIPT: filing_script(made)}


def export_captures(
    source: Source,
    folder: Path,
    environment: Environment,
    *,
    actions: Sequence[str],
    contributor: str | None = None,
) -> ExitCode:
    """Write a YAML file into `folder` for each form of these stanzas.

    Raises:
        RingbackError: as `read_appraisal`, or the ledger has no such stanza; nothing was written where a file
            could identify somebody.
    """
    files = files_of_captures(read_appraisal(source), actions, contributor=contributor)
    return _write_all(files, folder, source, environment)


def export_issues(
    source: Source, folder: Path, environment: Environment, *, actions: Sequence[str]
) -> ExitCode:
    """Write the bodies of issues into `folder`, and a script that files them.

    Raises:
        RingbackError: as `read_appraisal`, or there is nothing to file; nothing was written where a file
            could identify somebody.
    """
    parts = {} if source.spec is None else load_parts(source.spec)
    files = files_of_issues(read_appraisal(source), actions, parts=list(parts.values()))
    return _write_all(files, folder, source, environment)


def export_patch(source: Source, ask: Ask, environment: Environment) -> ExitCode:
    """Change the stanza files in place by what `ask` accepts, and print what was changed as a diff.

    Raises:
        RingbackError: as `read_appraisal`; no file was changed.
    """
    if source.spec is None:
        raise ExportError("name the stanza file to change with --spec; the one that ringback ships stays")
    appraisal = read_appraisal(source)
    proposed = proposed_changes(appraisal)
    patches: dict[Path, Patch] = {}
    for spec in appraisal.material.specification.stanzas.values():
        path = _file_of(spec, source.spec)
        text, name = _read(path), _name_of(path, source.spec)
        open_ones = effective_changes(text, name, [each for each in proposed if each.spec == spec.id])
        accepted = [
            change for number, change in enumerate(open_ones, start=1) if ask(change, number, len(open_ones))
        ]
        patches[path] = make_patch(text, name, accepted, appraisal.material)
    for path, patch in patches.items():
        if patch.diff:
            write_file(path, patch.after)
            environment.write(patch.diff)
    changed = sum(bool(patch.diff) for patch in patches.values())
    environment.tell(Notice(f"{changed} of {counted(len(patches), 'stanza file')} changed", Urgency.INFO))
    return ExitCode.OK


def export_questions(source: Source, environment: Environment, *, as_json: bool) -> ExitCode:
    """Print what is known about the open questions.

    Raises:
        RingbackError: as `read_appraisal`.
    """
    appraised = read_appraisal(source) if source.newest is not None else _tallied(source, environment)
    if appraised is None:
        return ExitCode.INTERRUPTED
    environment.write(questions_json(appraised) if as_json else questions_markdown(appraised))
    return ExitCode.OK


def _tallied(source: Source, environment: Environment) -> TallyAppraisal | None:
    """What the ledger's counts say, None where Ctrl-C ended the counting."""
    specification = load_specification(source.spec)
    ledger = StoredLedger(_path_of(source))
    parts = {} if source.spec is None else load_parts(source.spec)
    tally = tally_of(ledger, specification, list(parts.values()), environment)
    if tally is None:
        return None
    if not tally.calls:
        raise ExportError(_NO_CALL.format(ledger.path))
    return TallyAppraisal(tally, specification)


def shown_change(change: Change, number: int, total: int) -> str:
    """A change as somebody who decides on it sees it: what it does, then why."""
    head = f"[{number}/{total}] {change.kind.value}: {change.path}\n  {change.summary}\n"
    return head + "".join(f"    - {line}\n" for line in change.evidence)


def _not_seen(appraisal: Appraisal, actions: Sequence[str]) -> str:
    # Of the washed calls: an action that somebody made up could be a name.
    known = {emission.action for call in appraisal.clean.calls for emission in call.emissions} - {""}
    return f"no {' or '.join(actions)} among these calls; they have {', '.join(sorted(known)) or 'no action'}"


def _file_of(spec: StanzaSpec, path: Path) -> Path:
    if path.is_file():
        return path
    folders: Iterable[Path] = (path / "spec" / "stanzas", path / "stanzas", path)
    return next(folder / spec.file for folder in folders if (folder / spec.file).is_file())


def _name_of(path: Path, spec: Path) -> str:
    """Where the file lies within the checkout, so that the diff applies to it."""
    return path.relative_to(spec).as_posix() if spec.is_dir() else path.name


def _write_all(files: Mapping[str, str], folder: Path, source: Source, environment: Environment) -> ExitCode:
    inputs = [("the ledger", source.ledger or default_path()), *spec_inputs(source.spec)]
    write_files(within(folder, files), inputs)
    environment.tell(Notice(f"{counted(len(files), 'file')} written to {folder}", Urgency.INFO))
    return ExitCode.OK


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"{path}: cannot be read: {error}") from error
