"""`ringback.session` on real flows: live as they grow, recorded as they are read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mitmproxy.http import HTTPFlow

from ringback.observations import Funnel, Observation, StanzaObserved, WireNotice
from ringback.outlets import new_findings
from ringback.session import HELD_S, Session
from ringback.sources import live
from ringback.sources.chronology import MAX_BUFFERED_BYTES
from ringback.sources.flowfile import TRIMMED
from ringback.sources.hosts import HostFilter
from ringback.sources.keylog_file import KeyLogFile
from ringback.sources.live import KEY_GRACE_S
from ringback.sources.notice import Notice, Urgency
from ringback.spec.load import load_specification
from ringback.wire.events import FrameClosed
from support.flows import message, websocket_flow
from support.noise_peer import NoisePair
from support.recorded import capture, in_order, key_log, websocket_flows

NAME = "single-callee"
LATER = 4_000_000_000.0
"""Long after every capture."""


@dataclass
class Collector:
    """An outlet that keeps what it gets."""

    name: str = "collector"
    observations: list[Observation] = field(default_factory=list)
    funnel: Funnel | None = None

    def show(self, observation: Observation) -> None:
        self.observations.append(observation)

    def close(self, funnel: Funnel) -> None:
        assert self.funnel is None, "closed twice"
        self.funnel = funnel

    @property
    def stanzas(self) -> int:
        return sum(isinstance(each, StanzaObserved) for each in self.observations)

    @property
    def findings(self) -> Counter[tuple[str, str]]:
        """Code and place of every new finding."""
        return Counter(
            (finding.code, finding.place) for each in self.observations for finding in new_findings(each)
        )


class Bench:
    """A session with a collector, a key log file of its own, and what was told."""

    def __init__(self, tmp_path: Path, *, buffer_bytes: int = MAX_BUFFERED_BYTES) -> None:
        self.notices: list[Notice] = []
        self.session = Session(load_specification(None), self.notices.append, buffer_bytes=buffer_bytes)
        self.collector = Collector()
        self.session.outlets = [self.collector]
        self.keys = tmp_path / "live.keys"
        self.session.follow_keys(self.keys)

    @property
    def told(self) -> list[str]:
        """Everything told but that the key log is waited for."""
        return [notice.text for notice in self.notices if "waiting" not in notice.text]

    def play(self, flows: list[HTTPFlow], *, until: int | None = None) -> None:
        """Let the flows grow message by message as the proxy does."""
        spoken = in_order(flows)[:until]
        for flow in flows:
            assert flow.websocket is not None
            flow.live = True
            flow.websocket.messages = []
        for flow, said in spoken:
            assert flow.websocket is not None
            flow.websocket.messages.append(said)
            self.session.take_message(flow)

    def end(self, flows: list[HTTPFlow], now: float = LATER) -> None:
        for flow in flows:
            self.session.take_end(flow, now)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Collector:
    """What the capture shows when it is read from its file: the yardstick of the live tests."""
    bench = Bench(tmp_path_factory.mktemp("recorded"))
    bench.session.follow_keys(None)
    bench.session.recording = capture(NAME)
    bench.end(websocket_flows(NAME))
    bench.session.close()
    assert bench.collector.stanzas > 10
    return bench.collector


def test_live_shows_what_the_recording_shows(bench: Bench, recorded: Collector) -> None:
    """With the keys there in time, message by message and all at once come to the same."""
    bench.keys.write_text(key_log(NAME))
    flows = websocket_flows(NAME)
    bench.play(flows)
    bench.end(flows)
    bench.session.close()
    assert bench.collector.findings == recorded.findings
    assert bench.collector.funnel == recorded.funnel
    assert bench.told == []


def test_keys_are_read_before_a_frame_is_decided_on(bench: Bench) -> None:
    """A key written after the last tick opens the very next frame: nobody has to wait for a tick."""
    flows = websocket_flows(NAME)
    bench.keys.write_text(key_log(NAME))
    bench.play(flows, until=len(in_order(flows)) // 2)
    assert bench.collector.stanzas > 0


def test_keys_are_not_looked_for_where_they_tell_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the keys of a connection have proved themselves, its messages no longer wait for the disk."""
    polls: list[None] = []
    poll = KeyLogFile.poll

    def counting(self: KeyLogFile) -> bool:
        polls.append(None)
        return poll(self)

    monkeypatch.setattr(KeyLogFile, "poll", counting)
    flows = websocket_flows(NAME)
    bench.keys.write_text(key_log(NAME))
    bench.play(flows)
    assert 0 < len(polls) < len(in_order(flows)) // 2


def test_keys_that_come_late_open_what_was_held(bench: Bench, recorded: Collector) -> None:
    """Frames wait for their key; a tick after it was written shows all of them."""
    flows = websocket_flows(NAME)
    bench.play(flows)
    assert bench.collector.stanzas == 0
    bench.keys.write_text(key_log(NAME))
    bench.session.tick(0.0, reading=False)
    assert bench.collector.stanzas == recorded.stanzas
    times = [each.sighting.at for each in bench.collector.observations if isinstance(each, StanzaObserved)]
    assert times == sorted(times), "those of both connections together"
    assert bench.collector.findings <= recorded.findings


def test_frames_that_wait_for_a_key_are_told(bench: Bench) -> None:
    """Once they have waited for a while, once, with what to do, and while their connection is open."""
    bench.play(websocket_flows(NAME))
    for now in (0.0, HELD_S / 2):
        bench.session.tick(now, reading=False)
    assert bench.told == []
    for now in (HELD_S, 2 * HELD_S, 3 * HELD_S):
        bench.session.tick(now, reading=False)
    (told,) = bench.told
    waiting = re.match(
        r"61 frames wait for a key, ([0-9]+) on connection 1, ([0-9]+) on connection 2: "
        "run the client with the key-log preload",
        told,
    )
    assert waiting is not None
    assert sum(map(int, waiting.groups())) == 61


def test_frames_that_wait_name_their_connection(bench: Bench) -> None:
    """The number that the screen shows, where there is one only."""
    bench.play(websocket_flows(NAME)[:1])
    for now in (0.0, HELD_S):
        bench.session.tick(now, reading=False)
    (told,) = bench.told
    assert re.match(r"[0-9]+ frames wait for a key on connection 1: run the client", told)


def test_remarks(bench: Bench) -> None:
    """What is amiss is there for the end of the run, and nothing where nothing is."""
    bench.session.hosts = HostFilter(["*.example.org"])
    bench.end(websocket_flows(NAME))
    bench.session.tick(0.0, reading=False)
    trouble, left_out = bench.session.remarks()
    assert trouble == f"key log {bench.keys} is not there yet: waiting for the client to write it"
    assert left_out == "left out 2 of the WebSocket connections: they go to other hosts"
    bench.keys.write_text(key_log(NAME))
    bench.session.tick(0.0, reading=False)
    assert bench.session.remarks() == [left_out]


def test_keys_may_come_after_the_end_of_the_connection(bench: Bench, recorded: Collector) -> None:
    """A client may write the last key when the proxy has already seen the connection go."""
    flows = websocket_flows(NAME)
    bench.play(flows)
    bench.end(flows, now=100.0)
    bench.session.tick(100.0 + KEY_GRACE_S / 2, reading=False)
    bench.keys.write_text(key_log(NAME))
    bench.session.tick(100.0 + KEY_GRACE_S, reading=False)
    assert bench.collector.stanzas == recorded.stanzas


def test_keys_are_not_waited_for_without_end(bench: Bench) -> None:
    """When the grace is over, what stayed closed is reported with its reason."""
    flows = websocket_flows(NAME)
    bench.play(flows)
    bench.end(flows, now=100.0)
    bench.session.tick(100.0 + KEY_GRACE_S, reading=False)
    closed = [
        each.event
        for each in bench.collector.observations
        if isinstance(each, WireNotice) and isinstance(each.event, FrameClosed)
    ]
    assert {event.reason.value for event in closed} == {"no key"}


def test_keys_of_the_last_moment(bench: Bench, recorded: Collector) -> None:
    """At the end the key log is read once more, a last line without newline included."""
    bench.play(websocket_flows(NAME))
    bench.keys.write_text(key_log(NAME).rstrip("\n"))
    bench.session.close()
    assert bench.collector.stanzas == recorded.stanzas


def test_loaded_late(bench: Bench, recorded: Collector) -> None:
    """An add-on that is loaded in the middle of a connection takes what was said before first."""
    bench.keys.write_text(key_log(NAME))
    flows = websocket_flows(NAME)
    for flow in flows:
        flow.live = True
        bench.session.take_message(flow)
    assert bench.collector.stanzas == recorded.stanzas


def test_no_message_is_changed(bench: Bench) -> None:
    """The flows are the same afterwards, to the last bit of their state."""
    bench.keys.write_text(key_log(NAME))
    flows = websocket_flows(NAME)
    bench.play(flows)
    bench.end(flows)
    bench.session.close()
    played = [flow.get_state() for flow in flows]
    assert played == [flow.get_state() for flow in websocket_flows(NAME)]


def test_quiet_calls_are_settled_live(bench: Bench, recorded: Collector) -> None:
    """What only absence shows is reported by a tick when the call has long been quiet, and not again."""
    bench.keys.write_text(key_log(NAME))
    bench.play(websocket_flows(NAME))
    bench.session.tick(LATER, reading=False)
    assert bench.collector.findings == recorded.findings
    bench.session.tick(LATER, reading=False)
    bench.session.close()
    assert bench.collector.findings == recorded.findings


def test_injected_messages_are_left_out(bench: Bench, recorded: Collector) -> None:
    """What a user injects is in neither side's stream: it is told, and the rest opens as before."""
    bench.keys.write_text(key_log(NAME))
    flows = websocket_flows(NAME)
    assert flows[0].websocket is not None
    at = flows[0].websocket.messages[4].timestamp
    flows[0].websocket.messages.insert(4, message(True, b"injected", at, injected=True))
    bench.play(flows)
    assert bench.collector.stanzas == recorded.stanzas
    assert bench.told == [f"left out 1 of the messages of flow {flows[0].id}: injected, sent by neither side"]


def test_other_hosts_are_left_out(bench: Bench) -> None:
    """A narrowing to hosts keeps the others' messages out and says at the end how many there were."""
    bench.session.hosts = HostFilter(["*.example.org"])
    flows = websocket_flows(NAME)
    bench.play(flows)
    bench.end(flows)
    bench.end(websocket_flows(NAME))
    bench.session.close()
    assert bench.collector.observations == []
    (told,) = (notice for notice in bench.notices if "other hosts" in notice.text)
    assert told.text == f"left out {2 * len(flows)} of the WebSocket connections: they go to other hosts"


def test_recorded_flows_are_taken_when_they_end(bench: Bench) -> None:
    """While a file is read its flows grow too; they are kept until the reading is over."""
    bench.keys.write_text(key_log(NAME))
    for flow in websocket_flows(NAME):
        bench.session.take_message(flow)
        bench.session.take_end(flow, LATER)
    bench.session.tick(0.0, reading=True)
    assert bench.collector.observations == []
    bench.session.tick(0.0, reading=False)
    assert bench.collector.stanzas > 0


def test_key_log_beside_the_recording(recorded: Collector, bench: Bench) -> None:
    """Without a key log of its own a recording is opened with the one beside it, which is said."""
    bench.session.follow_keys(None)
    bench.session.recording = capture(NAME)
    bench.end(websocket_flows(NAME))
    bench.session.tick(0.0, reading=False)
    assert bench.collector.stanzas == recorded.stanzas
    assert bench.notices == [Notice(f"keys are read from {capture(NAME).with_suffix('.keys')}", Urgency.INFO)]


def test_end_of_the_recording_is_the_end(bench: Bench, recorded: Collector) -> None:
    """Where nothing follows the recording, all findings are out by the tick that goes through it."""
    bench.keys.write_text(key_log(NAME))
    bench.session.ends_with_recording = True
    bench.end(websocket_flows(NAME))
    bench.session.tick(LATER, reading=False)
    assert bench.collector.findings == recorded.findings
    bench.session.close()
    assert bench.collector.findings == recorded.findings
    assert bench.collector.funnel == recorded.funnel


def test_recording_larger_than_the_buffer(tmp_path: Path, recorded: Collector) -> None:
    """A recording that does not fit is gone through in parts, and that is said."""
    bench = Bench(tmp_path, buffer_bytes=1)
    bench.keys.write_text(key_log(NAME))
    bench.end(websocket_flows(NAME))
    assert bench.collector.stanzas == recorded.stanzas
    assert any("larger than the buffer" in line for line in bench.told)


def test_nothing_is_settled_between_two_parts_of_a_recording(tmp_path: Path) -> None:
    """What answers an old stanza may be in the part that is still read: absence says nothing until then."""
    bench = Bench(tmp_path, buffer_bytes=1)
    bench.keys.write_text(key_log("violations"))
    bench.end(websocket_flows("violations")[:1])
    before = bench.collector.findings
    bench.session.tick(LATER, reading=True)
    assert bench.collector.findings == before
    bench.session.tick(LATER, reading=False)
    assert bench.collector.findings.total() > before.total()


def test_fault_of_an_outlet(bench: Bench, recorded: Collector) -> None:
    """An outlet that fails is told once; the others get everything."""

    class Broken(Collector):
        def show(self, observation: Observation) -> None:
            raise ValueError

        def close(self, funnel: Funnel) -> None:
            raise OSError(28, "No space left on device")

    bench.session.outlets = [Broken("broken outlet"), bench.collector]
    bench.keys.write_text(key_log(NAME))
    bench.play(websocket_flows(NAME))
    bench.session.close()
    assert bench.collector.findings == recorded.findings
    assert bench.collector.funnel is not None
    shown, closed = bench.told
    assert shown.startswith("fault of ringback, please report it: ValueError at session.py:")
    assert shown.endswith(", while writing to the broken outlet")
    assert closed == "No space left on device, while closing the broken outlet"


def test_flow_without_websocket_data(bench: Bench) -> None:
    """A flow that lost its WebSocket data is no reason to fail."""
    flow = websocket_flow([(True, b"x")], live=True)
    flow.websocket = None
    bench.session.take_message(flow)
    bench.session.take_end(flow, 0.0)
    bench.session.close()
    assert bench.told == []


def test_sockets_of_another_protocol(bench: Bench) -> None:
    """A socket that speaks something else is counted and left alone."""
    flows = [websocket_flow([(True, b"hello"), (False, b"world")], live=True)]
    bench.play(flows)
    bench.session.close()
    assert bench.collector.funnel is not None
    assert (bench.collector.funnel.ignored, bench.collector.funnel.frames) == (1, 0)


def test_two_sessions_at_once(bench: Bench) -> None:
    """Frames of two connections that are both unknown until their keys come are not mixed up."""
    pairs = [NoisePair(seed=seed) for seed in (b"one", b"two")]
    flows = [websocket_flow(pair.handshake, live=True) for pair in pairs]
    bench.play(flows)
    bench.keys.write_text("".join(pair.key_log for pair in pairs))
    bench.session.close()
    assert bench.collector.funnel is not None
    assert bench.collector.funnel.connections == 2


@pytest.mark.parametrize("most", [1, 2])
def test_more_connections_at_once_than_are_followed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """What was taken of one that was given up is not taken again, its end brings nothing; what comes on it
    has a name of its own, for its frames are counted anew."""
    monkeypatch.setattr(live, "MAX_FOLLOWED", most)
    flows = websocket_flows("multi-device")
    bench.keys.write_text(key_log("multi-device"))
    bench.play(flows)
    bench.end(flows)
    bench.session.close()
    funnel = bench.collector.funnel
    assert funnel is not None
    assert funnel.frames <= sum(len(flow.websocket.messages) for flow in flows if flow.websocket)
    shown = [
        each.sighting.evidence for each in bench.collector.observations if isinstance(each, StanzaObserved)
    ]
    messages = [(each.flow.partition("-from-")[0], each.place.message) for each in shown]
    assert len(messages) == len(set(messages)) > 0
    frames = [(each.flow, each.place.direction, each.place.frame) for each in shown]
    assert len(frames) == len(set(frames))
    assert [told for told in bench.told if "given up" in told]


def test_what_is_left_of_a_connection_has_a_name_of_its_own(bench: Bench, tmp_path: Path) -> None:
    """An add-on that is loaded anew counts its frames from there: in the ledger of the old one they would
    stand in the place of others. The same is read of its recording later."""
    begin = 5
    bench.keys.write_text(key_log(NAME))
    flows = websocket_flows(NAME)
    bench.play(flows)
    frames = [of_frame(each) for each in bench.collector.observations if isinstance(each, StanzaObserved)]
    anew, later = Bench(tmp_path), Bench(tmp_path)
    for flow in flows:
        assert flow.websocket is not None
        flow.websocket.messages = flow.websocket.messages[begin:]
        flow.metadata[TRIMMED] = begin
        anew.session.take_message(flow)
        flow.live = False
        later.session.take_end(flow, LATER)
    later.session.tick(LATER, reading=False)
    seen, read = (
        [of_frame(each) for each in some.collector.observations if isinstance(each, StanzaObserved)]
        for some in (anew, later)
    )
    assert seen
    assert not set(seen) & set(frames)
    assert set(seen) == set(read)


def of_frame(observed: StanzaObserved) -> tuple[str, object, int]:
    """What tells its frame from all others in a ledger."""
    evidence = observed.sighting.evidence
    return evidence.flow, evidence.place.direction, evidence.place.frame
