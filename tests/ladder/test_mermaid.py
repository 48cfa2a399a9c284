"""The Mermaid source: what Mermaid reads back is what was meant, and no text leaves its place."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.calls import Sighting
from ringback.ladder import Ladder, ladder_of
from ringback.ladder.mermaid import render_mermaid
from ringback.sanitize import Raw
from support.casing import HOSTILE, any_sightings, case_of, casebook_of, shipped
from support.sightings import CALLEE, CREATOR, Tape, action

_TEXT = r"(?:[A-Za-z0-9 _.,:@+/*'()-]|#[0-9]+;)+"
LINE = re.compile(rf"    (?:accTitle:|participant p\d+ as|p\d+--?>>p\d+:|Note over p\d+(?:,p\d+)?:) {_TEXT}")


def read_back(text: str) -> str:
    return re.sub(r"#([0-9]+);", lambda found: chr(int(found[1])), text)


def ladder() -> Ladder:
    book = shipped("violations")
    return ladder_of(book.cases[18], book.placeholders)


def test_a_call_as_mermaid_reads_it() -> None:
    """A message for each leg; one that was not seen is dotted and says so."""
    assert render_mermaid(ladder()).splitlines()[:7] == [
        "sequenceDiagram",
        "    accTitle: Call CALLID-0019",
        "    participant p0 as A:1@lid",
        "    participant p1 as server",
        "    participant p2 as B:17@lid",
        "    participant p3 as B:31@lid",
        "    p0->>p1: 01:13:56.266Z offer, to 1 device, got ack 40 ms",
    ]
    assert render_mermaid(ladder()).splitlines()[-2:] == [
        "    p3-->>p1: 01:13:56.688Z preaccept, +0.422 s, finding: warning, not seen",
        "    p1->>p0: preaccept, sent ack 56 ms",
    ]


def test_hostile_text_is_read_back_as_text() -> None:
    """Words of the language, entities and line ends among it."""
    words = (*HOSTILE, "end", "wrap: x", "x style y:#35;", "classDef a:b#c;", "%%{init: {}}%%")
    for word in words:

        def play(tape: Tape, reason: str = word) -> list[Sighting]:
            sighting = tape.delivered(action("terminate", stanza_id="T", from_=CREATOR), CALLEE)
            attrs = sighting.node.children[0].attrs
            assert isinstance(attrs, dict)
            attrs["reason"] = reason
            return [sighting]

        case, _ = case_of(play)
        drawn = ladder_of(case, Raw())
        lines = render_mermaid(drawn).splitlines()
        assert all(LINE.fullmatch(line) for line in lines[1:])
        assert not re.search(r"\b(?:end|wrap)\b|style|classdef", "\n".join(lines), re.IGNORECASE)
        if word.isprintable() and len(word) < 40:
            assert f"terminate {word}" in read_back(lines[5]).replace("\\\\", "\\")


@settings(max_examples=60, deadline=None)
@given(any_sightings(), st.booleans())
def test_any_ladder_is_a_diagram(sightings: list[Sighting], raw: bool) -> None:
    """Line by line of the few forms that are used, and nothing else."""
    book = casebook_of(sightings)
    for case in book.cases:
        first, *lines = render_mermaid(ladder_of(case, Raw() if raw else book.placeholders)).split("\n")
        assert first == "sequenceDiagram"
        assert lines.pop() == ""
        assert all(LINE.fullmatch(line) for line in lines)
