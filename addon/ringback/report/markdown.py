"""The report as Markdown: the verdict, the questions, the specification, the calls with what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from ringback.export.forms import fenced
from ringback.export.markdown import plain, table
from ringback.report.model import (
    Call,
    Copy,
    Fact,
    Finding,
    Flow,
    Line,
    Outside,
    Question,
    Report,
    Share,
    SpecFile,
    Stanza,
    Step,
    Untold,
)
from ringback.report.questions import MAX_NAMES
from ringback.wording import counted

_MARKS = {"supports": "✓", "contradicts": "✗", "extends": "+", "silent": "·"}
_VERDICT_COLUMN = 48
_STATEMENTS = (
    "A fact is what is gravest of all that was seen of it. A row is a statement: a child has two, that it "
    "may stand there and how often. Of it stanzas are counted, each direction apart, without the literal "
    "reading, that every copy has both addresses."
)


def render_markdown(report: Report) -> str:
    """The report as one Markdown page."""
    names = {call.id: call.name for call in report.calls}
    facts = {ref: f"{source.file}:{source.line}" for ref, source in report.lines().items()}
    parts = (
        _verdict(report),
        _questions(report, names),
        chain.from_iterable(map(_specification, report.specification)),
        chain.from_iterable(map(_flow, report.flows)),
        _undocumented(report),
        _conflicts(report),
        _calls(report, facts),
        _provenance(report),
    )
    return "\n".join(chain.from_iterable(parts)) + "\n"


def _verdict(report: Report) -> Iterator[str]:
    summary = report.summary
    yield f"# ringback report: {counted(summary.calls, 'call')}, {counted(summary.preaccepts, 'pre-accept')}"
    yield ""
    yield f"**{plain(summary.headline)}**"
    yield ""
    yield f"{summary.errors} errors, {summary.warnings} warnings, {summary.notes} notes."
    if report.provenance.selection:
        told = f"{report.provenance.selected} of {report.provenance.total}"
        yield f"Only calls that match {plain(report.provenance.selection)}: {told}."
    reasons = [*report.provenance.gaps, *(weakness.text for weakness in report.summary.weaknesses)]
    if reasons:
        yield from ("", "What makes it weak:", "")
        yield from (f"- {plain(reason)}" for reason in reasons)


def _questions(report: Report, names: Mapping[str, str]) -> Iterator[str]:
    yield from ("", "## Open questions", "", "Intervals are Wilson score intervals at 95 %.")
    for question in report.questions:
        yield from _question(question, names)
    for unruled in report.unruled:
        yield from ("", f"### {plain(unruled.asked)}", "", f"{plain(unruled.name)}: no rule weighs it.")


def _question(question: Question, names: Mapping[str, str]) -> Iterator[str]:
    yield from ("", f"### {plain(question.asked)}", "", f"**{plain(question.sentence)}**", "")
    yield f"- Question: {plain(question.name)}"
    yield f"- Counted: {plain(question.unit)}; a success: {plain(question.success)}."
    yield f"- Calls: {_listed(question.calls, question.calls_untold, names)}."
    yield f"- With an exception: {_listed(question.exceptions, question.exceptions_untold, names)}."
    yield from (f"- But: {plain(reason)}" for reason in question.weakened_by)
    yield f"- Next: {plain(question.next_capture)}"
    for split in question.splits:
        title = f"by {split.dimension}" + (f" ({split.note})" if split.note else "")
        yield from table((title, "successes", "interval"), list(map(_share, split.shares)))
    for each in question.tables:
        numbers = [(row.what, str(row.n)) for row in each.rows]
        yield from table((f"{each.title} (one is {each.unit})", "n"), numbers)
    spreads = [
        (each.title, str(each.n), str(each.least), str(each.median), str(each.greatest))
        for each in question.spreads
    ]
    yield from table(("duration in ms", "n", "least", "median", "greatest"), spreads)


def _specification(spec: SpecFile) -> Iterator[str]:
    yield from (
        "",
        f"## {plain(spec.title)} ({plain(spec.file)}, {plain(spec.status)} {plain(spec.version)})",
    )
    yield from ("", _STATEMENTS)
    counts = ("as stated", "contradicted", "not exercised")
    heads = ("line", "fact", "is", "states", "stated", "reached", *counts)
    yield from table(heads, [row for fact in spec.facts for row in _fact_rows(fact)])


def _fact_rows(fact: Fact) -> Iterator[tuple[str, ...]]:
    for each in fact.statements:
        counts = (str(each.valid), str(each.violated), str(each.not_exercised))
        states = f"{each.kind} {each.says}" + (", required" if fact.required else "")
        is_so = f"{fact.standing}, to the letter" if fact.to_the_letter else fact.standing
        yield (str(fact.line), fact.path, is_so, states, fact.stated, fact.reached or "none", *counts)


def _flow(flow: Flow) -> Iterator[str]:
    yield from ("", plain(f"## {flow.title} ({flow.file}, {flow.status} {flow.version})"))
    rows = [
        (str(each.line), f"{each.sender} → {each.receiver}", each.stanza or "", each.stated, _told_of(each))
        for each in flow.steps
    ]
    yield from table(("line", "who", "stanza", "stated", "findings"), rows)


def _told_of(step: Step) -> str:
    return ", ".join(f"{group.code}: {len(group.refs)}" for group in step.findings)


def _undocumented(report: Report) -> Iterator[str]:
    if report.undocumented:
        yield from ("", "## Undocumented")
        heads = ("place", "what", "seen in", "type guess", "shapes")
        rows = [
            (each.path, each.what, f"{each.n} of {each.of}", each.type_guess, each.shapes)
            for each in report.undocumented
        ]
        yield from table(heads, rows)


def _conflicts(report: Report) -> Iterator[str]:
    if report.conflicts:
        yield from ("", "## Models that disagree")
        rows = [
            (each.path, side.source, side.says, str(side.supports), str(side.contradicts), str(side.silent))
            for each in report.conflicts
            for side in each.sides
        ]
        yield from table(("path", "model", "says", "for", "against", "silent"), rows)


def _calls(report: Report, facts: Mapping[str, str]) -> Iterator[str]:
    yield from ("", "## Calls")
    for call in report.calls:
        yield from ("", f"### {plain(call.name)}", "", _about(call))
        yield from _told(call, facts)
    if report.outside.findings or report.outside.stanzas:
        yield from ("", "## Outside of calls")
        yield from _told(report.outside, facts)


def _about(call: Call) -> str:
    told = [call.actions, f"{call.duration} s" if call.duration else "", call.capture, call.day]
    return ", ".join(plain(each) for each in told if each) + "."


def _told(holder: Call | Outside, facts: Mapping[str, str]) -> Iterator[str]:
    found = [each for each in holder.findings if each.severity != "ok"]
    yield from table(
        ("", "severity", "code", "place", "what", "fact"), [_finding(each, facts) for each in found]
    )
    for stanza in holder.stanzas:
        if stanza.spec is not None:
            yield from _stanza(stanza)


def _finding(finding: Finding, facts: Mapping[str, str]) -> tuple[str, ...]:
    told = [finding.message]
    if finding.expected is not None:
        told.append(f"Expected {finding.expected}.")
    if finding.got is not None:
        told.append(f"Got {finding.got}.")
    fact = "" if finding.fact is None else facts[finding.fact]
    return (_MARKS[finding.stance], finding.severity, finding.code, finding.place, " ".join(told), fact)


def _stanza(stanza: Stanza) -> Iterator[str]:
    ends = f"{stanza.sender} → {stanza.receiver}"
    for copy in stanza.copies:
        head = " ".join(filter(None, (stanza.action, ends, copy.at)))
        yield from (
            "",
            f"{plain(head)}, {copy.direction} ({plain(copy.where)}):",
            "",
            fenced(_text(copy), "text"),
        )


def _text(copy: Copy) -> str:
    return "\n".join(map(_line, copy.lines))


def _line(line: Line) -> str:
    if line.stance is None:
        return line.text
    return f"{line.text:<{_VERDICT_COLUMN}} {_MARKS[line.stance]} {line.notes}".rstrip()


def _provenance(report: Report) -> Iterator[str]:
    provenance = report.provenance
    yield from ("", "## Provenance", "", f"Made by {plain(report.tool)}.")
    yield f"wacrg's score of the facts, as stated: {plain(report.summary.score_before)}."
    yield f"With this evidence: {plain(report.summary.score_after)}."
    rows = [
        (each.capture, str(each.number), each.platform, each.version, _device(each.device))
        for each in provenance.connections
    ]
    yield from table(("capture", "connection", "platform", "build", "device"), rows)
    yield from table(("what was read", "n"), [(row.what, str(row.n)) for row in provenance.numbers])


def _device(device: int | None) -> str:
    return "" if device is None else str(device)


def _share(share: Share) -> tuple[str, ...]:
    return (share.value, f"{share.k} of {share.n}", f"{share.low:.2f} to {share.high:.2f}")


def _listed(refs: Sequence[str], untold: Untold, names: Mapping[str, str]) -> str:
    """The first calls of a list, and how many more there are; "none" where there is none."""
    told = [_first([names[ref] for ref in refs[:MAX_NAMES]], len(refs))] if refs else []
    if untold.n:
        told.append(f"not told in full here: {_first(untold.names, untold.n)}")
        if untold.n > len(untold.names):
            told.append("`ringback export questions` names all")
    return "; ".join(told) or "none"


def _first(names: Iterable[str], total: int) -> str:
    shown = list(map(plain, names))
    more = f" and {total - len(shown):,} more" if total > len(shown) else ""
    return ", ".join(shown) + more
