"""Properties of the whole weighing: order, independence of the questions, no exception for any call."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.calls import Sighting
from ringback.findings import Evidence
from ringback.questions import Counts, Tally, Weighing, weigh
from ringback.spec.load import load_specification
from ringback.stanza import Jid, Node, Value
from ringback.wire.events import Direction, FramePlace
from support.nodes import any_node
from support.plays import Act, answered, play, ringing
from support.weighing import Seen, shipped, together
from synthetic.manifest import SCENARIOS
from synthetic.stage import Stage

DEVICES = (17, 7)


def refused(stage: Stage) -> None:
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.reject())
    stage.world.wait(1000)


ACTS: tuple[Act, ...] = (
    ringing(17),
    ringing(17, 7),
    ringing(),
    ringing(7, video=True),
    answered(17, 7, by=7),
    answered(7, by=17),
    refused,
)
plays = st.lists(st.sampled_from(ACTS), max_size=5)


def tallies(weighing: Weighing) -> list[Tally]:
    return [verdict.tally for verdict in weighing.verdicts]


@cache
def everything() -> Seen:
    return shipped(*SCENARIOS)


@settings(max_examples=15)
@given(st.randoms(use_true_random=False))
def test_the_order_of_sightings_changes_nothing(chance: random.Random) -> None:
    """Verdicts, facts and all are equal however the sightings are shuffled."""
    seen = everything()
    shuffled = list(seen.sightings)
    chance.shuffle(shuffled)
    assert Seen(tuple(shuffled), seen.clients).weigh() == seen.weigh()


@settings(max_examples=20)
@given(plays, st.randoms(use_true_random=False))
def test_the_order_of_calls_changes_nothing(acts: list[Act], chance: random.Random) -> None:
    """Calls of several captures may come in any order."""
    seen = play(*acts, devices=DEVICES)
    calls = seen.calls
    chance.shuffle(calls)
    assert weigh(calls, seen.clients, load_specification(None)) == seen.weigh()


@settings(max_examples=20)
@given(plays)
def test_every_table_adds_up(acts: list[Act]) -> None:
    """Each split sums to the tally, unless it says that it holds more; every interval contains its share."""
    for verdict in play(*acts, devices=DEVICES).weigh().verdicts:
        for split in verdict.splits:
            total = Tally(sum(row.n for _, row in split.rows), sum(row.k for _, row in split.rows))
            assert split.note or total == verdict.tally
            for _, row in split.rows:
                low, high = row.interval
                assert 0 <= low <= row.k / row.n <= high <= 1


@settings(max_examples=10)
@given(plays)
def test_a_call_of_one_device_does_not_touch_question_3(acts: list[Act]) -> None:
    """A call to a single device adds to the questions 1 and 2, and leaves the tally of 3 as it was."""
    seen = play(*acts, devices=DEVICES)
    more = together((seen, renamed(play(ringing(17)))))
    before, after = tallies(seen.weigh()), tallies(more.weigh())
    assert after[2] == before[2]
    assert after[0].n == before[0].n + 1
    assert after[1].n == before[1].n + 1


@settings(max_examples=10)
@given(plays)
def test_a_silent_call_does_not_touch_question_2(acts: list[Act]) -> None:
    """A call without a pre-accept is an exception to question 1 and nothing to question 2."""
    seen = play(*acts, devices=DEVICES)
    more = together((seen, renamed(play(ringing()))))
    before, after = tallies(seen.weigh()), tallies(more.weigh())
    assert after[1:] == before[1:]
    assert after[0] == Tally(before[0].n + 1, before[0].k)


@settings(max_examples=10)
@given(plays)
def test_a_stray_pre_accept_touches_question_2_alone(acts: list[Act]) -> None:
    """One of a call whose offer nobody saw says what it carries, and nothing about who was called."""

    def stray(stage: Stage) -> None:
        session = stage.session()
        stage.world.call(stage.callee, session.creator, session.preaccept())

    seen = play(*acts, devices=DEVICES)
    more = together((seen, renamed(play(stray))))
    before, after = tallies(seen.weigh()), tallies(more.weigh())
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] == Tally(before[1].n + 1, before[1].k)


def renamed(seen: Seen) -> Seen:
    """As out of another capture, so that its calls are others."""
    moved = (
        replace(sighting, evidence=replace(sighting.evidence, capture="other")) for sighting in seen.sightings
    )
    return Seen(tuple(moved), seen.clients)


def call_nodes() -> st.SearchStrategy[Node]:
    """`<call>`, `<ack>` and `<receipt>` of one call with anything in them."""
    ids: dict[str, Value] = {"call-id": "C-1", "call-creator": Jid("1", "lid", 1)}
    actions = st.sampled_from(["offer", "preaccept", "accept", "reject", "terminate", "relaylatency"])
    some: list[Value] = [Jid("1", "lid", 1), Jid("2", "lid", 7), Jid("2", "lid"), "no address"]
    addresses = st.sampled_from(some)
    inner = st.lists(any_node | destinations(addresses), max_size=3).map(tuple)
    action = st.builds(lambda tag, content: Node(tag, ids, content), actions, inner)
    head = st.fixed_dictionaries(
        {"id": st.sampled_from(["1", "2"])}, optional={"from": addresses, "to": addresses}
    )
    call = st.builds(lambda attrs, child: Node("call", attrs, (child,)), head, action)
    ack = st.builds(lambda attrs, child: Node("ack", {**attrs, "class": "call"}, (child,)), head, action)
    receipt = st.builds(lambda attrs, child: Node("receipt", attrs, (child,)), head, action)
    return call | ack | receipt


def destinations(addresses: st.SearchStrategy[Value]) -> st.SearchStrategy[Node]:
    to = st.builds(lambda jid: Node("to", {"jid": jid}), addresses)
    return st.builds(lambda listed: Node("destination", {}, tuple(listed)), st.lists(to, max_size=3))


places = st.builds(
    FramePlace,
    st.sampled_from(Direction),
    st.integers(0, 9),
    st.integers(0, 9),
    st.floats(allow_nan=False) | st.integers(0, 5).map(float),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(call_nodes(), places, st.integers(1, 3), st.booleans()), max_size=14))
def test_nothing_is_raised_for_any_call(seen: list[tuple[Node, FramePlace, int, bool]]) -> None:
    """Whatever stanzas claim to be of a call, there are verdicts. Leaves out times that are no number."""
    sightings = tuple(
        Sighting(node, Evidence("c", connection, "f", place), Jid("2", "lid", 7) if owned else None)
        for node, place, connection, owned in seen
    )
    weighing = Seen(sightings, {}).weigh()
    assert len(weighing.verdicts) == 3


def test_no_value_of_the_wire_is_in_a_table() -> None:
    """Tables and sentences hold no address and no user part: those stand in call ids only."""
    weighing = everything().weigh()
    texts: list[str] = []
    for verdict in weighing.verdicts:
        tables: list[Counts] = [verdict.apart, *verdict.counts]
        texts += [value for table in tables for value, _ in table.rows]
        texts += [value for split in verdict.splits for value, _ in split.rows]
        texts += [*verdict.weakened_by, verdict.condition]
    texts += [shape for each in weighing.undocumented for shape, _ in each.shapes.rows]
    for text in texts:
        assert "@" not in text
        assert "1111111" not in text
        assert "198.1" not in text


def test_an_unknown_question_has_no_verdict() -> None:
    """Asking for it is a mistake of the caller."""
    with pytest.raises(KeyError, match="call-offer/1"):
        everything().weigh().verdict("call-offer/1")
