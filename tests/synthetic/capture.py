"""One capture as it is shipped, with the truth about it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synthetic import flowfile
from synthetic.rendering import RenderedSocket, SentFrame, SocketMessage, render
from synthetic.world import World


@dataclass(frozen=True, slots=True)
class Foreign:
    """A socket in the capture that speaks something else."""

    host: str
    path: str
    messages: tuple[SocketMessage, ...]


@dataclass(slots=True)
class Scene:
    """What happens in a capture, and what ringback is to say about it."""

    world: World
    expected: Mapping[str | None, frozenset[str]]
    """Code and place of every finding that is no mere `ok`, per call id: the whole set. Under None those of
    stanzas that name no call."""
    foreign: tuple[Foreign, ...] = ()
    pages: tuple[str, ...] = ()
    """Paths of ordinary requests in the capture."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A flow file, its key log, and what they hold."""

    name: str
    flows: bytes
    keys: str
    scene: Scene
    frames: tuple[SentFrame, ...]
    """Every transport frame, socket after socket."""
    secrets: tuple[bytes, ...]
    """Every key of the key log, and those left out of it."""
    ephemerals: Mapping[str, bytes]
    """The client's ephemeral public key, per flow id."""


def build(name: str, play: Callable[[World], Scene], number: int = 0) -> Capture:
    """Plays a scenario in a new world and renders it; `number` tells it apart from other captures."""
    scene = play(World(name, number))
    sockets = {}
    for number, client in enumerate(scene.world.clients, start=1):
        seed = hashlib.sha256(f"ringback synthetic {name} {number}".encode()).digest()
        flow = _flow_id(name, number)
        sockets[flow] = render(client, flow, seed, scene.world.start)
    return Capture(
        name=name,
        flows=flowfile.dump(_states(name, scene, sockets)),
        keys=_key_log(name, scene, list(sockets.values())),
        scene=scene,
        frames=tuple(frame for socket in sockets.values() for frame in socket.frames),
        secrets=tuple(
            key
            for socket in sockets.values()
            for key in (socket.pair.handshake_key, socket.pair.client.key, socket.pair.server.key)
        ),
        ephemerals={flow: socket.pair.ephemeral for flow, socket in sockets.items()},
    )


def _flow_id(name: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://ringback.example/{name}/{number}"))


def _states(name: str, scene: Scene, sockets: Mapping[str, RenderedSocket]) -> list[flowfile.State]:
    """In the order in which mitmdump would have written them: that in which they ended."""
    ports = iter(range(50001, 60000))
    states = [
        flowfile.websocket_flow(flow, socket.messages, port=next(ports)) for flow, socket in sockets.items()
    ]
    for number, other in enumerate(scene.foreign, start=101):
        flow = _flow_id(name, number)
        states.append(
            flowfile.websocket_flow(flow, other.messages, port=next(ports), host=other.host, path=other.path)
        )
    for number, path in enumerate(scene.pages, start=201):
        states.append(
            flowfile.page_flow(_flow_id(name, number), path, scene.world.start - 1, port=next(ports))
        )
    return sorted(states, key=_ended_at)


def _ended_at(state: flowfile.State) -> float:
    socket = state["websocket"]
    return float(socket["timestamp_end"] if socket else state["response"]["timestamp_end"])


def _key_log(name: str, scene: Scene, sockets: list[RenderedSocket]) -> str:
    lines = [
        f"# Synthetic keys of the made-up capture {name}: derived from its name, they open nothing else.\n"
    ]
    for client, socket in zip(scene.world.clients, sockets, strict=True):
        if client.recording.keys == "labelled":
            lines.append(socket.pair.key_log)
        elif client.recording.keys == "candidates":
            lines.append(socket.pair.candidate_lines)
    return "".join(lines)
