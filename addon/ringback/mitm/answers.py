"""What the commands answer with besides lists: exports, questions and reports, out of the session's casebook.

A module of its own, since what it needs takes half a second to import: only whoever asks waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from ringback.calls import Call
from ringback.casebook import Case, Casebook
from ringback.commands.export import files_of_captures, files_of_issues
from ringback.errors import ExportError
from ringback.export.material import Material
from ringback.export.questions import questions_markdown
from ringback.export.verdicts import sentence
from ringback.export.washing import Appraisal
from ringback.filters import Filter
from ringback.recognise import PREACCEPT
from ringback.report.document import Subject, make_report
from ringback.report.rendering import FORMATS, render
from ringback.spec.model import Specification
from ringback.view.visible import visible

__all__ = ["EXPORTS", "FORMATS", "appraise", "question_lines", "report_text"]

EXPORTS: Mapping[str, Callable[[Appraisal], dict[str, str]]] = {
    "captures": lambda appraisal: files_of_captures(appraisal, (PREACCEPT,)),
    "issues": lambda appraisal: files_of_issues(appraisal, (PREACCEPT,)),
    "questions": lambda appraisal: {"questions.md": questions_markdown(appraisal)},
}
"""The files of each kind of export, by name."""


def appraise(casebook: Casebook, cases: Iterable[Case], specification: Specification) -> Appraisal:
    """These calls of the casebook, held against the specification.

    Raises:
        ExportError: there are none.
    """
    chosen = {case.number for case in cases}
    calls, clients = casebook.evidence()
    among: list[Call] = []
    others = [each.sighting for each in casebook.loose]
    for case, call in zip(casebook.cases, calls, strict=True):
        if case.number in chosen:
            among.append(call)
        else:
            others += call.sightings()
    if not among:
        raise ExportError("no call was seen in this session, or none that the filter lets through")
    return Appraisal(Material.of(among, clients, specification, others=others))


def question_lines(appraisal: Appraisal) -> list[str]:
    """Each open question that has a rule, and what the calls say about it."""
    return [
        visible(line)
        for verdict in appraisal.weighing.verdicts
        for line in (f"{verdict.question}: {verdict.asked}", f"  {sentence(verdict)}")
    ]


def report_text(
    casebook: Casebook, specification: Specification, chosen: Filter, form: str
) -> tuple[str, int]:
    """A report in one of `FORMATS`, and how many calls it is about.

    Raises:
        LeakError: it holds something that could identify somebody.
    """
    is_selected = None if chosen.is_empty else partial(chosen.matches_case, casebook)
    made = make_report(Subject(casebook, specification, selection=chosen.text, is_selected=is_selected))
    return render(made, form), made.report.summary.calls
