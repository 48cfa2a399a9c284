"""Answers of one kind at one lane are told once."""

from __future__ import annotations

from ringback.ladder.answers import grouped
from ringback.ladder.model import Answer


def test_answers_of_one_kind_are_counted() -> None:
    """With the time of the first; what has an error stands apart, and so do directions and lanes."""
    answers = (
        Answer("receipt", 0, False, 0.148),
        Answer("ack", 0, False, 0.04),
        Answer("receipt", 0, False, 0.2),
        Answer("ack", 0, False, 0.05, "404"),
        Answer("ack", 2, True, None),
    )
    assert list(grouped(answers)) == [
        (0, False, "2 receipts 148 ms", False),
        (0, False, "ack 40 ms", False),
        (0, False, "ack error 404 50 ms", True),
        (2, True, "ack", False),
    ]
