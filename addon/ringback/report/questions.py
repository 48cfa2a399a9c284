"""Open questions for the document: answer, numbers, and the calls behind them."""

from __future__ import annotations

from collections.abc import Iterable

from ringback.export.verdicts import sentence
from ringback.questions.registry import Question as Asked
from ringback.questions.unit import NOT_KNOWN
from ringback.questions.verdict import Counts, Tally, Verdict
from ringback.questions.verdict import Split as Splitted
from ringback.report.coverage import CallRefs, refs_of
from ringback.report.model import Question, Row, Share, Split, Spread, Table, Unruled, Untold
from ringback.report.names import Links, plain, question_ref

_DIGITS = 4
"""Of an interval's ends: more than anybody reads, few enough to be the same on every machine."""
MAX_NAMES = 20
"""Calls of a list that are named where no link leads to them."""


def question(verdict: Verdict, links: Links, calls: CallRefs) -> Question:
    """A question with its verdict."""
    ref, interval = question_ref(verdict.question), verdict.tally.interval
    return Question(
        id=ref,
        name=plain(verdict.question),
        answer=verdict.answer.value,
        n=verdict.tally.n,
        k=verdict.tally.k,
        low=round(interval.low, _DIGITS),
        high=round(interval.high, _DIGITS),
        asked=plain(verdict.asked),
        sentence=plain(sentence(verdict)),
        unit=plain(verdict.unit),
        success=plain(verdict.success),
        next_capture=plain(verdict.next_capture),
        weakened_by=tuple(map(plain, verdict.weakened_by)),
        calls=refs_of(verdict.calls, calls),
        exceptions=refs_of(verdict.exceptions, calls),
        calls_untold=_untold(verdict.calls, calls),
        exceptions_untold=_untold(verdict.exceptions, calls),
        splits=tuple(_split(each) for each in verdict.splits if _is_telling(each)),
        tables=tuple(_table(each) for each in (verdict.apart, *verdict.counts) if each.rows),
        spreads=tuple(
            Spread(plain(each.title), each.n, each.least, each.median, each.greatest)
            for each in verdict.spreads
        ),
        findings=links.to(ref),
    )


def _untold(names: Iterable[str], calls: CallRefs) -> Untold:
    missing = [name for name in names if name not in calls]
    return Untold(len(missing), tuple(map(plain, missing[:MAX_NAMES])))


def unruled(asked: Asked, links: Links) -> Unruled:
    """A question that no rule weighs."""
    ref = question_ref(asked.id)
    return Unruled(ref, plain(asked.id), plain(asked.text), links.to(ref))


def _is_telling(split: Splitted) -> bool:
    return any(value != NOT_KNOWN for value, _ in split.rows)


def _split(split: Splitted) -> Split:
    shares = tuple(_share(value, tally) for value, tally in split.rows)
    return Split(plain(split.dimension), plain(split.note), shares)


def _share(value: str, tally: Tally) -> Share:
    low, high = tally.interval
    return Share(plain(value), tally.n, tally.k, round(low, _DIGITS), round(high, _DIGITS))


def _table(counts: Counts) -> Table:
    rows = tuple(Row(plain(what), number) for what, number in counts.rows)
    return Table(plain(counts.title), plain(counts.unit), rows)
