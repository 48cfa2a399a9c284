"""What inspection costs beside the least that can be done with a frame.

Run as `python tests/benchmarks/inspection.py`; not part of the test run. Both sides run in one process, in
turn, over the same frames of one direction: bare AES-GCM decryption, and `Connection.receive` with everything
that it does. What is printed is the median of the ratios of the pairs, so that a machine that slows down
slows both.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402

from ringback.stanza import Jid, Node  # noqa: E402
from ringback.wire.connection import Connection  # noqa: E402
from ringback.wire.events import Direction  # noqa: E402
from ringback.wire.framelog import FrameLog  # noqa: E402
from ringback.wire.keylog import KeyLog  # noqa: E402
from ringback.wire.wabinary import encode, token_table  # noqa: E402
from support.noise_peer import NoisePair  # noqa: E402

TABLE = token_table(3)
PEER = Jid("22222222222222", "lid", 17)


def stanzas(count: int) -> list[bytes]:
    """Plaintexts of a usual mix: 60 % receipts, acks and presence, 30 % messages, 9.5 % iq, 0.5 % calls."""
    receipt = Node("receipt", {"from": PEER, "id": "3EB0AAAAAAAAAAAAAAAA", "t": "1700000000"})
    ack = Node("ack", {"from": PEER, "class": "message", "id": "3EB0AAAAAAAAAAAAAAAA"})
    presence = Node("presence", {"from": PEER, "type": "unavailable"})
    message = Node(
        "message",
        {"from": PEER, "type": "text", "id": "3EB0AAAAAAAAAAAAAAAA", "t": "1700000000"},
        (Node("enc", {"v": "2", "type": "msg"}, bytes(700)),),
    )
    iq = Node("iq", {"from": Jid("", "s.whatsapp.net"), "type": "result", "id": "33333.44444-7"})
    action = Node("preaccept", {"call-id": "00" + "A" * 30, "call-creator": PEER})
    call = Node("call", {"from": PEER, "id": "33333.44444-7", "t": "1700000000"}, (action,))
    cycle = [receipt] * 60 + [ack] * 40 + [presence] * 20 + [message] * 60 + [iq] * 19 + [call]
    plaintexts = {id(node): encode(node, TABLE) for node in cycle}
    return [plaintexts[id(cycle[number * 7 % len(cycle)])] for number in range(count)]


def opened(pair: NoisePair, frames: FrameLog | None) -> Connection:
    """A connection with its handshake behind it and its keys at hand."""
    log = KeyLog()
    log.feed(pair.key_log.encode())
    log.finish()
    connection = Connection(log, log=frames)
    for message, (from_client, content) in enumerate(pair.handshake):
        direction = Direction.CLIENT if from_client else Direction.SERVER
        connection.receive(content, direction, message=message, at=0.0)
    return connection


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(count: int, runs: int, *, logged: bool) -> tuple[float, float, list[float]]:
    """Median microseconds a frame of both sides, and the ratio of each pair, inspection to decryption."""
    pair = NoisePair(seed=b"benchmark")
    frames = [pair.server_frame(plaintext) for plaintext in stanzas(count)]
    key = bytes.fromhex(pair.server_line.split()[2])
    sealed = [frame[3:] for frame in frames]

    def decrypt() -> None:
        cipher = AESGCM(key)
        for counter, body in enumerate(sealed):
            cipher.decrypt(counter.to_bytes(12, "big"), body, None)

    def inspect() -> None:
        connection = opened(pair, FrameLog() if logged else None)
        for number, frame in enumerate(frames):
            connection.receive(frame, Direction.SERVER, message=number, at=0.0)
        if connection.counts.opened != count:
            raise SystemExit(f"only {connection.counts.opened} of {count} frames were opened")

    decrypt()
    inspect()
    pairs = [(timed(decrypt), timed(inspect)) for _ in range(runs)]
    bare, full = (statistics.median(side) / count * 1e6 for side in zip(*pairs, strict=True))
    return bare, full, [inspection / decryption for decryption, inspection in pairs]


def main() -> None:
    """Parse the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=20_000, help="frames of one run (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=7, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--logged", action="store_true", help="note every frame for a view, as in mitmproxy")
    arguments = parser.parse_args()
    bare, full, ratios = measure(arguments.frames, arguments.runs, logged=arguments.logged)
    print(f"{arguments.frames} frames, {arguments.runs} pairs, medians")
    print(f"bare decryption  {bare:6.2f} us a frame")
    print(f"inspection       {full:6.2f} us a frame")
    print(f"ratio            {statistics.median(ratios):6.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
