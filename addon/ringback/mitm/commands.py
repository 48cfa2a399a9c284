"""Commands for mitmproxy's console and mitmweb's command bar, on the calls of this session."""

# mitmproxy's decorators are not annotated.
# mypy: disable-error-code="no-untyped-call,untyped-decorator"

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import mitmproxy.types
from mitmproxy import command, ctx
from mitmproxy.exceptions import CommandError

from ringback.casebook import Case, Casebook
from ringback.commands.destinations import spec_inputs, within, write_files
from ringback.faults import describe
from ringback.filters import Filter, parse
from ringback.mitm.errands import Errands
from ringback.recognise import PREACCEPT
from ringback.session import Session
from ringback.sources.notice import Tell
from ringback.view.stanza_line import clock, when
from ringback.view.visible import visible
from ringback.wording import counted

if TYPE_CHECKING:
    from ringback.export.washing import Appraisal

_NO_CALL = "no call, or none that the filter lets through"
_FILES = ("rfile", "save_stream_file", "ringback_keylog", "ringback_events", "ringback_ledger")
"""Options that name a file."""
MAX_AT_ONCE = 5
"""Calls that a report or an export is made of while mitmproxy waits; one of more is made in a thread."""
MAX_ROWS = 500
"""Calls that one answer lists, the newest: an answer is one window."""


class Commands:
    """What mitmproxy is to collect as commands. What they answer carries placeholders."""

    def __init__(self, session: Session, casebook: Casebook, tell: Tell) -> None:
        """Answer with what `casebook` holds of `session`; `tell` gets what comes later."""
        self._session = session
        self._casebook = casebook
        self._errands = Errands(tell)

    def close(self) -> None:
        """What is being written is finished first."""
        self._errands.finish()

    @command.command("ringback.calls")
    def calls(self, *filter: str) -> Sequence[str]:  # noqa: A002 - its name is shown
        """List the calls of this session, the newest last. A filter such as `severity>=warning` chooses."""
        with _refusing():
            cases = self._cases(filter)
            rows = list(map(self._row, cases[-MAX_ROWS:])) or [_NO_CALL]
        if len(cases) > MAX_ROWS:
            rows.append(f"and {len(cases) - MAX_ROWS} older ones: give a filter")
        if self._casebook.evicted:
            rows.append(f"and {counted(self._casebook.evicted, 'call')} that newer ones have pushed out")
        return rows

    @command.command("ringback.keys")
    def keys(self) -> Sequence[str]:
        """Tell how the key log stands: its path, how many keys it gave, which frames wait. Shows no key."""
        with _refusing():
            return self._session.key_state()

    @command.command("ringback.questions")
    def questions(self, *filter: str) -> Sequence[str]:  # noqa: A002 - its name is shown
        """Tell what the calls of this session say about the open questions. A filter chooses among them."""
        with _refusing():
            return list(_answers().question_lines(self._appraisal(filter)))

    @command.command("ringback.report")
    @command.argument("form", type=mitmproxy.types.Choice("ringback.report.formats"))
    def report(
        self,
        form: str,
        path: mitmproxy.types.Path,
        *filter: str,  # noqa: A002 - its name is shown
    ) -> str:
        """Write a report on the calls of this session into a file. A filter chooses among the calls."""
        with _refusing():
            chosen, inputs, casebook = _filter(filter), list(_inputs()), self._casebook_now()
            specification, answers = self._session.specification, _answers()

            def write() -> str:
                text, calls = answers.report_text(casebook, specification, chosen, form)
                write_files({Path(path).expanduser(): text}, inputs)
                return f"{form} report on {counted(calls, 'call')} written to {visible(path)}"

            return self._done(casebook, f"the {form} report {visible(path)}", write)

    @command.command("ringback.report.formats")
    def report_formats(self) -> Sequence[str]:
        """List the formats of a report."""
        return list(_answers().FORMATS)

    @command.command("ringback.export")
    @command.argument("kind", type=mitmproxy.types.Choice("ringback.export.kinds"))
    def export(
        self,
        kind: str,
        folder: mitmproxy.types.Path,
        *filter: str,  # noqa: A002 - its name is shown
    ) -> str:
        """Write captures, issues or questions that the calls of this session give back into a folder."""
        with _refusing():
            chosen, inputs, casebook = _filter(filter), list(_inputs()), self._casebook_now()
            specification, answers = self._session.specification, _answers()

            def write() -> str:
                cases = [case for case in casebook.cases if chosen.matches_case(casebook, case)]
                files = answers.EXPORTS[kind](answers.appraise(casebook, cases, specification))
                write_files(within(Path(folder).expanduser(), files), inputs)
                return f"{counted(len(files), 'file')} written to {visible(folder)}"

            return self._done(casebook, f"the {kind} in {visible(folder)}", write)

    @command.command("ringback.export.kinds")
    def export_kinds(self) -> Sequence[str]:
        """List what can be exported."""
        return list(_answers().EXPORTS)

    def _casebook_now(self) -> Casebook:
        """The casebook, or what it is now where it is handed to a thread."""
        self._casebook.funnel = self._session.funnel
        is_small = len(self._casebook.cases) <= MAX_AT_ONCE
        return self._casebook if is_small else self._casebook.snapshot()

    def _done(self, casebook: Casebook, what: str, write: Callable[[], str]) -> str:
        """What `write` answers, or what is to be said until it does."""
        return write() if casebook is self._casebook else self._errands.start(what, write)

    def _cases(self, words: Sequence[str]) -> list[Case]:
        chosen = _filter(words)
        return [case for case in self._casebook.cases if chosen.matches_case(self._casebook, case)]

    def _appraisal(self, words: Sequence[str]) -> Appraisal:
        appraisal: Appraisal = _answers().appraise(
            self._casebook, self._cases(words), self._session.specification
        )
        return appraisal

    def _row(self, case: Case) -> str:
        name = visible(self._casebook.name_of(case))
        at = clock(when(case.stanzas[0].sighting.at)) if case.stanzas else ""
        counts = (
            counted(len(case.stanzas), "stanza"),
            counted(len(case.call.of(PREACCEPT)), "pre-accept"),
            counted(len(case.findings), "finding"),
        )
        # mitmweb shows an answer as it is, without a table's columns.
        return f"{name:<11}  {at:<13}  {case.worst.value:<7}  {', '.join(counts)}"


def _answers() -> ModuleType:
    from ringback.mitm import answers  # noqa: PLC0415 - what it needs takes long to import

    return answers


def _inputs() -> Iterator[tuple[str, Path]]:
    """Files that this mitmproxy reads or appends to."""
    for option in _FILES:
        value = getattr(ctx.options, option, None)
        if value:
            # `+FILE` appends to it.
            yield f"the file of {option}", Path(value.removeprefix("+")).expanduser()
    spec = ctx.options.ringback_spec
    yield from spec_inputs(Path(spec).expanduser() if spec else None)


def _filter(words: Sequence[str]) -> Filter:
    return parse(" ".join(words))


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever goes wrong is mitmproxy's kind of error: its console ends with any other."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a fault here must not end the proxy
        raise CommandError(describe(error)) from None
