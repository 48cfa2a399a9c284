"""The verdict of a report: what the evidence comes to, and what makes it weak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ringback.confidence import Weighing as Levels
from ringback.export.verdicts import counted
from ringback.questions.facts import FactTally
from ringback.questions.verdict import Answer
from ringback.questions.weighing import Weighing
from ringback.recognise import PREACCEPT
from ringback.report.model import Call, Outside, Summary, Weakness
from ringback.report.names import plain, question_ref

_ANSWERED = frozenset({Answer.YES, Answer.NO, Answer.DEPENDS})


def summary(weighing: Weighing, levels: Levels, calls: Iterable[Call], outside: Outside) -> Summary:
    """The verdict, for a reader who reads no further."""
    shown = list(calls)
    of_calls = [finding for call in shown for finding in call.findings]
    severities = Counter(finding.severity for finding in (*of_calls, *outside.findings))
    statements = Counter(map(_state, weighing.facts))
    change = levels.total
    return Summary(
        calls=len(shown),
        preaccepts=sum(stanza.action == PREACCEPT for call in shown for stanza in call.stanzas),
        errors=severities["error"],
        warnings=severities["warning"],
        notes=severities["note"],
        valid=statements["valid"],
        violated=statements["violated"],
        not_exercised=statements["not exercised"],
        score_before=str(change.before),
        score_after=str(change.after),
        headline=plain(_headline(statements, weighing)),
        weaknesses=tuple(_weaknesses(weighing, levels)),
    )


def _state(tally: FactTally) -> str:
    if tally.counts.violated:
        return "violated"
    return "valid" if tally.counts.valid else "not exercised"


def _headline(statements: Counter[str], weighing: Weighing) -> str:
    exercised, violated = statements["valid"] + statements["violated"], statements["violated"]
    answers = [verdict.answer for verdict in weighing.verdicts]
    questions = f"{sum(each in _ANSWERED for each in answers)} of {counted(len(answers), 'open question')}"
    if not exercised:
        said = "Nothing of the specification was exercised"
    elif violated:
        said = f"{violated} of {exercised} exercised statements of the specification are contradicted"
    else:
        said = f"All {exercised} exercised statements of the specification hold"
    return f"{said}; {questions} answered."


def _weaknesses(weighing: Weighing, levels: Levels) -> Iterator[Weakness]:
    """What speaks against leaning on the numbers: of several questions at once, then of the facts."""
    reasons: dict[str, list[str]] = {}
    for verdict in weighing.verdicts:
        for reason in verdict.weakened_by:
            reasons.setdefault(plain(reason), []).append(question_ref(verdict.question))
    for text, questions in sorted(reasons.items(), key=lambda item: -len(item[1])):
        yield Weakness(text, tuple(questions))
    hindrances = Counter(each.reason for carry in levels.carries.values() for each in carry.hindrances)
    for reason, number in sorted(hindrances.items(), key=lambda item: (-item[1], item[0])):
        yield Weakness(f"{counted(number, 'fact')} of {len(levels.carries)}: {reason}", ())
