"""Patches of stanza files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ringback.errors import LeakError
from ringback.export.change import Change, Kind
from ringback.export.document import StanzaDocument
from ringback.export.material import Material
from ringback.export.openquestions import remarked
from ringback.export.patch import Patch, effective_changes, make_patch, proposed_changes
from ringback.export.washing import Appraisal
from ringback.questions.evidence import ClientFacts
from ringback.questions.verdict import Answer
from ringback.spec.load import SHIPPED, load_specification
from ringback.spec.model import AttributeFact, ChildFact, Specification
from support.diffs import changed_lines
from support.exporting import CLIENTS, from_captures, good_material, heard_in, material_of, wide_call
from support.sightings import CALLEE, CALLER, CREATOR, DEVICE, Tape, good_call, preaccept
from synthetic.manifest import SCENARIOS

TEXT = SHIPPED.read_text("utf-8")
NAME = "call-preaccept.yaml"
WIDE = material_of(wide_call(Tape()))
TE = '<destination><te ip="203.0.113.9" port="3478"/></destination>'


def patched(material: Material, wanted: Callable[[Change], bool] = lambda _: True) -> Patch:
    accepted = [change for change in proposed_changes(Appraisal(material)) if wanted(change)]
    return make_patch(TEXT, NAME, accepted, material)


def of(material: Material, path: str) -> Change:
    (change,) = [change for change in proposed_changes(Appraisal(material)) if change.path == path]
    return change


def reloaded(patch: Patch, folder: Path) -> Specification:
    file = folder / NAME
    file.write_text(patch.after, "utf-8")
    return load_specification(file)


def loaded(patch: Patch, folder: Path) -> dict[str, AttributeFact | ChildFact]:
    return {fact.path: fact for fact in reloaded(patch, folder).stanzas["call-preaccept"].facts()}


def test_no_change_no_diff() -> None:
    """Nobody said yes: the file stays as it is."""
    patch = make_patch(TEXT, NAME, [], WIDE)
    assert (patch.after, patch.diff, patch.added.strip()) == (TEXT, "", "")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_patched_file_loads_again(name: str, tmp_path: Path) -> None:
    """With every fact that it had, and round trip without changes is byte-identical still."""
    patch = patched(from_captures(name))
    facts = loaded(patch, tmp_path)
    before = {fact.path for fact in load_specification(None).stanzas["call-preaccept"].facts()}
    assert before <= set(facts)
    assert StanzaDocument(patch.after, NAME).text() == patch.after


def test_new_facts_are_added_lines_only(tmp_path: Path) -> None:
    """A child that the file does not know comes with its attributes; no line of the file is touched."""
    patch = patched(WIDE, lambda change: change.kind is Kind.NEW_FACT)
    removed, added = changed_lines(TEXT, patch.after)
    assert removed == []
    assert added
    facts = loaded(patch, tmp_path)
    audio, rate = facts["call/preaccept/audio"], facts["call/preaccept/audio/@rate"]
    assert isinstance(audio, ChildFact)
    assert isinstance(rate, AttributeFact)
    assert (audio.occurrence, audio.confidence) == ("0..n", "probable")
    assert (rate.type, rate.required, rate.observed) == ("int", False, (16000, 8000))
    assert rate.provenance.techniques == ("websocket-capture",)
    assert rate.provenance.sources == (
        "ringback: in 2 of 2 stanzas (1 incoming, 1 outgoing), 1 call; values: 4 digits, 5 digits "
        "(websocket-capture; ANDROID 2.25.37.76; WEB 2.3000.1015901307)",
    )
    encopt = facts["call/preaccept/encopt"]
    assert isinstance(encopt, ChildFact)
    assert encopt.occurrence == "0..1"


def test_a_skipped_child_leaves_nothing_behind() -> None:
    """What is in it is part of its change: no attribute of an unknown child is added."""
    change = of(WIDE, "call/preaccept/audio")
    assert change.summary == "new child, probable, with 2 facts inside"
    assert "audio" not in patched(WIDE, lambda each: each.path != change.path).added


def test_new_facts_have_the_level_of_their_technique() -> None:
    """One clean observation makes probable; a technique that cannot see a stanza has shown nothing."""
    shown = [Tape().sent(preaccept(inside='<net medium="2"/>'))]
    blind = {CALLEE: ClientFacts("WEB", "2.3000.1015901307", 17, "mitm-tls")}
    assert of(material_of(shown), "call/preaccept/net").summary.startswith("new child, probable")
    assert of(material_of(shown, blind), "call/preaccept/net").summary.startswith("new child, speculative")


def test_evidence_is_named_as_a_source(tmp_path: Path) -> None:
    """The fact keeps its level: one technique carries no further, and the reason is shown."""
    change = of(good_material(), "call/preaccept/@call-id")
    assert change.kind is Kind.EVIDENCE
    assert any(line.startswith("not further: One technique shows it") for line in change.evidence)
    facts = loaded(patched(good_material(), lambda each: each.path == change.path), tmp_path)
    fact = facts["call/preaccept/@call-id"]
    assert fact.confidence == "probable"
    assert fact.provenance.techniques == ("websocket-capture", "baileys-instrumentation")
    (source,) = fact.provenance.sources
    assert source.startswith("ringback: as stated in ")
    assert source.endswith("(websocket-capture; ANDROID 2.25.37.76; WEB 2.3000.1015901307)")


def test_confidence_rises_as_far_as_the_rule_allows(tmp_path: Path) -> None:
    """A speculative fact that is seen once becomes probable; one technique confirms nothing."""
    material = material_of([Tape().delivered(preaccept(from_="2:17@lid", inside=TE))])
    change = of(material, "call/preaccept/destination/te/@port")
    assert (change.kind, change.summary) == (
        Kind.RAISED,
        "confidence speculative -> probable, with the evidence as source",
    )
    facts = loaded(patched(material), tmp_path)
    assert facts["call/preaccept/destination/te/@port"].confidence == "probable"
    assert {fact.confidence for fact in facts.values()} <= {"probable", "speculative"}


def test_two_independent_techniques_confirm(tmp_path: Path) -> None:
    """On two builds; the second technique is named in the provenance."""
    clients = {CALLER: ClientFacts("ANDROID", "2.25.37.76", 1, "frida-hooking"), CALLEE: CLIENTS[CALLEE]}
    material = material_of(good_call(Tape()), clients)
    facts = loaded(patched(material), tmp_path)
    confirmed = facts["call/preaccept/@call-creator"]
    assert confirmed.confidence == "confirmed"
    assert set(confirmed.provenance.techniques) == {"websocket-capture", "frida-hooking"}


def test_a_contradicted_fact_is_left_alone() -> None:
    """No copy has both addresses: that is a discrepancy for people to settle."""
    paths = {change.path for change in proposed_changes(Appraisal(good_material()))}
    assert "call/@from" not in paths
    assert "call/preaccept" in paths


def test_an_answered_question_is_struck_and_keeps_its_place(tmp_path: Path) -> None:
    """So the others keep their numbers; the reason stands behind it."""
    material = material_of(heard_in(40))
    change = of(material, "call-preaccept/2")
    assert change.kind is Kind.STRUCK
    patch = patched(material, lambda each: each.path == change.path)
    removed, added = changed_lines(TEXT, patch.after)
    assert (len(removed), len(added)) == (1, 1)
    assert added[0] == (
        "  - ~~Does pre-accept carry early transport candidates, or is transport deferred to <accept>?~~ "
        "(ringback, answered no 0 of 40 (0.00 to 0.09))"
    )
    loaded(patch, tmp_path)


def test_a_leaning_is_noted_behind_the_question() -> None:
    """Without striking it."""
    change = of(material_of(heard_in(10)), "call-preaccept/2")
    assert change.kind is Kind.ANNOTATED
    patch = patched(material_of(heard_in(10)), lambda each: each.path == change.path)
    assert "<accept>? (ringback, leaning no 0 of 10 (0.00 to 0.28))" in patch.added
    assert "~~" not in patch.added


def test_an_open_verdict_is_noted_with_its_counts() -> None:
    """As soon as anything was counted; a question that nothing could have answered stays as it is."""
    material = material_of([*heard_in(3), *heard_in(5, inside=TE)[3:]])
    change = of(material, "call-preaccept/2")
    assert change.kind is Kind.ANNOTATED
    patch = patched(material, lambda each: each.path == change.path)
    assert "<accept>? (ringback, open 2 of 5 (0.12 to 0.77))" in patch.added
    paths = {each.path for each in proposed_changes(Appraisal(material))}
    assert "call-preaccept/3" not in paths


def test_a_new_verdict_replaces_the_old_remark() -> None:
    """Also where it takes a struck question back."""
    answered, leaning = (Appraisal(material_of(heard_in(calls))).weighing.verdicts[1] for calls in (40, 10))
    assert (answered.answer, leaning.answer) == (Answer.NO, Answer.LEANING_NO)
    question = "Does it (early) transport?"
    once = remarked(question, answered)
    assert once.startswith(f"~~{question}~~ (ringback, ")
    assert remarked(once, answered) == once
    assert remarked(once, leaning) == remarked(question, leaning)


def test_what_is_in_the_file_is_not_asked_for_again(tmp_path: Path) -> None:
    """The same evidence against the patched file changes nothing that it changed before."""
    material = material_of([*wide_call(Tape()), *heard_in(12)])
    proposed = proposed_changes(Appraisal(material))
    patch = make_patch(TEXT, NAME, proposed, material)
    assert effective_changes(TEXT, NAME, proposed) == proposed
    again = material_of([*wide_call(Tape()), *heard_in(12)], specification=reloaded(patch, tmp_path))
    assert effective_changes(patch.after, NAME, proposed_changes(Appraisal(again))) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_second_patch_with_the_same_evidence_changes_nothing(name: str, tmp_path: Path) -> None:
    """No change is proposed that would change a byte."""
    first = patched(from_captures(name))
    again = from_captures(name, specification=reloaded(first, tmp_path))
    assert effective_changes(first.after, NAME, proposed_changes(Appraisal(again))) == []


def test_more_evidence_refreshes_an_added_fact(tmp_path: Path) -> None:
    """Its source, its provenance and its observed values, without a second line of any."""
    tape = Tape()
    first = patched(material_of([tape.sent(preaccept(inside='<net medium="2"/>'))]))
    path = "call/preaccept/net/@medium"
    assert loaded(first, tmp_path)[path].provenance.sources == (
        "ringback: in 1 of 1 stanzas (1 outgoing), 1 call; values: 1 digit "
        "(websocket-capture; WEB 2.3000.1015901307)",
    )
    session = f'call-id="{1:032X}" call-creator="{CREATOR}"'
    more = [
        Tape().sent(preaccept(inside='<net medium="2"/>')),
        Tape(2000.0).delivered(preaccept(inside='<net medium="3" way="up"/>', session=session, from_=DEVICE)),
    ]
    clients = {CALLER: ClientFacts("ANDROID", "2.25.37.76", 1, "frida-hooking"), CALLEE: CLIENTS[CALLEE]}
    material = material_of(more, clients, reloaded(first, tmp_path))
    second = make_patch(first.after, NAME, proposed_changes(Appraisal(material)), material)
    facts = loaded(second, tmp_path)
    medium = facts[path]
    assert isinstance(medium, AttributeFact)
    assert (medium.observed, medium.confidence) == ((2, 3), "confirmed")
    assert medium.provenance.techniques == ("websocket-capture", "frida-hooking")
    assert medium.provenance.sources == (
        "ringback: in 2 of 2 stanzas (1 incoming, 1 outgoing), 2 calls; values: 1 digit "
        "(frida-hooking; websocket-capture; ANDROID 2.25.37.76; WEB 2.3000.1015901307)",
    )
    assert facts["call/preaccept/net/@way"].confidence == "probable"
    again = material_of(more, clients, reloaded(second, tmp_path))
    assert effective_changes(second.after, NAME, proposed_changes(Appraisal(again))) == []


def test_an_added_fact_is_left_to_people_once_it_is_theirs(tmp_path: Path) -> None:
    """What they say of it stays; where the wire contradicts it, the source goes, once."""
    first = patched(material_of([Tape().sent(preaccept(inside='<net medium="2"/>'))]))
    text = first.after.replace("is not known yet.", "was found out.").replace("type: int", "type: hex", 1)
    text = text.replace(
        'occurrence: "0..1"\n        confidence: probable',
        'occurrence: "0..1"\n        confidence: confirmed',
        1,
    )
    theirs = Patch(NAME, TEXT, text)
    twice = material_of(
        [Tape().sent(preaccept(inside='<net medium="2"/><net medium="2"/>'))],
        specification=reloaded(theirs, tmp_path),
    )
    second = make_patch(text, NAME, proposed_changes(Appraisal(twice)), twice)
    assert [
        change.kind for change in proposed_changes(Appraisal(twice)) if change.path == "call/preaccept/net"
    ] == [Kind.WITHDRAWN]
    assert "was found out." in second.after
    net = loaded(second, tmp_path)["call/preaccept/net"]
    assert net.provenance.sources == ()
    again = material_of(
        [Tape().sent(preaccept(inside='<net medium="2"/><net medium="2"/>'))],
        specification=reloaded(second, tmp_path),
    )
    assert effective_changes(second.after, NAME, proposed_changes(Appraisal(again))) == []


def test_two_independent_techniques_confirm_a_new_fact() -> None:
    """As the rule has it for any other."""
    clients = {CALLER: ClientFacts("ANDROID", "2.25.37.76", 1, "frida-hooking"), CALLEE: CLIENTS[CALLEE]}
    change = of(material_of(wide_call(Tape()), clients), "call/preaccept/audio")
    assert change.summary == "new child, confirmed, with 2 facts inside"


def test_more_evidence_refreshes_the_own_source(tmp_path: Path) -> None:
    """The older line of the same clients goes; what somebody else named stays."""
    path = "call/preaccept/@call-id"
    first = patched(good_material(), lambda change: change.path == path)
    (told,) = loaded(first, tmp_path)[path].provenance.sources
    text = first.after.replace(f'"{told}"', f'"by hand", "{told}"')
    more = material_of([*good_call(Tape()), *heard_in(2)])
    patch = make_patch(text, NAME, [of(more, path)], more)
    by_hand, newer = loaded(patch, tmp_path)[path].provenance.sources
    assert (by_hand, newer.startswith("ringback: as stated in 4 observations in 3 calls")) == (
        "by hand",
        True,
    )


def test_a_source_of_a_fact_now_contradicted_is_withdrawn(tmp_path: Path) -> None:
    """It no longer is as stated in what was seen; the level is for people to settle."""
    path = "call/preaccept/@call-creator"
    first = patched(good_material(), lambda change: change.path == path)
    short = '<call from="33333333333333:2@lid" id="P-9"><preaccept call-id="CALLID-0001"/></call>'
    sightings = [*good_call(Tape()), Tape(1100.0).delivered(short)]
    change = of(material_of(sightings, specification=reloaded(first, tmp_path)), path)
    assert change.kind is Kind.WITHDRAWN
    patch = make_patch(first.after, NAME, [change], material_of(sightings))
    assert loaded(patch, tmp_path)[path].provenance.sources == ()


def test_the_diff_applies_by_its_names() -> None:
    """A unified diff with the prefixes that git takes."""
    lines = patched(WIDE).diff.splitlines()
    assert lines[:2] == [f"--- a/{NAME}", f"+++ b/{NAME}"]
    assert lines[2].startswith("@@ ")


def test_only_added_lines_are_scanned() -> None:
    """What stood in the file is public already; the same in an added line stops the patch with its place."""
    commit = "a" * 40
    text = TEXT.replace("references: []", f"references:\n  - title: commit {commit}")
    assert text != TEXT
    changes = proposed_changes(Appraisal(WIDE))
    assert commit in make_patch(text, NAME, changes, WIDE).after
    leak = Change(
        "call-preaccept",
        "call/@to",
        Kind.EVIDENCE,
        "",
        (),
        lambda document: document.add_provenance("call/@to", [], f"commit {commit}"),
    )
    with pytest.raises(LeakError, match=r"call-preaccept\.yaml was not written.* line 31, column 25: hex"):
        make_patch(text, NAME, [leak], WIDE)


def test_the_same_evidence_gives_the_same_bytes() -> None:
    """In whatever order it was collected."""
    sightings = [*wide_call(Tape()), *heard_in(12)]
    one, other = (patched(material_of(each)) for each in (sightings, sightings[::-1]))
    assert one.after == other.after
