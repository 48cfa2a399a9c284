"""`ringback.sources.flows` on real flow files, whole, torn and of another kind."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mitmproxy.http import HTTPFlow
from mitmproxy.io import tnetstring
from mitmproxy.test.tflow import tflow

from ringback.errors import SourceError
from ringback.observations import Message
from ringback.sources import chronology, flows
from ringback.sources.chronology import ConnectionEnded, Event
from ringback.sources.flows import Reading, read_captures
from ringback.sources.hosts import HostFilter
from ringback.sources.notice import Notice
from support.flows import START, flow_bytes, message, websocket_flow, write_flows


class Reader:
    """Reads captures and keeps what was told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.progress: list[tuple[str, int, int]] = []
        self.hosts = HostFilter()
        self.buffer_bytes = chronology.MAX_BUFFERED_BYTES
        self.stop: Callable[[], bool] = lambda: False

    def read(self, *paths: Path) -> list[Event]:
        reading = Reading(
            self.notices.append,
            self.hosts,
            lambda path, read, size: self.progress.append((path.name, read, size)),
            stop=self.is_stopped,
            buffer_bytes=self.buffer_bytes,
        )
        return list(read_captures(paths, reading))

    def is_stopped(self) -> bool:
        return self.stop()

    @property
    def told(self) -> list[str]:
        return [notice.text for notice in self.notices]


@pytest.fixture
def reader() -> Reader:
    return Reader()


def contents(events: list[Event]) -> list[bytes]:
    return [event.content for event in events if isinstance(event, Message)]


def talk(*words: bytes, start: float = START, host: str = "example.com") -> HTTPFlow:
    """A flow in which client and server say `words` in turn."""
    return websocket_flow(
        [(index % 2 == 0, word) for index, word in enumerate(words)], start=start, host=host
    )


def test_a_message_as_the_core_takes_it(tmp_path: Path, reader: Reader) -> None:
    """Direction, time, index, kind and place of every message come through."""
    flow = websocket_flow([(True, b"one"), (False, b"two")], step=0.5)
    events = reader.read(write_flows(tmp_path / "a.flows", flow))
    assert events == [
        Message("a.flows", 1, flow.id, 0, from_client=True, at=START, content=b"one"),
        Message("a.flows", 1, flow.id, 1, from_client=False, at=START + 0.5, content=b"two"),
        ConnectionEnded("a.flows", 1),
    ]
    assert reader.told == []


def test_text_messages_are_told_apart(tmp_path: Path, reader: Reader) -> None:
    """TEXT is passed on as such: the protocol never uses it, which is for the core to say."""
    flow = talk(b"one", b"two")
    assert flow.websocket is not None
    flow.websocket.messages[1].type = flow.websocket.messages[1].type.TEXT
    events = reader.read(write_flows(tmp_path / "a.flows", flow))
    assert [event.binary for event in events if isinstance(event, Message)] == [True, False]


def test_order_of_time_over_flows_and_files(tmp_path: Path, reader: Reader) -> None:
    """Messages of all files are merged by time."""
    long = websocket_flow([(True, b"1"), (True, b"5")], start=1.0, step=4.0)
    first = write_flows(tmp_path / "a.flows", long, talk(b"2", start=2.0))
    second = write_flows(
        tmp_path / "b.flows", websocket_flow([(True, b"3"), (True, b"4")], start=3.0, step=1.0)
    )
    assert contents(reader.read(second, first)) == [b"1", b"2", b"3", b"4", b"5"]


def test_files_of_one_name_are_told_apart(tmp_path: Path, reader: Reader) -> None:
    """Findings name a capture without its folder, so a name that comes again gets a number."""
    paths = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        paths.append(write_flows(tmp_path / folder / "a.flows", talk(b"hello")))
    assert {event.capture for event in reader.read(*paths)} == {"a.flows", "a.flows#2"}


def test_a_file_named_twice_is_read_once(tmp_path: Path, reader: Reader) -> None:
    """Naming a file twice, also by another path, would show every call twice."""
    path = write_flows(tmp_path / "a.flows", talk(b"hello"))
    assert contents(reader.read(path, tmp_path / "." / "a.flows")) == [b"hello"]
    assert reader.told == [f"{tmp_path / '.' / 'a.flows'} was named twice: it is read once"]


def test_flows_that_are_no_websockets_are_passed_over(tmp_path: Path, reader: Reader) -> None:
    """A capture holds plain requests too."""
    path = write_flows(tmp_path / "a.flows", tflow(resp=True), talk(b"hello"), tflow(err=True))
    assert contents(reader.read(path)) == [b"hello"]


def test_every_tear(tmp_path: Path, reader: Reader) -> None:
    """Wherever a file is cut, the flows before the cut are used and the tear is told; nothing is raised."""
    first = talk(b"one")
    whole = flow_bytes([first, talk(b"two")])
    boundary = len(flow_bytes([first]))
    path = tmp_path / "a.flows"
    for cut in {*range(1, len(whole), 97), boundary - 1, boundary + 1, len(whole) - 1} - {boundary}:
        path.write_bytes(whole[:cut])
        reader.notices.clear()
        expected = [] if cut < boundary else [b"one"]
        assert contents(reader.read(path)) == expected, cut
        place = (
            "behind flow 1: what stands before is used" if expected else "in its first flow: nothing is used"
        )
        assert reader.told == [
            f"{path} is torn or damaged {place}; "
            "either it was cut off, then end mitmdump with Ctrl-C, or something else was written into it"
        ]


@pytest.mark.parametrize(
    "damage",
    [
        tnetstring.dumps([1, 2, 3]),
        tnetstring.dumps({"version": 21}),
        tnetstring.dumps({"version": "x"}),
        tnetstring.dumps({"type": "http"}),
        b"4:\xff\xff\xff\xff;",
        b"999999999999:",
        b"0000000000000000:",
    ],
    ids=repr,
)
def test_damage_between_flows(tmp_path: Path, reader: Reader, damage: bytes) -> None:
    """Whatever mitmproxy's reader makes of rubbish, what stood before it is used."""
    path = tmp_path / "a.flows"
    path.write_bytes(flow_bytes([talk(b"one")]) + damage + flow_bytes([talk(b"two")]))
    assert contents(reader.read(path)) == [b"one"]
    assert len(reader.told) == 1


def test_file_of_a_newer_mitmproxy(tmp_path: Path, reader: Reader) -> None:
    """The reader's own advice is passed on where the file is too new."""
    path = tmp_path / "a.flows"
    path.write_bytes(tnetstring.dumps({"version": 9999, "type": "http"}))
    assert reader.read(path) == []
    (told,) = reader.told
    assert "flow format version 9999" in told
    assert "update mitmproxy" in told


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Hello, world", r"is no mitmproxy flow file; record one with mitmdump -w FILE"),
        (b"\x00\x01\x02", "is no mitmproxy flow file"),
        (b":", "is no mitmproxy flow file"),
        (b'{"tag": "call"}', "is JSON and no HAR file: no recording"),
        (b"\xef\xbb\xbf{}", "is JSON and no HAR file: no recording"),
        (b"<call/>", "is XML: no recording"),
    ],
)
def test_not_a_flow_file(tmp_path: Path, reader: Reader, content: bytes, reason: str) -> None:
    """A file of another kind is refused with what to do, before anything is yielded."""
    path = tmp_path / "a.flows"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=reason):
        reader.read(write_flows(tmp_path / "good.flows", talk(b"one")), path)


def test_paths_that_cannot_be_read(tmp_path: Path, reader: Reader) -> None:
    """Missing files, folders and what the system refuses are named with their reason."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path, reason in (
        (tmp_path / "missing", "does not exist; check the name"),
        (tmp_path, "is a folder; name the flow files in it"),
        (loop, "cannot be read"),
    ):
        with pytest.raises(SourceError, match=reason):
            reader.read(path)


def test_empty_file(tmp_path: Path, reader: Reader) -> None:
    """An empty file is what mitmdump leaves while the connection still runs: that is said."""
    path = tmp_path / "a.flows"
    path.touch()
    assert reader.read(path) == []
    assert reader.told == [f"{path} holds no flows: a WebSocket is written when it has ended"]


def test_hosts(tmp_path: Path, reader: Reader) -> None:
    """Connections to other hosts are left out and counted."""
    reader.hosts = HostFilter(["*.example.org"])
    path = write_flows(tmp_path / "a.flows", talk(b"no"), talk(b"yes", host="web.example.org"))
    assert contents(reader.read(path)) == [b"yes"]
    assert reader.told == ["left out 1 of the WebSocket connections: they go to other hosts"]


@pytest.mark.parametrize("place", ["host", "header", "server name"])
def test_names_of_a_connection(place: str) -> None:
    """A host is known by its address, by the Host header of a reverse proxy, and by the TLS server name."""
    flow = talk(b"hello")
    if place == "host":
        flow.request.host = "web.example.org"
    elif place == "header":
        flow.request.headers["Host"] = "web.example.org"
    else:
        flow.client_conn.sni = "web.example.org"
    assert flows.is_allowed(flow, HostFilter(["web.example.org"]))
    assert not flows.is_allowed(flow, HostFilter(["other.example.org"]))


def test_injected_messages_are_left_out(tmp_path: Path, reader: Reader) -> None:
    """What somebody injected is part of neither side's stream; the others keep their index in the flow."""
    flow = talk(b"one", b"two")
    assert flow.websocket is not None
    flow.websocket.messages.insert(1, message(True, b"injected", START, injected=True))
    events = reader.read(write_flows(tmp_path / "a.flows", flow))
    assert [(event.number, event.content) for event in events if isinstance(event, Message)] == [
        (0, b"one"),
        (2, b"two"),
    ]
    assert reader.told == [f"left out 1 of the messages of flow {flow.id}: injected, sent by neither side"]


@pytest.mark.parametrize(("content", "timestamp"), [("text", START), (b"x", "now"), (b"x", float("nan"))])
def test_messages_of_wrong_types(tmp_path: Path, reader: Reader, content: object, timestamp: object) -> None:
    """mitmproxy does not check the types in a file: a flow that breaks them is left out, the others stay."""
    flow = talk(b"one")
    assert flow.websocket is not None
    flow.websocket.messages[0].content = content  # type: ignore[assignment]
    flow.websocket.messages[0].timestamp = timestamp  # type: ignore[assignment]
    path = write_flows(tmp_path / "a.flows", flow, talk(b"two"))
    assert contents(reader.read(path)) == [b"two"]
    told = f"left out flow {flow.id} of a.flows: it holds messages or an id that no mitmproxy writes"
    assert reader.told == [told]


@pytest.mark.parametrize("name", [{}, [], 1, None, b"\xff"])
def test_an_id_that_is_no_text(tmp_path: Path, reader: Reader, name: object) -> None:
    """A flow is known by its id: one whose id is none is left out, the others stay."""
    flow = talk(b"one")
    flow.id = name  # type: ignore[assignment]
    assert contents(reader.read(write_flows(tmp_path / "a.flows", flow, talk(b"two")))) == [b"two"]
    assert reader.told == ["left out a flow of a.flows: it holds messages or an id that no mitmproxy writes"]


def test_progress(tmp_path: Path, reader: Reader) -> None:
    """After every flow it says how many bytes of the file were read, and at the end that is all of them."""
    path = write_flows(tmp_path / "a.flows", tflow(resp=True), talk(b"one"), talk(b"two"))
    reader.read(path)
    size = path.stat().st_size
    assert [step[2] for step in reader.progress] == [size] * 3
    read = [step[1] for step in reader.progress]
    assert read == sorted(read)
    assert read[-1] == size


def test_stop(tmp_path: Path, reader: Reader) -> None:
    """A reading that is stopped gives what was read until then."""
    path = write_flows(tmp_path / "a.flows", *(talk(word) for word in (b"one", b"two", b"three")))
    reader.stop = lambda: len(reader.progress) == 2
    assert contents(reader.read(path)) == [b"one", b"two"]


def test_recording_larger_than_the_buffer(tmp_path: Path, reader: Reader) -> None:
    """A recording that does not fit is gone through in parts, with every message, and that is said."""
    reader.buffer_bytes = 1000
    path = write_flows(tmp_path / "a.flows", *(talk(b"x" * 600, start=9.0 - at) for at in range(4)))
    events = reader.read(path)
    assert [event.at for event in events if isinstance(event, Message)] == [9.0, 8.0, 7.0, 6.0]
    assert [event.connection for event in events if isinstance(event, ConnectionEnded)] == [1, 2, 3, 4]
    assert any("larger than the buffer" in line for line in reader.told)


def test_standard_input(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is read to its end, under the name stdin and without progress."""
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(flow_bytes([talk(b"one")]))))
    monkeypatch.setattr(sys, "stdin", stdin)
    events = reader.read(Path("-"))
    assert contents(events) == [b"one"]
    assert {event.capture for event in events} == {"stdin"}
    assert reader.progress == []
