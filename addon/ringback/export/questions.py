"""What is known about the open questions: Markdown for people, versioned JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ringback import __version__
from ringback.confidence import Weighing as FactWeighing
from ringback.export.levels import level_rows, levels_json, score_json, score_sentence
from ringback.export.verdicts import sentence
from ringback.export.washing import Appraisal
from ringback.nodejson import JsonValue
from ringback.questions.facts import Bearings, FactTally
from ringback.questions.undocumented import Undocumented
from ringback.questions.unit import NOT_KNOWN
from ringback.questions.verdict import Counts, Split, Verdict
from ringback.questions.weighing import Weighing

FORMAT = 1
"""Version of the JSON; grows when a key changes its meaning or goes."""
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "|`*_<>[]"} | {"\n": " "})


def questions_markdown(appraisal: Appraisal) -> str:
    """The verdicts, the facts and what is undocumented, as one Markdown page.

    Raises:
        LeakError: it could identify somebody.
    """
    return appraisal.material.checked(render_markdown(appraisal), "questions.md")


def questions_json(appraisal: Appraisal) -> str:
    """The same as JSON, which is described in `docs/exports.md`.

    Raises:
        LeakError: it could identify somebody.
    """
    text = json.dumps(to_json(appraisal), indent=2) + "\n"
    return appraisal.material.checked(text, "questions.json")


def render_markdown(appraisal: Appraisal) -> str:
    """The page, before it is checked."""
    weighing = appraisal.weighing
    parts = (_verdicts(weighing.verdicts), _unruled(weighing), _levels(appraisal.facts), _model(weighing))
    return "\n".join(chain.from_iterable(parts)) + "\n"


def to_json(appraisal: Appraisal) -> dict[str, JsonValue]:
    """The object, before it is checked."""
    weighing, levels = appraisal.weighing, appraisal.facts
    return {
        "format": FORMAT,
        "tool": f"ringback {__version__}",
        "verdicts": [_verdict_json(verdict) for verdict in weighing.verdicts],
        "without_rule": [{"question": each.id, "asked": each.text} for each in weighing.unruled_questions],
        "score": score_json(levels.total),
        "levels": levels_json(levels),
        "facts": [_fact_json(fact) for fact in weighing.facts],
        "undocumented": [_undocumented_json(each) for each in weighing.undocumented],
    }


def _verdicts(verdicts: Iterable[Verdict]) -> Iterator[str]:
    yield "# Open questions"
    yield ""
    yield "Intervals are Wilson score intervals at 95 %. Calls have placeholders."
    for verdict in verdicts:
        yield from ("", f"## {verdict.question}", "", _plain(verdict.asked), "")
        yield f"**{_plain(sentence(verdict))}**"
        yield ""
        yield f"- Counted: {_plain(verdict.unit)}; a success: {_plain(verdict.success)}."
        yield f"- Calls: {_listed(verdict.calls)}; with an exception: {_listed(verdict.exceptions)}."
        yield from (f"- But: {_plain(reason)}" for reason in verdict.weakened_by)
        yield f"- Next: {_plain(verdict.next_capture)}"
        yield from _tables(verdict)


def _tables(verdict: Verdict) -> Iterator[str]:
    for split in verdict.splits:
        if all(value == NOT_KNOWN for value, _ in split.rows):
            continue
        title = f"by {split.dimension}" + (f" ({split.note})" if split.note else "")
        rows = [(value, str(tally), str(tally.interval)) for value, tally in split.rows]
        yield from _table((title, "successes", "interval"), rows)
    for counts in (verdict.apart, *verdict.counts):
        rows_of = [(what, str(number)) for what, number in counts.rows]
        yield from _table((f"{counts.title} (one is {counts.unit})", "n"), rows_of)
    spreads = [
        (each.title, str(each.n), str(each.least), str(each.median), str(each.greatest))
        for each in verdict.spreads
    ]
    yield from _table(("duration in ms", "n", "least", "median", "greatest"), spreads)


def _unruled(weighing: Weighing) -> Iterator[str]:
    if weighing.unruled_questions:
        yield from ("", "## Without a rule", "")
        yield from (f"- {each.id}: {_plain(each.text)}" for each in weighing.unruled_questions)


def _levels(levels: FactWeighing) -> Iterator[str]:
    yield from ("", "## Confidence", "", _plain(score_sentence(levels.total)))
    heads = ("fact", "stated", "reached", "for", "against", "why not further")
    yield from _table(heads, level_rows(levels))


def _model(weighing: Weighing) -> Iterator[str]:
    yield from ("", "## Facts of the model")
    facts = [
        (f"{fact.spec}: {fact.path}", fact.statement.value, fact.says, fact.confidence, *_bearing_cells(fact))
        for fact in weighing.facts
        if fact.counts != Bearings()
    ]
    heads = ("fact", "statement", "says", "confidence", "valid", "violated", "not exercised")
    yield from _table(heads, facts)
    yield from ("", "## Undocumented")
    yield from _table(
        ("place", "what", "seen in", "type guess", "shapes"),
        [
            (
                f"{each.spec}: {each.path}",
                each.what,
                f"{each.n} of {each.of}",
                each.type_guess,
                _shapes(each),
            )
            for each in weighing.undocumented
        ],
    )


def _bearing_cells(fact: FactTally) -> tuple[str, str, str]:
    return (str(fact.counts.valid), str(fact.counts.violated), str(fact.counts.not_exercised))


def _shapes(each: Undocumented) -> str:
    return ", ".join(f"{shape}: {number}" for shape, number in each.shapes.rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Nothing where there is no row."""
    if rows:
        yield from ("", _row(heads), _row(["---"] * len(heads)))
        yield from map(_row, rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell if cell == "---" else _plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    """The text with nothing in it that Markdown takes for a sign of its own."""
    return text.translate(_SPECIAL)


def _listed(calls: Sequence[str]) -> str:
    return ", ".join(calls) or "none"


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
        "apart": _counts_json(verdict.apart),
        "counts": [_counts_json(counts) for counts in verdict.counts],
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


def _counts_json(counts: Counts) -> JsonValue:
    rows: list[JsonValue] = [{"what": what, "n": number} for what, number in counts.rows]
    return {"title": counts.title, "unit": counts.unit, "rows": rows}


def _fact_json(fact: FactTally) -> JsonValue:
    splits: list[JsonValue] = [
        {"dimension": name, "rows": [{"value": value, **_bearings_json(seen)} for value, seen in rows]}
        for name, rows in fact.splits
    ]
    return {
        "spec": fact.spec,
        "path": fact.path,
        "statement": fact.statement.value,
        "says": fact.says,
        "confidence": fact.confidence,
        **_bearings_json(fact.counts),
        "splits": splits,
        "violated_in": list(fact.violated_in),
    }


def _bearings_json(seen: Bearings) -> dict[str, JsonValue]:
    return {"valid": seen.valid, "violated": seen.violated, "not_exercised": seen.not_exercised}


def _undocumented_json(each: Undocumented) -> JsonValue:
    return {
        "spec": each.spec,
        "path": each.path,
        "what": each.what,
        "n": each.n,
        "of": each.of,
        "type_guess": each.type_guess,
        "shapes": _counts_json(each.shapes),
        "splits": [_counts_json(counts) for counts in each.splits],
        "calls": list(each.calls),
    }
