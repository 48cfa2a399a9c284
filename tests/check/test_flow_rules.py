"""Calls beside a flow of the specification: what is claimed of each step, and what is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.calls import CallBook, Sighting
from ringback.check.flow import FlowMatch, Outcome, best_match, match_flows
from ringback.findings import Severity, Stance
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.stanza import Node
from support.flowfiles import FLOW, checkout
from support.judging import codes, judge_calls, only
from support.sightings import (
    CALLEE,
    CALLER,
    CREATOR,
    DEVICE,
    OFFER_IN,
    RINGING,
    Tape,
    action,
    offer_to,
    preaccept,
)
from support.specfiles import edited, write

ACK = '<ack class="call" type="offer" id="O-1" from="22222222222222@lid"/>'
ACCEPT = action("accept", stanza_id="A-1", to_=CREATOR)
ACCEPT_IN = action("accept", stanza_id="A-1", from_=DEVICE)
END = action("terminate", stanza_id="T-1", to_=DEVICE)
END_IN = action("terminate", stanza_id="T-1", from_=CREATOR)

TAKEN, MISPLACED, MISSING = Outcome.TAKEN, Outcome.OUT_OF_ORDER, Outcome.MISSING
HIDDEN, MEDIA = Outcome.NOT_VISIBLE, Outcome.NO_STANZA


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> Specification:
    return load_specification(checkout(tmp_path_factory.mktemp("spec")))


def match(sightings: list[Sighting], specification: Specification, **more: set[int]) -> FlowMatch:
    book = CallBook()
    for sighting in sightings:
        book.add(sighting)
    (call,) = book.calls.values()
    (found,) = match_flows(call, specification, **more)
    return found


def outcomes(found: FlowMatch) -> list[Outcome]:
    return [each.outcome for each in found.steps]


def has_child(sighting: Sighting, tag: str) -> bool:
    return any(child.tag == tag for child in sighting.node.children)


def from_the_caller(tape: Tape) -> list[Sighting]:
    return [
        tape.sent(offer_to(DEVICE), CALLER),
        tape.delivered(ACK, CALLER),
        tape.delivered(RINGING),
        tape.delivered(ACCEPT_IN),
        tape.sent(END, CALLER),
    ]


def from_the_callee(tape: Tape) -> list[Sighting]:
    return [
        tape.delivered(OFFER_IN, CALLEE),
        tape.sent(preaccept()),
        tape.sent(ACCEPT),
        tape.delivered(END_IN, CALLEE),
    ]


def test_the_caller_sees_all_but_the_delivery_to_the_callee(specification: Specification) -> None:
    """A step between the server and the other end is not claimed missing: nobody watched it."""
    found = match(from_the_caller(Tape()), specification)
    assert outcomes(found) == [TAKEN, TAKEN, HIDDEN, TAKEN, TAKEN, MEDIA, TAKEN]
    assert (found.unexpected, found.cost) == ((), 0)


def test_the_callee_sees_that_the_offer_was_sent(specification: Specification) -> None:
    """What is delivered was sent; the ack that the caller got is beyond what the callee sees."""
    found = match(from_the_callee(Tape()), specification)
    assert outcomes(found) == [TAKEN, HIDDEN, TAKEN, TAKEN, TAKEN, MEDIA, TAKEN]


def test_what_a_watched_connection_did_not_show_is_missing(specification: Specification) -> None:
    """The caller was watched in full: no pre-accept reached it."""
    tape = Tape()
    without = [each for each in from_the_caller(tape) if not has_child(each, "preaccept")]
    assert outcomes(match(without, specification))[3] is MISSING


@pytest.mark.parametrize("reason", ["accepted_elsewhere", "reject_elsewhere"])
def test_what_another_device_did_is_not_missing(specification: Specification, reason: str) -> None:
    """One device of the callee was watched and another answered: its steps are beyond what was seen."""
    tape = Tape()
    sightings = [
        tape.delivered(OFFER_IN, CALLEE),
        tape.sent(preaccept()),
        tape.delivered(
            action("terminate", stanza_id="T-1", from_=CREATOR, attrs=f'reason="{reason}"'), CALLEE
        ),
    ]
    assert outcomes(match(sightings, specification))[4] is HIDDEN
    terminate = sightings[-1].node
    behind_another = Node(terminate.tag, terminate.attrs, (Node("extra"), *terminate.children))
    sightings[-1] = replace(sightings[-1], node=behind_another)
    assert outcomes(match(sightings, specification))[4] is HIDDEN
    sightings[-1] = Tape().delivered(END_IN, CALLEE)
    assert outcomes(match(sightings, specification))[4] is MISSING


def test_absence_says_nothing_where_frames_went_by_unread(specification: Specification) -> None:
    """Neither on a connection that was not read in full, nor on one read from the middle."""
    tape = Tape()
    sightings = from_the_caller(tape)[:1]
    assert outcomes(match(sightings, specification))[3] is MISSING
    assert outcomes(match(sightings, specification, unreliable={CALLER}))[3] is HIDDEN
    torn = [replace(each, complete=False) for each in sightings]
    assert outcomes(match(torn, specification))[3] is HIDDEN


def test_a_step_in_another_place_is_misplaced(specification: Specification) -> None:
    """The connection that saw both saw the later step first; one of the two is said to be misplaced."""
    tape = Tape()
    sightings = [
        tape.sent(offer_to(DEVICE), CALLER),
        tape.delivered(ACK, CALLER),
        tape.delivered(ACCEPT_IN),
        tape.delivered(RINGING),
        tape.sent(END, CALLER),
    ]
    assert outcomes(match(sightings, specification)).count(MISPLACED) == 1


def test_steps_on_two_connections_are_not_ordered(specification: Specification) -> None:
    """The ack reaches the caller after the callee has its offer: the server owes nobody an order."""
    tape = Tape()
    sightings = [
        tape.sent(offer_to(DEVICE), CALLER),
        tape.delivered(OFFER_IN, CALLEE),
        tape.sent(preaccept()),
        tape.delivered(ACK, CALLER),
        tape.delivered(RINGING),
    ]
    assert MISPLACED not in outcomes(match(sightings, specification))


def test_what_no_step_has_is_unexpected(specification: Specification) -> None:
    """Of a sender that has no such step, and of an action that no file specifies."""
    tape = Tape()
    sightings = [
        *from_the_caller(tape),
        tape.sent(action("relaylatency", stanza_id="L-1", to_=DEVICE), CALLER),
        tape.sent(action("wave", stanza_id="W-1", to_=DEVICE), CALLER),
    ]
    assert [each.action for each in match(sightings, specification).unexpected] == ["relaylatency", "wave"]


def test_findings_weigh_the_confidence_of_the_step(specification: Specification) -> None:
    """A speculative step that is missing is news, a probable one a warning, a confirmed one an error."""
    tape = Tape()
    offered = [tape.sent(offer_to(DEVICE), CALLER)]
    missing = only(judge_calls(offered, specification, settled=True), "flow-step-missing")
    severities = {each.fact.path: each.severity for each in missing if each.fact is not None}
    assert severities == {
        "steps/2": Severity.WARNING,
        "steps/4": Severity.NOTE,
        "steps/5": Severity.WARNING,
        "steps/7": Severity.NOTE,
    }
    assert {each.stance for each in missing} == {Stance.CONTRADICTS}
    assert all(each.evidence for each in missing)
    assert missing[1].path == ("call", "preaccept")
    assert missing[1].message.endswith("Step 4 of wave-and-answer: callee to caller.")


def test_nothing_is_said_before_the_call_is_settled(specification: Specification) -> None:
    found = judge_calls(from_the_caller(Tape()), specification, settled=False)
    assert not {code for code in codes(found) if code.startswith("flow-")}


def test_a_call_without_its_offer_follows_no_flow(specification: Specification) -> None:
    """Where a capture begins in the middle of a call, nothing tells which flow it is."""
    book = CallBook()
    book.add(Tape().delivered(RINGING))
    (call,) = book.calls.values()
    assert best_match(call, specification) is None


def test_the_flow_that_fits_best_is_chosen(tmp_path: Path) -> None:
    """Of two flows, that whose steps were taken; the other says nothing."""
    root = checkout(tmp_path)
    unanswered = edited("id: wave-and-answer", "id: a-wave", FLOW)
    steps = unanswered[unanswered.index("  - from: callee\n    to: caller\n    stanza: call-acc") :]
    steps = steps[: steps.index("  - from: caller\n    to: callee\n    stanza")]
    write(root / "spec" / "flows", "a-wave.yaml", unanswered.replace(steps, ""))
    both = load_specification(root)
    assert [flow.id for flow in both.flows] == ["a-wave", "wave-and-answer"]
    for sightings, expected in (
        (from_the_caller(Tape()), "wave-and-answer"),
        ([each for each in from_the_caller(Tape()) if not has_child(each, "accept")], "a-wave"),
    ):
        found = judge_calls(sightings, both, settled=True)
        specs = {each.fact.spec for each in found if each.fact is not None and each.code.startswith("flow-")}
        assert specs == {expected}


@settings(max_examples=60)
@given(st.lists(st.integers(0, 8), max_size=9, unique=True), st.booleans())
def test_any_part_of_a_call_gives_one_outcome_for_each_step(
    specification: Specification, picks: list[int], whole: bool
) -> None:
    """Whatever was seen, in whatever order: every step of the flow has an outcome, and nothing is raised."""
    tape = Tape()
    seen = [*from_the_caller(tape), *from_the_callee(tape)]
    sightings = [replace(seen[pick], complete=whole) for pick in picks]
    book = CallBook()
    for sighting in sightings:
        book.add(sighting)
    for call in book.calls.values():
        for found in match_flows(call, specification):
            assert [each.step for each in found.steps] == list(found.flow.steps)
            shown = {each.outcome for each in found.steps if each.sightings}
            assert shown <= {TAKEN, MISPLACED}
            assert whole or MISSING not in outcomes(found)
