"""Commands for mitmproxy's console and mitmweb's command bar, on the calls of this session."""

# mitmproxy's decorators are not annotated.
# mypy: disable-error-code="no-untyped-call,untyped-decorator"

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import mitmproxy.types
from mitmproxy import command
from mitmproxy.exceptions import CommandError

from ringback.casebook import Case, Casebook
from ringback.commands.export import files_of_captures, files_of_issues
from ringback.commands.writing import write_file
from ringback.errors import RingbackError
from ringback.export.material import Material
from ringback.export.questions import questions_markdown
from ringback.export.verdicts import counted, sentence
from ringback.export.washing import Appraisal
from ringback.filters import Filter, parse
from ringback.recognise import PREACCEPT
from ringback.report.document import Subject, make_report
from ringback.report.rendering import FORMATS, render
from ringback.session import Session
from ringback.view.stanza_line import clock, when
from ringback.view.visible import visible

MAX_ROWS = 500
"""Calls that one answer lists, the newest: an answer is one window."""
_ACTIONS = (PREACCEPT,)

_EXPORTS: dict[str, Callable[[Appraisal], dict[str, str]]] = {
    "captures": lambda appraisal: files_of_captures(appraisal, _ACTIONS),
    "issues": lambda appraisal: files_of_issues(appraisal, _ACTIONS),
    "questions": lambda appraisal: {"questions.md": questions_markdown(appraisal)},
}


class Commands:
    """An add-on that has nothing but commands. What they answer carries placeholders."""

    name = "ringbackcommands"

    def __init__(self, session: Session, casebook: Casebook) -> None:
        """Answer with what `casebook` holds of `session`."""
        self._session = session
        self._casebook = casebook

    @command.command("ringback.calls")
    def calls(self, *filter: str) -> Sequence[str]:  # noqa: A002 - its name is shown
        """List the calls of this session, the newest last. A filter such as `severity>=warning` chooses."""
        cases = self._cases(filter)
        rows = list(map(self._row, cases[-MAX_ROWS:])) or ["no call, or none that the filter lets through"]
        if len(cases) > MAX_ROWS:
            rows.append(f"and {len(cases) - MAX_ROWS} older ones: give a filter")
        if self._casebook.evicted:
            rows.append(f"and {counted(self._casebook.evicted, 'call')} that newer ones have pushed out")
        return rows

    @command.command("ringback.keys")
    def keys(self) -> Sequence[str]:
        """Tell how the key log stands: its path, how many keys it gave, which frames wait. Shows no key."""
        return self._session.key_state()

    @command.command("ringback.questions")
    def questions(self, *filter: str) -> Sequence[str]:  # noqa: A002 - its name is shown
        """Tell what the calls of this session say about the open questions. A filter chooses among them."""
        weighing = self._appraisal(filter).weighing
        return [
            line
            for verdict in weighing.verdicts
            for line in (f"{verdict.question}: {verdict.asked}", f"  {sentence(verdict)}")
        ]

    @command.command("ringback.report")
    @command.argument("form", type=mitmproxy.types.Choice("ringback.report.formats"))
    def report(
        self,
        form: str,
        path: mitmproxy.types.Path,
        *filter: str,  # noqa: A002 - its name is shown
    ) -> str:
        """Write a report on the calls of this session into a file. A filter chooses among the calls."""
        chosen = self._filter(filter)
        self._casebook.funnel = self._session.funnel
        is_selected = None if chosen.is_empty else partial(chosen.matches_case, self._casebook)
        subject = Subject(
            self._casebook, self._session.specification, selection=chosen.text, is_selected=is_selected
        )
        try:
            made = make_report(subject)
            write_file(Path(path).expanduser(), render(made, form))
        except RingbackError as error:
            raise CommandError(str(error)) from None
        return f"{form} report on {counted(made.report.summary.calls, 'call')} written to {visible(path)}"

    @command.command("ringback.report.formats")
    def report_formats(self) -> Sequence[str]:
        """List the formats of a report."""
        return list(FORMATS)

    @command.command("ringback.export")
    @command.argument("kind", type=mitmproxy.types.Choice("ringback.export.kinds"))
    def export(
        self,
        kind: str,
        folder: mitmproxy.types.Path,
        *filter: str,  # noqa: A002 - its name is shown
    ) -> str:
        """Write captures, issues or questions that the calls of this session give back into a folder."""
        try:
            files = _EXPORTS[kind](self._appraisal(filter))
            for name, text in files.items():
                write_file(Path(folder).expanduser() / name, text)
        except RingbackError as error:
            raise CommandError(str(error)) from None
        return f"{counted(len(files), 'file')} written to {visible(folder)}"

    @command.command("ringback.export.kinds")
    def export_kinds(self) -> Sequence[str]:
        """List what can be exported."""
        return list(_EXPORTS)

    def _filter(self, words: Sequence[str]) -> Filter:
        try:
            return parse(" ".join(words))
        except RingbackError as error:
            raise CommandError(str(error)) from None

    def _cases(self, words: Sequence[str]) -> list[Case]:
        chosen = self._filter(words)
        return [case for case in self._casebook.cases if chosen.matches_case(self._casebook, case)]

    def _appraisal(self, words: Sequence[str]) -> Appraisal:
        chosen = {case.number for case in self._cases(words)}
        calls, clients = self._casebook.evidence()
        among = [
            call for case, call in zip(self._casebook.cases, calls, strict=True) if case.number in chosen
        ]
        if not among:
            raise CommandError("no call was seen in this session, or none that the filter lets through")
        return Appraisal(Material.of(among, clients, self._session.specification))

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
