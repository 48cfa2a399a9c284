"""The model's facts and what is beyond them, for the page and the JSON of the questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringback.export.markdown import listed, table
from ringback.nodejson import JsonValue
from ringback.questions.facts import Bearings, FactTally
from ringback.questions.undocumented import Undocumented
from ringback.questions.verdict import Counts
from ringback.questions.weighing import Weighing

_HEADS = ("fact", "statement", "says", "confidence", "valid", "violated", "not exercised", "violated in")


def model_page(weighing: Weighing) -> Iterator[str]:
    """Lines of Markdown: each statement with its counts, once more by each dimension, then what is
    undocumented."""
    seen = [fact for fact in weighing.facts if fact.counts != Bearings()]
    unseen = sorted({fact.spec for fact in weighing.facts} - {fact.spec for fact in seen})
    yield from ("", "## Facts of the model")
    yield from table(_HEADS, [_fact_cells(fact) for fact in seen])
    if unseen:
        yield from ("", f"No stanza was seen of: {listed(unseen)}.")
    for name in dict.fromkeys(name for fact in seen for name, _ in fact.splits):
        yield from ("", f"### By {name}", "", "Valid, violated, not exercised.")
        yield from _split(name, seen)
    yield from ("", "## Undocumented")
    yield from table(
        ("place", "what", "seen in", "type guess", "shapes", "by direction", "by call kind", "by build"),
        [_undocumented_cells(each) for each in weighing.undocumented],
    )


def facts_json(facts: Iterable[FactTally]) -> JsonValue:
    """An object for each statement."""
    return [_fact_json(fact) for fact in facts]


def undocumented_json(undocumented: Iterable[Undocumented]) -> JsonValue:
    """An object for each place."""
    return [
        {
            "spec": each.spec,
            "path": each.path,
            "what": each.what,
            "n": each.n,
            "of": each.of,
            "type_guess": each.type_guess,
            "shapes": counts_json(each.shapes),
            "splits": [counts_json(counts) for counts in each.splits],
            "calls": list(each.calls),
        }
        for each in undocumented
    ]


def counts_json(counts: Counts) -> JsonValue:
    """A table of counts."""
    rows: list[JsonValue] = [{"what": what, "n": number} for what, number in counts.rows]
    return {"title": counts.title, "unit": counts.unit, "rows": rows}


def _fact_cells(fact: FactTally) -> tuple[str, ...]:
    counts = fact.counts
    return (
        f"{fact.spec}: {fact.path}",
        fact.statement.value,
        fact.says,
        fact.confidence,
        *map(str, (counts.valid, counts.violated, counts.not_exercised)),
        listed(fact.violated_in),
    )


def _split(name: str, facts: Iterable[FactTally]) -> Iterator[str]:
    """A row for each statement, a column for each value that any of them has."""
    rows = [(fact, dict(dict(fact.splits)[name])) for fact in facts]
    values = sorted({value for _, counts in rows for value in counts})
    cells = [
        (f"{fact.spec}: {fact.path}", fact.statement.value, *(_three(counts.get(value)) for value in values))
        for fact, counts in rows
    ]
    yield from table(("fact", "statement", *values), cells)


def _three(seen: Bearings | None) -> str:
    """`2, 0, 1`; nothing where no stanza of the file has that value."""
    return "" if seen is None else f"{seen.valid}, {seen.violated}, {seen.not_exercised}"


def _undocumented_cells(each: Undocumented) -> tuple[str, ...]:
    return (
        f"{each.spec}: {each.path}",
        each.what,
        f"{each.n} of {each.of}",
        each.type_guess,
        _rows(each.shapes),
        *map(_rows, each.splits),
    )


def _rows(counts: Counts) -> str:
    return ", ".join(f"{what}: {number}" for what, number in counts.rows)


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
