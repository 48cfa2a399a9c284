"""The frames that everything is measured on, the same for the same seed, under every Python.

Small frames: 60 % receipts, acks and presence of 40 to 150 bytes, 30 % messages of 0.2 to 1.5 KB, 2 %
compressed frames of 4 to 60 KB, 0.5 % `<call>`, and for the rest, 7.5 %, answers and notifications of up to
4 KB (8 % were wanted, which would make 100.5 % of it all). Large frames: compressed, of 1 to 2 MB, none of
them a call.

A frame's size is that of its sealed body, 16 bytes more than its plaintext; the message that carries it has
the 3 bytes of its length in front. Sizes are spread evenly over their logarithm: small ones are usual.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.traffic import Traffic
from ringback.stanza import Node
from ringback.wire.wabinary import encode, token_table

SMALL_FRAMES = 19_980
LARGE_FRAMES = 20

TAG_BYTES = 16
LENGTH_BYTES = 3
_KB = 1000
_MB = 1000 * _KB
SIZES = {
    "chatter": (41, 150),
    "message": (200, 1500),
    "query": (0, 4 * _KB),
    "compressed": (4 * _KB, 60 * _KB),
    "call": (0, 4 * _KB),
    "large": (1 * _MB, 2 * _MB),
}
"""Least and most bytes of a frame by its kind."""

_PATCH_BYTES = 365
"""What one patch takes on average."""
_TABLE = token_table(3)
_SEED = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame before it is sealed."""

    kind: str
    """`chatter`, `message`, `query`, `compressed`, `call` or `large`."""
    tag: str
    """Tag of its stanza."""
    plaintext: bytes
    """Flag byte and WABinary."""

    @property
    def size(self) -> int:
        """Bytes of the sealed body."""
        return len(self.plaintext) + TAG_BYTES

    @property
    def message_bytes(self) -> int:
        """Bytes of the message that carries this frame alone."""
        return self.size + LENGTH_BYTES


def shares(count: int) -> dict[str, int]:
    """How many of `count` small frames are of each kind."""
    given = {
        "chatter": round(count * 0.60),
        "message": round(count * 0.30),
        "compressed": round(count * 0.02),
        "call": round(count * 0.005),
    }
    return given | {"query": count - sum(given.values())}


def small_frames(count: int = SMALL_FRAMES, *, seed: int = _SEED) -> list[Frame]:
    """`count` frames of the mix, in an order without a period."""
    maker = _Maker(seed)
    frames = [frame for kind, number in shares(count).items() for frame in maker.frames(kind, number)]
    Random(seed).shuffle(frames)
    return frames


def large_frames(count: int = LARGE_FRAMES, *, seed: int = _SEED) -> list[Frame]:
    """`count` compressed frames of 1 to 2 MB: an account's state after a long time offline."""
    return _Maker(seed).frames("large", count)


class _Maker:
    """Makes frames of the size that their kind has."""

    def __init__(self, seed: int) -> None:
        self._traffic = Traffic(seed)
        self._random = Random(seed)
        self._calls: list[Node] = []

    def frames(self, kind: str, count: int) -> list[Frame]:
        """The next `count` frames of a kind."""
        make: dict[str, Callable[[], Frame]] = {
            "chatter": self._chatter,
            "message": self._message,
            "query": self._query,
            "compressed": self._compressed,
            "call": self._call,
            "large": self._large,
        }
        return [_within(kind, make[kind]) for _ in range(count)]

    def _chatter(self) -> Frame:
        traffic = self._traffic
        makers = (traffic.receipt,) * 9 + (traffic.ack,) * 7 + (traffic.presence,) * 4
        return _frame("chatter", self._random.choice(makers)())

    def _message(self) -> Frame:
        around = 16 + 80
        wanted = self._spread(*SIZES["message"])
        return _frame("message", self._traffic.message(max(wanted - around, 32)))

    def _query(self) -> Frame:
        return _frame("query", self._traffic.query())

    def _compressed(self) -> Frame:
        traffic = self._traffic
        make, bytes_each = self._random.choice(
            (
                (traffic.group, 19),
                (traffic.device_lists, 110),
                (traffic.patches, _PATCH_BYTES),
                (traffic.message, 1),
            )
        )
        return _frame("compressed", make(self._spread(*SIZES["compressed"]) // bytes_each), compress=True)

    def _call(self) -> Frame:
        self._calls = self._calls or self._traffic.call()
        return _frame("call", self._calls.pop(0))

    def _large(self) -> Frame:
        count = self._spread(*SIZES["large"]) // _PATCH_BYTES
        return _frame("large", self._traffic.patches(count), compress=True)

    def _spread(self, least: float, most: float) -> int:
        return int(least * (most / least) ** self._random.random())


def _frame(kind: str, node: Node, *, compress: bool = False) -> Frame:
    return Frame(kind, node.tag, encode(node, _TABLE, compress=compress))


def _within(kind: str, make: Callable[[], Frame]) -> Frame:
    """What `make` gives once it has the size of its kind; a kind that never has is an error of ours."""
    least, most = SIZES[kind]
    for _ in range(100):
        frame = make()
        if least <= frame.size <= most:
            return frame
    raise AssertionError(f"no {kind} of {least} to {most} bytes in 100 trials")
