"""From what clients and server wrote to WebSocket messages: sealed, framed, cut, and partly lost.

Keeps for every frame where ringback must find it, which is what the tests compare with.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from ringback.stanza import Node
from ringback.wire.events import ClosedReason, Direction, FramePlace
from support.noise_peer import NoisePair, client_payload
from synthetic.cast import APP_VERSION, PUSH_NAME, START, by_phone
from synthetic.world import Client, Recording, Written

HANDSHAKE_STEP_MS = 30


@dataclass(frozen=True, slots=True)
class SocketMessage:
    """One WebSocket message."""

    from_client: bool
    at: float
    """Seconds since the epoch."""
    content: bytes
    binary: bool = True


@dataclass(frozen=True, slots=True)
class SentFrame:
    """One transport frame in the capture: the truth that ringback's report is held against."""

    flow: str
    """Id of the flow."""
    place: FramePlace
    plaintext: bytes
    node: Node | None
    """What was sent; None where the plaintext is no WABinary on purpose."""
    closed: ClosedReason | None
    """Why it cannot be opened; None where it can."""


@dataclass(frozen=True, slots=True)
class _Sealed:
    """One frame ready to be sent; `written` is None for a frame of the handshake."""

    direction: Direction
    ms: int
    data: bytes
    written: Written | None


@dataclass(slots=True)
class RenderedSocket:
    """One client's socket as captured."""

    pair: NoisePair
    start: float
    """When the capture begins, in seconds since the epoch."""
    messages: list[SocketMessage] = field(default_factory=list)
    frames: list[SentFrame] = field(default_factory=list)


def render(client: Client, flow: str, seed: bytes, start: float = START) -> RenderedSocket:
    """The socket of `client` in a capture that begins at `start`; every key is derived from `seed`."""
    rendered = RenderedSocket(_noise(client, seed), start)
    cutters = {direction: itertools.cycle(client.recording.cuts or (1 << 24,)) for direction in Direction}
    numbers = {direction: itertools.count() for direction in Direction}
    sealed = [*_handshake(client, rendered.pair), *_transport(client, rendered.pair)]
    for burst in _bursts(sealed, together=bool(client.recording.cuts)):
        _write_burst(rendered, burst, cutters[burst[0].direction], flow, client.recording, numbers)
    _cut_off(rendered, client.recording.bytes_cut_off)
    return rendered


def _noise(client: Client, seed: bytes) -> NoisePair:
    payload = client_payload(
        version=APP_VERSION,
        device=client.jid.device or 0,
        username=int(by_phone(client.jid).user),
        push_name=PUSH_NAME,
    )
    return NoisePair(client.dictionary, client.recording.routing_info, seed=seed, payload=payload)


def _handshake(client: Client, pair: NoisePair) -> Iterator[_Sealed]:
    if client.recording.since_ms is not None:
        return
    for step, (from_client, data) in enumerate(pair.handshake):
        direction = Direction.CLIENT if from_client else Direction.SERVER
        yield _Sealed(direction, client.opened_ms + step * HANDSHAKE_STEP_MS, data, None)


def _transport(client: Client, pair: NoisePair) -> Iterator[_Sealed]:
    """Seals every frame in order, also those that the capture misses: they have used their counter."""
    lanes = {Direction.CLIENT: pair.client, Direction.SERVER: pair.server}
    since = client.recording.since_ms or 0
    for written in sorted(client.wire, key=lambda written: written.ms):
        lane = lanes[written.direction]
        counter = lane.counter
        data = lane.frame(written.plaintext)
        if written.ms >= since and (written.direction, counter) not in client.recording.lost:
            yield _Sealed(written.direction, written.ms, data, written)


def _bursts(sealed: list[_Sealed], *, together: bool) -> Iterator[list[_Sealed]]:
    """Frames that share messages: those of one moment and direction, or each alone."""
    if not together:
        yield from ([one] for one in sealed)
        return
    for _, burst in itertools.groupby(sealed, key=lambda one: (one.ms, one.direction)):
        yield list(burst)


def _write_burst(
    rendered: RenderedSocket,
    burst: list[_Sealed],
    sizes: Iterator[int],
    flow: str,
    recording: Recording,
    numbers: dict[Direction, itertools.count[int]],
) -> None:
    direction, at = burst[0].direction, rendered.start + burst[0].ms / 1000
    first_message = len(rendered.messages)
    ends: list[int] = []
    for chunk in _chunks(b"".join(one.data for one in burst), sizes):
        ends.append(len(chunk) + (ends[-1] if ends else 0))
        rendered.messages.append(SocketMessage(direction is Direction.CLIENT, at, chunk))
    offset = 0
    for one in burst:
        offset += len(one.data)
        number = next(numbers[direction])
        message = first_message + next(index for index, end in enumerate(ends) if end >= offset)
        if one.written is not None:
            closed = ClosedReason.NO_KEY if recording.keys == "none" else None
            place = FramePlace(direction, number, message, at)
            rendered.frames.append(SentFrame(flow, place, one.written.plaintext, one.written.node, closed))


def _chunks(data: bytes, sizes: Iterator[int]) -> Iterator[bytes]:
    while data:
        size = next(sizes)
        yield data[:size]
        data = data[size:]


def _cut_off(rendered: RenderedSocket, size: int) -> None:
    if not size:
        return
    last, frame = rendered.messages[-1], rendered.frames[-1]
    rendered.messages[-1] = SocketMessage(last.from_client, last.at, last.content[:-size])
    rendered.frames[-1] = SentFrame(
        frame.flow, frame.place, frame.plaintext, frame.node, ClosedReason.TRUNCATED
    )
