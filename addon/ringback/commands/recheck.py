"""`ringback recheck`: which verdicts another version of the specification changes."""

from __future__ import annotations

from pathlib import Path

from ringback.commands.environment import Environment
from ringback.commands.ledger import stored
from ringback.recheck import FileModel, Model, PartModel, VerdictChange, recheck
from ringback.sanitize import Placeholders
from ringback.sources.notice import Notice, Urgency
from ringback.spec.load import holds_parts, load_parts, load_specification
from ringback.status import ExitCode


def recheck_ledger(path: Path | None, new: Path, old: Path | None, environment: Environment) -> ExitCode:
    """Print what the specification at `new` says otherwise than that at `old` of all that the ledger holds;
    each is stanza files or spec parts.

    Raises:
        LedgerError: there is no ledger, or it cannot be read.
        SpecError: a specification cannot be used.
    """
    before, after = _model(old), _model(new)
    ledger = stored(path)
    done = recheck(ledger.sightings(), ledger.calls(), before, after)
    placeholders = Placeholders()
    for change in done.changes:
        environment.write(_shown(change, placeholders))
    told = f"{len(done.changes)} kinds of verdicts changed" if done.changes else "no verdict changed"
    left_out = f", {done.known_to_one} of them specified by one of the two only" if done.known_to_one else ""
    environment.tell(Notice(f"{told}, {done.stanzas} stanzas looked at{left_out}", Urgency.INFO))
    return ExitCode.OK


def _model(path: Path | None) -> Model:
    if path is not None and holds_parts(path):
        return PartModel(tuple(load_parts(path).values()))
    return FileModel(load_specification(path))


def _shown(change: VerdictChange, placeholders: Placeholders) -> str:
    place = "/".join(placeholders.path(tuple(change.place.split("/"))))
    unit = "call" if change.of_calls else "stanza"
    where = "" if change.call_id is None else f", first in {placeholders.call_id(change.call_id)}"
    return (
        f"{place}  {change.count} {unit}{'s' if change.count > 1 else ''}{where}\n"
        f"  before: {_said(change.before)}\n"
        f"  after:  {_said(change.after)}\n"
    )


def _said(verdicts: tuple[object, ...]) -> str:
    return ", ".join(map(str, verdicts)) or "nothing"
