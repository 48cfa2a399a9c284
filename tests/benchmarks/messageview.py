"""What it costs to show one WebSocket message that was seen: the content view, asked as mitmproxy asks it.

Run as `python tests/benchmarks/messageview.py`; not part of the test run. mitmproxy's console asks for every
message of an open flow at each change of it. Printed are medians of microseconds a message.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from mitmproxy.http import HTTPFlow  # noqa: E402

from ringback.stanza import Node  # noqa: E402
from support.desk import Desk, server_frames, shown  # noqa: E402
from support.noise_peer import NoisePair  # noqa: E402
from support.wire_driver import CALL, IQ  # noqa: E402

ROUNDS = 9


def measure(desk: Desk, flow: HTTPFlow, pair: NoisePair, node: Node, count: int, view: str) -> float:
    """Microseconds that one of `count` messages takes, once each was shown."""
    said = [desk.say(flow, server_frames(pair, [node])) for _ in range(count)]
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for message in said:
            shown(message, flow, view)
        times.append((time.perf_counter() - start) / count * 1e6)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, Desk(Path(folder)) as desk:
        pair = NoisePair()
        desk.write_keys(pair.key_log)
        flow = desk.connect(pair)
        for name, node, count, view in (
            ("of no call", IQ, 2_000, "ringback"),
            ("a pre-accept", CALL, 200, "ringback"),
            ("mitmproxy's raw view", IQ, 2_000, "raw"),
        ):
            print(f"{name:22} {measure(desk, flow, pair, node, count, view):8.1f} us a message")


if __name__ == "__main__":
    main()
