"""`ringback show`: one call, or all of them, with everything that was seen and found."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from ringback.casebook import Case, Casebook
from ringback.commands.destinations import check_destination, inputs_of
from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.pictures import FORMS, TEXT, check_terminal, write_out
from ringback.commands.recorded import SourceOptions
from ringback.commands.usage import ArgumentError
from ringback.eventrecords import record_line, records_of
from ringback.filters import Filter
from ringback.findings import Severity
from ringback.ladder import ladder_of
from ringback.observations import FindingMade, Observation, StanzaObserved
from ringback.printing import output_console
from ringback.sources.notice import Notice, Urgency
from ringback.status import ExitCode
from ringback.view.case_view import CaseView
from ringback.wording import agreeing

ALL = "all"
_NUMBER = re.compile("[0-9]{1,9}")
_MOST_LISTED = 20
"""Calls that are listed where the one asked for is none of them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the sources is shown."""

    call: str
    """Its placeholder, its number, or `all`."""
    filter: Filter
    level: Severity = Severity.NOTE
    """Least severity of the findings that are printed."""
    form: str = TEXT
    """`text`, or one of `FORMS`: the ladder alone, of one call."""
    out: Path | None = None
    """File to write to; None for standard output."""
    as_json: bool = False
    """Whether the lines of an event file are printed in place of text: all stanzas and findings."""


def show_call(source: SourceOptions, choice: Choice, environment: Environment) -> ExitCode:
    """Print the calls that are chosen, or draw the one that is.

    Raises:
        SourceError, LedgerError: a source cannot be read.
        SpecError: the specification cannot be used.
        ArgumentError: there is no such call, or not one alone where one is to be drawn; or the output would
            go where it must not, or is asked for in two forms.
        ExportError: the file cannot be written.
    """
    if choice.as_json and choice.form != TEXT:
        raise ArgumentError(f"--json prints lines and --format {choice.form} draws; leave one out")
    check_terminal(choice.form, choice.out, environment)
    if choice.out is not None:
        check_destination(choice.out, inputs_of(source))
    gathered = gather(source.recording, source.spec, environment)
    gathered.check_filter(choice.filter)
    casebook = gathered.casebook
    cases = find_cases(casebook, choice.call)
    chosen = [case for case in cases if choice.filter.matches_case(casebook, case)]
    if choice.as_json:
        text = "".join(_lines(casebook, chosen))
        if choice.out is None:
            environment.write(text)
        else:
            write_out(text.encode(), choice.out, environment)
        return gathered.status
    if choice.form != TEXT:
        write_out(_picture(casebook, chosen, choice.form), choice.out, environment)
        return gathered.status
    if choice.out is None:
        _print(casebook, chosen, choice, environment.console())
    else:
        page = io.StringIO()
        _print(casebook, chosen, choice, output_console(page, color=False))
        write_out(page.getvalue().encode("utf-8", "backslashreplace"), choice.out, environment)
    if not chosen:
        environment.tell(Notice(_nothing_told(cases), Urgency.INFO))
    return gathered.status


def _nothing_told(cases: list[Case]) -> str:
    """Why nothing is shown."""
    if not cases:
        return "there is no call in the sources"
    number = len(cases)
    return agreeing(number, "the call does not pass the filter", f"none of {number} calls passes the filter")


def _print(casebook: Casebook, cases: list[Case], choice: Choice, console: Console) -> None:
    view = CaseView(console, choice.level, casebook)
    for case in cases:
        view.show(case, _matching(casebook, case, choice.filter))


def _lines(casebook: Casebook, cases: list[Case]) -> Iterator[str]:
    for case in cases:
        told: list[Observation] = [replace(observed, fresh=()) for observed in case.stanzas]
        told += map(FindingMade, case.findings)
        for observation in told:
            yield from map(record_line, records_of(observation, casebook.placeholders))


def _picture(casebook: Casebook, cases: list[Case], form: str) -> bytes:
    if len(cases) != 1:
        raise ArgumentError(f"--format {form} draws one call and {len(cases)} are chosen; name one of them")
    return FORMS[form](ladder_of(cases[0], casebook.placeholders))


def find_cases(casebook: Casebook, call: str) -> list[Case]:
    """The call with that placeholder or number, or `all`.

    Raises:
        ArgumentError: there is none; the message lists those that there are.
    """
    if call == ALL:
        return casebook.cases
    number = int(call) if _NUMBER.fullmatch(call) else None
    found = [case for case in casebook.cases if number == case.number or casebook.name_of(case) == call]
    if not found:
        raise ArgumentError(f"no call {call!r}: {_listed(casebook)}")
    return found


def _listed(casebook: Casebook) -> str:
    names = [f"{casebook.name_of(case)} (number {case.number})" for case in casebook.cases[:_MOST_LISTED]]
    if not names:
        return "there is none in the sources"
    more = len(casebook.cases) - len(names)
    be = agreeing(len(casebook.cases), "is", "are")
    return f"there {be} {', '.join(names)}{f' and {more} more' if more else ''}; `all` shows all of them"


def _matching(casebook: Casebook, case: Case, chosen: Filter) -> list[StanzaObserved]:
    """The stanzas that pass the filter; all where the call passes it and none does by itself."""
    passing = [each for each in case.stanzas if chosen.matches_stanza(casebook, case, each)]
    return passing or case.stanzas
