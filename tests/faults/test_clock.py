"""The system's clock is set back while clients talk: nothing waits for it to catch up, nothing is lost."""

# mitmproxy's test helpers are not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from pathlib import Path

import pytest
from mitmproxy.http import HTTPFlow

from ringback.session import HELD_S, LOOK_S
from ringback.sources.live import KEY_GRACE_S
from support.noise_peer import NoisePair
from support.recorded import in_order, key_log, websocket_flows
from test_session import NAME, Bench

NOON = 1_700_000_000.0
HOUR = 3600.0


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def set_back(flows: list[HTTPFlow]) -> list[HTTPFlow]:
    """The same talk, its second half stamped by a clock that was set back by an hour."""
    spoken = in_order(flows)
    for _, message in spoken[len(spoken) // 2 :]:
        message.timestamp -= HOUR
    return flows


def test_every_stanza_is_seen_and_every_message_passes(bench: Bench) -> None:
    """Stanzas come in the order of arrival, whatever time they are stamped with; each is reported."""
    usual = Bench(bench.keys.parent)
    bench.keys.write_text(key_log(NAME))
    flows = websocket_flows(NAME)
    usual.play(flows)
    usual.session.close()
    changed = websocket_flows(NAME)
    order = [(flow.id, message.content) for flow, message in in_order(changed)]
    ordered = in_order(changed)
    set_back(changed)
    for flow in changed:
        assert flow.websocket is not None
        flow.live = True
        flow.websocket.messages = []
    for flow, message in ordered:
        assert flow.websocket is not None
        flow.websocket.messages.append(message)
        bench.session.take_message(flow)
    bench.session.close()
    assert bench.told == []
    assert bench.collector.stanzas == usual.collector.stanzas > 0
    assert bench.collector.funnel is not None
    assert usual.collector.funnel is not None
    assert bench.collector.funnel.opened == usual.collector.funnel.opened
    assert [(flow.id, message.content) for flow, message in ordered] == order


def test_an_ended_connection_is_closed_after_its_grace(bench: Bench) -> None:
    """The grace begins anew with the clock's new time: it is not an hour long."""
    flows = websocket_flows(NAME)
    bench.play(flows)
    bench.end(flows, now=NOON)
    bench.session.tick(NOON - HOUR, reading=False)
    assert bench.session.funnel.held
    bench.session.tick(NOON - HOUR + KEY_GRACE_S, reading=False)
    assert not bench.session.funnel.held


def test_frames_that_wait_are_told_all_the_same(bench: Bench) -> None:
    """Once, after they have waited by the clock's new time."""
    pair = NoisePair()
    flows = websocket_flows(NAME)
    bench.play(flows)
    for now in (NOON, NOON - HOUR, NOON - HOUR + LOOK_S, NOON - HOUR + HELD_S, NOON, NOON + HELD_S):
        bench.session.tick(now, reading=False)
    (told,) = bench.told
    assert "frames wait for a key" in told
    assert pair.key_log not in told


def test_a_call_is_not_settled_too_early(bench: Bench) -> None:
    """Time that goes back lets no call look quiet: what only absence shows waits, at most for the end."""
    bench.keys.write_text(key_log(NAME))
    flows = websocket_flows(NAME)
    until = len(in_order(flows)) // 2
    bench.play(flows, until=until)
    before = len(bench.collector.observations)
    for step in range(10):
        bench.session.tick(NOON - HOUR - step, reading=False)
    assert len(bench.collector.observations) == before
