"""`ringback ledger`: what a ledger holds, whether it is sound, and two of them into one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypedDict

from rich.progress import BarColumn, TaskProgressColumn, TextColumn

from ringback.commands.environment import Environment
from ringback.commands.progress import bars_on
from ringback.errors import LedgerError
from ringback.export.tallied import counting_by
from ringback.findings import Severity
from ringback.ledger import Kinship, Ledger, LedgerConnection, StoredLedger, copy_ledger, default_path
from ringback.ledger.counts import holds
from ringback.ledger.failure import DamagedError, OutdatedError
from ringback.ledger.verify import COUNT_AGAIN, READ_AGAIN, Advance, Problem, Verification
from ringback.sources.notice import Notice, Urgency
from ringback.spec.load import load_specification
from ringback.status import ExitCode
from ringback.wording import agreeing, counted

SCHEMA = "ringback-ledger/1"
MERGE_SCHEMA = "ringback-ledger-merge/1"
VERIFY_SCHEMA = "ringback-ledger-verify/1"
SAMPLE = 200
"""Calls, the newest, of which what is kept is held against what is counted now."""


class Taken(TypedDict):
    """What was taken over of one ledger."""

    ledger: str
    stanzas: int


class Merged(TypedDict):
    """What `ringback ledger merge --json` prints."""

    schema: str
    ledger: str
    taken: list[Taken]
    secrets: int
    accounts_in_doubt: int
    calls_in_doubt: int


class ShownProblem(TypedDict):
    """Something that is amiss."""

    text: str
    advice: str


class Verified(TypedDict):
    """What `ringback ledger verify --json` prints."""

    schema: str
    ledger: str
    sound: bool
    checked: int
    problems: list[ShownProblem]


class Client(TypedDict):
    """A client as `ringback ledger show --json` prints it."""

    platform: str | None
    version: str | None
    connections: int


class Shown(TypedDict):
    """What `ringback ledger show --json` prints."""

    schema: str
    ledger: str
    content: str | None
    first: str | None
    last: str | None
    connections: int
    frames: int
    stanzas: int
    calls: int
    secrets: int
    records: bool
    accounts_in_common: int
    accounts_in_doubt: int
    calls_in_doubt: int
    clients: list[Client]
    techniques: list[str]
    captures: list[str]
    findings: dict[str, int]


def stored(path: Path | None) -> StoredLedger:
    """The ledger at `path`, by default the user's own, to be read.

    Raises:
        LedgerError: there is none, or it cannot be read.
    """
    named = path or default_path()
    if not os.path.lexists(named):
        raise LedgerError(f"{named}: no ledger there; `ringback replay --ledger` records one")
    return StoredLedger(named)


def merge_ledgers(
    path: Path | None, others: Sequence[Path], environment: Environment, *, as_json: bool
) -> ExitCode:
    """Take over into the ledger at `path`, made where there is none, what the others hold.

    Raises:
        LedgerError: one of them cannot be used; those before it were taken over.
    """
    if path is None:
        default_path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    merged: list[Taken] = []
    with Ledger(path or default_path()) as ledger:
        for other in others:
            before = ledger.stats().stanzas
            ledger.merge(other)
            taken = ledger.stats().stanzas - before
            merged.append({"ledger": str(other), "stanzas": taken})
            were = agreeing(taken, "was", "were")
            told = f"{other}: {counted(taken, 'stanza')} that {were} not there before"
            environment.tell(Notice(told, Urgency.INFO))
        secrets, kinship = ledger.stats().realms, ledger.kinship()
    if secrets > 1:
        told = f"{ledger.path}: recorded under {secrets} secrets; {_told_apart(kinship)}"
        doubtful = kinship.doubtful_accounts or kinship.doubtful_calls
        environment.tell(Notice(told + _ADVICE) if doubtful else Notice(told, Urgency.INFO))
    if as_json:
        shown: Merged = {
            "schema": MERGE_SCHEMA,
            "ledger": str(ledger.path),
            "taken": merged,
            "secrets": secrets,
            "accounts_in_doubt": kinship.doubtful_accounts,
            "calls_in_doubt": len(kinship.doubtful_calls),
        }
        environment.write_json(shown)
    return ExitCode.OK


def show_ledger(
    path: Path | None, environment: Environment, *, as_json: bool, content: bool = False
) -> ExitCode:
    """Print what the ledger comes to; with `content` also a name for all of it, for which all is read.

    Raises:
        LedgerError: there is none, or it cannot be read.
    """
    ledger = stored(path)
    kinship = ledger.kinship()
    shown = _summary(ledger, kinship, ledger.content_name() if content else None)
    if as_json:
        environment.write_json(shown)
    else:
        environment.write(_text(shown, kinship))
    return ExitCode.OK


def _without_counts(ledger: StoredLedger, verification: Verification) -> Verification:
    """The same; counts that are not what they should be are taken away, where all else is sound."""
    problems = tuple(each for each in verification.problems if each.advice != COUNT_AGAIN)
    counting = counting_by(load_specification(None), (), cache(ledger.clients))
    if problems or (len(verification.problems) == 0 and holds(ledger.path, counting, SAMPLE)):
        return verification
    Ledger.forget_counts(ledger.path)
    found = verification.problems or (Problem("what was counted of its calls does not hold", COUNT_AGAIN),)
    return Verification(found, verification.checked)


def verify_ledger(path: Path | None, environment: Environment, *, as_json: bool) -> ExitCode:
    """Look at all of the ledger. Nothing is written, unless its schema has to be brought up to date first, or
    what was counted of its calls does not hold and is taken away.

    Raises:
        LedgerError: there is none, or it cannot be opened.
    """
    named = path or default_path()
    verification = _verified(path, environment)
    if as_json:
        shown: Verified = {
            "schema": VERIFY_SCHEMA,
            "ledger": str(named),
            "sound": verification.is_sound,
            "checked": verification.checked,
            "problems": [{"text": each.text, "advice": each.advice} for each in verification.problems],
        }
        environment.write_json(shown)
    for problem in () if as_json else verification.problems:
        environment.write(f"{problem.text}\n  what to do: {problem.advice}\n")
    told = "sound" if verification.is_sound else "not as it should be"
    environment.tell(
        Notice(f"{named}: {told}, {counted(verification.checked, 'row')} looked at", Urgency.INFO)
    )
    return ExitCode.OK if verification.is_sound else ExitCode.INPUT


def _verified(path: Path | None, environment: Environment) -> Verification:
    try:
        try:
            ledger = stored(path)
        except OutdatedError:
            Ledger.bring_up_to_date(path or default_path())
            ledger = stored(path)
        with _progress(environment) as advance:
            verification = ledger.verify(advance)
            advance("counts", 0, 0)
            return _without_counts(ledger, verification)
    except DamagedError:
        told = "it is damaged: so much of the file is not there, or not its own, that it cannot be read"
        return Verification((Problem(told, READ_AGAIN),), 0)


@contextmanager
def _progress(environment: Environment) -> Iterator[Advance]:
    """A bar, gone when all was looked at; see `bars_on`."""
    columns = (TextColumn("looking at {task.description}"), BarColumn(), TaskProgressColumn())
    with bars_on(environment, *columns) as bars:

        def advance(what: str, rows: int, of: int) -> None:
            # A bar whose end was known is never again one whose end is not.
            for each in bars.task_ids:
                bars.remove_task(each)
            bars.add_task(what, completed=rows, total=of or None)

        yield advance


def export_ledger(path: Path | None, copy: Path, environment: Environment, *, with_secret: bool) -> ExitCode:
    """Make a copy to be handed over and merged.

    Raises:
        LedgerError: there is no ledger, or the copy cannot be made.
    """
    copy_ledger(stored(path).path, copy, with_secret=with_secret)
    if with_secret:
        text = f"{copy}: holds the secret: whoever has it can try phone numbers against the pseudonyms"
        environment.tell(Notice(text))
    return ExitCode.OK


def _summary(ledger: StoredLedger, kinship: Kinship, content: str | None) -> Shown:
    stats, connections = ledger.stats(), ledger.connections()
    return {
        "schema": SCHEMA,
        "ledger": str(ledger.path),
        "content": content,
        "first": _date(stats.first_at),
        "last": _date(stats.last_at),
        "connections": stats.connections,
        "frames": stats.observations,
        "stanzas": stats.stanzas,
        "calls": stats.calls,
        "secrets": stats.realms,
        "records": stats.can_record,
        "accounts_in_common": kinship.tied_accounts,
        "accounts_in_doubt": kinship.doubtful_accounts,
        "calls_in_doubt": len(kinship.doubtful_calls),
        "clients": _clients(connections),
        "techniques": sorted({technique for each in connections for technique in each.techniques}),
        "captures": sorted({capture for each in connections for capture in each.captures}),
        "findings": {each.value: stats.findings.get(each, 0) for each in Severity},
    }


def _clients(connections: Sequence[LedgerConnection]) -> list[Client]:
    counts = Counter((each.platform, each.version) for each in connections)
    ordered = sorted(counts.items(), key=lambda item: (item[0][0] or "", item[0][1] or ""))
    return [
        {"platform": platform, "version": version, "connections": count}
        for (platform, version), count in ordered
    ]


def _date(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _secrets(shown: Shown, kinship: Kinship) -> str:
    if not shown["secrets"]:
        return "none yet"
    own = "one of them its own" if shown["records"] else "none of them its own"
    told = f"{shown['secrets']}, {own}"
    return f"{told}; {_told_apart(kinship)}" if shown["secrets"] > 1 else told


_ADVICE = (
    "; start each machine's ledger from `ringback ledger export --with-secret`, so that all have one secret"
)


def _told_apart(kinship: Kinship) -> str:
    accounts, calls = kinship.doubtful_accounts, len(kinship.doubtful_calls)
    known = f"what they saw in common tells {counted(kinship.tied_accounts, 'account')} to be one"
    if not accounts and not calls:
        return f"{known}, and leaves nothing in doubt"
    return f"{known}; {counted(accounts, 'account')} and {counted(calls, 'call')} may count twice"


def _text(shown: Shown, kinship: Kinship) -> str:
    span = f"{shown['first']} to {shown['last']}" if shown["first"] else "nothing yet"
    findings = ", ".join(f"{count} {severity}" for severity, count in shown["findings"].items())
    connections = counted(shown["connections"], "connection")
    lines = [
        ("ledger", shown["ledger"]),
        ("observed", span),
        ("stanzas", f"{shown['stanzas']} on {connections}, {counted(shown['calls'], 'call')}"),
        ("findings", findings),
        ("secrets", _secrets(shown, kinship)),
        ("techniques", ", ".join(shown["techniques"])),
        ("captures", ", ".join(shown["captures"])),
    ]
    if shown["content"] is not None:
        lines.insert(1, ("content", shown["content"]))
    for client in shown["clients"]:
        name = f"{client['platform']} {client['version']}" if client["platform"] else "not identified"
        lines.append(("client", f"{name}: {counted(client['connections'], 'connection')}"))
    return "".join(f"{name:<11}{text}".rstrip() + "\n" for name, text in lines)
