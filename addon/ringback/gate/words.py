"""What every spelling of an outcome says in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ringback.gate.findings import Key
from ringback.gate.outcome import Judged, Outcome, Verdict
from ringback.wording import counted

_MOST_CALLS = 5
"""Calls that are named of one finding where people read it."""


def headline(outcome: Outcome) -> str:
    """The verdict in one line."""
    seen, failing = outcome.seen, outcome.failing
    verdict = outcome.verdict
    if verdict is Verdict.NOT_READ:
        return "not read: the sources were not gone through to their end"
    if verdict is Verdict.NOTHING_EXERCISED:
        if seen.exercised:
            return "nothing exercised: the filter lets none of the findings through"
        told = "stanza is" if seen.stanzas == 1 else "stanzas are"
        return f"nothing exercised: none of {seen.stanzas} {told} of a kind that the specification speaks of"
    if verdict is Verdict.CLEAN:
        judged = f"{seen.exercised} of {counted(seen.stanzas, 'stanza')} in {counted(seen.calls, 'call')}"
        return f"clean: {judged} held against the specification"
    new = sum(each.new for each in failing)
    reasons = [f"{counted(new, 'finding')} at {counted(len(_places(failing)), 'place')}"] if failing else []
    reasons += [counted(len(outcome.gaps), "gap")] if outcome.rule.strict and outcome.gaps else []
    return f"failed: {' and '.join(reasons)}"


def notes_told(outcome: Outcome) -> Iterator[str]:
    """A line each on what is gone, on every gap, and on what does not count."""
    yield from (f"gone: {gone_told(key, number)}" for key, number in outcome.gone)
    yield from (f"gap: {gap}" for gap in outcome.gaps)
    others = _others_told(outcome)
    if others:
        yield f"{others}: {_rule_told(outcome)}"


def _rule_told(outcome: Outcome) -> str:
    """What fails."""
    fail_on = outcome.rule.fail_on.value
    told = (
        f"findings from severity {fail_on} on fail"
        if fail_on != "error"
        else "findings of severity error fail"
    )
    if outcome.rule.strict:
        told += ", and what extends the specification, and gaps"
    return told if outcome.rule.known is None else f"{told}, unless the baseline holds them"


def _others_told(outcome: Outcome) -> str:
    """What else was found, empty for nothing."""
    others = [each for each in outcome.findings if not each.concerns]
    if not others:
        return ""
    number = sum(each.found.count for each in others)
    places = counted(len(_places(others)), "place")
    return f"{counted(number, 'finding')} at {places} do not count for the verdict"


def count_told(judged: Judged) -> str:
    """How many there are and how many of them are known."""
    if not judged.known:
        return str(judged.found.count)
    return f"{judged.found.count}, {judged.known} known"


def calls_told(judged: Judged) -> str:
    """The calls that show it, the first few by name."""
    calls = judged.found.calls
    if not calls:
        return "no call"
    more = len(calls) - _MOST_CALLS
    return ", ".join(calls[:_MOST_CALLS]) + (f" and {more} more" if more > 0 else "")


def fact_told(key: Key) -> str:
    """`call-preaccept#call/@from`, empty for none."""
    return f"{key.spec}#{key.fact}" if key.spec else ""


def gone_told(key: Key, number: int) -> str:
    """One line on findings that the baseline holds and that do not occur."""
    about = " ".join(filter(None, (key.severity, key.code, key.place, fact_told(key))))
    return f"{about}: {number} fewer than the baseline holds"


def _places(judged: Sequence[Judged]) -> set[str]:
    return {each.found.key.place for each in judged}
