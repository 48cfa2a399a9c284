"""What the evidence carries each fact to, and why not further, for the page and the JSON of the questions."""

from __future__ import annotations

from collections.abc import Iterator

from ringback.confidence import Level, Levels, ScoreChange
from ringback.nodejson import JsonValue


def level_rows(levels: Levels) -> list[tuple[str, ...]]:
    """A row for each fact on which the evidence bears: fact, level stated, reached, and what hinders it."""
    return [
        (
            str(level.fact),
            level.before,
            level.reached or "none",
            str(level.supporting),
            str(level.contradicting),
            " ".join(hindrance.reason for hindrance in level.hindrances),
        )
        for level in _weighed(levels)
    ]


def score_sentence(change: ScoreChange) -> str:
    """`wacrg's score: 27.3 % (...) before, 31.8 % (...) after.`"""
    return f"wacrg's score: {change.before} before, {change.after} after."


def levels_json(levels: Levels) -> JsonValue:
    """An object for each fact on which the evidence bears."""
    return [
        {
            "spec": level.fact.spec,
            "path": level.fact.path,
            "before": level.before,
            "reached": level.reached,
            "after": level.after,
            "supporting": level.supporting,
            "contradicting": level.contradicting,
            "hindrances": [hindrance.value for hindrance in level.hindrances],
        }
        for level in _weighed(levels)
    ]


def score_json(change: ScoreChange) -> JsonValue:
    """The score before and after, from 0 to 1; null where there is no fact."""
    before, after = change.before.value, change.after.value
    return {
        "before": None if before is None else round(float(before), 4),
        "after": None if after is None else round(float(after), 4),
    }


def _weighed(levels: Levels) -> Iterator[Level]:
    return (level for level in levels.facts.values() if level.supporting or level.contradicting)
