"""The rows about frames: inspection and decoding, beside Baileys and beside bare decryption."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from benchmarks.corpus import Frame, large_frames, small_frames
from benchmarks.pairing import Ratio, Side, interleaved, repeated
from benchmarks.peer import Peer, running_peer
from benchmarks.recording import Recording
from benchmarks.rows import ROWS, Measured
from benchmarks.sides import bare_decryption, check_inspection, full_decode, inspection

NAMES = ("mix-baileys", "tiny-baileys", "mix-bare", "large-bare", "decode-baileys")

TINY_BYTES = range(44, 154)
"""Sizes of the messages that the second row is about."""

LEAST_FRAMES = 200
"""Frames of a pass; fewer are gone through several times."""

_BARE, _INSPECTION, _DECODE, _BAILEYS = "bare decryption", "inspection", "decode", "Baileys"


def measure(names: Collection[str], rounds: int) -> Iterator[Measured]:
    """Those of the rows that are named."""
    mix = small_frames()
    with tempfile.TemporaryDirectory() as folder, running_peer() as peer:
        if {"mix-baileys", "mix-bare"} & set(names):
            yield from _inspected("mix", mix, rounds, peer, Path(folder), names)
        if "tiny-baileys" in names:
            tiny = [frame for frame in mix if frame.message_bytes in TINY_BYTES]
            yield from _inspected("tiny", tiny, rounds, peer, Path(folder), names)
        if "large-bare" in names:
            yield from _inspected("large", large_frames(), rounds, None, Path(folder), names)
        if "decode-baileys" in names:
            yield _decoded(mix, rounds, peer, Path(folder))


def _inspected(
    name: str, frames: list[Frame], rounds: int, peer: Peer | None, folder: Path, names: Collection[str]
) -> Iterator[Measured]:
    """The rows of one recording: three sides in turn."""
    recording = Recording.seal(name, frames)
    check_inspection(recording)
    sides = {_BARE: bare_decryption(recording), _INSPECTION: inspection(recording)}
    if peer is not None:
        peer.open(recording, folder)
        sides[_BAILEYS] = peer.reading(recording, "pipeline")
    passes = max(LEAST_FRAMES // len(frames), 1)
    times = interleaved({name: repeated(side, passes) for name, side in sides.items()}, rounds)
    took = _each(times, len(frames) * passes)
    if peer is not None:
        took[_BAILEYS] += _by_the_clock(peer, len(frames))
    if f"{name}-baileys" in names:
        yield Measured(ROWS[f"{name}-baileys"], Ratio.of(times[_BAILEYS], times[_INSPECTION]), took)
    if f"{name}-bare" in names:
        yield Measured(ROWS[f"{name}-bare"], Ratio.of(times[_INSPECTION], times[_BARE]), took)


def _decoded(frames: list[Frame], rounds: int, peer: Peer, folder: Path) -> Measured:
    recording = Recording.seal("decode", frames)
    peer.open(recording, folder)
    sides: dict[str, Side] = {
        _DECODE: full_decode(recording),
        _BAILEYS: peer.reading(recording, "decode"),
    }
    times = interleaved(sides, rounds)
    ratio = Ratio.of(times[_BAILEYS], times[_DECODE])
    took = _each(times, len(frames))
    took[_BAILEYS] += _by_the_clock(peer, len(frames))
    return Measured(ROWS["decode-baileys"], ratio, took)


def _by_the_clock(peer: Peer, count: int) -> str:
    """What passed while Baileys ran: less than its processor time where it left work to other threads."""
    return f" ({statistics.median(peer.elapsed) / count * 1e6:.2f} us by the clock)"


def _each(times: dict[str, list[float]], count: int) -> dict[str, str]:
    """Median microseconds a frame of each side."""
    return {
        name: f"{statistics.median(seconds) / count * 1e6:.2f} us a frame" for name, seconds in times.items()
    }
