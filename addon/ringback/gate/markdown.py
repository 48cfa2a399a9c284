"""An outcome as Markdown, for the summary page of a build."""

from __future__ import annotations

from collections.abc import Iterator

from ringback.export.markdown import plain, table
from ringback.gate.outcome import Judged, Outcome
from ringback.gate.words import calls_told, count_told, fact_told, headline, notes_told


def render_markdown(outcome: Outcome) -> str:
    """The verdict, a table of the findings that count, and what is gone or left out."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    yield f"## ringback check: {plain(headline(outcome))}"
    heads = ("", "severity", "code", "place", "what", "fact", "n", "calls")
    yield from table(heads, [_row(each) for each in outcome.findings if each.concerns])
    notes = list(notes_told(outcome))
    if notes:
        yield ""
        yield from (f"- {plain(note)}" for note in notes)


def _row(judged: Judged) -> tuple[str, ...]:
    found, key = judged.found, judged.found.key
    return (
        "fails" if judged.fails else "known",
        key.severity,
        key.code,
        key.place,
        found.message,
        fact_told(key),
        count_told(judged),
        calls_told(judged),
    )
