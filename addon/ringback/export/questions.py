"""What is known about the open questions: Markdown for people, versioned JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from ringback.confidence import Levels
from ringback.export.levels import level_rows, levels_json, score_json, score_sentence
from ringback.export.markdown import listed, plain, table
from ringback.export.modelpage import counts_json, facts_json, model_page, undocumented_json
from ringback.export.verdicts import sentence
from ringback.nodejson import JsonValue
from ringback.questions.unit import NOT_KNOWN
from ringback.questions.verdict import Split, Verdict
from ringback.questions.weighing import Weighing
from ringback.version import VERSION

FORMAT = 1
"""Version of the JSON; grows when a key changes its meaning or goes."""


class Appraised(Protocol):
    """What evidence says, fit to be published."""

    @property
    def weighing(self) -> Weighing:
        """Verdicts, tallies, and what is undocumented."""

    @property
    def levels(self) -> Levels:
        """What the evidence carries each fact to."""

    @property
    def scope(self) -> str:
        """Which part of the evidence this is; empty for all of it."""

    def checked(self, text: str, name: str) -> str:
        """The text itself, when nothing in it could identify anybody of this evidence.

        Raises:
            LeakError: it holds something that could.
        """


def questions_markdown(appraisal: Appraised) -> str:
    """The verdicts, the facts and what is undocumented, as one Markdown page.

    Raises:
        LeakError: it could identify somebody.
    """
    return appraisal.checked(render_markdown(appraisal), "questions.md")


def questions_json(appraisal: Appraised) -> str:
    """The same as JSON, which is described in `docs/exports.md`.

    Raises:
        LeakError: it could identify somebody.
    """
    text = json.dumps(to_json(appraisal), indent=2) + "\n"
    return appraisal.checked(text, "questions.json")


def render_markdown(appraisal: Appraised) -> str:
    """The page, before it is checked."""
    weighing = appraisal.weighing
    scope = appraisal.scope
    parts = (
        _verdicts(weighing.verdicts, scope),
        _unruled(weighing),
        _levels(appraisal.levels),
        model_page(weighing),
    )
    return "\n".join(chain.from_iterable(parts)) + "\n"


def to_json(appraisal: Appraised) -> dict[str, JsonValue]:
    """The object, before it is checked."""
    weighing, levels = appraisal.weighing, appraisal.levels
    return {
        "format": FORMAT,
        "tool": f"ringback {VERSION}",
        **({"scope": appraisal.scope} if appraisal.scope else {}),
        "verdicts": [_verdict_json(verdict) for verdict in weighing.verdicts],
        "without_rule": [{"question": each.id, "asked": each.text} for each in weighing.unruled_questions],
        "score": score_json(levels.total),
        "levels": levels_json(levels),
        "facts": facts_json(weighing.facts),
        "undocumented": undocumented_json(weighing.undocumented),
    }


def _verdicts(verdicts: Iterable[Verdict], scope: str) -> Iterator[str]:
    yield "# Open questions"
    yield ""
    yield "Intervals are Wilson score intervals at 95 %. Calls have placeholders."
    if scope:
        yield f"Of the ledger this is {scope}."
    for verdict in verdicts:
        yield from ("", f"## {verdict.question}", "", plain(verdict.asked), "")
        yield f"**{plain(sentence(verdict))}**"
        yield ""
        yield f"- Counted: {plain(verdict.unit)}; a success: {plain(verdict.success)}."
        yield f"- Calls: {listed(verdict.calls)}; with an exception: {listed(verdict.exceptions)}."
        yield from (f"- But: {plain(reason)}" for reason in verdict.weakened_by)
        yield f"- Next: {plain(verdict.next_capture)}"
        yield from _tables(verdict)


def _tables(verdict: Verdict) -> Iterator[str]:
    for split in verdict.splits:
        if all(value == NOT_KNOWN for value, _ in split.rows):
            continue
        title = f"by {split.dimension}" + (f" ({split.note})" if split.note else "")
        rows = [(value, str(tally), str(tally.interval)) for value, tally in split.rows]
        yield from table((title, "successes", "interval"), rows)
    for counts in (verdict.apart, *verdict.counts):
        rows_of = [(what, str(number)) for what, number in counts.rows]
        yield from table((f"{counts.title} (one is {counts.unit})", "n"), rows_of)
    spreads = [
        (each.title, str(each.n), str(each.least), str(each.median), str(each.greatest))
        for each in verdict.spreads
    ]
    yield from table(("duration in ms", "n", "least", "median", "greatest"), spreads)


def _unruled(weighing: Weighing) -> Iterator[str]:
    if weighing.unruled_questions:
        yield from ("", "## Without a rule", "")
        yield from (f"- {each.id}: {plain(each.text)}" for each in weighing.unruled_questions)


def _levels(levels: Levels) -> Iterator[str]:
    yield from ("", "## Confidence", "", plain(score_sentence(levels.total)))
    heads = ("fact", "stated", "reached", "for", "against", "why not further")
    yield from table(heads, level_rows(levels))


def _verdict_json(verdict: Verdict) -> JsonValue:
    interval = verdict.tally.interval
    return {
        "question": verdict.question,
        "asked": verdict.asked,
        "answer": verdict.answer.value,
        "condition": verdict.condition,
        "unit": verdict.unit,
        "success": verdict.success,
        "n": verdict.tally.n,
        "k": verdict.tally.k,
        "interval": {
            "method": "wilson",
            "level": 0.95,
            "low": round(interval.low, 4),
            "high": round(interval.high, 4),
        },
        "splits": [_split_json(split) for split in verdict.splits],
        "apart": counts_json(verdict.apart),
        "counts": [counts_json(counts) for counts in verdict.counts],
        "spreads_ms": [
            {
                "title": each.title,
                "n": each.n,
                "least": each.least,
                "median": each.median,
                "greatest": each.greatest,
            }
            for each in verdict.spreads
        ],
        "calls": list(verdict.calls),
        "exceptions": list(verdict.exceptions),
        "weakened_by": list(verdict.weakened_by),
        "next_capture": verdict.next_capture,
    }


def _split_json(split: Split) -> JsonValue:
    rows: list[JsonValue] = [{"value": value, "n": tally.n, "k": tally.k} for value, tally in split.rows]
    return {"dimension": split.dimension, "note": split.note, "rows": rows}
