"""Where a stanza file and a wire format disagree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ringback.conflicts import Comparison, ModelConflict, compare, comparisons
from ringback.spec.load import load_parts
from ringback.spec.model import Specification
from support.judging import changed, part_of, preaccept_file, shipped
from support.partfiles import PART, PREACCEPT, parts
from support.specfiles import line_of

SESSION = 'call-id="{id}" call-creator="{jid}"'
ACTION = "call/preaccept"


def beside(wire_format: str, **changes: dict[str, str]) -> Comparison:
    part = part_of(wire_format)
    return compare(changed(preaccept_file(), **changes), part, part.templates[0])  # type: ignore[arg-type]


def shown(inside: str, *, wrapper: str = 'from="{a}" to="{b}" id="{c}"') -> str:
    return f"<call {wrapper}><preaccept {SESSION}>{inside}</preaccept></call>"


def said(conflict: ModelConflict) -> tuple[str, str, str]:
    return conflict.path, str(conflict.stanza.says), str(conflict.part.says)


def test_same_said_is_no_conflict() -> None:
    """What both list alike is agreed."""
    comparison = beside(shown('[<destination>[<te [ip="{ip}"] [port="{n}"]/>...]</destination>]'))
    assert comparison.conflicts == ()
    assert list(comparison.agreed) == [fact.path for fact in preaccept_file().facts()]
    assert (comparison.tag, comparison.action, comparison.part) == ("call", "preaccept", "SIG-04")


def test_rival_models_of_the_pre_accept(tmp_path: Path) -> None:
    """The stanza file has an optional destination, the part audio, encopt and capability in its place: each
    is a conflict with both facts and both sources, and the inside of what one lists alone is none."""
    part = load_parts(parts(tmp_path, call_preaccept=PREACCEPT))["SIG-04"]
    comparison = compare(preaccept_file(), part, part.templates[0])
    assert [said(conflict) for conflict in comparison.conflicts] == [
        ("call/@from", "1", "left out"),
        (f"{ACTION}/destination", "0..1", "left out"),
        (f"{ACTION}/audio", "left out", "1..n"),
        (f"{ACTION}/encopt", "left out", "1"),
        (f"{ACTION}/capability", "left out", "1"),
    ]
    destination, audio = comparison.conflicts[1:3]
    assert str(audio.part.fact) == f"SIG-04#{ACTION}/audio"
    assert audio.part.source == f"SIG-04 call-preaccept.yaml:{line_of('<audio', PREACCEPT)}"
    facts = {fact.path: fact for fact in preaccept_file().facts()}
    assert audio.stanza.source == f"call-preaccept call-preaccept.yaml:{facts[ACTION].line}"
    assert destination.stanza.line == facts[f"{ACTION}/destination"].line
    assert destination.part.line == line_of("<preaccept", PREACCEPT)
    assert destination.stanza.fact.confidence == "speculative"
    assert (destination.part.fact.confidence, destination.sides[0]) == ("unknown", destination.stanza)


def test_root_of_a_stanza_file_has_no_line() -> None:
    """An attribute that the file leaves out of its root points to the file alone."""
    (conflict,) = beside(shown("", wrapper='from="{a}" to="{b}" id="{c}" t="{d}"')).conflicts
    assert (conflict.stanza.source, conflict.part.source) == (
        "call-preaccept call-preaccept.yaml",
        "SIG-04 part.yaml:1",
    )


@pytest.mark.parametrize(
    ("wire_format", "expected"),
    [
        (shown("<destination/>"), (f"{ACTION}/destination", "0..1", "1")),
        (shown("[<destination><te [ip] [port]/></destination>]"), (f"{ACTION}/destination/te", "0..n", "1")),
        (
            shown("[<destination>[<te ip [port]/>]...</destination>]"),
            (f"{ACTION}/destination/te/@ip", "0..1", "1"),
        ),
        (
            shown('[<destination>[<te [ip] [port="3478"]/>]...</destination>]'),
            (f"{ACTION}/destination/te/@port", "any int", "always '3478'"),
        ),
    ],
)
def test_each_kind_of_disagreement(wire_format: str, expected: tuple[str, str, str]) -> None:
    """How often a child stands, whether an attribute is required, and which value it has."""
    assert [said(conflict) for conflict in beside(wire_format).conflicts] == [expected]


def test_value_has_a_fact_of_its_own() -> None:
    """A conflict about a value does not share its name with one about presence."""
    conflicts = beside(shown('[<destination>[<te ip="x" [port]/>]...</destination>]')).conflicts
    names = [str(claim.fact) for conflict in conflicts for claim in conflict.sides]
    assert len(set(names)) == 4
    assert [name for name in names if name.endswith("/@ip/value()")] == [
        f"call-preaccept#{ACTION}/destination/te/@ip/value()",
        f"SIG-04#{ACTION}/destination/te/@ip/value()",
    ]


def test_empty_list_leaves_nothing_out() -> None:
    """A model that lists no child, or no attribute, of an element says nothing about them."""
    assert [conflict.path for conflict in beside(shown("")).conflicts] == []
    assert [conflict.path for conflict in beside("<call><preaccept/></call>").conflicts] == []


def test_every_format_meets_the_file_of_its_action(tmp_path: Path) -> None:
    """Formats of other actions, and formats that are no action, have no rival."""
    loaded = load_parts(parts(tmp_path, call_wave=PART, call_preaccept=PREACCEPT))
    assert [(one.part, one.action) for one in comparisons(shipped(), loaded.values())] == [
        ("SIG-04", "preaccept")
    ]
    knowing = replace(preaccept_file(), id="call-wave", children=())
    assert list(comparisons(Specification({"call-wave": knowing}), loaded.values())) == []
