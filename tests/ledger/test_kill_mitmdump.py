"""`kill -9` of a real mitmdump while clients talk through it: what its event file reported is in the ledger.

`RINGBACK_KILL_TRIALS=200` runs that many trials in place of 6.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from ringback.ledger.verify import verify
from support.killing import kept
from support.loopback import Loopback, Pipe
from support.mitm import PATIENCE_S, SCRIPT
from support.nursery import Nursery
from support.recorded import in_order
from synthetic.many import many_calls

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")

TRIALS = int(os.environ.get("RINGBACK_KILL_TRIALS", "6"))
CALLS = 3
MOST_DELAY_S = 0.01
"""From the message at which a trial is to end to its end, at most: the next ones are on their way then."""

Talk: TypeAlias = list[tuple[str, bool, bytes]]
"""Connection, whether the client says it, and what."""


def talk(folder: Path) -> Talk:
    """What the two clients of a few calls and their server say, in order; the key log is `many.keys`."""
    shown = many_calls(CALLS)
    flows, keys = folder / "many.flows", folder / "many.keys"
    flows.write_bytes(shown.flows)
    keys.write_text(shown.keys)
    with flows.open("rb") as stream:
        read = [flow for flow in FlowReader(stream).stream() if isinstance(flow, HTTPFlow) and flow.websocket]
    return [(flow.id, message.from_client, message.content) for flow, message in in_order(read)]


def reported(events: Path) -> set[str]:
    """The stanzas in the complete lines of an event file, each by its flow, direction and frame."""
    lines = events.read_bytes().split(b"\n")[:-1] if events.exists() else []
    records = (json.loads(line) for line in lines)
    return {
        f"{each['flow']} {each['direction']} {each['frame']}" for each in records if each["type"] == "stanza"
    }


async def listening(output: Path) -> int:
    """The port that the mitmdump which writes there listens on, as soon as it does."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        told = output.read_text() if output.exists() else ""
        if found := re.search(r"listening at \S*?:(\d+)", told):
            return int(found[1])
        assert asyncio.get_running_loop().time() < deadline, told
        await asyncio.sleep(0.01)


async def play(spoken: Talk, loopback: Loopback, port: int, said: Callable[[], None]) -> None:
    """Say it all through the proxy over connections of its own, until that is no more."""
    pipes: dict[str, Pipe] = {}
    for flow, from_client, content in spoken:
        if flow not in pipes:
            pipes[flow] = await loopback.connect(port)
        await pipes[flow].say([(from_client, content)])
        said()


async def trial(nursery: Nursery, folder: Path, spoken: Talk, chance: random.Random) -> int:
    """One mitmdump from its start to its end at a random moment; how it ended."""
    last, moment = chance.randrange(1, len(spoken)), asyncio.Event()
    count = 0

    def said() -> None:
        nonlocal count
        count += 1
        if count == last:
            moment.set()

    async with Loopback() as loopback:
        output = folder / "output"
        output.unlink(missing_ok=True)
        options = {"keylog": "many.keys", "ledger": "ledger.db", "events": "events.jsonl"}
        nursery.start(
            *("--mode", f"reverse:http://127.0.0.1:{loopback.port}", "--listen-port", "0"),
            *("--listen-host", "127.0.0.1", "--set", f"confdir={folder / 'confdir'}", "-s", SCRIPT),
            *(
                part
                for name, file in options.items()
                for part in ("--set", f"ringback_{name}={folder / file}")
            ),
            output=output,
        )
        playing = asyncio.create_task(play(spoken, loopback, await listening(output), said))
        await asyncio.wait_for(moment.wait(), PATIENCE_S)
        await asyncio.sleep(chance.uniform(0.0, MOST_DELAY_S))
        status = nursery.kill()
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    return status


def test_nothing_that_was_reported_is_lost(tmp_path: Path) -> None:
    """One ledger through all trials; whatever stood in the event file by then is in it, and it is sound."""
    chance, spoken = random.Random(7), talk(tmp_path)
    ledger, events = tmp_path / "ledger.db", tmp_path / "events.jsonl"
    seen: set[str] = set()
    with Nursery() as nursery:
        for _ in range(TRIALS):
            assert asyncio.run(trial(nursery, tmp_path, spoken, chance)) == 9
            of_trial = reported(events)
            events.unlink()
            assert of_trial <= kept(ledger)
            seen |= of_trial
    assert seen <= kept(ledger)
    assert verify(ledger).is_sound
    assert len({place.split()[0] for place in seen}) > TRIALS // 2
    print(f"{TRIALS} mitmdumps killed, {len(seen)} stanzas reported, none of them lost")
