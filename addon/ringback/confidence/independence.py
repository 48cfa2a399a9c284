"""When two witnesses corroborate each other: each way in which they do not is a function of its own.

The rules restate wacrg's GOVERNANCE and its technique files. Where a build is not known, the strict reading
holds: what cannot be shown to be independent is not.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations_with_replacement

from ringback.spec.model import TECHNIQUES

NOISE_SOCKET = frozenset({"websocket-capture", "baileys-instrumentation"})
"""Techniques that read the frames of the one Noise socket, before or after a library parsed them.

Source: wacrg spec/techniques/baileys-instrumentation.yaml: it builds on websocket-capture.
"""

STATIC = frozenset({"static-smali-analysis", "wasm-analysis"})
"""Techniques that read a program without running it.

Source: wacrg spec/techniques/static-smali-analysis.yaml and wasm-analysis.yaml, limitations.
"""

BLIND = frozenset({"mitm-tls"})
"""Techniques that cannot see a stanza. Source: wacrg spec/techniques/mitm-tls.yaml, limitations."""


class Hindrance(enum.Enum):
    """Why a fact goes no further; the value is a stable slug."""

    CONTRADICTED = "contradicted"
    NOT_EXERCISED = "not-exercised"
    ONLY_FLAVORS = "only-flavors"
    CANNOT_SEE = "cannot-see"
    ONE_TECHNIQUE = "one-technique"
    SAME_WIRE = "same-wire"
    SAME_BUILD = "same-build"
    BUILD_UNKNOWN = "build-unknown"
    NOTHING_LIVE = "nothing-live"

    @property
    def reason(self) -> str:
        """What is missing, and what would mend it."""
        return _REASONS[self]


_REASONS = {
    Hindrance.CONTRADICTED: (
        "Some observations contradict it: the discrepancy has to be settled before it can be raised."
    ),
    Hindrance.NOT_EXERCISED: "Nothing observed shows it: capture a call that uses it.",
    Hindrance.ONLY_FLAVORS: (
        "Only reimplementations show it, and a flavor is a source, not a technique: observe a stock client."
    ),
    Hindrance.CANNOT_SEE: (
        "The only technique named for it cannot open the Noise socket: observe it with one that sees stanzas."
    ),
    Hindrance.ONE_TECHNIQUE: (
        "One technique shows it: add one that does not watch the same wire, such as frida-hooking."
    ),
    Hindrance.SAME_WIRE: (
        "All techniques that show it watch the same wire: add one that does not, such as frida-hooking."
    ),
    Hindrance.SAME_BUILD: "All of it comes from one client build: repeat it with another.",
    Hindrance.BUILD_UNKNOWN: "A client's build is not known: capture it from the handshake on.",
    Hindrance.NOTHING_LIVE: (
        "Static analysis shows what is meant, not what happens: observe it on a running client."
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Witness:
    """A technique on a build: however often it is repeated, it testifies once."""

    technique: str
    build: str
    """Empty where it is not known."""


def obstacles(one: Witness, other: Witness) -> tuple[Hindrance, ...]:
    """Why the two do not corroborate each other; empty where they do."""
    return tuple(hindrance for hindrance, holds in _PAIR_RULES.items() if holds(one, other))


def least_obstacles(witnesses: Iterable[Witness]) -> tuple[Hindrance, ...]:
    """The obstacles of that pair which comes nearest to corroboration; a lone witness is paired with itself.

    Raises:
        ValueError: there is no witness.
    """
    pairs = combinations_with_replacement(sorted(set(witnesses)), 2)
    return min((obstacles(one, other) for one, other in pairs), key=len)


def is_technique(name: str) -> bool:
    """A technique is one of the fixed set; a flavor's name, or any other source, is none."""
    return name in TECHNIQUES


def sees_stanzas(technique: str) -> bool:
    """Whoever cannot open the Noise socket has not seen a stanza, whatever it is said to have shown."""
    return is_technique(technique) and technique not in BLIND


def is_same_technique(one: Witness, other: Witness) -> bool:
    """Repeating a technique repeats its errors."""
    return one.technique == other.technique


def is_same_wire(one: Witness, other: Witness) -> bool:
    """Two techniques that read the same bytes agree about them without confirming each other."""
    return one.technique != other.technique and {one.technique, other.technique} <= NOISE_SOCKET


def is_same_build(one: Witness, other: Witness) -> bool:
    """One build behaves like itself. Platforms are not asked: one version number on two of them is one
    code base."""
    return one.build == other.build != ""


def is_build_unknown(one: Witness, other: Witness) -> bool:
    """Builds that are not known may be the same."""
    return "" in (one.build, other.build)


def is_nothing_live(one: Witness, other: Witness) -> bool:
    """Read code is a hypothesis until a running client has shown it."""
    return {one.technique, other.technique} <= STATIC


_PAIR_RULES: dict[Hindrance, Callable[[Witness, Witness], bool]] = {
    Hindrance.ONE_TECHNIQUE: is_same_technique,
    Hindrance.SAME_WIRE: is_same_wire,
    Hindrance.SAME_BUILD: is_same_build,
    Hindrance.BUILD_UNKNOWN: is_build_unknown,
    Hindrance.NOTHING_LIVE: is_nothing_live,
}
