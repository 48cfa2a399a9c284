"""The open questions as lines of text: the verdict first, then what carries it, then what weakens it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from ringback.export.verdicts import refutation
from ringback.questions.interval import Interval
from ringback.questions.verdict import Answer, Tally, Verdict
from ringback.sanitize import Placeholders
from ringback.view.flow import flow
from ringback.view.marks import Marks
from ringback.view.visible import visible
from ringback.watch.weighing import Weighed

_STYLES = {
    Answer.YES: "bold green",
    Answer.NO: "bold green",
    Answer.DEPENDS: "bold magenta",
    Answer.LEANING_YES: "bold cyan",
    Answer.LEANING_NO: "bold cyan",
    Answer.OPEN: "bold yellow",
    Answer.NOT_EXERCISED: "dim",
}
_SHORT = {Answer.YES: "yes", Answer.NO: "no", Answer.DEPENDS: "depends"}
"""Answers where there is little room; the others are short as they are."""
_LONGEST_BAR = 50
_LABEL = 13
_MOST_CALLS = 12
"""Calls that are named."""


def strip(weighed: Weighed) -> Text:
    """All verdicts on one line."""
    if not weighed.verdicts:
        return Text(" no call was weighed yet", "dim")
    line = Text()
    for verdict in weighed.verdicts:
        number = verdict.question.rpartition("/")[2]
        line.append(f" ?{number} ", "dim")
        line.append(_SHORT.get(verdict.answer, verdict.answer.value), _STYLES[verdict.answer])
        if verdict.tally.n:
            line.append(f" {verdict.tally.k}/{verdict.tally.n}")
        line.append(" ")
    return line


def board(weighed: Weighed, placeholders: Placeholders, marks: Marks, width: int) -> Iterator[Text]:
    """Every verdict in full."""
    if not weighed.verdicts:
        yield Text("  No call was weighed yet.", "dim")
        return
    for verdict in weighed.verdicts:
        yield from _verdict(verdict, placeholders, marks, width)
        yield Text()
    plural = "" if weighed.calls == 1 else "s"
    yield Text(f"  Out of {weighed.calls} call{plural}, listed or not.", "dim")


def _verdict(verdict: Verdict, placeholders: Placeholders, marks: Marks, width: int) -> Iterator[Text]:
    number = verdict.question.rpartition("/")[2]
    yield from flow([Text(f"?{number} {visible(verdict.asked)}", "bold")], width=width, indent=" " * 3)
    yield from _labelled("verdict", _pieces(verdict), width)
    yield Text(" " * (_LABEL + 2)) + bar(verdict.tally, marks, min(_LONGEST_BAR, width - _LABEL - 16))
    for label, texts, style in (
        ("weakened by", list(verdict.weakened_by), ""),
        ("exceptions", _calls(verdict, placeholders), ""),
        ("not counted", [f"{count} {what}" for what, count in verdict.apart.rows], ""),
        ("next", [verdict.next_capture], ""),
        ("counted", [f"{verdict.unit}; a success: {verdict.success}"], "dim"),
    ):
        shown = [Text(visible(text), style) for text in texts if text]
        if shown:
            yield from _labelled(label, shown, width)


def _pieces(verdict: Verdict) -> list[Text]:
    pieces = [Text(verdict.answer.value, _STYLES[verdict.answer])]
    if verdict.condition:
        pieces.append(Text(visible(verdict.condition)))
    if verdict.tally.n:
        pieces += [Text(str(verdict.tally), "bold"), Text(f"95 %: {verdict.tally.interval}")]
    if refutation(verdict):
        pieces.append(Text(refutation(verdict)))
    return pieces


def bar(tally: Tally, marks: Marks, width: int) -> Text:
    """The interval on a scale from nothing to all, and the share in it."""
    cells = max(10, width)
    interval: Interval = tally.interval

    def cell(share: float) -> int:
        return min(cells - 1, int(share * cells))

    low, high = cell(interval.low), cell(interval.high)
    scale = Text().append("0 ", "dim").append(marks.rule * low, "dim")
    if not tally.n:
        return scale.append(marks.rule * (cells - low), "dim").append(" 1", "dim")
    share = cell(tally.k / tally.n)
    scale.append(marks.bar * (share - low), "cyan").append(marks.bullet, "bold")
    scale.append(marks.bar * (high - share), "cyan").append(marks.rule * (cells - 1 - high), "dim")
    return scale.append(" 1", "dim")


def _calls(verdict: Verdict, placeholders: Placeholders) -> list[str]:
    named = [placeholders.call_id(call) for call in verdict.exceptions[:_MOST_CALLS]]
    more = len(verdict.exceptions) - len(named)
    return [*named, *([f"and {more} more"] if more else [])]


def _labelled(label: str, pieces: list[Text], width: int) -> Iterator[Text]:
    indent = " " * (_LABEL + 2)
    first = Text().append(f"  {label:<{_LABEL}}", "dim")
    lines = list(flow(pieces, width=width - len(indent)))
    for number, line in enumerate(lines):
        yield (first if number == 0 else Text(indent)) + line
