"""How the memory of a proxy grows with what passes: the add-on as mitmproxy runs it, measured from inside.

Run as `python tests/benchmarks/memory.py`; not part of the test run. Clients of a made-up world connect, talk
and hang up, their keys at hand. Every message goes through the add-on's own hooks, with an event file, marks,
content view and call flows as they are by default, and with a ledger where `--ledger` asks for one. The list
of messages that mitmproxy keeps is emptied as they pass: it is not what is measured here, but by `live.py`.

Two curves: frames of connections that come and go, and calls. Each begins where every store of a fixed size
is full (the warm-up, whose growth is printed too); from there on the resident memory may grow by 2 MB.
"""

# mitmproxy's test helpers are not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import argparse
import gc
import itertools
import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from mitmproxy.http import HTTPFlow  # noqa: E402
from mitmproxy.test import taddons  # noqa: E402

from benchmarks import markers  # noqa: E402
from benchmarks.corpus import small_frames  # noqa: E402
from benchmarks.traffic import Traffic  # noqa: E402
from ringback.addon import Ringback  # noqa: E402
from ringback.observations import Funnel  # noqa: E402
from ringback.wire.events import Direction  # noqa: E402
from ringback.wire.wabinary import encode, token_table  # noqa: E402
from support.flows import message, websocket_flow  # noqa: E402
from support.noise_peer import NoisePair  # noqa: E402
from synthetic.stage import callee_on_web, caller_on_web, hang_up, set_up  # noqa: E402
from synthetic.world import World  # noqa: E402

MOST_GROWTH = 2 << 20
"""Bytes that each curve may grow by behind its warm-up."""
OPEN = 6
"""Connections that are open at a time."""
FRAMES_OF_ONE = 2_500
"""Frames of one connection before it ends and another one begins."""
CALLS_OF_ONE = 25
"""Calls of a pair of connections before both end."""
WARM_CALLS = 13_400
"""Calls that fill every store of calls and messages and bring each of their tables to its size. The largest
remember 5,120 calls, 20,000 stanza ids, of which a call has 6, and 65,536 messages, of which it has 29.

A dictionary that forgets its oldest key for each new one is made anew, beside the old one, where its places
are used up. That of 20,000 ids, with 21,845 and then 43,690 places, after 3,641 and another 3,948 calls; of
5,000 call-ids, with 5,461 and 10,922, after 5,461 and another 5,922; of the 4,096 calls that were given up,
with as many, after 6,485 and another 6,826: by then, 13,311 calls, each was made anew at its full size.

What is kept of each connection (4,096 notices, 8,000 clients, 65,536 keys) goes on to grow, in the curve."""
WARM_STANZAS = 42_000
"""Stanzas of calls before the frames: 6,000 calls, more than are remembered; few come with the frames."""
WARM = {"frames": WARM_STANZAS + 700_000, "calls": WARM_CALLS}
"""What passes before each curve begins."""
CYCLE = 20_000
"""Plaintexts that are made beforehand; they are sealed anew each time."""


def resident() -> int:
    """Bytes of this process that lie in memory now, all garbage collected."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Wire:
    """One client's connection through the proxy."""

    flow: HTTPFlow
    pair: NoisePair


class Proxy:
    """The add-on in a mitmproxy that has no network, and the clock of its world."""

    def __init__(self, folder: Path, *, ledger: bool) -> None:
        """Load it with its files in `folder`."""
        self._keys = folder / "client.keys"
        self._keys.touch()
        self._addon = Ringback()
        self._context = taddons.context()
        self._context.master.addons.add(self._addon)
        kept = {"ringback_ledger": str(folder / "ledger.db")} if ledger else {}
        self._context.configure(
            self._addon,
            ringback_keylog=str(self._keys),
            ringback_events=str(folder / "events.jsonl"),
            ringback_level="error",
            **kept,
        )
        self._seeds = itertools.count()
        self.now = 1_700_000_000.0

    @property
    def funnel(self) -> Funnel:
        """What has passed."""
        return self._addon._session.funnel

    @property
    def told(self) -> str:
        """The same in words."""
        funnel = self.funnel
        return f"{funnel.connections:,} connections, {funnel.opened:,} frames opened, {funnel.calls:,} calls"

    def connect(self) -> Wire:
        """A client connects, shakes hands and writes its keys."""
        pair = NoisePair(seed=str(next(self._seeds)).encode())
        with self._keys.open("a") as file:
            file.write(pair.key_log)
        wire = Wire(websocket_flow([], live=True), pair)
        for from_client, content in pair.handshake:
            self._pass(wire, from_client, content)
        return wire

    def say(self, wire: Wire, plaintext: bytes, *, from_client: bool) -> None:
        """One stanza passes."""
        seal = wire.pair.client_frame if from_client else wire.pair.server_frame
        self._pass(wire, from_client, seal(plaintext))

    def hang_up(self, wire: Wire) -> None:
        """The connection ends."""
        wire.flow.live = False
        self._addon.websocket_end(wire.flow)

    def rest(self, seconds: float) -> None:
        """Time passes, and the add-on looks after what it brings."""
        self.now += seconds
        self._addon.tick(self.now)

    def close(self) -> None:
        """mitmproxy shuts down."""
        self._addon.done()

    def _pass(self, wire: Wire, from_client: bool, content: bytes) -> None:
        self.now += 0.001
        assert wire.flow.websocket is not None
        wire.flow.websocket.messages = [message(from_client, content, self.now)]
        self._addon.websocket_message(wire.flow)


def plaintexts() -> Iterator[bytes]:
    """Calls that fill every store of calls, then the usual mix without end: its calls are new ones each time,
    all else comes again."""
    traffic = Traffic(0)
    ringing = (encode(node, token_table(3)) for _ in itertools.count() for node in traffic.call())
    yield from itertools.islice(ringing, WARM_STANZAS)
    seen = [(frame.kind, frame.plaintext) for frame in small_frames(CYCLE)]
    for kind, plaintext in itertools.cycle(seen):
        yield next(ringing) if kind == "call" else plaintext


def frames(proxy: Proxy) -> Iterator[None]:
    """Frames without end, one each time, over connections that come and go."""
    talk = plaintexts()
    open_now = deque((proxy.connect(), number * FRAMES_OF_ONE // OPEN) for number in range(OPEN))
    for number in itertools.count():
        wire, said = open_now.popleft()
        if said == FRAMES_OF_ONE:
            proxy.hang_up(wire)
            wire, said = proxy.connect(), 0
        proxy.say(wire, next(talk), from_client=number % 4 == 0)
        open_now.append((wire, said + 1))
        if number % 100 == 0:
            proxy.rest(0.1)
        yield


def calls(proxy: Proxy) -> Iterator[None]:
    """Calls without end, one each time, of a caller and a callee that are both captured."""
    for era in itertools.count():
        world = World(f"memory-{era}", era)
        stage = set_up(world, caller_on_web(), callee_on_web())
        wires = {id(client): proxy.connect() for client in (stage.caller, stage.callee)}
        for _ in range(CALLS_OF_ONE):
            session = stage.ring()
            world.call(stage.callee, session.creator, session.preaccept())
            world.wait(240)
            world.call(stage.callee, session.creator, session.accept())
            world.wait(100)
            world.call(stage.callee, session.creator, session.relaylatency(31))
            hang_up(stage, session)
            written = [
                (frame.ms, client, frame) for client in (stage.caller, stage.callee) for frame in client.wire
            ]
            for _, client, frame in sorted(written, key=lambda each: each[0]):
                from_client = frame.direction is Direction.CLIENT
                proxy.say(wires[id(client)], frame.plaintext, from_client=from_client)
            stage.caller.wire.clear()
            stage.callee.wire.clear()
            proxy.rest(20.0)
            yield
        for wire in wires.values():
            proxy.hang_up(wire)
        proxy.rest(5.0)


def measure(passing: Iterator[None], count: int, points: int) -> Iterator[tuple[int, int]]:
    """How many have passed and the resident bytes then, at the beginning and at so many points."""
    yield 0, resident()
    done = 0
    for point in range(1, points + 1):
        while done < count * point // points:
            next(passing)
            done += 1
        yield done, resident()


def drawn(curve: list[tuple[int, int]], what: str) -> str:
    """The curve as a table, and whether it is flat."""
    start, end = curve[0][1], curve[-1][1]
    lines = [f"| {what} | resident | grown |", "| --: | --: | --: |"]
    lines += [
        f"| {done:,} | {size / 2**20:.1f} MB | {(size - start) / 2**20:+.2f} MB |" for done, size in curve
    ]
    verdict = "within" if end - start <= MOST_GROWTH else "NOT within"
    lines += [
        "",
        f"{curve[-1][0]:,} {what}: {(end - start) / 2**20:+.2f} MB, {verdict} {MOST_GROWTH >> 20} MB.",
    ]
    return "\n".join(lines)


def run(what: str, count: int, points: int, *, ledger: bool, quick: bool) -> tuple[str, bool]:
    """What one curve comes to, in words, and whether it is flat."""
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(Path(folder), ledger=ledger)
        passing = frames(proxy) if what == "frames" else calls(proxy)
        begun = resident()
        for _ in range(1 if quick else WARM[what]):
            next(passing)
        told = f"Warm-up, {proxy.told}: from {begun / 2**20:.1f} to {resident() / 2**20:.1f} MB."
        curve = list(measure(passing, count, points))
        spent = (
            f"In all {proxy.told}; {time.process_time():.0f} s of processor time, {markers.surroundings()}."
        )
        proxy.close()
    return f"{told}\n\n{drawn(curve, what)} {spent}", curve[-1][1] - curve[0][1] <= MOST_GROWTH


def main() -> None:
    """Parse the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=1_000_000, help="default: %(default)s")
    parser.add_argument("--calls", type=int, default=10_000, help="default: %(default)s")
    parser.add_argument("--points", type=int, default=10, help="points of each curve (default: %(default)s)")
    parser.add_argument("--ledger", action="store_true", help="keep a ledger, too")
    parser.add_argument("--quick", action="store_true", help="no warm-up: shows that it runs, nothing else")
    parser.add_argument(
        "--markdown", type=Path, metavar="PAGE", help="write it into PAGE, between its markers"
    )
    arguments = parser.parse_args()
    told, flat = [], True
    for what, count in (("frames", arguments.frames), ("calls", arguments.calls)):
        # Each in a process of its own: what the one has left free the other could grow into.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            asked = pool.submit(
                run, what, count, arguments.points, ledger=arguments.ledger, quick=arguments.quick
            )
            text, is_flat = asked.result()
        print(text, "\n", flush=True)
        told.append(text)
        flat &= is_flat
    if arguments.markdown:
        markers.put(arguments.markdown, "memory", "\n\n".join(told))
    sys.exit(not flat)


if __name__ == "__main__":
    main()
