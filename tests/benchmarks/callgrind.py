"""The row about mitmproxy's own work: instructions that the add-on adds to a message, counted by callgrind.

A real mitmdump stands between a WebSocket server and a client on the loopback, with TLS on both sides. The
small mix goes from the server to the client, the next message when the last one has arrived. In each process
1,000 messages go through uncounted; the instructions of the next 4,000 are counted, a thousand at a time:
that is the slope from 1,000 to 5,000 messages, without what it takes to start. Stanzas of calls come last
among those, so that what they take can be told apart.

Three processes are compared: mitmproxy alone, with a script that does nothing (any script makes mitmproxy
look for hooks in more places at every event), and with the add-on. Under valgrind messages take some fifty
times as long, but the clock goes on as ever; so the add-on's look at the key log, ten times a second, is made
that much rarer, and comes as often for each message as it does without valgrind.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from benchmarks.corpus import small_frames
from benchmarks.pairing import Ratio
from benchmarks.recording import Recording
from benchmarks.rows import ROWS, Measured
from support.certificate import make_certificate
from support.loopback import Loopback
from support.mitm import ADDON, SCRIPT, Mitmdump

NAMES = ("instructions",)
TOOLS = ("valgrind", "callgrind_control")

BEFORE, COUNTED, WINDOW = 1_000, 4_000, 1_000
"""Messages before any is counted, those that are, and how many of them at a time."""
COUNTS = 3
"""Processes of each kind that are counted, in turn: what mitmproxy does from time to time falls on a window
or not, which is as much as a fifth of what is looked for."""
SLOWER = 50
"""How many times as long a message takes under valgrind, about."""

_VALGRIND = ("valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no")
_SCRIPT = f"""
import runpy, sys
sys.path.insert(0, {str(ADDON)!r})
addons = runpy.run_path({str(SCRIPT)!r})["addons"]
sys.modules["ringback.addon"].POLL_S *= {SLOWER}
"""
"""The add-on's script, its clock made slower."""

_ALONE, _EMPTY, _ADDON = "mitmdump", "with an empty script", "with the add-on"


class _Counted(Mitmdump):
    """A mitmdump whose instructions can be counted."""

    def __init__(self, *arguments: str | Path, folder: Path) -> None:
        self._results = folder / "callgrind.out"
        self.prefix = (*_VALGRIND, f"--callgrind-out-file={self._results}")
        super().__init__(*arguments, confdir=folder)

    def begin(self) -> None:
        """Count from now on."""
        self._control("--instr=on")

    def taken(self) -> int:
        """Instructions since the last time."""
        self._control("--dump")
        (dump,) = self._results.parent.glob(f"{self._results.name}.*")
        found = re.search(r"^totals: (\d+)", dump.read_text(), re.MULTILINE)
        assert found, "callgrind wrote no totals"
        dump.unlink()
        return int(found[1])

    def _control(self, what: str) -> None:
        told = subprocess.run(
            ["callgrind_control", what, str(self.process.pid)], capture_output=True, text=True, check=True
        )
        assert "OK" in told.stdout, f"callgrind_control {what}: {told.stdout}{told.stderr}"


@dataclass(frozen=True, slots=True)
class Count:
    """Instructions of processes of one kind."""

    others: list[float]
    """A message that is no call, window by window."""
    call: float
    """A stanza of a call."""

    @classmethod
    def joined(cls, counts: Sequence[Count]) -> Count:
        """Those of several processes, one after the other; of stanzas of calls the median."""
        others = [window for count in counts for window in count.others]
        return cls(others, statistics.median(count.call for count in counts))

    def mixed(self, calls: float) -> list[float]:
        """A message of a mix with this share of `calls`, window by window."""
        return [other * (1 - calls) + self.call * calls for other in self.others]


def measure(names: Collection[str], rounds: int) -> Iterator[Measured]:
    """The one row. However many rounds are asked for, it is counted `COUNTS` times: that is no matter of luck
    as time is."""
    mix = small_frames()
    calls, others = (
        [frame for frame in mix[BEFORE : BEFORE + COUNTED] if (frame.kind == "call") is wanted]
        for wanted in (True, False)
    )
    recording = Recording.seal("live", [*mix[:BEFORE], *others, *calls])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys, empty, addon = folder / "live.keys", folder / "empty.py", folder / "addon.py"
        keys.write_text(recording.pair.key_log)
        empty.write_text("addons = []\n")
        addon.write_text(_SCRIPT)
        scripts: dict[str, tuple[str | Path, ...]] = {
            _ALONE: (),
            _EMPTY: ("-s", empty),
            _ADDON: ("-s", addon, "--set", f"ringback_keylog={keys}"),
        }
        counted: dict[str, list[Count]] = {side: [] for side in scripts}
        for _ in range(COUNTS):
            for side, arguments in scripts.items():
                counted[side].append(asyncio.run(_count(recording, len(calls), folder, *arguments)))
    counts = {side: Count.joined(each) for side, each in counted.items()}
    yield _measured(counts, len(calls) / COUNTED)


def _measured(counts: dict[str, Count], calls: float) -> Measured:
    took = {
        side: f"{statistics.median(count.others) / 1000:.0f} thousand a message of no call "
        f"and {count.call / 1000:.0f} thousand a stanza of a call"
        for side, count in counts.items()
    }
    took["of no call alone"] = f"{_added(counts, 0).median:.2f} %"
    return Measured(ROWS["instructions"], _added(counts, calls), took)


def _added(counts: dict[str, Count], calls: float) -> Ratio:
    """What the add-on takes beyond an empty script, in percent of what mitmproxy takes alone."""
    alone, empty, addon = (counts[side].mixed(calls) for side in (_ALONE, _EMPTY, _ADDON))
    return Ratio.of([100 * (more - less) for more, less in zip(addon, empty, strict=True)], alone)


async def _count(recording: Recording, calls: int, folder: Path, *arguments: str | Path) -> Count:
    """Of a process that is started with `arguments`; the last messages are `calls` stanzas of calls."""
    async with Loopback(make_certificate(folder)) as loopback:
        mode = ("--mode", f"reverse:https://127.0.0.1:{loopback.port}", "--ssl-insecure")
        listen = ("--listen-host", "127.0.0.1", "--listen-port", "0")
        with _Counted(*mode, *listen, *arguments, folder=folder) as mitmdump:
            pipe = await loopback.connect(await asyncio.to_thread(lambda: mitmdump.port))
            await pipe.say(recording.pair.handshake)
            spoken = [(False, message) for message in recording.messages]
            await pipe.say(spoken[:BEFORE])
            mitmdump.begin()
            others = []
            for start in range(BEFORE, len(spoken) - calls, WINDOW):
                window = spoken[start : min(start + WINDOW, len(spoken) - calls)]
                await pipe.say(window)
                others.append(mitmdump.taken() / len(window))
            await pipe.say(spoken[-calls:])
            return Count(others, mitmdump.taken() / calls)


def is_possible() -> bool:
    """Whether callgrind is installed."""
    return all(which(tool) for tool in TOOLS)
