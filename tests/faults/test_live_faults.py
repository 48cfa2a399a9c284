"""Faults around a real mitmdump: connections that break, a thousand at once, files that change under it, and
other processes at its ledger."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from ringback.errors import SpecError
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.verify import verify
from ringback.spec.load import load_specification
from support.ledgers import raw
from support.live import play, reverse_proxy
from support.loopback import Loopback, Pipe
from support.mitm import ADDON, SCRIPT, Mitmdump, run_mitmdump
from support.noise_peer import NoisePair
from support.recorded import capture
from support.runs import dumped
from test_mitmdump import NAME, STANZAS, records

Proxy = Callable[..., AbstractAsyncContextManager[tuple[Mitmdump, Loopback]]]
KEYS = capture(NAME).with_suffix(".keys")
SHIPPED = ADDON / "ringback" / "spec" / "data" / "call-preaccept.yaml"
PING = b"\x00\xf8\x01\x19"
"""The flag byte and an empty <iq/>."""


@pytest.fixture
def confdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("confdir")


@pytest.fixture
def proxy(confdir: Path) -> Proxy:
    return partial(reverse_proxy, Mitmdump, confdir=confdir)


def settings(**options: object) -> Iterator[str]:
    """`--set` for each option of ringback."""
    for name, value in options.items():
        yield from ("--set", f"ringback_{name}={value}")


def reset(pipe: Pipe) -> None:
    """Break the connection as a host does that has lost power: no closing frame, no end, a reset."""
    assert pipe._client.protocol is not None
    stream = pipe._client.protocol.stream
    assert stream is not None
    stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def test_a_connection_that_is_reset_inside_a_frame(proxy: Proxy, tmp_path: Path) -> None:
    """The frame that was begun is told as truncated; what came before it, and other connections, are read."""
    events, keys = tmp_path / "events.jsonl", tmp_path / "both.keys"
    broken, sound = NoisePair(seed=b"broken"), NoisePair(seed=b"sound")
    keys.write_text(broken.key_log + sound.key_log)

    async def run() -> str:
        async with proxy("-s", SCRIPT, *settings(keylog=keys, events=events)) as (mitmdump, loopback):
            first, second = [await loopback.connect(mitmdump.port) for _ in range(2)]
            await first.say([*broken.handshake, (True, broken.client_frame(PING))])
            await second.say(sound.handshake)
            await first.say([(True, broken.client_frame(PING * 100)[:50])])
            reset(first)
            await asyncio.to_thread(mitmdump.wait_until, lambda: bool(records(events, "closed")), "closed")
            await second.say([(True, sound.client_frame(PING))])
            await second.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    assert "fault of ringback" not in output
    (closed,) = records(events, "closed")
    assert closed["reason"] == "truncated"
    (summary,) = records(events, "summary")
    assert (summary["frames"], summary["opened"]) == (3, 2)


@pytest.mark.parametrize("change", ["edited", "broken", "deleted"])
def test_a_specification_that_changes_while_it_is_used(proxy: Proxy, tmp_path: Path, change: str) -> None:
    """A run goes by the file as it was at its start; the next one reads it, or says at once what is wrong."""
    spec = tmp_path / "call-preaccept.yaml"
    shutil.copy(SHIPPED, spec)
    events = tmp_path / "events.jsonl"

    async def run() -> str:
        options = settings(keylog=KEYS, events=events, spec=spec)
        async with proxy("-s", SCRIPT, *options) as (mitmdump, loopback):
            changed = False

            def edit() -> None:
                nonlocal changed
                if not changed:
                    changed = True
                    if change == "deleted":
                        spec.unlink()
                    else:
                        text = spec.read_text()
                        spec.write_text(text[: len(text) // 2] if change == "broken" else f"{text}\n# x\n")

            for pipe in await play(NAME, loopback, mitmdump.port, edit):
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    assert "fault of ringback" not in output
    assert kinds(events.read_text()) == kinds(dumped(NAME).events) != Counter()
    if change == "edited":
        assert load_specification(spec).stanzas
    else:
        with pytest.raises(SpecError, match=re.escape(str(spec))):
            load_specification(spec)


def kinds(events: str) -> Counter[tuple[str, str]]:
    """How many stanzas and findings of each kind an event file has."""
    told = [json.loads(line) for line in events.splitlines()]
    kept = [each for each in told if each["type"] in {"stanza", "finding"}]
    return Counter((each["type"], each.get("code") or each["action"]) for each in kept)


LOCKING = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
database.execute("ROLLBACK")
print("free", flush=True)
"""


def test_a_ledger_that_another_process_has_locked(proxy: Proxy, tmp_path: Path) -> None:
    """All of the talk passes meanwhile; that it waits is told once, and all of it is kept in the end."""
    ledger = tmp_path / "ledger.db"
    Ledger(ledger).close()

    async def run() -> str:
        async with proxy("-s", SCRIPT, *settings(keylog=KEYS, ledger=ledger)) as (mitmdump, loopback):
            port = mitmdump.port
            with subprocess.Popen(
                [sys.executable, "-c", LOCKING, str(ledger)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as other:
                assert other.stdout is not None
                assert other.stdout.readline() == "locked\n"
                pipes = await play(NAME, loopback, port)
                await asyncio.to_thread(mitmdump.wait_for, "another process is writing to it")
                other.communicate("\n")
            for pipe in pipes:
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    assert output.count("another process is writing to it") == 1
    assert verify(ledger).is_sound
    assert StoredLedger(ledger).stats().stanzas == STANZAS


def test_two_proxies_on_one_ledger(proxy: Proxy, tmp_path: Path) -> None:
    """Both record the same call at the same time; every stanza of either is there, once for each flow."""
    ledger = tmp_path / "ledger.db"
    options = tuple(settings(keylog=KEYS, ledger=ledger))

    async def talk(number: int) -> str:
        async with proxy("-s", SCRIPT, *options) as (mitmdump, loopback):
            for pipe in await play(NAME, loopback, mitmdump.port):
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    async def run() -> tuple[str, str]:
        return await asyncio.gather(talk(1), talk(2))

    for output in asyncio.run(run()):
        assert "fault of ringback" not in output
        assert "not kept" not in output
    assert verify(ledger).is_sound
    assert StoredLedger(ledger).stats().stanzas == 2 * STANZAS
    assert StoredLedger(ledger).stats().realms == 1


def test_a_ledger_of_a_newer_version(tmp_path: Path, confdir: Path) -> None:
    """mitmdump does not start with it, and says that ringback is to be updated; not a byte of it changes."""
    ledger = tmp_path / "ledger.db"
    Ledger(ledger).close()
    with raw(ledger) as database:
        (last,) = database.execute("SELECT max(number) FROM migration").fetchone()
        database.execute("INSERT INTO migration VALUES (?, 'of the future')", (last + 1,))
    before = ledger.read_bytes()
    finished = run_mitmdump("-n", "-s", SCRIPT, *settings(ledger=ledger), confdir=confdir)
    assert finished.returncode == 1
    told = finished.stdout + finished.stderr
    assert f"ringback_ledger: {ledger}: written by a newer ringback" in told
    assert "update ringback" in told
    assert ledger.read_bytes() == before


CONNECTIONS = 1000


def test_a_thousand_connections_at_once(proxy: Proxy, tmp_path: Path) -> None:
    """All are open at the same time, each with a session of its own; each message arrives as it was sent,
    each frame is opened, and none is left when they are gone."""
    events, keys = tmp_path / "events.jsonl", tmp_path / "many.keys"
    pairs = [NoisePair(seed=str(number).encode()) for number in range(CONNECTIONS)]
    keys.write_text("".join(pair.key_log for pair in pairs))

    async def run() -> str:
        options = ("-s", SCRIPT, *settings(keylog=keys, events=events), "--set", "flow_detail=0")
        async with proxy(*options) as (mitmdump, loopback):
            port = mitmdump.port
            pipes = [await loopback.connect(port) for _ in pairs]
            for pipe, pair in zip(pipes, pairs, strict=True):
                await pipe.say(pair.handshake)
            for pipe, pair in zip(reversed(pipes), reversed(pairs), strict=True):
                await pipe.say([(True, pair.client_frame(PING)), (False, pair.server_frame(PING))])
            for pipe in pipes:
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    assert "fault of ringback" not in output
    (summary,) = records(events, "summary")
    assert summary["connections"] == CONNECTIONS
    assert (summary["frames"], summary["opened"], summary["held"]) == (2 * CONNECTIONS,) * 2 + (0,)
    assert len(records(events, "client")) == CONNECTIONS
