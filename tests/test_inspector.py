"""The core in one piece: what it says, when it says it, and that it says each thing once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.findings import Finding
from ringback.inspector import CALL_QUIET_S, Inspector
from ringback.observations import FindingMade, Message, Observation, StanzaObserved, WireNotice
from ringback.recognise import StanzaKind
from ringback.sources.chronology import ConnectionEnded, Event
from ringback.sources.flows import Reading, read_captures
from ringback.sources.hosts import HostFilter
from ringback.spec.load import load_specification
from ringback.wire.events import FrameHeld, FrameOpened
from ringback.wire.keylog import KeyLog
from support.sightings import Tape, preaccept
from synthetic import generate
from synthetic.manifest import SCENARIOS

SPECIFICATION = load_specification(None)


def inspector(keys: bytes = b"") -> Inspector:
    log = KeyLog()
    log.feed(keys)
    log.finish()
    return Inspector(SPECIFICATION, log)


def shipped(name: str) -> tuple[bytes, list[Event]]:
    """The key log of a shipped capture, and its events in order of time."""
    flows = generate.CAPTURES / "synthetic" / f"{name}.flows"
    events = list(read_captures([flows], Reading(lambda _: None, HostFilter())))
    return flows.with_suffix(".keys").read_bytes(), events


def take(core: Inspector, events: Iterable[Event]) -> list[Observation]:
    observations: list[Observation] = []
    for event in events:
        if isinstance(event, Message):
            observations += core.receive(event)
        else:
            observations += core.close_connection(event.capture, event.connection)
    return observations


def findings(observations: Iterable[Observation]) -> list[Finding]:
    """Every finding that is reported, each where it is new."""
    found: list[Finding] = []
    for observation in observations:
        if isinstance(observation, StanzaObserved):
            found += observation.fresh
        elif isinstance(observation, FindingMade):
            found.append(observation.finding)
    return found


def said(observations: Iterable[Observation]) -> Counter[tuple[object, ...]]:
    """The findings without their evidence, which may have grown after the report."""
    return Counter(
        (each.code, each.call_id, each.path, each.expected, each.got) for each in findings(observations)
    )


def whole(name: str) -> list[Observation]:
    keys, events = shipped(name)
    core = inspector(keys)
    return take(core, events) + core.finish()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_order_of_connections_changes_no_finding(name: str) -> None:
    """Read connection after connection, in any order, the same findings come out as in order of time."""
    keys, events = shipped(name)
    connections = sorted({event.connection for event in events})
    expected = said(whole(name))
    for order in (connections, connections[::-1]):
        core = inspector(keys)
        mixed = [event for number in order for event in events if event.connection == number]
        assert said(take(core, mixed) + core.finish()) == expected


@pytest.mark.parametrize("name", SCENARIOS)
def test_late_keys_change_no_finding(name: str) -> None:
    """All frames held back until every key comes at the end: the same findings as with the keys at hand."""
    keys, events = shipped(name)
    core = inspector()
    open_events = [event for event in events if isinstance(event, Message)]
    observations = take(core, open_events)
    assert not findings(observations)
    core._keys.feed(keys)
    core._keys.finish()
    for key in core.connections:
        observations += core.keys_added(*key)
    observations += core.finish()
    assert said(observations) == said(whole(name))


@pytest.mark.parametrize("name", SCENARIOS)
def test_settling_early_says_nothing_twice_and_nothing_less(name: str) -> None:
    """Settling calls whenever they are quiet says the same in the end as settling all of them once."""
    keys, events = shipped(name)
    core = inspector(keys)
    observations: list[Observation] = []
    for event in events:
        observations += take(core, [event])
        if isinstance(event, Message):
            observations += core.settle(event.at)
    observations += core.finish()
    expected = said(whole(name))
    assert [each for each, count in said(observations).items() if count > max(1, expected[each])] == []
    assert set(expected) <= set(said(observations))


def test_a_missing_ack_is_told_when_the_call_is_quiet() -> None:
    """What only absence shows is not said while it may still come, and said once the call is quiet."""
    keys, events = shipped("violations")
    core = inspector(keys)
    messages = [event for event in events if isinstance(event, Message)]
    assert "ack-missing" not in {each.code for each in findings(take(core, messages))}
    last = messages[-1].at
    assert "ack-missing" not in {each.code for each in findings(core.settle(messages[0].at))}
    assert "ack-missing" in {each.code for each in findings(core.settle(last + CALL_QUIET_S))}
    assert core.settle(last + 2 * CALL_QUIET_S) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_absence_says_nothing_where_a_direction_stays_closed(name: str) -> None:
    """With keys of one direction only, what is missing may be in the frames that were never opened."""
    keys, events = shipped(name)
    core = inspector(b"\n".join(line for line in keys.splitlines() if line.startswith(b"CLIENT_TRANSPORT")))
    messages = [event for event in events if isinstance(event, Message)]
    observations = take(core, messages)
    observations += core.settle(messages[-1].at + CALL_QUIET_S)
    observations += core.finish()
    assert not {"ack-missing", "call-id-unknown"} & {each.code for each in findings(observations)}


@pytest.mark.parametrize("name", ["violations", "multi-device"])
def test_absence_says_nothing_where_what_was_unread_is_forgotten(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One gap is remembered: the call in whose time the others lay stays uncertain, which the counts say."""
    monkeypatch.setattr("ringback.holes.MAX_HOLES", 1)
    keys, events = shipped(name)
    core = inspector(b"\n".join(line for line in keys.splitlines() if line.startswith(b"CLIENT_TRANSPORT")))
    observations = [*take(core, events), *core.finish()]
    assert core.funnel.forgotten > 0
    assert not {"ack-missing", "call-id-unknown"} & {each.code for each in findings(observations)}


def test_connections_that_an_event_file_tells_of_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of the last stanza of each goes, the oldest first; that is counted."""
    monkeypatch.setattr("ringback.inspector.MAX_RELAYED", 8)
    core, tape = inspector(), Tape()
    for connection in range(100):
        core.take_sighting(tape.sent(preaccept(stanza_id=f"P-{connection}"), connection))
        assert len(core._relayed) <= 8
    assert core.funnel.forgotten == 92


def test_two_devices_may_use_one_stanza_id() -> None:
    """What one device's stanza has shown is said of the other device's too: only copies repeat nothing."""
    tape = Tape()
    core = inspector()
    sent = [
        tape.sent(preaccept(inside="<audio/>"), connection, owner=f"B:{connection}@lid")
        for connection in (2, 3)
    ]
    first, second = (findings(core._sighted(sighting)) for sighting in sent)
    assert "child-undocumented" in {each.code for each in first}
    assert {(each.code, each.path) for each in first} <= {(each.code, each.path) for each in second}


def test_chatter_does_not_keep_a_call_from_settling() -> None:
    """A call is settled while its relay reports go on: they decide nothing about its pre-accepts."""
    keys, events = shipped("single-callee")
    core = inspector(keys)
    talked_at, chatted_at = 0.0, 0.0
    for event in events:
        for each in take(core, [event]):
            if not isinstance(each, StanzaObserved) or each.action == "terminate":
                continue
            if each.emission is not None and each.emission.action in ("transport", "relaylatency"):
                chatted_at = each.sighting.at
            else:
                talked_at = each.sighting.at
        if chatted_at > talked_at > 0 and chatted_at - talked_at > 0.3:
            break
    assert chatted_at > talked_at
    assert "offer-first" in {each.code for each in findings(core.settle(talked_at + CALL_QUIET_S))}


def test_a_delivered_copy_repeats_nothing() -> None:
    """What the sender's copy has shown of a stanza is not new on the copies that the server delivered."""
    observations = whole("single-callee")
    copies = [
        each for each in observations if isinstance(each, StanzaObserved) and each.action == "preaccept"
    ]
    sent, delivered = (each for each in copies if each.spec is not None)
    assert sent.sighting.sent
    assert not delivered.sighting.sent
    assert {each.code for each in sent.fresh} == {each.code for each in sent.findings}
    shown_before = {(each.code, each.path, each.got) for each in sent.findings}
    assert delivered.fresh
    assert not shown_before & {(each.code, each.path, each.got) for each in delivered.fresh}


def test_copies_that_never_are_alike_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has another attribute that nobody knows; what is remembered of them stays within its limit."""
    monkeypatch.setattr("ringback.inspector.MAX_SAID", 50)
    core, tape = inspector(), Tape()
    told: Counter[tuple[str, ...]] = Counter()
    for number in range(100):
        copy = tape.delivered(preaccept(from_="22222222222222:17@lid", **{f"new-{number}": "1"}))
        told.update(each.path for each in findings(core.take_sighting(copy)))
    (report,) = core._reports.values()
    assert 0 < len(report.of_stanzas) <= 50
    assert [told["call", f"@new-{number}"] for number in range(100)] == [1] * 100


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_funnel_adds_up(name: str) -> None:
    """Every frame is opened, held or closed, at any moment; findings are counted as they are reported."""
    keys, events = shipped(name)
    core = inspector(keys)
    observations: list[Observation] = []
    for event in events:
        observations += take(core, [event])
        funnel = core.funnel
        assert funnel.frames == funnel.opened + funnel.held + sum(funnel.closed.values())
        assert funnel.unread <= funnel.opened
    observations += core.finish()
    funnel = core.funnel
    assert funnel.held == 0
    assert sum(funnel.findings.values()) == len(findings(observations))
    assert funnel.stanzas == sum(isinstance(each, StanzaObserved) for each in observations)


def test_frames_of_other_traffic_stay_inside() -> None:
    """A stanza that is none of a call's is counted, not shown; a held frame is no news either."""
    notices = [each.event for each in whole("single-callee") if isinstance(each, WireNotice)]
    assert notices
    assert not any(isinstance(event, FrameOpened | FrameHeld) for event in notices)


def test_a_connection_that_was_never_seen_can_be_closed() -> None:
    """Closing what is not open says nothing; a flow without a message ends like that."""
    assert inspector().close_connection("live", 7) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.booleans(), st.booleans(), st.binary(max_size=80), st.booleans()),
        max_size=30,
    )
)
def test_any_bytes_give_observations(script: list[tuple[int, bool, bool, bytes, bool]]) -> None:
    """Whatever messages come on whatever connections, nothing is raised and the funnel adds up."""
    core = inspector()
    for number, (connection, from_client, binary, content, ends) in enumerate(script):
        prefix = b"WA\x06\x03" if number % 3 == 0 else b""
        event = Message(
            "live", connection, "flow", number, from_client, float(number), prefix + content, binary
        )
        take(core, [event, ConnectionEnded("live", connection)] if ends else [event])
    core.finish()
    funnel = core.funnel
    assert funnel.frames == funnel.opened + sum(funnel.closed.values())


WAVE = """\
id: wave
tag: iq
display_name: Wave
category: signaling
direction: [outgoing, incoming]
status: draft
spec_version: "0.1.0"
summary: A stanza that belongs to no call.
attributes:
  - name: id
    type: string
    required: true
    confidence: probable
    description: Its id.
children:
  - tag: wave
    occurrence: "1"
    confidence: probable
    description: The wave.
"""


def test_a_file_about_another_tag_is_checked(tmp_path: Path) -> None:
    """A user's own file about `<iq><wave/>`: its stanzas are checked, any other `<iq>` is passed over."""
    (tmp_path / "wave.yaml").write_text(WAVE)
    specification = load_specification(tmp_path)
    tape = Tape()
    inspector = Inspector(specification, KeyLog())
    seen = [
        each
        for xml in ('<iq id="1"><wave/></iq>', "<iq><wave/></iq>", '<iq id="2"><ping/></iq>', "<presence/>")
        for each in inspector.take_sighting(tape.sent(xml))
        if isinstance(each, StanzaObserved)
    ]
    assert [each.recognised and (each.recognised.kind, each.action) for each in seen] == [
        (StanzaKind.OTHER, "wave"),
        (StanzaKind.OTHER, "wave"),
    ]
    assert {each.code for each in seen[1].findings} >= {"attribute-missing"}
    assert inspector.funnel.stanzas == 2


@pytest.mark.parametrize("name", ["single-callee"])
def test_stanzas_of_another_tag_come_off_the_wire(name: str, tmp_path: Path) -> None:
    """The shipped captures hold stanzas of other tags; a file about one of them has it decoded."""
    keys, events = shipped(name)
    log = KeyLog()
    log.feed(keys)
    tags = {
        each.event.tag
        for each in take(Inspector(SPECIFICATION, log, decode_all=True), events)
        if isinstance(each, WireNotice) and isinstance(each.event, FrameOpened)
    } - {"call", "ack", "receipt", "success"}
    tag = min(tags)
    (tmp_path / "wave.yaml").write_text(WAVE.replace("tag: iq", f"tag: {tag}").partition("children:")[0])
    core = Inspector(load_specification(tmp_path), log)
    found = [each for each in take(core, events) if isinstance(each, StanzaObserved)]
    assert {each.sighting.node.tag for each in found if each.spec is not None} == {tag}
