"""What ringback makes of the shipped captures, held against what was sent: none missed, none invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from ringback.findings import Finding, Severity
from ringback.inspector import Inspector
from ringback.observations import FindingMade, Funnel, Message, Observation, StanzaObserved, WireNotice
from ringback.sources.flows import Reading, read_captures
from ringback.sources.hosts import HostFilter
from ringback.spec.load import load_specification
from ringback.stanza import Node
from ringback.wire.events import (
    ClientIdentified,
    ConnectionIgnored,
    ConnectionRecognised,
    ConnectionResumed,
    CounterJumped,
    Direction,
    FrameClosed,
    FrameOpened,
    FramePlace,
    FrameUnread,
)
from ringback.wire.keylog import KeyLog
from synthetic import generate
from synthetic.capture import Capture
from synthetic.cast import by_phone
from synthetic.manifest import SCENARIOS, capture
from synthetic.many import many_calls
from synthetic.rendering import SentFrame

Seen = tuple[str, FramePlace, Node | None]
"""Flow, place in it, and the stanza; None for a frame that was opened and is none."""


@dataclass(frozen=True)
class Report:
    """All that came out of one capture."""

    observations: tuple[Observation, ...]
    funnel: Funnel

    def events(self, kind: type) -> list[WireNotice]:
        """The notices of one kind of wire event."""
        return [
            each
            for each in self.observations
            if isinstance(each, WireNotice) and isinstance(each.event, kind)
        ]

    @property
    def stanzas(self) -> list[StanzaObserved]:
        """The stanzas that belong to calls."""
        return [each for each in self.observations if isinstance(each, StanzaObserved)]

    @property
    def findings(self) -> Iterator[Finding]:
        """Every finding, those of single stanzas and those of calls."""
        for each in self.observations:
            if isinstance(each, StanzaObserved):
                yield from each.findings
            elif isinstance(each, FindingMade):
                yield each.finding


def inspect(flows: Path, keys: bytes, *, decode_all: bool) -> Report:
    """Read one flow file through sources and inspector."""
    log = KeyLog()
    log.feed(keys)
    log.finish()
    told: list[object] = []
    inspector = Inspector(load_specification(None), log, decode_all=decode_all)
    observations: list[Observation] = []
    for event in read_captures([flows], Reading(told.append, HostFilter())):
        if isinstance(event, Message):
            observations += inspector.receive(event)
        else:
            observations += inspector.close_connection(event.capture, event.connection)
    observations += inspector.finish()
    assert told == []
    return Report(tuple(observations), inspector.funnel)


@cache
def report(name: str, *, decode_all: bool = False) -> Report:
    """What ringback says of a shipped capture."""
    flows = generate.CAPTURES / "synthetic" / f"{name}.flows"
    return inspect(flows, flows.with_suffix(".keys").read_bytes(), decode_all=decode_all)


def sent(shown: Capture) -> list[SentFrame]:
    """The frames that can be opened."""
    return [frame for frame in shown.frames if frame.closed is None]


def belongs_to_a_call(node: Node) -> bool:
    """What makes a stanza one of a call, spelled out once more, independent of `ringback.recognise`."""
    if node.tag == "receipt":
        return any("call-id" in child.attrs for child in node.children)
    return node.tag == "call" or (node.tag == "ack" and node.attrs.get("class") == "call")


def in_order(seen: list[Seen]) -> list[Seen]:
    return sorted(seen, key=lambda one: (one[0], one[1].direction.value, one[1].frame))


@pytest.mark.parametrize("name", SCENARIOS)
class TestEveryCapture:
    def test_every_stanza_of_any_tag_is_read(self, name: str) -> None:
        """Decoding everything gives exactly the stanzas that were sent, each at its place."""
        told = report(name, decode_all=True)
        seen = [
            (each.flow, each.event.place, each.event.node if isinstance(each.event, FrameOpened) else None)
            for each in (*told.events(FrameOpened), *told.events(FrameUnread))
            if isinstance(each.event, FrameOpened | FrameUnread)
        ]
        expected = [(frame.flow, frame.place, frame.node) for frame in sent(capture(name))]
        assert in_order(seen) == in_order(expected)

    def test_every_stanza_of_a_call_is_observed(self, name: str) -> None:
        """By default exactly the stanzas of calls are reported, and nothing of the ordinary traffic."""
        seen = [
            (each.sighting.evidence.flow, each.sighting.evidence.place, each.sighting.node)
            for each in report(name).stanzas
        ]
        expected = [
            (frame.flow, frame.place, frame.node)
            for frame in sent(capture(name))
            if frame.node is not None and belongs_to_a_call(frame.node)
        ]
        assert in_order(list(seen)) == in_order(list(expected))

    def test_what_cannot_be_opened_is_told_with_its_reason(self, name: str) -> None:
        """Every other frame is closed for the reason for which it is."""
        told = [
            (each.flow, each.event.place.direction, each.event.place.frame, each.event.reason)
            for each in report(name).events(FrameClosed)
            if isinstance(each.event, FrameClosed)
        ]
        expected = [
            (frame.flow, frame.place.direction, frame.place.frame, frame.closed)
            for frame in capture(name).frames
            if frame.closed is not None
        ]
        assert sorted(told, key=str) == sorted(expected, key=str)

    def test_exactly_the_expected_findings_are_made(self, name: str) -> None:
        """Code and place of every finding that is more than `ok` are those that the scenario expects."""
        said: dict[str | None, set[str]] = {}
        for finding in report(name).findings:
            if finding.severity is not Severity.OK:
                said.setdefault(finding.call_id, set()).add(f"{finding.code} {finding.place}")
        expected = {call: set(wanted) for call, wanted in capture(name).scene.expected.items() if wanted}
        assert said == expected

    def test_no_finding_is_made_twice(self, name: str) -> None:
        """A finding about a call is made once, and none has no evidence."""
        made = [each.finding for each in report(name).observations if isinstance(each, FindingMade)]
        assert len(made) == len(set(made))
        assert all(finding.evidence for finding in report(name).findings)

    def test_the_funnel_adds_up(self, name: str) -> None:
        """The summary's numbers are those of what was sent."""
        funnel, shown = report(name).funnel, capture(name)
        closed = Counter(frame.closed.value for frame in shown.frames if frame.closed)
        nodes = [frame.node for frame in sent(shown) if frame.node is not None]
        assert funnel.frames == len(shown.frames)
        assert funnel.opened == len(sent(shown))
        assert funnel.unread == len(sent(shown)) - len(nodes)
        assert funnel.closed == dict(closed)
        assert (funnel.held, funnel.dropped) == (0, 0)
        assert funnel.stanzas == sum(map(belongs_to_a_call, nodes))
        assert funnel.calls == len(shown.scene.expected.keys() - {None})
        assert funnel.ignored == len(shown.scene.foreign)
        assert funnel.connections == len(shown.scene.world.clients)

    def test_the_clients_are_identified(self, name: str) -> None:
        """Each handshake that the key log opens tells platform, version, device and account."""
        told = {each.flow: each.event for each in report(name).events(ClientIdentified)}
        expected = {
            flow: (by_phone(client.jid).user, client.jid.device)
            for flow, client in zip(capture(name).ephemerals, capture(name).scene.world.clients, strict=True)
            if client.recording.keys == "labelled"
        }
        assert told.keys() == expected.keys()
        for flow, event in told.items():
            assert isinstance(event, ClientIdentified)
            assert (event.platform, event.version) == ("WEB", "2.3000.1000000001")
            assert (event.username, event.device) == expected[flow]


def test_unusual_wires_are_recognised_as_what_they_are() -> None:
    """Routing info and token table come out of the intro, whatever the cuts."""
    told = [each.event for each in report("split-compressed").events(ConnectionRecognised)]
    seen = {
        (event.dictionary, event.routing_info) for event in told if isinstance(event, ConnectionRecognised)
    }
    assert seen == {(3, bytes.fromhex("080d0811")), (2, None)}


def test_split_compressed_holds_what_it_is_for() -> None:
    """Frames split inside the length, several frames in a message, compressed calls, and a frame of 40 KB."""
    shown = capture("split-compressed")
    per_message = Counter((frame.flow, frame.place.message) for frame in shown.frames)
    compressed = {frame.node.tag for frame in shown.frames if frame.node and frame.plaintext[0] == 2}
    assert max(per_message.values()) > 1
    assert {"call", "ack"} <= compressed
    assert any(40_000 < len(frame.plaintext) < 50_000 for frame in shown.frames)
    opened = report("split-compressed", decode_all=True).events(FrameOpened)
    assert any(
        isinstance(each.event, FrameOpened) and each.event.compressed and each.event.tag == "call"
        for each in opened
    )


def test_a_socket_that_speaks_something_else_is_left_alone() -> None:
    """The JSON socket is told once as none of ours."""
    assert len(report("no-preaccept").events(ConnectionIgnored)) == 1


def test_a_capture_from_mid_connection_is_resumed() -> None:
    """Both directions are found by trial, and each counter gap is told with its size."""
    told = report("mid-connection")
    resumed = [each.event for each in told.events(ConnectionResumed)]
    assert {event.direction for event in resumed if isinstance(event, ConnectionResumed)} == set(Direction)
    jumps = [each.event for each in told.events(CounterJumped)]
    assert [event.skipped for event in jumps if isinstance(event, CounterJumped)] == [3, 3]


def test_both_copies_of_a_preaccept_are_one_emission() -> None:
    """The sender's copy and the delivered copy count once, also with several callees."""
    assert report("single-callee").funnel.preaccepts == 1
    assert report("multi-device").funnel.preaccepts == 2
    assert report("early-candidates").funnel.preaccepts == 2


def test_a_preaccept_that_names_no_call_counts_once() -> None:
    """As sent and as delivered. `violations` plays 28 times a pre-accept, once a second one, and once one
    without a stanza id, whose two copies nothing tells to be one."""
    assert report("violations").funnel.preaccepts == 28 + 1 + 1


def test_many_calls(tmp_path: Path) -> None:
    """A hundred calls give a hundred pre-accepts, and of each what is said of one."""
    shown = many_calls(100)
    flows = tmp_path / "many.flows"
    flows.write_bytes(shown.flows)
    told = inspect(flows, shown.keys.encode(), decode_all=False)
    assert (told.funnel.calls, told.funnel.preaccepts) == (100, 100)
    assert told.funnel.opened == told.funnel.frames == len(shown.frames)
