"""`ringback recheck`: which verdicts another version of the specification changes."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from ringback.commands.environment import Environment
from ringback.commands.ledger import stored
from ringback.recheck import FileModel, Model, PartModel, Verdict, VerdictChange, recheck
from ringback.sanitize import Placeholders
from ringback.sources.notice import Notice, Urgency
from ringback.spec.load import holds_parts, load_parts, load_specification
from ringback.status import ExitCode
from ringback.wording import counted

SCHEMA = "ringback-recheck/1"


class ShownVerdict(TypedDict):
    """What one specification says at a place."""

    code: str
    severity: str
    stance: str


class ShownChange(TypedDict):
    """One change as `ringback recheck --json` prints it."""

    place: str
    before: list[ShownVerdict]
    after: list[ShownVerdict]
    of: str
    count: int
    first: str | None


def recheck_ledger(
    path: Path | None, new: Path, old: Path | None, environment: Environment, *, as_json: bool
) -> ExitCode:
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
    if as_json:
        changes = [_as_json(change, placeholders) for change in done.changes]
        counts = {"stanzas": done.stanzas, "known_to_one": done.known_to_one}
        environment.write_json({"schema": SCHEMA, "changes": changes, **counts})
    for change in () if as_json else done.changes:
        environment.write(_shown(change, placeholders))
    told = (
        f"{counted(len(done.changes), 'kind')} of verdicts changed" if done.changes else "no verdict changed"
    )
    left_out = f", {done.known_to_one} of them specified by one of the two only" if done.known_to_one else ""
    environment.tell(Notice(f"{told}, {counted(done.stanzas, 'stanza')} looked at{left_out}", Urgency.INFO))
    return ExitCode.OK


def _model(path: Path | None) -> Model:
    if path is not None and holds_parts(path):
        return PartModel(tuple(load_parts(path).values()))
    return FileModel(load_specification(path))


def _shown(change: VerdictChange, placeholders: Placeholders) -> str:
    place = _place(change, placeholders)
    unit = "call" if change.of_calls else "stanza"
    where = "" if change.call_id is None else f", first in {placeholders.call_id(change.call_id)}"
    return (
        f"{place}  {change.count} {unit}{'s' if change.count > 1 else ''}{where}\n"
        f"  before: {_said(change.before)}\n"
        f"  after:  {_said(change.after)}\n"
    )


def _place(change: VerdictChange, placeholders: Placeholders) -> str:
    return "/".join(placeholders.path(tuple(change.place.split("/"))))


def _as_json(change: VerdictChange, placeholders: Placeholders) -> ShownChange:
    return {
        "place": _place(change, placeholders),
        "before": [_verdict(each) for each in change.before],
        "after": [_verdict(each) for each in change.after],
        "of": "calls" if change.of_calls else "stanzas",
        "count": change.count,
        "first": None if change.call_id is None else placeholders.call_id(change.call_id),
    }


def _verdict(verdict: Verdict) -> ShownVerdict:
    return {"code": verdict.code, "severity": verdict.severity, "stance": verdict.stance}


def _said(verdicts: tuple[object, ...]) -> str:
    return ", ".join(map(str, verdicts)) or "nothing"
