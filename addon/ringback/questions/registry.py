"""Which open questions have a rule, and which of a specification have none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ringback.questions import always_emitted, early_candidates, ringing_devices
from ringback.questions.rule import Rule
from ringback.spec.model import Specification

RULES: tuple[Rule, ...] = (always_emitted.RULE, early_candidates.RULE, ringing_devices.RULE)
"""In order of the questions."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open question as a file asks it."""

    id: str
    """`call-offer/2`: the file and the number of the question in it, from 1."""
    text: str
    """In the file's words."""


def questions(specification: Specification) -> Iterator[Question]:
    """Every open question of every loaded file, in the order of the files."""
    for spec in specification.stanzas.values():
        for number, text in enumerate(spec.open_questions, start=1):
            yield Question(f"{spec.id}/{number}", text)


def maybe_asked(rule: Rule, specification: Specification) -> Question | None:
    """The rule's question as the specification asks it, None where it asks it no more."""
    of_file = rule.question.rpartition("/")[0]
    return next(
        (
            question
            for question in questions(specification)
            if question.id.rpartition("/")[0] == of_file and rule.is_asked_by(question.text)
        ),
        None,
    )


def unruled_questions(specification: Specification) -> tuple[Question, ...]:
    """The questions that no rule weighs."""
    ruled = {maybe_asked(rule, specification) for rule in RULES}
    return tuple(question for question in questions(specification) if question not in ruled)
