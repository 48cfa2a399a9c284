"""`ringback.containment`: what goes wrong on one connection stays with that connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringback.containment import ContainedInspector
from ringback.faults import Faults
from ringback.findings import Finding
from ringback.inspector import Inspector
from ringback.observations import Message, Observation, StanzaObserved
from ringback.outlets import new_findings
from ringback.sources.chronology import ConnectionEnded, Event
from ringback.sources.flows import Reading, read_captures
from ringback.sources.hosts import HostFilter
from ringback.sources.keylog_file import KeyLogFile
from ringback.sources.notice import Notice
from ringback.spec.load import load_specification
from ringback.wire.connection import Connection
from ringback.wire.keylog import KeyLog

CAPTURE = Path(__file__).parents[1] / "captures" / "synthetic" / "single-callee.flows"


class Bench:
    """A contained inspector on the shipped capture of one call with two connections."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.keys = KeyLog()
        KeyLogFile(CAPTURE.with_suffix(".keys"), self.keys, self.notices.append).read_whole()
        self.faults = Faults(self.notices.append)
        self.inspector = ContainedInspector(Inspector(load_specification(None), self.keys), self.faults)

    def events(self) -> Iterator[Event]:
        return read_captures([CAPTURE], Reading(self.notices.append, HostFilter()))

    def run(self) -> list[Observation]:
        return [each for event in self.events() for each in self.inspector.take(event)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def findings(observations: list[Observation]) -> list[Finding]:
    return [finding for each in observations for finding in new_findings(each)]


def stanzas(observations: list[Observation], connection: int) -> int:
    """Stanzas seen on one connection."""
    return sum(
        isinstance(each, StanzaObserved) and each.sighting.evidence.connection == connection
        for each in observations
    )


def test_nothing_changes_where_nothing_fails(bench: Bench) -> None:
    """Contained or not, the same comes out."""
    bare = Inspector(load_specification(None), bench.keys)
    expected = []
    for event in bench.events():
        if isinstance(event, ConnectionEnded):
            expected += bare.close_connection(event.capture, event.connection)
        else:
            expected += bare.receive(event)
    expected += bare.finish()
    observations = bench.run() + bench.inspector.finish()
    assert list(map(type, observations)) == list(map(type, expected))
    assert findings(observations) == findings(expected) != []
    assert bench.faults.count == 0


def test_the_connection_is_set_aside_and_the_others_go_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault on connection 2 is told once with its place; connection 1 shows all it has."""
    whole = Bench().run()
    receive = Inspector.receive

    def faulty(content: bytes, message: int, at: float) -> Any:
        raise KeyError("15550100@s.whatsapp.net")

    def breaking(self: Inspector, message: Message) -> Any:
        if (message.connection, message.number) == (2, 5):
            connection = self._sockets[message.capture, 2].connection
            connection.from_client = connection.from_server = faulty
        return receive(self, message)

    monkeypatch.setattr(Inspector, "receive", breaking)
    observations = bench.run()
    assert not bench.inspector.set_aside, "it has ended, and is remembered no more"
    assert stanzas(observations, 1) == stanzas(whole, 1) > 0
    assert stanzas(observations, 2) < stanzas(whole, 2)
    (notice,) = bench.notices
    assert notice.text.startswith("fault of ringback, please report it: KeyError at inspector.py:")
    assert notice.text.endswith(
        ", while reading message 5 of connection 2 of single-callee.flows, which is set aside"
    )


def test_a_connection_that_is_set_aside_is_not_asked_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its state may be broken: neither new keys nor the end of the run touch it again."""
    asked: list[str] = []

    def faulty(*_: Any) -> Any:
        asked.append("receive")
        raise RecursionError

    def close(self: Connection) -> Any:
        asked.append("close")
        raise RecursionError

    def keys_added(self: Connection) -> Any:
        asked.append("keys_added")
        return []

    monkeypatch.setattr(Connection, "_start", faulty)
    monkeypatch.setattr(Connection, "close", close)
    monkeypatch.setattr(Connection, "keys_added", keys_added)
    bench.run()
    bench.inspector.keys_added()
    bench.inspector.finish()
    assert asked == ["receive", "close"] * 2


def test_new_keys_that_fail_on_one_connection_reach_the_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that breaks over a new key is set aside; the next one is asked all the same."""
    asked: list[tuple[str, int]] = []

    def faulty(self: Inspector, *key: Any) -> Any:
        asked.append(key)
        if key[1] == 1:
            raise ZeroDivisionError
        return []

    monkeypatch.setattr(Inspector, "keys_added", faulty)
    monkeypatch.setattr(Inspector, "connections", [("live", 1), ("live", 2)])
    for _ in range(2):
        assert bench.inspector.keys_added() == []
    assert asked == [("live", 1), ("live", 2), ("live", 2)]
    (notice,) = bench.notices
    assert notice.text.endswith("while opening held frames of connection 1 of live, which is set aside")


@pytest.mark.parametrize("method", ["settle", "finish"])
def test_faults_beside_the_messages(bench: Bench, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """Quiet calls and the end are contained as well, told once however often they fail."""

    def faulty(self: Inspector, *rest: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Inspector, method, faulty)
    arguments = (0.0,) if method == "settle" else ()
    assert [getattr(bench.inspector, method)(*arguments) for _ in range(3)] == [[], [], []]
    assert len(bench.notices) == 1
    assert bench.faults.count == 3
