"""An outcome as plain text: no colour, no width, nothing that depends on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ringback.gate.outcome import Judged, Outcome
from ringback.gate.words import calls_told, count_told, fact_told, headline, notes_told


def render_text(outcome: Outcome) -> str:
    """The findings that count, by place, then what is gone, the gaps, and the verdict last."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    concerned = [each for each in outcome.findings if each.concerns]
    for place, judged in groupby(concerned, key=lambda each: each.found.key.place):
        yield place
        for each in judged:
            yield from _finding(each)
        yield ""
    yield from notes_told(outcome)
    yield headline(outcome)


def _finding(judged: Judged) -> Iterator[str]:
    found = judged.found
    state = "fails" if judged.fails else "known"
    fact = fact_told(found.key)
    yield f"  {state}  {found.key.severity} {found.key.code} ({count_told(judged)})"
    yield f"         {found.message}"
    if fact:
        yield f"         fact {fact}, {found.confidence}"
    yield f"         in {calls_told(judged)}; first: {found.first}"
