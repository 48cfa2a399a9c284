"""Flow files as mitmproxy writes them, with the key log beside: connections that carry the small mix."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from benchmarks.corpus import Frame, small_frames
from support.noise_peer import NoisePair
from synthetic.flowfile import dump, websocket_flow
from synthetic.rendering import SocketMessage

CONNECTION_FRAMES = 5_000
START = 1_700_000_000.0


def write_capture(path: Path, connections: int, *, frames: int = CONNECTION_FRAMES, seed: int = 0) -> int:
    """Write connections of `frames` small frames each to `path`, and their keys beside it.

    All begin at the same time; each message comes 0.05 s after the one before it. Gives the number of
    messages. Connections of another `seed` are others.
    """
    flows, keys, count = [], [], 0
    for number in range(connections):
        name = f"{seed}-{number}"
        pair = NoisePair(seed=name.encode())
        said = [*pair.handshake]
        said += [(False, pair.server_frame(frame.plaintext)) for frame in _frames(frames, number)]
        messages = [
            SocketMessage(from_client, START + 0.05 * index, content)
            for index, (from_client, content) in enumerate(said)
        ]
        flows.append(websocket_flow(f"{name:0>36}", messages, port=40_000 + number))
        keys.append(pair.key_log)
        count += len(messages)
    path.write_bytes(dump(flows))
    path.with_suffix(".keys").write_text("".join(keys))
    return count


@cache
def _frames(count: int, seed: int) -> list[Frame]:
    """Made once: captures of another seed seal the same stanzas for other clients."""
    return small_frames(count, seed=seed)
