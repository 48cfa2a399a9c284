"""Verdicts put into a stanza file, beside the open questions that something was counted for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ringback.export.change import Change, Kind
from ringback.export.document import StanzaDocument
from ringback.export.verdicts import sentence
from ringback.questions.registry import RULES, maybe_asked
from ringback.questions.verdict import Answer, Verdict
from ringback.spec.model import Specification
from ringback.wording import counted

_STRUCK = frozenset({Answer.YES, Answer.NO, Answer.DEPENDS})
_ANNOTATED = frozenset({Answer.LEANING_YES, Answer.LEANING_NO, Answer.OPEN})
_REMARK = re.compile(r" \(ringback, .*\)$")


def question_changes(verdicts: Iterable[Verdict], specification: Specification) -> Iterator[Change]:
    """A change for each verdict whose question the specification asks, unless nothing was counted for it."""
    rules = {rule.question: rule for rule in RULES}
    for verdict in verdicts:
        asked = maybe_asked(rules[verdict.question], specification)
        if asked is not None and verdict.answer in _STRUCK | _ANNOTATED:
            yield _of_question(verdict, asked.id)


def _of_question(verdict: Verdict, question: str) -> Change:
    spec, _, number = question.rpartition("/")
    is_struck = verdict.answer in _STRUCK

    def apply(document: StanzaDocument) -> None:
        document.set_question(int(number), remarked(document.question(int(number)), verdict))

    return Change(
        spec=spec,
        path=question,
        kind=Kind.STRUCK if is_struck else Kind.ANNOTATED,
        summary=f"open question {number} is {'struck' if is_struck else 'annotated'}: {sentence(verdict)}",
        evidence=(
            f"{verdict.tally} ({verdict.tally.interval}); counted: {verdict.unit}",
            f"{counted(len(verdict.calls), 'call')}, {len(verdict.exceptions)} with an exception",
            *verdict.weakened_by,
        ),
        apply=apply,
    )


def remarked(question: str, verdict: Verdict) -> str:
    """The question with the verdict behind it in place of an earlier one, struck out where it is answered.

    It keeps its place in the list, so that the questions keep their numbers.
    """
    bare = _REMARK.sub("", question)
    bare = bare.removeprefix("~~").removesuffix("~~")
    struck = f"~~{bare}~~" if verdict.answer in _STRUCK else bare
    # A colon and a blank would make YAML take the question for a key.
    remark = sentence(verdict).rstrip(".").replace(": ", " ")
    return f"{struck} (ringback, {remark[0].lower()}{remark[1:]})"
