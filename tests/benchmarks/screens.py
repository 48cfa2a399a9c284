"""What mitmproxy's screens cost: a message on its way, and one that is shown later.

Run as `python tests/benchmarks/screens.py`; not part of the test run. On its way, the hook of the add-on is
measured beside a session that has nothing to show. Shown, the content view is asked as mitmproxy's console
asks it: for every message of an open flow at each change of it. Printed are medians of microseconds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from mitmproxy.http import HTTPFlow  # noqa: E402
from mitmproxy.websocket import WebSocketMessage  # noqa: E402

from ringback.session import Session  # noqa: E402
from ringback.spec.load import load_specification  # noqa: E402
from ringback.stanza import Node  # noqa: E402
from support.desk import Desk, server_frames, shown  # noqa: E402
from support.flows import message, websocket_flow  # noqa: E402
from support.noise_peer import NoisePair  # noqa: E402
from support.wire_driver import CALL, IQ  # noqa: E402

ROUNDS = 9
ON_ITS_WAY = 1_000


def on_its_way(take: Callable[[HTTPFlow], None], flow: HTTPFlow, pair: NoisePair, node: Node) -> float:
    """Microseconds that one message takes in `take`."""
    assert flow.websocket is not None
    times = []
    for _ in range(ROUNDS):
        contents = [server_frames(pair, [node]) for _ in range(ON_ITS_WAY)]
        start = time.perf_counter()
        for content in contents:
            flow.websocket.messages.append(message(False, content))
            take(flow)
        times.append((time.perf_counter() - start) / ON_ITS_WAY * 1e6)
    return statistics.median(times)


def bare_session(pair: NoisePair, folder: Path) -> tuple[Session, HTTPFlow]:
    """A session without outlets and frame logs, with the handshake behind it."""
    session = Session(load_specification(None), lambda _: None)
    keys = folder / "bare.keys"
    keys.write_text(pair.key_log)
    session.follow_keys(keys)
    flow = websocket_flow([], live=True)
    assert flow.websocket is not None
    for from_client, content in pair.handshake:
        flow.websocket.messages.append(message(from_client, content))
        session.take_message(flow)
    return session, flow


def shown_later(flow: HTTPFlow, said: list[WebSocketMessage], view: str) -> float:
    """Microseconds that one message takes, once each was shown."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for each in said:
            shown(each, flow, view)
        times.append((time.perf_counter() - start) / len(said) * 1e6)
    return statistics.median(times)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line: there are no options, and what is given is refused."""
    return argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(arguments)


def main() -> None:
    """Measure and print."""
    parse()
    with tempfile.TemporaryDirectory() as name, Desk(Path(name)) as desk:
        folder, pair, other = Path(name), NoisePair(), NoisePair(seed=b"bare")
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        session, bare = bare_session(other, folder)
        print("on its way, a message of no call")
        print(f"  session alone          {on_its_way(session.take_message, bare, other, IQ):8.1f} us")
        print(f"  the add-on             {on_its_way(desk.addon.websocket_message, flow, pair, IQ):8.1f} us")
        print("shown later")
        for title, node, count, view in (
            ("of no call", IQ, 2_000, "ringback"),
            ("a pre-accept", CALL, 200, "ringback"),
            ("mitmproxy's raw view", IQ, 2_000, "raw"),
        ):
            said = [desk.say(flow, server_frames(pair, [node])) for _ in range(count)]
            print(f"  {title:22} {shown_later(flow, said, view):8.1f} us")


if __name__ == "__main__":
    main()
