"""Baileys 7 from npm as the peer: its own Noise handler and its own decoder, in one Node process.

Its handler cannot be handed a key: it has to have been through a handshake. So it is fed the three shared
secrets of the handshake in which the frames were sealed (`mixIntoKey`) and told that the handshake is over
(`finishInit`); from then on it is in its transport state, with the keys that its own schedule made of them.
A pass gives it one message after the other (`decodeFrame`), as its socket does.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from benchmarks.pairing import Side
from benchmarks.recording import Recording
from support.baileys import Baileys
from support.npm_ci import node_modules
from support.npm_pack import tool

Pass = Literal["pipeline", "decode"]

WARM_UPS = 4
"""Passes before the first timed one: by then the compiler of Node has settled."""

_SCRIPT = Path(__file__).with_name("peer.mjs")
_MANIFEST = Path(__file__).resolve().parents[1] / "e2e" / "baileys7"

BAILEYS: str = json.loads((_MANIFEST / "package.json").read_text())["dependencies"]["baileys"]
"""Its version."""


class Peer(Baileys):
    """A running Baileys that reads recordings."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Talk to `process`, which runs the script beside this file."""
        super().__init__(process)
        self.elapsed: list[float] = []
        """Seconds that passed in each pass over the recording that is read, by the clock."""

    def open(self, recording: Recording, folder: Path) -> None:
        """Hand it the recording, by way of files in `folder`."""
        sealed, plain = folder / f"{recording.name}.sealed", folder / f"{recording.name}.plain"
        sealed.write_bytes(recording.sealed_stream)
        plain.write_bytes(recording.plain_stream)
        secrets = [secret.hex() for secret in recording.pair.secrets]
        self._ask(
            "open", {"name": recording.name, "sealed": str(sealed), "plain": str(plain), "secrets": secrets}
        )

    def reading(self, recording: Recording, kind: Pass) -> Side:
        """One pass over it, run warm; before, it is seen to read every frame as what it is.

        Its seconds are those of the processor, as on every side: what it leaves to other threads, such as
        inflating, is counted. `elapsed` has the time that passed, of the same passes.

        Raises:
            AssertionError: it reads something else.
        """
        question = {"name": recording.name, "pass": kind}
        read, written = self._ask("tags", question), Counter(frame.tag for frame in recording.frames)
        assert read == written, f"Baileys reads other stanzas: {read} where {written} were written"

        def run() -> float:
            answer = self._ask("time", question)
            assert answer["nodes"] == len(recording.frames), f"Baileys read {answer['nodes']} frames only"
            self.elapsed.append(float(answer["wall_s"]))
            return float(answer["cpu_s"])

        for _ in range(WARM_UPS):
            run()
        self.elapsed.clear()
        return run


@contextmanager
def running_peer() -> Iterator[Peer]:
    """A peer, installed from npm where it is not cached yet; ends with the context."""
    package = node_modules(_MANIFEST) / "baileys"
    command: list[str | Path] = [tool("node"), "--expose-gc", _SCRIPT, package]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Peer(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait() == 0
