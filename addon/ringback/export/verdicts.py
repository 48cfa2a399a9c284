"""Verdicts in words, as every export tells them.

Verdicts hold placeholders here (`ringback.export.washing`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ringback.questions.verdict import Answer, Counts, Split, Spread, Verdict


def sentence(verdict: Verdict) -> str:
    """The answer with its numbers, such as `Leaning yes: 7 of 8 (0.53 to 0.98).`, for a reader who knows the
    question; an interval is Wilson's at 95 %."""
    answer = verdict.answer.value.capitalize()
    if verdict.answer is Answer.NOT_EXERCISED:
        return f"{answer}: nothing seen could have shown it."
    condition = f" {verdict.condition}" if verdict.condition else ""
    against = refutation(verdict)
    return f"{answer}{condition}: {verdict.tally} ({verdict.tally.interval}){against and '; '}{against}."


def refutation(verdict: Verdict) -> str:
    """Why the answer is no although the tally has successes: `one exception is enough for no, and 1 did not`.

    Empty for other verdicts. Only what asks for all is answered so (`ringback.questions.deciding`).
    """
    if verdict.answer not in {Answer.NO, Answer.LEANING_NO} or not verdict.tally.k:
        return ""
    against = verdict.tally.n - verdict.tally.k
    return f"one exception is enough for no, and {against} did not"


def render_numbers(verdict: Verdict) -> str:
    """All numbers behind the verdict as plain text, a line each."""
    return "\n".join(_numbers(verdict))


def _numbers(verdict: Verdict) -> Iterator[str]:
    interval = f"Wilson interval at 95 %: {verdict.tally.interval}"
    yield f"{verdict.tally}; {interval}"
    yield f"unit: {verdict.unit}"
    yield f"success: {verdict.success}"
    yield f"calls: {len(verdict.calls)}, with an exception: {len(verdict.exceptions)}"
    for split in verdict.splits:
        yield from _split(split)
    for counts in (verdict.apart, *verdict.counts):
        yield from _counts(counts)
    yield from map(_spread, verdict.spreads)


def _split(split: Split) -> Iterator[str]:
    if split.rows:
        yield f"by {split.dimension}{f' ({split.note})' if split.note else ''}:"
        yield from (f"  {value}: {tally}" for value, tally in split.rows)


def _counts(counts: Counts) -> Iterator[str]:
    if counts.rows:
        yield f"{counts.title} (one is {counts.unit}):"
        yield from (f"  {what}: {number}" for what, number in counts.rows)


def _spread(spread: Spread) -> str:
    return (
        f"{spread.title}: median {spread.median} ms, {spread.least} to {spread.greatest} ms, "
        f"{spread.n} measured"
    )
