"""How the memory of a real mitmdump grows with a client that stays connected, and with the option that trims.

Run as `python tests/benchmarks/live.py`; not part of the test run. A client and a server of our own speak
over one WebSocket through a mitmdump on the loopback, the client's keys in its key log. Messages are paced: a
few are on their way at a time, and each is seen to arrive unchanged. What is measured is the resident memory
of the mitmdump, with `ringback_trim_messages` and without it, and for comparison without the add-on.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from benchmarks import markers  # noqa: E402
from benchmarks.corpus import small_frames  # noqa: E402
from support.live import reverse_proxy  # noqa: E402
from support.loopback import Pipe  # noqa: E402
from support.mitm import SCRIPT, Mitmdump  # noqa: E402
from support.noise_peer import NoisePair  # noqa: E402

MOST_GROWTH = 10 << 20
"""Bytes that it may grow by with the option."""
WARM = 20_000
"""Messages before the curve begins: they fill what is remembered of the messages of one connection."""
WINDOW = 25
"""Messages of one side that are on their way at a time."""
CYCLE = 20_000
"""Plaintexts that are made beforehand; they are sealed anew each time."""
SIDES = {
    "with `ringback_trim_messages`": ("-s", str(SCRIPT), "--set", "ringback_trim_messages=true"),
    "without it": ("-s", str(SCRIPT)),
    "without the add-on": (),
}


def resident(process: int) -> int:
    """Bytes of a process that lie in memory now."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def talk(pipe: Pipe, pair: NoisePair, plaintexts: Iterator[bytes], count: int) -> None:
    """So many messages, `WINDOW` at a time from one side: more go out when these have arrived."""
    turns = itertools.cycle([True, False, False, False])
    while count:
        from_client = next(turns)
        seal = pair.client_frame if from_client else pair.server_frame
        window = min(WINDOW, count)
        await pipe.say_all(from_client, [seal(next(plaintexts)) for _ in range(window)])
        count -= window


async def measure(arguments: tuple[str, ...], count: int, points: int) -> list[tuple[int, int]]:
    """How many messages had passed behind the warm-up, and the mitmdump's resident bytes then."""
    plaintexts = itertools.cycle([frame.plaintext for frame in small_frames(CYCLE)])
    pair = NoisePair(seed=b"live")
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "client.keys"
        keys.write_text(pair.key_log, encoding="ascii")
        options = ("--set", f"ringback_keylog={keys}") if arguments else ()
        # Else mitmdump prints a line for each message.
        quiet = ("--set", "flow_detail=0")
        proxied = reverse_proxy(Mitmdump, *arguments, *options, *quiet, confdir=Path(folder))
        async with proxied as (proxy, loopback):
            pipe = await loopback.connect(await asyncio.to_thread(lambda: proxy.port))
            await pipe.say(pair.handshake)

            await talk(pipe, pair, plaintexts, WARM)
            curve = [(0, resident(proxy.process.pid))]
            for point in range(1, points + 1):
                await talk(pipe, pair, plaintexts, count * point // points - curve[-1][0])
                curve.append((count * point // points, resident(proxy.process.pid)))
            if arguments:
                await pipe.close()
                told = await asyncio.to_thread(proxy.stop)
                if f"{WARM + count:>8}" not in told.partition("opened")[2].partition("\n")[0]:
                    raise SystemExit(f"not every frame was opened:\n{told[-2000:]}")
    return curve


def drawn(curves: dict[str, list[tuple[int, int]]]) -> str:
    """The curves side by side: resident, and grown since the warm-up."""
    lines = [f"| messages | {' | '.join(curves)} |", "| --: |" + " --: |" * len(curves)]
    for row in zip(*curves.values(), strict=True):
        cells = []
        for (_, size), curve in zip(row, curves.values(), strict=True):
            cells.append(f"{size / 2**20:.1f} MB ({(size - curve[0][1]) / 2**20:+.1f})")
        lines.append(f"| {row[0][0]:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog=f"Before each of the {len(SIDES)} curves {WARM:,} messages pass that are not in it: it takes "
        "some minutes with however few messages.",
    )
    parser.add_argument(
        "--messages",
        type=int,
        default=200_000,
        help="of each curve, behind the warm-up (default: %(default)s)",
    )
    parser.add_argument("--points", type=int, default=8, help="points of each curve (default: %(default)s)")
    parser.add_argument(
        "--markdown", type=Path, metavar="PAGE", help="write it into PAGE, between its markers"
    )
    return parser.parse_args(arguments)


def main() -> None:
    """Measure, print, write."""
    arguments = parse()
    curves: dict[str, list[tuple[int, int]]] = {}
    for side, options in SIDES.items():
        begun = time.monotonic()
        curves[side] = asyncio.run(measure(options, arguments.messages, arguments.points))
        print(f"{side}: {arguments.messages} messages in {time.monotonic() - begun:.0f} s", flush=True)
    trimmed = next(iter(curves.values()))
    grown = trimmed[-1][1] - trimmed[0][1]
    verdict = "within" if grown <= MOST_GROWTH else "NOT within"
    text = (
        f"{drawn(curves)}\n\nWith the option {grown / 2**20:+.1f} MB over {arguments.messages:,} messages, "
        f"{verdict} {MOST_GROWTH >> 20} MB; {markers.surroundings()}."
    )
    print(text)
    if arguments.markdown:
        markers.put(arguments.markdown, "live", text)
    sys.exit(grown > MOST_GROWTH)


if __name__ == "__main__":
    main()
