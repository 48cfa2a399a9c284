"""A ladder as a Mermaid sequence diagram, for pages that draw those: GitHub, GitLab, many editors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringback.ladder.answers import grouped
from ringback.ladder.model import Arrow, Ladder, delta, duration
from ringback.ladder.words import shown

_UNSAFE = re.compile(
    r"[^A-Za-z0-9 _.,:@+/*'()-]|(?i:\b(?=(?:end|wrap|nowrap)\b)[a-z]|(?=style|classdef)[a-z])",
)
"""What is spelled as an entity: all that could end a text or begin something else, and words that Mermaid
reads within a text. Source: read in mermaid 11.17.2, encodeEntities and the sequence diagram's parser."""


def render_mermaid(ladder: Ladder) -> str:
    """The diagram's source, a line feed at its end. Nothing in it leaves its place, whatever it holds."""
    return "".join(f"{line}\n" for line in _lines(ladder))


def _lines(ladder: Ladder) -> Iterator[str]:
    yield "sequenceDiagram"
    yield f"    accTitle: Call {_text(shown(ladder.call))}"
    for index, lane in enumerate(ladder.lanes):
        silent = " (silent)" if lane.silent else ""
        yield f"    participant p{index} as {_text(shown(lane.name))}{silent}"
    for arrow in ladder.arrows:
        yield from (f"    {line}" for line in _arrow(ladder, arrow))
    last = len(ladder.lanes) - 1
    whole = "p0" if last == 0 else f"p0,p{last}"
    for remark in ladder.remarks:
        told = f"{remark.severity.value} {remark.code}: {shown(remark.message, 600)}"
        yield f"    Note over {whole}: {_text(told)}"
    for sentence in ladder.left_out:
        yield f"    Note over {whole}: {_text(sentence)}"


def _arrow(ladder: Ladder, arrow: Arrow) -> Iterator[str]:
    """A message for each leg; the first one says what it is, each one what answered it there."""
    answers = _answers(arrow)
    told = [f"{arrow.clock} {shown(arrow.label)}"]
    if delta(arrow.since_offer):
        told.append(f"{delta(arrow.since_offer)} s")
    if arrow.severity is not None:
        told.append(f"finding: {arrow.severity.value}")
    if arrow.sender is not None:
        seen = arrow.sent is not None
        parts = [*told, *([] if seen else ["not seen"]), *answers.pop(arrow.sender, [])]
        yield _message(arrow.sender, ladder.server, parts, seen=seen)
        told = [shown(arrow.name)]
    for copy in arrow.deliveries:
        delay = [] if copy.delay is None else [f"after {duration(copy.delay)}"]
        yield _message(ladder.server, copy.lane, [*told, *delay, *answers.pop(copy.lane, [])])
        told = [shown(arrow.name)]
    for lane, parts in answers.items():
        yield f"Note over p{lane}: {_text(', '.join(parts))}"


def _answers(arrow: Arrow) -> dict[int, list[str]]:
    by_lane: dict[int, list[str]] = {}
    for lane, sent, words, _ in grouped(arrow.answers):
        by_lane.setdefault(lane, []).append(f"{'sent' if sent else 'got'} {words}")
    return by_lane


def _message(start: int, end: int, parts: list[str], *, seen: bool = True) -> str:
    return f"p{start}{'->>' if seen else '-->>'}p{end}: {_text(', '.join(parts))}"


def _text(text: str) -> str:
    """Visible text as Mermaid reads it back."""
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", text)
