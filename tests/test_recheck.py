"""Another version of the specification: the verdicts that it changes, and no others."""

from __future__ import annotations

from dataclasses import replace

from ringback.recheck import FileModel, PartModel, Recheck, Verdict, recheck
from ringback.spec.model import Specification, StanzaSpec
from support.judging import part_of
from support.ledgers import SPECIFICATION
from support.sightings import CALLER, OFFER_IN, Tape, book_of, good_call, preaccept

SPEC = SPECIFICATION.stanzas["call-preaccept"]


def changed(spec: StanzaSpec) -> Specification:
    return replace(SPECIFICATION, stanzas={spec.id: spec})


def call_id_is(type_name: str, **other: str) -> Specification:
    """The shipped file with another type for the call-id."""
    (action,) = SPEC.children
    attributes = tuple(
        replace(each, type=type_name, **other) if each.name == "call-id" else each  # type: ignore[arg-type]
        for each in action.attributes
    )
    return changed(replace(SPEC, children=(replace(action, attributes=attributes),)))


def compare(after: Specification, before: Specification = SPECIFICATION) -> Recheck:
    tape = Tape()
    sightings = [
        *good_call(tape),
        tape.delivered(preaccept(from_="33333333333333:1@lid", stanza_id="P-9"), CALLER),
    ]
    return recheck(sightings, book_of(sightings).calls.values(), FileModel(before), FileModel(after))


def test_the_same_specification_changes_nothing() -> None:
    """Every stanza is looked at, and nothing is said twice."""
    assert compare(SPECIFICATION) == Recheck((), 10, 0)


def test_a_changed_fact_changes_its_verdicts() -> None:
    """Place, both verdicts, how often, and the first call; nothing of the other facts."""
    (change,) = compare(call_id_is("int")).changes
    assert (change.place, change.count, change.call_id) == ("/call/preaccept/@call-id", 3, "CALLID-0001")
    assert change.before == (Verdict("fact-observed", "ok", "supports"),)
    assert [each.code for each in change.after] == ["attribute-type"]
    assert change.is_worse
    assert not change.of_calls


def test_the_way_back_is_told_the_other_way_round() -> None:
    """Before and after are the two specifications in that order."""
    (there,), (back,) = compare(call_id_is("int")).changes, compare(SPECIFICATION, call_id_is("int")).changes
    assert (there.before, there.after) == (back.after, back.before)
    assert not back.is_worse


def test_what_is_said_of_calls_is_compared_too() -> None:
    """A specification that has no file for pre-accepts says nothing of their order."""
    done = compare(Specification({}))
    assert {change.of_calls for change in done.changes} <= {True}
    assert done.known_to_one == 3


def test_a_fact_that_nothing_exercises_changes_no_verdict() -> None:
    """To leave out or add what was never seen is silent on both sides."""
    (action,) = SPEC.children
    without = changed(replace(SPEC, children=(replace(action, children=()),)))
    assert compare(without).changes == ()


def test_indices_are_left_out_and_the_worse_comes_first() -> None:
    """Two of one tag are one kind of change; what got worse stands before what got better."""
    tape = Tape()
    inside = "<destination><te ip='192.0.2.1' port='80'/><te ip='192.0.2.1' port='81'/></destination>"
    sightings = [tape.delivered(OFFER_IN), tape.sent(preaccept(inside=inside))]
    (action,) = SPEC.children
    (destination,) = action.children
    (te,) = destination.children
    attributes = tuple(replace(each, type="hex") for each in te.attributes)
    worse = replace(te, attributes=attributes)
    after = changed(
        replace(SPEC, children=(replace(action, children=(replace(destination, children=(worse,)),)),))
    )
    done = recheck(sightings, (), FileModel(SPECIFICATION), FileModel(after))
    assert [(each.place, each.count) for each in done.changes] == [("/call/preaccept/destination/te/@ip", 1)]


FORMAT = """\
<call to="{caller}" id="{id}">
  <preaccept call-id="{call-id}" call-creator="{creator}">
    <audio enc="opus" rate="{rate}"/> ; one or more
    <encopt keygen="2"/>
    <capability ver="1">01 02 03</capability>
  </preaccept>
</call>
"""
PARTS = PartModel((part_of(FORMAT),))
RINGING = (
    '<audio enc="opus" rate="16000"/><encopt keygen="2"/><capability ver="1">010203</capability>',
    '<encopt keygen="3"/><audio enc="opus" rate="16000"/><capability ver="1">010204</capability>',
)


def test_a_spec_part_is_a_model_too() -> None:
    """It judges each stanza whose wire format it shows: values, contents and the order as well; no calls."""
    tape = Tape()
    sightings = [
        tape.delivered(OFFER_IN),
        *(tape.sent(preaccept(inside=inside, stanza_id=f"P-{n}")) for n, inside in enumerate(RINGING)),
    ]
    calls = book_of(sightings).calls.values()
    done = recheck(sightings, calls, FileModel(SPECIFICATION), PARTS)
    after = {(change.place, verdict.code) for change in done.changes for verdict in change.after}
    assert "child-undocumented" in {verdict.code for change in done.changes for verdict in change.before}
    assert ("/call/preaccept", "children-misordered") in after
    assert ("/call/preaccept/encopt/@keygen", "value-differs") in after
    assert ("/call/preaccept/capability", "content-differs") in after
    assert not [change for change in done.changes if change.of_calls]
    assert (done.stanzas, done.known_to_one) == (3, 0)
    assert recheck(sightings, calls, PARTS, PARTS).changes == ()
