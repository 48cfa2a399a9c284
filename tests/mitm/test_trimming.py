"""`ringback_trim_messages`: mitmproxy lets go of old messages, and nothing that ringback says changes."""

# mitmproxy's flows are not annotated throughout.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from ringback.mitm.trimming import MAX_TAIL, MAX_TAIL_BYTES, trim
from ringback.observations import Message
from ringback.sources.flowfile import TRIMMED
from ringback.sources.flows import Reading, read_captures, trimmed_of
from ringback.sources.hosts import HostFilter
from ringback.sources.notice import Notice
from support.desk import Desk, server_frames, text_of
from support.flows import message, websocket_flow, write_flows
from support.live import reverse_proxy
from support.mitm import SCRIPT, Mitmdump
from support.noise_peer import NoisePair
from support.wire_driver import CALL, IQ

COUNT = 5 * MAX_TAIL


def of(sizes: list[int]) -> HTTPFlow:
    return websocket_flow([(True, bytes(size)) for size in sizes])


def left(flow: HTTPFlow) -> list[int]:
    """Sizes of the messages that are there."""
    assert flow.websocket is not None
    return [len(each.content) for each in flow.websocket.messages]


def test_the_newest_stay() -> None:
    """At the limit all do, one past it half of them go, and each that goes is counted."""
    flow = of(list(range(2 * MAX_TAIL)))
    assert (trim(flow), TRIMMED in flow.metadata) == (0, False)
    assert flow.websocket is not None
    for number in range(2 * MAX_TAIL, 1000):
        flow.websocket.messages.append(message(True, bytes(number)))
        trim(flow)
        assert MAX_TAIL <= len(flow.websocket.messages) <= 2 * MAX_TAIL
        assert left(flow)[0] == flow.metadata.get(TRIMMED, 0)
    assert left(flow)[-1] == 999


@pytest.mark.parametrize(
    ("sizes", "stay"),
    [
        ([10, MAX_TAIL_BYTES // 2, MAX_TAIL_BYTES // 2], 2),
        ([10, MAX_TAIL_BYTES // 2, MAX_TAIL_BYTES // 2 + 1], 1),
        ([10, 10, MAX_TAIL_BYTES - 20], 3),
        ([10, 20 * MAX_TAIL_BYTES], 1),
    ],
)
def test_large_ones_go_sooner(sizes: list[int], stay: int) -> None:
    """The newest stays, however large it is."""
    flow = of(sizes)
    assert trim(flow) == len(sizes) - stay
    assert left(flow) == sizes[-stay:]


def run(folder: Path, *, trims: bool) -> tuple[list[dict[str, object]], list[str], HTTPFlow]:
    """Records of the event file, what mitmproxy shows of the last messages, and the flow."""
    folder.mkdir()
    pair, events = NoisePair(seed=b"trim"), folder / "events.jsonl"
    with Desk(folder, trim_messages=trims, events=str(events)) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        said = [desk.say(flow, server_frames(pair, [CALL if n % 50 == 7 else IQ])) for n in range(COUNT)]
        texts = [text_of(each, flow) for each in said[-MAX_TAIL:]]
        desk.end(flow)
    records = [json.loads(line) for line in events.read_text().splitlines()]
    for each in (*records, *(sight for record in records for sight in record.get("evidence", ()))):
        each.pop("flow", None)
        each.pop("at", None)
    return records, texts, flow


def test_nothing_that_is_said_changes(tmp_path: Path) -> None:
    """Records with their message numbers, counts and the content view are those of a run that keeps all."""
    whole, trimmed = run(tmp_path / "whole", trims=False), run(tmp_path / "trimmed", trims=True)
    assert len(left(whole[2])) == COUNT + 3
    assert len(left(trimmed[2])) <= 2 * MAX_TAIL
    assert trimmed[0] == whole[0]
    assert [each["message"] for each in whole[0] if each["type"] == "stanza"][-1] == COUNT - 43 + 3
    assert trimmed[1] == whole[1]
    assert trimmed[2].metadata[TRIMMED] + len(left(trimmed[2])) == COUNT + 3


def test_other_sockets_keep_all(tmp_path: Path) -> None:
    """Nothing is taken away from what is not the client's."""
    with Desk(tmp_path, trim_messages=True) as desk:
        flow = desk.open()
        for _ in range(COUNT):
            desk.say(flow, b"something else", from_client=True)
    assert len(left(flow)) == COUNT


def test_a_socket_that_may_be_another_protocols_keeps_all(tmp_path: Path) -> None:
    """That its messages look like frames without a key shows nothing."""
    with Desk(tmp_path, trim_messages=True) as desk:
        flow = desk.open()
        for _ in range(COUNT):
            desk.say(flow, b"\0\0\x20" + bytes(32), from_client=True)
    assert len(left(flow)) == COUNT


def test_a_client_among_many_connections_is_trimmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where so many have begun since that its messages are not shown any more."""
    monkeypatch.setattr("ringback.mitm.messagelog.MAX_CONNECTIONS", 2)
    pair = NoisePair(seed=b"many")
    with Desk(tmp_path, trim_messages=True) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        for number in range(2):
            desk.connect(NoisePair(seed=bytes([number])))
        for _ in range(COUNT):
            desk.say(flow, server_frames(pair, [IQ]))
    assert len(left(flow)) <= 2 * MAX_TAIL


def test_an_addon_that_is_loaded_anew_goes_on_counting(tmp_path: Path) -> None:
    """The first message that it sees has the number that it had before."""
    pair = NoisePair(seed=b"anew")
    with Desk(tmp_path, trim_messages=True) as desk:
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        for _ in range(COUNT):
            desk.say(flow, server_frames(pair, [IQ]))
    events = tmp_path / "events.jsonl"
    with Desk(tmp_path, trim_messages=True, events=str(events)) as desk:
        desk.say(flow, server_frames(pair, [CALL]))
    stanzas = [json.loads(line) for line in events.read_text().splitlines() if '"stanza"' in line]
    assert [each["message"] for each in stanzas] == [COUNT + 3]


def test_a_recording_of_what_is_left_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    """It says what is missing, keeps the numbers of the messages, and is a connection of its own."""
    flow = of([1] * 10)
    flow.metadata[TRIMMED] = 300
    told: list[Notice] = []
    path = write_flows(tmp_path / "trimmed.flows", flow, of([2]))
    events = read_captures([path], Reading(told.append, HostFilter()))
    messages = [event for event in events if isinstance(event, Message) and len(event.content) == 1]
    assert [each.number for each in messages] == list(range(300, 310))
    assert {each.flow for each in messages} == {f"{flow.id}-from-300"}
    (notice,) = told
    assert notice.text.startswith(
        f"the first 300 messages of flow {flow.id} of trimmed.flows were taken away"
    )


def test_what_is_left_is_shown_when_it_is_read_again(tmp_path: Path) -> None:
    """By the content view and the marks, as of any recording."""
    pair = NoisePair(seed=b"again")
    with Desk(tmp_path) as desk:
        desk.write_keys(pair.key_log)
        flow = websocket_flow([(False, server_frames(pair, [CALL])) for _ in range(3)])
        flow.metadata[TRIMMED] = 300
        desk.flow_list.add([flow])
        desk.addon.websocket_end(flow)
        desk.tick()
        desk.tick()
        assert flow.websocket is not None
        texts = [text_of(each, flow) for each in flow.websocket.messages]
    assert [text.startswith("↓ preaccept") for text in texts] == [True] * 3
    assert "3 pre-accepts" in flow.comment


def test_what_w_saves(tmp_path: Path) -> None:
    """A real mitmdump writes what is left, and how many messages are not."""
    pair, keys, saved = NoisePair(seed=b"saved"), tmp_path / "keys", tmp_path / "saved.flows"
    keys.write_text(pair.key_log)

    async def talk() -> None:
        options = ("-s", SCRIPT, "--set", "ringback_trim_messages=true", "--set", f"ringback_keylog={keys}")
        async with reverse_proxy(Mitmdump, "-w", saved, *options, confdir=tmp_path) as (proxy, loopback):
            pipe = await loopback.connect(await asyncio.to_thread(lambda: proxy.port))
            await pipe.say(pair.handshake)
            await pipe.say([(False, server_frames(pair, [IQ])) for _ in range(3 * MAX_TAIL)])
            await pipe.close()
            await asyncio.to_thread(proxy.stop)

    asyncio.run(talk())
    with saved.open("rb") as stream:
        (flow,) = (each for each in FlowReader(stream).stream() if isinstance(each, HTTPFlow))
    assert MAX_TAIL <= len(left(flow)) <= 2 * MAX_TAIL
    assert flow.metadata[TRIMMED] + len(left(flow)) == 3 * MAX_TAIL + 3
    assert trimmed_of(flow) == flow.metadata[TRIMMED]
