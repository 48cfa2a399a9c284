"""Calls in, verdicts out: every rule, the facts of the model, and the questions without a rule. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ringback.calls import Call
from ringback.confidence import Levels, Observed, weigh_numbers
from ringback.findings import Stance
from ringback.questions.counting import count_call
from ringback.questions.counts import Counted, alike
from ringback.questions.evidence import ClientFacts
from ringback.questions.facts import FactTally, fact_names, judge_facts
from ringback.questions.registry import RULES, Question, maybe_asked, unruled_questions
from ringback.questions.rule import Rule
from ringback.questions.undocumented import Undocumented, judge_undocumented
from ringback.questions.verdict import Verdict
from ringback.spec.model import Specification
from ringback.wording import counted


@dataclass(frozen=True, slots=True)
class Weighing:
    """All that a set of calls says about a specification. Values are raw: outlets put placeholders in."""

    verdicts: tuple[Verdict, ...]
    """One for each rule, in order of the questions."""
    facts: tuple[FactTally, ...]
    """One for each statement of the model, file by file."""
    undocumented: tuple[Undocumented, ...]
    """What the stanzas hold beyond the model."""
    unruled_questions: tuple[Question, ...]
    """Open questions of the loaded files without a rule."""

    def verdict(self, question: str) -> Verdict:
        """The verdict on that question.

        Raises:
            KeyError: no rule weighs it.
        """
        found = next((each for each in self.verdicts if each.question == question), None)
        if found is None:
            raise KeyError(question)
        return found


def weigh(
    calls: Iterable[Call],
    clients: Mapping[int, ClientFacts],
    specification: Specification,
    *,
    doubtful: Collection[str] = (),
) -> Weighing:
    """What the calls say. Each call is given once: whoever reads one capture twice removes the double before.

    `clients` is by number of the connection, which must be unique over the calls given. The result does not
    depend on the order of the calls. `doubtful` are the ids of those that may be one with another of them:
    whatever rests on them says so. Nothing is raised for any call.
    """
    return judge(
        [count_call(call, clients, specification) for call in calls], specification, doubtful=doubtful
    )


def judge(
    calls: Sequence[Counted], specification: Specification, *, doubtful: Collection[str] = ()
) -> Weighing:
    """What calls say of which the counts are given, in any order; `doubtful` is as for `weigh`."""
    return Weighing(
        verdicts=_verdicts(calls, specification, doubtful),
        facts=judge_facts(calls, specification),
        undocumented=judge_undocumented(calls),
        unruled_questions=unruled_questions(specification),
    )


def judge_levels(calls: Iterable[Counted], specification: Specification) -> Levels:
    """What calls carry each fact to of which the counts are given, in any order."""
    names = [f"{spec}#{path}" for spec, path in fact_names(specification)]
    totals: Counter[tuple[int, Stance, str, str]] = Counter()
    for model, of_model in alike(calls):
        for each in model.levels:
            totals[each.fact, each.stance, each.technique, each.build] += each.n * len(of_model)
    return weigh_numbers(
        specification,
        (
            Observed(names[fact], stance, technique, build or None, n)
            for (fact, stance, technique, build), n in totals.items()
        ),
    )


def verdicts_on(
    calls: Iterable[Call], clients: Mapping[int, ClientFacts], specification: Specification
) -> tuple[Verdict, ...]:
    """The verdicts of `weigh`, without the rest of it, which takes as long again."""
    return _verdicts([count_call(call, clients, None) for call in calls], specification, ())


def _verdicts(
    calls: Sequence[Counted], specification: Specification, doubtful: Collection[str]
) -> tuple[Verdict, ...]:
    return tuple(_verdict(rule, calls, specification, doubtful) for rule in RULES)


def _verdict(
    rule: Rule, calls: Sequence[Counted], specification: Specification, doubtful: Collection[str]
) -> Verdict:
    verdict = rule.judge(rule, calls)
    asked = maybe_asked(rule, specification)
    return replace(
        verdict,
        asked=verdict.asked if asked is None else asked.text,
        weakened_by=(*verdict.weakened_by, *_doubts(verdict, doubtful)),
    )


def _doubts(verdict: Verdict, doubtful: Collection[str]) -> Iterator[str]:
    count = len(set(verdict.calls) & set(doubtful))
    if count:
        yield (
            f"{count} of the {counted(len(verdict.calls), 'call')}, or stanzas of them, may count twice: "
            "they were recorded at one time under different secrets, and nothing that was recorded under "
            "both tells whether they are the same; machines that share a secret leave no such doubt "
            "(`ringback ledger export --with-secret`)."
        )
