"""A casebook as a report: the verdict, the questions, the specification and the calls, linked both ways."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ringback.casebook import Case, Casebook
from ringback.check.codes import CODES
from ringback.conflicts import ConflictNumbers, numbers_of
from ringback.export.leakscan import checked
from ringback.export.material import Material, identities_of
from ringback.export.publisher import Fit, refuse_raw
from ringback.export.tallied import TallyAppraisal
from ringback.export.washing import Appraisal
from ringback.report.calls import Calls, call_ref
from ringback.report.coverage import Coverage, conflict, flow, undocumented
from ringback.report.ladders import Ladders
from ringback.report.model import FORMAT, Call, Code, Outside, Report
from ringback.report.names import Links, code_ref, fact_refs, plain
from ringback.report.provenance import provenance
from ringback.report.questions import question, unruled
from ringback.report.standing import standing
from ringback.report.summary import Totals, loose_preaccepts, summary
from ringback.spec.model import Specification
from ringback.spec.part import SpecPart
from ringback.status import ExitCode
from ringback.version import VERSION


@dataclass(frozen=True, slots=True)
class Subject:
    """What is reported on."""

    casebook: Casebook
    specification: Specification
    status: ExitCode = ExitCode.OK
    """How the reading of the evidence went."""
    parts: Sequence[SpecPart] = ()
    """The specification's second model of the stanzas."""
    selection: str = ""
    """The filter expression, empty for none."""
    is_selected: Callable[[Case], bool] | None = None
    """The filter; None takes every call, and what belongs to none."""
    limited: Sequence[str] = ()
    """What was looked at of sources of which that was not all."""
    counted: TallyAppraisal | None = None
    """What was counted of all calls, where the casebook has the newest of them alone: those are told in full.
    Its placeholders are those of the casebook."""


@dataclass(frozen=True, slots=True)
class Made:
    """A report and what no rendering of it may hold."""

    report: Report
    identities: Collection[str | bytes]
    versions: Collection[str]
    ladders: Callable[[], dict[str, str]]
    """Draws the ladders of the calls, SVG by their refs; an arrow leads to its stanza."""

    def checked(self, text: str, name: str) -> str:
        """The text itself, when nothing in it could identify anybody of this evidence.

        Raises:
            LeakError: it holds something that could.
        """
        return checked(text, name=name, known=self.identities, versions=self.versions)


def make_report(subject: Subject, advance: Callable[[int, int], None] | None = None) -> Made:
    """The report; `advance` is told how many of how many calls are done.

    Raises:
        ExportError: the casebook's placeholders hide nothing.
    """
    casebook = subject.casebook
    refuse_raw(casebook.placeholders)
    calls, clients = casebook.evidence()
    whole = Material.of(calls, clients, subject.specification)
    # Every call is named before any is left out: it has one name in every report and view of the evidence.
    names = [casebook.name_of(case) for case in casebook.cases]
    pairs = [
        (case, call, name)
        for case, call, name in zip(casebook.cases, calls, names, strict=True)
        if subject.is_selected is None or subject.is_selected(case)
    ]
    selected = Material.of([call for _, call, _ in pairs], clients, subject.specification)
    appraisal = subject.counted or Appraisal(selected, casebook.placeholders)
    # The parties are named in order of time, before the stanzas are shown call by call.
    weighing, levels = appraisal.weighing, appraisal.levels
    links = Links(fact_refs(subject.specification))
    maker = Calls(casebook, links, Fit(whole.versions))
    shown = _calls(maker, [case for case, _, _ in pairs], advance)
    outside = maker.outside() if subject.is_selected is None else Outside((), ())
    of_calls = (finding for case, _, _ in pairs for finding in case.findings)
    of_none = casebook.findings if subject.is_selected is None else ()
    of_no_call = casebook.loose if subject.is_selected is None else ()
    if subject.counted is None:
        stands = standing((*of_calls, *of_none), subject.specification)
        totals = Totals.of(shown)
    else:
        found = list(subject.counted.found)
        stands = standing(of_none, subject.specification, found)
        totals = Totals.counted(len(subject.counted.names), found)
    refs: dict[str, list[str]] = {}
    for case, _, name in pairs:
        refs.setdefault(name, []).append(call_ref(case))
    report = Report(
        format=FORMAT,
        tool=f"ringback {VERSION}",
        summary=summary(weighing, levels, stands, totals, outside, loose=loose_preaccepts(of_no_call)),
        questions=tuple(question(each, links, refs) for each in weighing.verdicts),
        unruled=tuple(unruled(each, links) for each in weighing.unruled_questions),
        specification=tuple(Coverage(weighing, levels, stands, links, refs).files(subject.specification)),
        flows=tuple(flow(each, links) for each in subject.specification.flows),
        conflicts=tuple(conflict(each) for each in _conflicts(appraisal, subject.parts) if each.is_weighed),
        undocumented=tuple(undocumented(each, refs) for each in weighing.undocumented),
        calls=shown,
        outside=outside,
        codes=tuple(_codes((*shown, outside))),
        provenance=provenance(
            casebook,
            subject.status,
            totals.calls,
            subject.selection,
            subject.limited,
            total=None if subject.counted is None else totals.calls,
        ),
    )
    loose = identities_of(each.sighting for each in casebook.loose)
    ladders = Ladders(casebook, maker.stanza_refs, tuple(case for case, _, _ in pairs))
    counted = subject.counted
    identities = whole.identities | loose | (frozenset() if counted is None else counted.identities)
    versions = whole.versions | (frozenset() if counted is None else counted.versions)
    return Made(report, identities, versions, ladders.drawn)


def _conflicts(appraisal: Appraisal | TallyAppraisal, parts: Sequence[SpecPart]) -> Iterator[ConflictNumbers]:
    if isinstance(appraisal, TallyAppraisal):
        yield from appraisal.conflicts(parts)
    else:
        yield from map(numbers_of, appraisal.conflicts(parts))


def _calls(
    maker: Calls, cases: Sequence[Case], advance: Callable[[int, int], None] | None
) -> tuple[Call, ...]:
    shown = []
    for number, case in enumerate(cases, start=1):
        shown.append(maker.call(case))
        if advance is not None:
            advance(number, len(cases))
    return tuple(shown)


def _codes(holders: Iterable[Call | Outside]) -> Iterable[Code]:
    """What the codes mean that the report has entries of."""
    for code in sorted({finding.code for holder in holders for finding in holder.findings} & CODES.keys()):
        yield Code(code_ref(code), code, plain(CODES[code].meaning), plain(CODES[code].next_step))
