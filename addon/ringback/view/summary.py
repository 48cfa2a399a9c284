"""The summary at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from rich.text import Text

from ringback.check.flow_codes import (
    FLOW_STEP_MISPLACED,
    FLOW_STEP_MISSING,
    FLOW_STEP_NOT_VISIBLE,
    FLOW_STEP_TAKEN,
)
from ringback.findings import Severity
from ringback.observations import Funnel
from ringback.recent import Recent
from ringback.spec.model import StanzaSpec
from ringback.view.flow import flow
from ringback.view.marks import SEVERITY_STYLES, Marks
from ringback.view.notices import Notices
from ringback.view.tally import FlowTally, Tally
from ringback.view.visible import visible
from ringback.wire.events import ClosedReason
from ringback.wording import agreeing, counted

_Counted = TypeVar("_Counted", str, tuple[str, int])

_LABEL = 13
"""Columns of the labels on the left."""
_NUMBER = 8
_LONGEST_BAR = 40
_MOST_CONNECTIONS = 4
"""Connections that are named under one reason."""


def summary_lines(
    funnel: Funnel, tally: Tally, notices: Notices, marks: Marks, *, width: int, level: Severity
) -> Iterator[Text]:
    """The lines of a summary, none wider than `width`; findings below `level` were not printed."""
    yield Text(f"{marks.rule * 2} ringback ".ljust(width, marks.rule)[:width], "bold")
    yield from _funnel(funnel, marks, width)
    yield from _not_opened(funnel, notices, width)
    yield from _findings(funnel, width)
    if not tally.specs:
        said = "no pre-accept was checked: nothing of the specification was exercised"
        yield from _labelled("facts", [Text(said, "yellow")], width)
        if not funnel.preaccepts:
            yield from _unanswered(tally, width)
    for _, spec in sorted(tally.specs.items()):
        yield from _facts(spec, tally, width)
        yield from _questions(spec, tally, width, level)
    if tally.unspecified:
        told = [Text(f"{visible(name)} {number}") for name, number in _most_first(tally.unspecified)]
        words = Text("(no file of the specification that is loaded is about these)", "dim")
        yield from _labelled("no file for", [*told, words], width)
    for name, followed in sorted(tally.flows.items()):
        yield from _flow(name, followed, width)


def _most_first(counts: Mapping[_Counted, int]) -> list[tuple[_Counted, int]]:
    """What was counted, in an order that does not depend on what was seen first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _funnel(funnel: Funnel, marks: Marks, width: int) -> Iterator[Text]:
    stages = (
        ("frames", funnel.frames),
        ("opened", funnel.opened),
        ("stanzas", funnel.stanzas),
        ("calls", funnel.calls),
        ("pre-accepts", funnel.preaccepts),
    )
    most = max(number for _, number in stages)
    room = max(0, min(_LONGEST_BAR, width - _LABEL - _NUMBER - 2))
    for label, number in stages:
        length = 0 if not most else max(1, round(number * room / most)) if number else 0
        line = _label(label).append(f"{number:>{_NUMBER}}  ", "bold")
        yield line.append(marks.bar * min(length, room), "cyan")


def _not_opened(funnel: Funnel, notices: Notices, width: int) -> Iterator[Text]:
    for value, number in _most_first(funnel.closed):
        pieces = [Text.assemble((f"{number} of {funnel.frames}", "bold yellow"), f" {value}")]
        reason = ClosedReason(value)
        pieces += [*_by_connection(notices.closed.get(reason)), Text(reason.advice, "dim")]
        yield from _labelled("not opened", pieces, width)
    for label, number, what, style in (
        (
            "given up",
            funnel.dropped,
            "of the frames, because too many frames waited for a key",
            "bold yellow",
        ),
        ("waiting", funnel.held, "of the frames, for a key", "bold yellow"),
        ("unreadable", funnel.unread, "of the opened frames: no stanza that can be read", "bold yellow"),
        (
            "cut short",
            funnel.evicted,
            "of the calls, to make room, after what they showed was reported",
            "bold",
        ),
        (
            "forgotten",
            funnel.forgotten,
            "of the gaps and connections, to make room: what is missing about then is not reported",
            "bold yellow",
        ),
        ("left alone", funnel.ignored, "of the connections: another protocol", "bold"),
    ):
        if number:
            yield from _labelled(label, [Text.assemble((str(number), style), f" {what}")], width)


def _by_connection(counts: Recent[tuple[str, int], int] | None) -> Iterator[Text]:
    """How many frames stayed closed on which connection, most first; nothing where there is only one."""
    if counts is None or counts.count < 2:
        return
    most = _most_first(counts)[:_MOST_CONNECTIONS]
    for (capture, connection), number in most:
        yield Text(f"{number} on connection {connection} of {visible(capture)}")
    if counts.count > len(most):
        yield Text(f"the rest on {counts.count - len(most)} more")


def _findings(funnel: Funnel, width: int) -> Iterator[Text]:
    pieces = []
    for severity in reversed(Severity):
        number = funnel.findings.get(severity.value, 0)
        pieces.append(Text(f"{number} {severity.value} ", SEVERITY_STYLES[severity] if number else "dim"))
    yield from _labelled("findings", pieces, width)


def _facts(spec: StanzaSpec, tally: Tally, width: int) -> Iterator[Text]:
    facts = tally.facts_of(spec)
    pieces = [
        Text(f"{visible(spec.id)}: {facts.facts}"),
        Text(f"{len(facts.observed)} as stated", "green"),
        Text(f"{len(facts.contradicted)} contradicted", "bold red" if facts.contradicted else "dim"),
        Text(f"{len(facts.extended)} extended", "cyan" if facts.extended else "dim"),
        Text(f"{len(facts.not_exercised)} not exercised", "dim"),
    ]
    yield from _labelled("facts", pieces, width)
    for label, paths in (
        ("contradicted:", facts.contradicted),
        ("extended:", facts.extended),
        ("not exercised:", facts.not_exercised),
    ):
        if paths:
            yield from _labelled("", [Text(label, "dim"), *map(Text, _topmost(paths))], width)


def _topmost(paths: tuple[str, ...]) -> Iterator[str]:
    """The paths, each with all that lies below it as one."""
    tops = [path for path in paths if not any(path.startswith(f"{other}/") for other in paths)]
    for top in tops:
        below = sum(path.startswith(f"{top}/") for path in paths)
        yield visible(top) + (f" and {below} below it" if below else "")


def _questions(spec: StanzaSpec, tally: Tally, width: int, level: Severity) -> Iterator[Text]:
    label = "questions"
    for number, question, findings in tally.questions_of(spec):
        told = Text(f"({_bearing(findings, level)})", "cyan" if findings else "yellow")
        yield from _labelled(f"{label:<9}  {number}", [Text(visible(question)), told], width)
        label = ""


def _unanswered(tally: Tally, width: int) -> Iterator[Text]:
    """What a run without a pre-accept says on whether one is always emitted, the shipped question 1."""
    if tally.offered.count:
        offered = tally.offered.count
        calls = f"{counted(offered, 'call')} {agreeing(offered, 'was', 'were')}"
        yield from _labelled(
            f"{'questions':<9}  1", [Text(f"{calls} offered and none was pre-accepted", "yellow")], width
        )


def _bearing(findings: dict[Severity, int], level: Severity) -> str:
    """How many findings bear on a question, and how to see those that were not printed."""
    total = sum(findings.values())
    hidden = [severity for severity in findings if severity.rank < level.rank]
    if not total:
        return "no finding bears on it"
    told = "1 finding bears on it" if total == 1 else f"{total} findings bear on it"
    if not hidden:
        return told
    below = ", ".join(f"{findings[severity]} {severity.value}" for severity in hidden)
    them = "it" if total == 1 else "all"
    return f"{told}, {below}: --level {hidden[0].value} shows {them}"


_STEPS = (
    (FLOW_STEP_TAKEN, "taken", "green"),
    (FLOW_STEP_MISSING, "missing", "bold red"),
    (FLOW_STEP_MISPLACED, "misplaced", "bold red"),
    (FLOW_STEP_NOT_VISIBLE, "not visible", "dim"),
)


def _flow(name: str, followed: FlowTally, width: int) -> Iterator[Text]:
    number = followed.calls.count
    calls = f"{counted(number, 'call')} {agreeing(number, 'follows', 'follow')} it"
    pieces = [Text(f"{visible(name)}: {calls}, steps")]
    for code, words, style in _STEPS:
        number = followed.steps[code.code]
        pieces.append(Text(f"{number} {words}", style if number else "dim"))
    yield from _labelled("flow", pieces, width)


def _label(label: str) -> Text:
    return Text().append(label.ljust(_LABEL), "dim")


def _labelled(label: str, pieces: list[Text], width: int) -> Iterator[Text]:
    """The pieces beside their label, wrapped."""
    for line in flow(pieces, width=width - _LABEL):
        yield _label(label).append_text(line)
        label = ""
