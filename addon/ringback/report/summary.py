"""The verdict of a report: what the evidence comes to, and what makes it weak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ringback.calls.loose import LooseStanzas
from ringback.confidence import Levels
from ringback.observations import StanzaObserved
from ringback.questions.counts import FoundCount
from ringback.questions.verdict import Answer
from ringback.questions.weighing import Weighing
from ringback.recognise import PREACCEPT, StanzaKind, recognise
from ringback.report.model import Call, Outside, Summary, Weakness
from ringback.report.names import plain, question_ref
from ringback.report.standing import Standing
from ringback.wording import counted

_ANSWERED = frozenset({Answer.YES, Answer.NO, Answer.DEPENDS})


@dataclass(frozen=True, slots=True)
class Totals:
    """What the calls come to that a report is about."""

    calls: int
    preaccepts: int
    """Those that name no call are not among them."""
    errors: int
    """Findings of that severity."""
    warnings: int
    notes: int

    @classmethod
    def of(cls, calls: Iterable[Call]) -> Totals:
        """Of calls that are told in full."""
        shown = list(calls)
        severities = Counter(finding.severity for call in shown for finding in call.findings)
        return cls(
            len(shown),
            sum(stanza.action == PREACCEPT for call in shown for stanza in call.stanzas),
            severities["error"],
            severities["warning"],
            severities["note"],
        )

    @classmethod
    def counted(cls, calls: int, found: Sequence[FoundCount]) -> Totals:
        """Of so many calls in which that was found."""
        return cls(
            calls,
            sum(each.preaccepts for each in found),
            sum(each.errors for each in found),
            sum(each.warnings for each in found),
            sum(each.notes for each in found),
        )


def loose_preaccepts(loose: Iterable[StanzaObserved]) -> int:
    """How many pre-accepts were emitted that name no call."""
    stanzas, seen = LooseStanzas(), 0
    for each in loose:
        recognised = recognise(each.sighting.node)
        if recognised is not None and (recognised.kind, recognised.action) == (StanzaKind.CALL, PREACCEPT):
            seen += stanzas.is_new(each.sighting, recognised)
    return seen


def summary(
    weighing: Weighing,
    levels: Levels,
    standing: Standing,
    totals: Totals,
    outside: Outside,
    *,
    loose: int,
) -> Summary:
    """The verdict, for a reader who reads no further; `loose` pre-accepts name no call."""
    severities = Counter(finding.severity for finding in outside.findings)
    facts = standing.counts
    change = levels.total
    return Summary(
        calls=totals.calls,
        preaccepts=totals.preaccepts + loose,
        errors=totals.errors + severities["error"],
        warnings=totals.warnings + severities["warning"],
        notes=totals.notes + severities["note"],
        facts=facts.total(),
        contradicted=facts["contradicted"],
        as_stated=facts["as stated"],
        extended=facts["extended"],
        not_exercised=facts["not exercised"],
        to_the_letter=len(standing.to_the_letter),
        score_before=str(change.before),
        score_after=str(change.after),
        headline=plain(_headline(standing, weighing)),
        weaknesses=tuple(_weaknesses(weighing, levels)),
    )


def _headline(standing: Standing, weighing: Weighing) -> str:
    answers = [verdict.answer for verdict in weighing.verdicts]
    questions = f"{sum(each in _ANSWERED for each in answers)} of {counted(len(answers), 'open question')}"
    return f"{_facts_told(standing)}; {questions} answered."


def _facts_told(standing: Standing) -> str:
    facts, literal = standing.counts, len(standing.to_the_letter)
    if facts["not exercised"] == facts.total():
        return f"Nothing of the specification was exercised, {counted(facts.total(), 'fact')}"
    contradicted = f"{facts['contradicted']} contradicted"
    if literal:
        of_them = "" if literal == facts["contradicted"] else f"{literal} of them "
        contradicted += f" ({of_them}only by the literal reading, that every copy has both addresses)"
    others = (f"{facts[word]} {word}" for word in ("as stated", "extended", "not exercised"))
    return f"{counted(facts.total(), 'fact')}: {', '.join((contradicted, *others))}"


def _weaknesses(weighing: Weighing, levels: Levels) -> Iterator[Weakness]:
    """What speaks against leaning on the numbers: of several questions at once, then of the facts."""
    reasons: dict[str, list[str]] = {}
    for verdict in weighing.verdicts:
        for reason in verdict.weakened_by:
            reasons.setdefault(plain(reason), []).append(question_ref(verdict.question))
    for text, questions in sorted(reasons.items(), key=lambda item: -len(item[1])):
        yield Weakness(text, tuple(questions))
    hindrances = Counter(each.reason for level in levels.facts.values() for each in level.hindrances)
    for reason, number in sorted(hindrances.items(), key=lambda item: (-item[1], item[0])):
        yield Weakness(f"{counted(number, 'fact')} of {len(levels.facts)}: {reason}", ())
