"""What the evidence carries each fact to, and why not further, for the page and the JSON of the questions."""

from __future__ import annotations

from collections.abc import Iterator

from ringback.confidence import Carry, ScoreChange, Weighing
from ringback.nodejson import JsonValue


def level_rows(weighing: Weighing) -> list[tuple[str, ...]]:
    """A row for each fact on which the evidence bears: fact, level stated, reached, and what hinders it."""
    return [
        (
            str(carry.fact),
            carry.before,
            carry.reached or "none",
            str(len(carry.supporting)),
            str(len(carry.contradicting)),
            " ".join(hindrance.reason for hindrance in carry.hindrances),
        )
        for carry in _weighed(weighing)
    ]


def score_sentence(change: ScoreChange) -> str:
    """`wacrg's score: 27.3 % (...) before, 31.8 % (...) after.`"""
    return f"wacrg's score: {change.before} before, {change.after} after."


def levels_json(weighing: Weighing) -> JsonValue:
    """An object for each fact on which the evidence bears."""
    return [
        {
            "spec": carry.fact.spec,
            "path": carry.fact.path,
            "before": carry.before,
            "reached": carry.reached,
            "after": carry.after,
            "supporting": len(carry.supporting),
            "contradicting": len(carry.contradicting),
            "hindrances": [hindrance.value for hindrance in carry.hindrances],
        }
        for carry in _weighed(weighing)
    ]


def score_json(change: ScoreChange) -> JsonValue:
    """The score before and after, from 0 to 1; null where there is no fact."""
    before, after = change.before.value, change.after.value
    return {
        "before": None if before is None else round(float(before), 4),
        "after": None if after is None else round(float(after), 4),
    }


def _weighed(weighing: Weighing) -> Iterator[Carry]:
    return (carry for carry in weighing.carries.values() if carry.supporting or carry.contradicting)
